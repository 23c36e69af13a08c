"""What stands on which day: revisions with a time or a limit, what went out, what is due. For the calendar.

Ranges of instants are half open and aware. A number of questions that does not grow with what there is; each day's
rows are cut in the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.lifecycle import RevisionState
from publisher.domain.order import OrderKind, OrderState
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.store import schema as t

R, P, PART = t.revisions.c, t.postings.c, t.parts.c
ITEM, ORDER = t.items.c, t.orders.c
REVIEWED = (
    *(RevisionState.SUBMITTED, RevisionState.REVIEWED, RevisionState.REFERRED, RevisionState.CLEARED),
)
PENDING = tuple(s for s in PostingState if s not in (PostingState.OUT, PostingState.CANCELLED))


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A revision that is not released yet, without its text."""

    revision_id: str
    item_id: str
    title: str
    kind: str
    channels: tuple[str, ...]
    state: RevisionState
    held: bool
    urgent: bool
    release_at: datetime | None
    due_on: str


@dataclass(frozen=True, slots=True)
class SentRow:
    """One posting, or the part it became, at the time that counts."""

    item_id: str
    title: str
    channel: str
    posting_id: str
    state: PostingState | PartState
    asked: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class OutRow:
    """What of one item went out within one range: the first time, the state that ranks first, how many items in all."""

    item_id: str
    title: str
    place: int
    at: datetime
    rank: int
    total: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order to withdraw; `fulfilled` once everything was looked at until it was gone."""

    item_id: str
    title: str
    at: datetime
    fulfilled: bool


class Days:
    """Reads within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def scheduled(
        self, since: datetime | None, until: datetime | None, unit: str, most: int
    ) -> list[PlannedRow]:
        """Scheduled revisions by time."""
        where: list[sa.ColumnElement[bool]] = [R.state == RevisionState.SCHEDULED]
        where += [R.release_at >= since] if since else []
        where += [R.release_at < until] if until else []
        return self._planned(where, (R.release_at, R.id), unit, most)

    def approved(self, unit: str, most: int) -> list[PlannedRow]:
        """What is signed and has no time, by limit."""
        return self._planned([R.state == RevisionState.APPROVED], (R.due_on, R.id), unit, most)

    def under_review(self, first: str, last: str, unit: str, most: int) -> list[PlannedRow]:
        """What is not signed yet and whose limit (ISO days, both included) ends within these days."""
        where = [R.state.in_(REVIEWED), R.due_on >= first, R.due_on <= last]
        return self._planned(where, (R.due_on, R.id), unit, most)

    def planned(self, revision_id: str) -> PlannedRow | None:
        """One revision, whatever its state."""
        return next(iter(self._planned([R.id == revision_id], (R.id,), "", 1)), None)

    def pending(
        self, channels: Collection[str], since: datetime, until: datetime, unit: str, most: int
    ) -> list[SentRow]:
        """Postings that are due within the range and neither out nor cancelled."""
        query = (
            sa.select(P.item_id, ITEM.title, P.channel, P.id, P.state, P.person_needed != "", P.due_at)
            .join_from(t.postings, t.items, ITEM.id == P.item_id)
            .where(P.channel.in_(channels), P.state.in_(PENDING), P.due_at >= since, P.due_at < until)
            .order_by(P.due_at, P.id)
            .limit(most)
        )
        return [SentRow(*row) for row in self._c.execute(_of_unit(query, unit))]

    def gone_out(self, since: datetime, until: datetime, unit: str, most: int) -> list[SentRow]:
        """Parts that went out within the range."""
        query = (
            sa.select(
                PART.item_id, ITEM.title, PART.channel, PART.posting_id, PART.state, sa.false(), PART.out_at
            )
            .join_from(t.parts, t.items, ITEM.id == PART.item_id)
            .where(PART.out_at >= since, PART.out_at < until)
            .order_by(PART.out_at, PART.id)
            .limit(most)
        )
        return [SentRow(*row) for row in self._c.execute(_of_unit(query, unit))]

    def out(
        self, bounds: Sequence[datetime], ranks: Mapping[PartState, int], unit: str, most: int
    ) -> list[OutRow]:
        """Items with parts that went out, the first `most` of each range between two bounds; lowest ranks first."""
        spans = [(PART.out_at < end, place) for place, end in enumerate(bounds[1:])]
        place = sa.case(*spans, else_=len(spans)).label("place")
        rank = sa.case(*((PART.state == state, number) for state, number in ranks.items()), else_=99)
        day = (
            sa.select(
                PART.item_id,
                place,
                sa.func.min(PART.out_at, type_=PART.out_at.type).label("at"),
                sa.func.min(rank).label("rank"),
            )
            .where(PART.out_at >= bounds[0], PART.out_at < bounds[-1])
            .group_by(PART.item_id, place)
        )
        if unit:
            day = day.where(PART.item_id.in_(sa.select(ITEM.id).where(ITEM.unit == unit)))
        d = day.subquery()
        within = (d.c.place,)
        ranked = sa.select(
            d,
            sa.func.count().over(partition_by=within).label("total"),
            sa.func.row_number()
            .over(partition_by=within, order_by=(d.c.rank, d.c.at, d.c.item_id))
            .label("nth"),
        ).subquery()
        r = ranked.c
        query = (
            sa.select(r.item_id, ITEM.title, r.place, r.at, r.rank, r.total)
            .join_from(ranked, t.items, ITEM.id == r.item_id)
            .where(r.nth <= most)
            .order_by(r.place, r.at)
        )
        return [OutRow(*row) for row in self._c.execute(query)]

    def withdrawals(self, since: datetime, until: datetime, unit: str, most: int) -> list[OrderRow]:
        """Orders to withdraw that were signed within the range."""
        query = (
            sa.select(ORDER.item_id, ITEM.title, ORDER.at, ORDER.state == OrderState.FULFILLED)
            .join_from(t.orders, t.items, ITEM.id == ORDER.item_id)
            .where(ORDER.kind == OrderKind.WITHDRAW, ORDER.at >= since, ORDER.at < until)
            .order_by(ORDER.at)
            .limit(most)
        )
        return [OrderRow(*row) for row in self._c.execute(_of_unit(query, unit))]

    def last_out(self, channels: Collection[str]) -> dict[str, datetime]:
        """Channel → when something last went out there; one statement, found from the newest on."""
        if not channels:
            return {}
        newest = [
            sa.select(sa.literal(name).label("channel"), PART.out_at)
            .where(PART.channel == name)
            .order_by(PART.out_at.desc())
            .limit(1)
            .subquery()
            for name in channels
        ]
        query = sa.union_all(*(sa.select(one.c.channel, one.c.out_at) for one in newest))
        return {row[0]: row[1] for row in self._c.execute(query)}

    def last_in_columns(self, since: datetime) -> dict[str, datetime]:
        """Column → when something last went out there, of what went out since `since`."""
        column = R.content["column"].as_string()
        query = (
            sa.select(column, sa.func.max(PART.out_at, type_=PART.out_at.type))
            .join_from(t.parts, t.revisions, R.id == PART.revision_id)
            .where(PART.out_at >= since)
            .group_by(column)
        )
        return {row[0]: row[1] for row in self._c.execute(query) if row[0]}

    def _planned(
        self,
        where: Sequence[sa.ColumnElement[bool]],
        order: Sequence[sa.ColumnElement[Any]],
        unit: str,
        most: int,
    ) -> list[PlannedRow]:
        c = R.content
        query = (
            sa.select(
                R.id,
                R.item_id,
                c["title"].as_string(),
                c["kind"].as_string(),
                c["channels"].as_json(),
                R.state,
                R.held,
                R.urgent,
                R.release_at,
                R.due_on,
            )
            .join_from(t.revisions, t.items, ITEM.id == R.item_id)
            .where(*where)
            .order_by(*order)
            .limit(most)
        )
        return [
            PlannedRow(r[0], r[1], r[2] or "", r[3] or "", tuple(r[4] or ()), *r[5:])
            for r in self._c.execute(_of_unit(query, unit))
        ]


def _of_unit(query: sa.Select[Any], unit: str) -> sa.Select[Any]:
    return query.where(ITEM.unit == unit) if unit else query
