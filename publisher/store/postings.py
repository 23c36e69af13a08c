"""Postings, and the claim that hands one to a worker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from publisher.domain.lifecycle import RevisionState
from publisher.domain.posting import POSTING_ALARMS, POSTING_FINAL, RESERVING, ChannelState, PostingState
from publisher.domain.timing import CATCH_UP_AFTER
from publisher.store import schema as t
from publisher.store.items import SignedArticle, signed_article, signed_articles
from publisher.store.prepared import Prepared
from publisher.store.quotas import Quotas
from publisher.store.records import PostingRecord, one_or_none, records

P, S = t.postings.c, t.steps.c
FREED = frozenset(PostingState) - RESERVING
GET = sa.select(t.postings).where(P.id == sa.bindparam("key"))
ARTICLES = (
    sa.select(t.posting_articles.c.position, t.posting_articles.c.item_id, t.posting_articles.c.revision_id)
    .where(t.posting_articles.c.posting_id == sa.bindparam("key"))
    .order_by(t.posting_articles.c.position)
)
STANDING = Prepared(
    sa.select(
        P.state,
        P.fence,
        sa.exists()
        .where(t.reservations.c.posting_id == P.id, t.reservations.c.used_at.is_(None))
        .label("keeps"),
        sa.exists()
        .where(
            t.alarms.c.cause.in_([sa.bindparam(cause) for cause in POSTING_ALARMS]),
            t.alarms.c.closed_at.is_(None),
        )
        .label("alarms"),
        t.posting_articles.c.position,
        t.posting_articles.c.item_id,
        t.posting_articles.c.revision_id,
    )
    .outerjoin(t.posting_articles, t.posting_articles.c.posting_id == P.id)
    .where(P.id == sa.bindparam("key"))
    .order_by(t.posting_articles.c.position)
)
DUE = sa.and_(
    P.channel == sa.bindparam("of"),
    P.state == PostingState.QUEUED,
    P.due_at <= sa.bindparam("now"),
    sa.or_(P.next_try_at.is_(None), P.next_try_at <= sa.bindparam("now")),
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


@cache
def change_of(names: tuple[str, ...]) -> Prepared:
    """How these columns of one posting are set."""
    return Prepared(sa.update(t.postings).where(P.id == sa.bindparam("key")), names)


def _may_go() -> sa.ColumnElement[bool]:
    """What a look and a claim ask of a due posting, joined with its revision and its channel."""
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
    return sa.and_(
        DUE,
        r.state == RevisionState.RELEASED,
        r.held.is_(False),
        c.state == ChannelState.OPEN,
        ~spent,
        ~frozen,
        ~later,
        ~catching_up,
    )


CANDIDATES = (
    sa.select(P.id)
    .join(t.revisions, t.revisions.c.id == P.revision_id)
    .join(t.channels, t.channels.c.name == P.channel)
    .where(_may_go())
)
FIRST_URGENT, FIRST_ORDINARY = (
    CANDIDATES.where(P.urgent.is_(urgent)).order_by(P.due_at, P.created_at).limit(1).scalar_subquery()
    for urgent in (True, False)
)
SLOTS_TEXT = sa.cast(P.slots, sa.Text)
LOOK = Prepared(
    signed_articles(sa.func.coalesce(FIRST_URGENT, FIRST_ORDINARY))
    .join(t.postings, P.id == t.posting_articles.c.posting_id)
    .add_columns(
        P.fence,
        SLOTS_TEXT,
        sa.exists().where(S.posting_id == P.id, S.scope == sa.bindparam("within")).label("begun"),
    )
)
"""Each of the two is the first one of an index, however many are due and however many wait for their day."""

CLAIM = Prepared(
    sa.update(t.postings)
    .where(
        P.id
        == CANDIDATES.where(
            P.id == sa.bindparam("key"), P.fence == sa.bindparam("fence"), sa.bindparam("seen") == SLOTS_TEXT
        )
        .with_for_update(skip_locked=True, of=t.postings)
        .scalar_subquery()
    )
    .values(
        state=PostingState.SENDING,
        fence=P.fence + 1,
        claimed_by=sa.bindparam("worker"),
        claimed_at=sa.bindparam("now"),
        slots=sa.bindparam("slots", type_=sa.JSON),
    )
    .returning(*(P[field.name] for field in fields(PostingRecord)))
)
"""Take one posting that may go out. One statement, so that nothing can change between the check and the claim."""


@dataclass(frozen=True, slots=True)
class Due:
    """A posting that may go out, as it was seen: its fencing number, its slots as they are stored, whether a step
    has begun, and what was signed."""

    posting_id: str
    fence: int
    slots: str
    begun: bool
    articles: list[SignedArticle]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a posting stands in this transaction, and what ends with it once it is out or cancelled.

    `articles` are (position, item, revision), in order. `keeps` is whether it has a place in the quota book that
    it has not used, `alarms` whether anything is said to be wrong with it.
    """

    state: PostingState
    fence: int
    articles: tuple[tuple[int, str, str], ...]
    keeps: bool
    alarms: bool


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

    def standing(self, posting_id: str) -> Standing:
        """How it stands. Raises `LookupError` when there is no such posting."""
        alarms = {cause: f"{cause}:{posting_id}" for cause in POSTING_ALARMS}
        rows = STANDING.rows(self._c, {"key": posting_id, **alarms})
        if not rows:
            raise LookupError(posting_id)
        state, fence, keeps, alarmed = rows[0][:4]
        articles = tuple((place, item, revision) for *_, place, item, revision in rows if item is not None)
        return Standing(state, fence, articles, keeps, alarmed)

    def hot(self, channels: Collection[str]) -> int:
        """How many postings of these channels go on only when a person does something."""
        asked = (PostingState.UNKNOWN, PostingState.ACCEPTED)
        stopped = (PostingState.BY_HAND, PostingState.FAILED, PostingState.HELD)
        needed = sa.or_(P.state.in_(stopped), P.person_needed != "")
        wanted = sa.and_(P.channel.in_(channels), P.state.in_((*stopped, *asked)), needed)
        return int(
            self._c.execute(sa.select(sa.func.count()).select_from(t.postings).where(wanted)).scalar_one()
        )

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

    def page(
        self,
        *,
        unit: str,
        state: PostingState | None,
        channel: str,
        item_id: str,
        before: tuple[datetime, str] | None,
        count: int,
    ) -> list[PostingRecord]:
        """Postings as asked for, newest first, of those made before `before` (time and key of the last one seen).

        An empty text asks for every unit, channel or item.
        """
        query = sa.select(t.postings).order_by(P.created_at.desc(), P.id.desc()).limit(count)
        if unit:
            query = query.where(P.item_id.in_(sa.select(t.items.c.id).where(t.items.c.unit == unit)))
        if state is not None:
            query = query.where(P.state == state)
        if channel:
            query = query.where(P.channel == channel)
        if item_id:
            query = query.where(P.item_id == item_id)
        if before is not None:
            at, key = before
            query = query.where(
                P.created_at <= at, sa.or_(P.created_at < at, sa.and_(P.created_at == at, P.id < key))
            )
        return records(PostingRecord, self._c.execute(query))

    def change(self, posting_id: str, *, keeps: bool = True, **values: Any) -> None:
        """Set columns of one posting. In a state that sends no more, its place in the quota book is free again.

        `keeps` is False where it is known to have none.
        """
        if keeps and values.get("state") in FREED:
            Quotas(self._c).free(posting_id)
        change_of(tuple(values)).changed(self._c, {"key": posting_id, **values})

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

    def next_due(self, channel: str, now: datetime, scope: str) -> Due | None:
        """The most urgent due posting of a channel that may go out; takes no lock. `scope` is that of its sending."""
        rows = LOOK.rows(self._c, {"of": channel, "within": scope, **_times(now)})
        if not rows:
            return None
        articles = [signed_article(row[:-3]) for row in rows]
        fence, slots, begun = rows[0][-3:]
        return Due(rows[0][0], fence, slots, bool(begun), articles)

    def claim(
        self, due: Due, channel: str, now: datetime, worker: str, slots: dict[str, str]
    ) -> PostingRecord | None:
        """Take this posting and set its slots; None when it is not as it was seen, or may not go out any more.

        One statement checks again that it is due, that the revision is released and not held, the channel open
        and not frozen, the sending quotas not spent, no later place planned for it, and that overdue ones are
        not sent in a burst; the fencing number grows.
        """
        seen = {"key": due.posting_id, "fence": due.fence, "seen": due.slots}
        rows = CLAIM.rows(self._c, {**seen, "of": channel, "worker": worker, "slots": slots, **_times(now)})
        return PostingRecord(*rows[0]) if rows else None

    def amending(self, part_id: str) -> PostingRecord | None:
        """The unfinished posting that corrects this part in place, if there is one."""
        p = t.postings.c
        query = sa.select(t.postings).where(p.amends == part_id, p.state.not_in(POSTING_FINAL))
        return one_or_none(PostingRecord, self._c.execute(query))


def _times(now: datetime) -> dict[str, datetime]:
    return {"now": now, "overdue": now - CATCH_UP_AFTER}
