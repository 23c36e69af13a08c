"""Counts for the report: a fixed number of grouped questions, whatever there is. Ranges are half open and aware."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.order import OrderKind
from publisher.domain.part import PartEvent, PartState
from publisher.store import schema as t

P, R, I, O = t.postings.c, t.revisions.c, t.items.c, t.orders.c  # noqa: E741
PART, PROOF = t.parts.c, t.proofs.c
DAY_ENDS = "T16:00:00.000000Z"
"""Midnight in business time after a day, written behind that day: instants are text of fixed width in UTC."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: [since, until), one unit's items or all (""), one channel or all ("")."""

    since: datetime
    until: datetime
    unit: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class DisclosedCell:
    """How many items went out first within one month (its place in the bounds), of one unit and kind, late or not."""

    month: int
    unit: str
    kind: str
    late: bool
    items: int


@dataclass(frozen=True, slots=True)
class ChannelCell:
    """What went out on one channel, how much of it was ever seen as approved, how much late."""

    channel: str
    out: int
    verified: int
    late: int


class Figures:
    """Reads within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def disclosed(self, scope: Scope, months: Sequence[datetime]) -> list[DisclosedCell]:
        """Items by the month of their first day out; `months` are the beginnings of all months but the first."""
        first = self._first_out(scope)
        place = sa.case(*((first.c.at < end, n) for n, end in enumerate(months)), else_=len(months))
        if not months:
            place = sa.literal_column("0")  # type: ignore[assignment]
        late = sa.case((first.c.at >= R.due_on.op("||")(DAY_ENDS), 1), else_=0)
        cells = (
            sa.select(
                place.label("month"),
                I.unit.label("unit"),
                R.content["kind"].as_string().label("kind"),
                late.label("late"),
            )
            .join_from(first, t.revisions, R.id == first.c.revision_id)
            .join(t.items, I.id == first.c.item_id)
        )
        if scope.unit:
            cells = cells.where(I.unit == scope.unit)
        c = cells.subquery().c
        query = sa.select(c.month, c.unit, c.kind, c.late, sa.func.count()).group_by(
            c.month, c.unit, c.kind, c.late
        )
        return [
            DisclosedCell(month, unit, kind or "", bool(was_late), n)
            for month, unit, kind, was_late, n in self._c.execute(query)
        ]

    def disclosed_in_all(self, scope: Scope) -> int:
        """How many items went out first within the range."""
        first = self._first_out(scope)
        query = sa.select(sa.func.count()).select_from(first)
        if scope.unit:
            query = query.join(t.items, I.id == first.c.item_id).where(I.unit == scope.unit)
        return int(self._c.execute(query).scalar_one())

    def _first_out(self, scope: Scope) -> sa.Subquery:
        """Each item's first posting that went out, where that was within the range."""
        nth = sa.func.row_number().over(partition_by=P.item_id, order_by=(P.out_at, P.id)).label("nth")
        out = sa.select(P.item_id, P.revision_id, P.out_at.label("at"), nth)
        out = out.where(P.out_at.is_not(None), P.out_at < scope.until)
        if scope.channel:
            out = out.where(P.channel == scope.channel)
        o = out.subquery()
        return sa.select(o).where(o.c.nth == 1, o.c.at >= scope.since).subquery()

    def channels(self, scope: Scope) -> list[ChannelCell]:
        """Postings that went out, by channel."""
        seen = sa.exists().where(
            PART.item_id == P.item_id,  # by an index
            PART.posting_id == P.id,
            PART.position == 0,
            PROOF.part_id == PART.id,
            PROOF.outcome == PartEvent.MATCH.value,
        )
        late = P.out_at.cast(sa.String) >= R.due_on.op("||")(DAY_ENDS)
        rows = (
            sa.select(
                P.channel.label("channel"),
                sa.case((seen, 1), else_=0).label("seen"),
                sa.case((late, 1), else_=0).label("late"),
            )
            .join_from(t.postings, t.revisions, R.id == P.revision_id)
            .where(*_within(P.out_at, P.item_id, P.channel, scope))
            .subquery()
        )
        c = rows.c
        query = sa.select(c.channel, sa.func.count(), sa.func.sum(c.seen), sa.func.sum(c.late))
        return [
            ChannelCell(name, n, int(seen_n), int(late_n))
            for name, n, seen_n, late_n in self._c.execute(query.group_by(c.channel))
        ]

    def orders(self, scope: Scope) -> dict[OrderKind, int]:
        """Orders signed within the range, by kind."""
        query = sa.select(O.kind, sa.func.count()).where(*_within(O.at, O.item_id, None, scope))
        if scope.channel:
            query = query.where(O.channel.in_(("", scope.channel)))
        return {row[0]: row[1] for row in self._c.execute(query.group_by(O.kind))}

    def removals(self, scope: Scope) -> list[tuple[datetime, datetime]]:
        """When each part was ordered to go, within the range, and when a look first found it gone."""
        gone = sa.func.min(PROOF.at, type_=PROOF.at.type)
        query = (
            sa.select(O.at, gone)
            .join_from(t.orders, t.parts, PART.order_id == O.id)
            .join(t.proofs, PROOF.part_id == PART.id)
            .where(PART.state == PartState.WITHDRAWN, PROOF.outcome == "gone", PROOF.at >= O.at)
            .where(*_within(O.at, O.item_id, PART.channel, scope))
            .group_by(PART.id, O.at)
        )
        return [(row[0], row[1]) for row in self._c.execute(query)]


def _within(at: Any, item_id: Any, channel: Any, scope: Scope) -> list[sa.ColumnElement[bool]]:
    where = [at >= scope.since, at < scope.until]
    if scope.unit:
        where.append(item_id.in_(sa.select(I.id).where(I.unit == scope.unit)))
    if scope.channel and channel is not None:
        where.append(channel == scope.channel)
    return where
