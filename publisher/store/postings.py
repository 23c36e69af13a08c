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
from publisher.store.records import PostingRecord, StepRow, one_or_none, record, records

P, S = t.postings.c, t.steps.c
FREED = frozenset(PostingState) - RESERVING
GET = sa.select(t.postings).where(P.id == sa.bindparam("key"))
CHANGE = sa.update(t.postings).where(P.id == sa.bindparam("key"))
STANDS = sa.select(P.state, P.fence).where(P.id == sa.bindparam("key"))
ARTICLES = (
    sa.select(t.posting_articles.c.position, t.posting_articles.c.item_id, t.posting_articles.c.revision_id)
    .where(t.posting_articles.c.posting_id == sa.bindparam("key"))
    .order_by(t.posting_articles.c.position)
)
DUE = sa.and_(
    P.channel == sa.bindparam("of"),
    P.state == PostingState.QUEUED,
    P.due_at <= sa.bindparam("now"),
    sa.or_(P.next_try_at.is_(None), P.next_try_at <= sa.bindparam("now")),
)
ANYTHING_DUE = sa.select(P.id).where(DUE).limit(1)
THIS_STEP = sa.and_(
    S.posting_id == sa.bindparam("key"), S.scope == sa.bindparam("within"), S.name == sa.bindparam("called")
)
STEP = sa.select(t.steps).where(THIS_STEP)
UNDER = (
    sa.select(P.fence.label("claimed"), t.steps)
    .select_from(t.postings)
    .outerjoin(
        t.steps,
        sa.and_(S.posting_id == P.id, S.scope == sa.bindparam("within"), S.name == sa.bindparam("called")),
    )
    .where(P.id == sa.bindparam("key"))
)
IN_STATE = sa.select(t.postings).where(P.state.in_(sa.bindparam("states", expanding=True))).order_by(P.due_at)
OF_CHANNEL_IN_STATE = IN_STATE.where(P.channel == sa.bindparam("of"))
DUE_TO_LOOK = (
    sa.select(t.postings)
    .where(
        P.channel == sa.bindparam("of"),
        P.state == sa.bindparam("standing"),
        P.next_look_at <= sa.bindparam("now"),
    )
    .order_by(P.next_look_at)
)
STEPS = sa.select(t.steps).where(S.posting_id == sa.bindparam("key")).order_by(S.started_at)
STEPS_WITHIN = STEPS.where(S.scope == sa.bindparam("within"))
ADD_STEP = sa.insert(t.steps)
AGAIN = sa.update(t.steps).where(THIS_STEP).values(calls=S.calls + 1)
END_STEP = sa.update(t.steps).where(THIS_STEP)
END_OWN_STEP = END_STEP.where(
    sa.exists().where(P.id == sa.bindparam("key"), P.fence == sa.bindparam("claimed"))
)


def _claim() -> sa.UpdateBase:
    """Take the most urgent due posting that may go out. Parameters: of (channel), now, worker, overdue.

    One statement, so that nothing can change between the check and the claim.
    """
    r, c, q = t.revisions.c, t.channels.c, t.quotas.c
    f, kept = t.freezes.c, t.reservations.c
    now: sa.BindParameter[Any] = sa.bindparam("now")
    frozen = sa.exists().where(
        f.channel == "", f.lifted_at.is_(None), sa.or_(f.urgent_too.is_(True), P.urgent.is_(False))
    )
    later = sa.exists().where(kept.posting_id == P.id, kept.used_at.is_(None), kept.planned_at > now)
    catching_up = sa.and_(
        P.urgent.is_(False),
        P.due_at < sa.bindparam("overdue"),
        c.catch_up_at.is_not(None),
        c.catch_up_at > now,
    )
    spent = sa.exists().where(
        q.account == sa.bindparam("of"),
        q.sending.is_(True),
        sa.or_(q.blocked_until > now, sa.and_(q.used >= q.maximum, q.window_end > now)),
    )
    chosen = (
        sa.select(P.id)
        .join(t.revisions, r.id == P.revision_id)
        .join(t.channels, c.name == P.channel)
        .where(
            DUE,
            r.state == RevisionState.RELEASED,
            r.held.is_(False),
            c.state == ChannelState.OPEN,
            ~spent,
            ~frozen,
            ~later,
            ~catching_up,
        )
        .order_by(P.urgent.desc(), P.due_at, P.created_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=t.postings)
        .scalar_subquery()
    )
    return (
        sa.update(t.postings)
        .where(P.id == chosen)
        .values(
            state=PostingState.SENDING,
            fence=P.fence + 1,
            claimed_by=sa.bindparam("worker"),
            claimed_at=now,
        )
        .returning(t.postings)
    )


CLAIM = _claim()


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
        return [
            (place, item, revision)
            for place, item, revision in self._c.execute(ARTICLES, {"key": posting_id})
        ]

    def get(self, posting_id: str) -> PostingRecord | None:
        """By key."""
        return one_or_none(PostingRecord, self._c.execute(GET, {"key": posting_id}))

    def being_sent(self, posting_id: str, fence: int) -> bool:
        """Whether the posting is being sent under this very claim."""
        row = self._c.execute(STANDS, {"key": posting_id}).first()
        return row is not None and row.fence == fence and row.state is PostingState.SENDING

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
        query = OF_CHANNEL_IN_STATE if channel else IN_STATE
        return records(PostingRecord, self._c.execute(query, {"states": states, "of": channel}))

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
        if values.get("state") in FREED:
            Quotas(self._c).free(posting_id)
        self._c.execute(CHANGE, {"key": posting_id, **values})

    def due_to_look(self, channel: str, now: datetime, state: PostingState) -> list[PostingRecord]:
        """Postings of a channel in this state whose next look or poll is due."""
        asked = {"of": channel, "standing": state, "now": now}
        return records(PostingRecord, self._c.execute(DUE_TO_LOOK, asked))

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
        return self._c.execute(ANYTHING_DUE, {"of": channel, "now": now}).first() is not None

    def claim(self, channel: str, now: datetime, worker: str) -> PostingRecord | None:
        """Take the most urgent due posting of a channel, or None.

        One statement checks again that the revision is released and not held, the channel open and not frozen,
        the sending quotas not spent, no later place planned for it, and that overdue ones are not sent in a
        burst; the fencing number grows.
        """
        asked = {"of": channel, "now": now, "worker": worker, "overdue": now - CATCH_UP_AFTER}
        return one_or_none(PostingRecord, self._c.execute(CLAIM, asked))

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
        query = STEPS_WITHIN if scope else STEPS
        return records(StepRow, self._c.execute(query, {"key": posting_id, "within": scope}))

    def step(self, posting_id: str, scope: str, name: str) -> StepRow | None:
        """One step."""
        key = {"key": posting_id, "within": scope, "called": name}
        return one_or_none(StepRow, self._c.execute(STEP, key))

    def step_under(self, posting_id: str, scope: str, name: str) -> tuple[int, StepRow | None]:
        """The posting's fencing number and one step; (-1, None) when there is no such posting."""
        row = self._c.execute(UNDER, {"key": posting_id, "within": scope, "called": name}).first()
        if row is None:
            return -1, None
        return row.claimed, record(StepRow, row) if row.posting_id else None

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
        again: bool,
    ) -> None:
        """Write the intent of a step, new or `again`."""
        values = {
            "digest": digest,
            "state": "open",
            "repeatable": repeatable,
            "fence": fence,
            "started_at": now,
        }
        key = {"key": posting_id, "within": scope, "called": name}
        if again:
            self._c.execute(AGAIN, {**key, **values, "ended_at": None})
            return
        row = {"posting_id": posting_id, "scope": scope, "name": name, "calls": 1, "result": {}}
        self._c.execute(ADD_STEP, {**row, **values})

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
        values = {"state": state, "ended_at": now, "result": result or {}}
        key = {"key": posting_id, "within": scope, "called": name}
        if fence is None:
            return self._c.execute(END_STEP, {**key, **values}).rowcount == 1
        return self._c.execute(END_OWN_STEP, {**key, **values, "claimed": fence}).rowcount == 1

    def forget_step(self, posting_id: str, scope: str, name: str) -> None:
        """Drop a repeatable step whose result died outside."""
        s = t.steps.c
        self._c.execute(
            sa.delete(t.steps).where(
                s.posting_id == posting_id, s.scope == scope, s.name == name, s.repeatable.is_(True)
            )
        )
