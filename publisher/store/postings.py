"""Postings, their steps, and the claim that hands one to a worker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.lifecycle import RevisionState
from publisher.domain.posting import POSTING_FINAL, RESERVING, ChannelState, PostingState
from publisher.domain.timing import CATCH_UP_AFTER
from publisher.store import schema as t
from publisher.store.quotas import Quotas
from publisher.store.records import PostingRecord, StepRow, one_or_none, records


class Postings:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(self, *, articles: Collection[tuple[str, str]], **values: Any) -> None:
        """A new posting with one article a (item, revision), in order."""
        self._c.execute(sa.insert(t.postings).values(slots={}, **values))
        for position, (item_id, revision_id) in enumerate(articles):
            self._c.execute(
                sa.insert(t.posting_articles).values(
                    posting_id=values["id"], position=position, item_id=item_id, revision_id=revision_id
                )
            )

    def articles(self, posting_id: str) -> list[tuple[int, str, str]]:
        """(position, item, revision) of each article, in order."""
        a = t.posting_articles.c
        rows = self._c.execute(
            sa.select(a.position, a.item_id, a.revision_id)
            .where(a.posting_id == posting_id)
            .order_by(a.position)
        )
        return [(row.position, row.item_id, row.revision_id) for row in rows]

    def get(self, posting_id: str) -> PostingRecord | None:
        """By key."""
        query = sa.select(t.postings).where(t.postings.c.id == posting_id)
        return one_or_none(PostingRecord, self._c.execute(query))

    def find(self, text: str) -> list[PostingRecord]:
        """Postings whose key begins with `text`."""
        match = t.postings.c.id.startswith(text, autoescape=True)
        return records(PostingRecord, self._c.execute(sa.select(t.postings).where(match).limit(3)))

    def of_item(self, item_id: str) -> list[PostingRecord]:
        """All postings of one item, oldest first."""
        query = sa.select(t.postings).where(t.postings.c.item_id == item_id).order_by(t.postings.c.created_at)
        return records(PostingRecord, self._c.execute(query))

    def of_revision(self, revision_id: str) -> list[PostingRecord]:
        """All postings of one revision."""
        query = sa.select(t.postings).where(t.postings.c.revision_id == revision_id)
        return records(PostingRecord, self._c.execute(query))

    def in_state(self, *states: PostingState, channel: str = "") -> list[PostingRecord]:
        """Postings in one of these states, oldest due first."""
        query = sa.select(t.postings).where(t.postings.c.state.in_(states)).order_by(t.postings.c.due_at)
        if channel:
            query = query.where(t.postings.c.channel == channel)
        return records(PostingRecord, self._c.execute(query))

    def unfinished(self) -> list[PostingRecord]:
        """Everything that is neither out nor cancelled."""
        return self.in_state(*(state for state in PostingState if state not in POSTING_FINAL))

    def all(self, limit: int = 1000) -> list[PostingRecord]:
        """Newest first."""
        query = (
            sa.select(t.postings).order_by(t.postings.c.created_at.desc(), t.postings.c.channel).limit(limit)
        )
        return records(PostingRecord, self._c.execute(query))

    def change(self, posting_id: str, **values: Any) -> None:
        """Set columns of one posting. In a state that sends no more, its place in the quota book is free again."""
        if "state" in values and values["state"] not in RESERVING:
            Quotas(self._c).free(posting_id)
        self._c.execute(sa.update(t.postings).where(t.postings.c.id == posting_id).values(**values))

    def due_to_look(self, channel: str, now: datetime, state: PostingState) -> list[PostingRecord]:
        """Postings of a channel in this state whose next look or poll is due."""
        p = t.postings.c
        query = (
            sa.select(t.postings)
            .where(p.channel == channel, p.state == state, p.next_look_at <= now)
            .order_by(p.next_look_at)
        )
        return records(PostingRecord, self._c.execute(query))

    def with_job(self, channel: str, job_ids: Sequence[str], since: datetime) -> PostingRecord | None:
        """The newest posting that the platform knows under one of these jobs, unfinished or ended after `since`."""
        p = t.postings.c
        query = (
            sa.select(t.postings)
            .where(
                p.channel == channel,
                sa.or_(
                    p.state.not_in((PostingState.OUT, PostingState.CANCELLED)),
                    p.out_at >= since,
                    p.created_at >= since,
                ),
                p.job["job_id"].as_string().in_(job_ids),
            )
            .order_by(p.created_at.desc())
            .limit(1)
        )
        return one_or_none(PostingRecord, self._c.execute(query))

    def anything_due(self, channel: str, now: datetime) -> bool:
        """Whether a claim may find something; a cheap read that takes no lock."""
        p = t.postings.c
        due = sa.select(p.id).where(
            p.channel == channel,
            p.state == PostingState.QUEUED,
            p.due_at <= now,
            sa.or_(p.next_try_at.is_(None), p.next_try_at <= now),
        )
        return self._c.execute(due.limit(1)).first() is not None

    def claim(self, channel: str, now: datetime, worker: str) -> PostingRecord | None:
        """Take the most urgent due posting of a channel, or None.

        One statement checks again that the revision is released and not held, the channel open and not frozen,
        the sending quotas not spent, no later place planned for it, and that overdue ones are not sent in a
        burst; the fencing number grows.
        """
        p, r, c, q = t.postings.c, t.revisions.c, t.channels.c, t.quotas.c
        f, kept = t.freezes.c, t.reservations.c
        frozen = sa.exists().where(
            f.channel == "", f.lifted_at.is_(None), sa.or_(f.urgent_too.is_(True), p.urgent.is_(False))
        )
        later = sa.exists().where(kept.posting_id == p.id, kept.used_at.is_(None), kept.planned_at > now)
        catching_up = sa.and_(
            p.urgent.is_(False),
            p.due_at < now - CATCH_UP_AFTER,
            c.catch_up_at.is_not(None),
            c.catch_up_at > now,
        )
        spent = sa.exists().where(
            q.account == channel,
            q.sending.is_(True),
            sa.or_(q.blocked_until > now, sa.and_(q.used >= q.maximum, q.window_end > now)),
        )
        chosen = (
            sa.select(p.id)
            .join(t.revisions, r.id == p.revision_id)
            .join(t.channels, c.name == p.channel)
            .where(
                p.channel == channel,
                p.state == PostingState.QUEUED,
                p.due_at <= now,
                sa.or_(p.next_try_at.is_(None), p.next_try_at <= now),
                r.state == RevisionState.RELEASED,
                r.held.is_(False),
                c.state == ChannelState.OPEN,
                ~spent,
                ~frozen,
                ~later,
                ~catching_up,
            )
            .order_by(p.urgent.desc(), p.due_at, p.created_at)
            .limit(1)
            .with_for_update(skip_locked=True, of=t.postings)
            .scalar_subquery()
        )
        taken = (
            sa.update(t.postings)
            .where(p.id == chosen)
            .values(state=PostingState.SENDING, fence=p.fence + 1, claimed_by=worker, claimed_at=now)
            .returning(t.postings)
        )
        return one_or_none(PostingRecord, self._c.execute(taken))

    def amending(self, part_id: str) -> PostingRecord | None:
        """The unfinished posting that corrects this part in place, if there is one."""
        p = t.postings.c
        query = sa.select(t.postings).where(p.amends == part_id, p.state.not_in(POSTING_FINAL))
        return one_or_none(PostingRecord, self._c.execute(query))

    def last_removal(self, channel: str) -> datetime | None:
        """When the newest step that removes something on this channel was begun."""
        s, p = t.steps.c, t.postings.c
        query = (
            sa.select(s.started_at)
            .join(t.postings, p.id == s.posting_id)
            .where(p.channel == channel, s.scope.startswith("withdraw:"))
            .order_by(s.started_at.desc())
            .limit(1)
        )
        found: datetime | None = self._c.execute(query).scalar()
        return found

    def steps(self, posting_id: str, scope: str = "") -> list[StepRow]:
        """Steps of a posting, oldest first; one scope, or all."""
        query = sa.select(t.steps).where(t.steps.c.posting_id == posting_id).order_by(t.steps.c.started_at)
        if scope:
            query = query.where(t.steps.c.scope == scope)
        return records(StepRow, self._c.execute(query))

    def step(self, posting_id: str, scope: str, name: str) -> StepRow | None:
        """One step."""
        s = t.steps.c
        query = sa.select(t.steps).where(s.posting_id == posting_id, s.scope == scope, s.name == name)
        return one_or_none(StepRow, self._c.execute(query))

    def begin_step(
        self,
        posting_id: str,
        scope: str,
        name: str,
        *,
        digest: str,
        repeatable: bool,
        fence: int,
        now: datetime,
    ) -> None:
        """Write the intent of a step, new or again."""
        values = {
            "digest": digest,
            "state": "open",
            "repeatable": repeatable,
            "fence": fence,
            "started_at": now,
        }
        if self.step(posting_id, scope, name) is None:
            insert = sa.insert(t.steps).values(
                posting_id=posting_id, scope=scope, name=name, calls=1, result={}, **values
            )
            self._c.execute(insert)
            return
        s = t.steps.c
        self._c.execute(
            sa.update(t.steps)
            .where(s.posting_id == posting_id, s.scope == scope, s.name == name)
            .values(calls=s.calls + 1, ended_at=None, **values)
        )

    def end_step(
        self,
        posting_id: str,
        scope: str,
        name: str,
        *,
        state: str,
        now: datetime,
        result: dict[str, str] | None = None,
        fence: int | None = None,
    ) -> bool:
        """Write the end of a step. With `fence` only while the posting still has that number; False when not."""
        s, p = t.steps.c, t.postings.c
        query = sa.update(t.steps).where(s.posting_id == posting_id, s.scope == scope, s.name == name)
        if fence is not None:
            query = query.where(sa.exists().where(p.id == posting_id, p.fence == fence))
        return self._c.execute(query.values(state=state, ended_at=now, result=result or {})).rowcount == 1

    def forget_step(self, posting_id: str, scope: str, name: str) -> None:
        """Drop a repeatable step whose result died outside."""
        s = t.steps.c
        self._c.execute(
            sa.delete(t.steps).where(
                s.posting_id == posting_id, s.scope == scope, s.name == name, s.repeatable.is_(True)
            )
        )
