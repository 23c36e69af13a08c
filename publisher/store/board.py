"""The board of postings in the database: which stand in which column, and what each of them shows.

A number of questions that does not grow with the postings: the database counts and picks what is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from publisher.domain.part import PartState
from publisher.domain.posting import POSTING_FINAL, PostingState
from publisher.store import schema as t
from publisher.store.records import PartRecord, PostingRecord, records

S = PostingState
P, PART = t.postings.c, t.parts.c


class BoardColumn(StrEnum):
    """Where a posting stands on the board."""

    WAITING = "waiting"
    SENDING = "sending"
    OUT = "out"
    PERSON = "person"


HOT_PARTS = (PartState.DIFFERS, PartState.MISSING, PartState.WITHDRAW_BY_HAND)
ASKED = sa.and_(P.state.in_((S.UNKNOWN, S.ACCEPTED)), P.person_needed != "")
MOST_PARTS = 8
"""So many articles one posting may send (a rule of the table of articles)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which postings: what is due before `until`, what went out since `since` (None = at any time); of a channel and
    a unit, "" for all. `out` False leaves away what is out and needs nobody; what needs a person always counts."""

    channels: tuple[str, ...]
    since: datetime | None = None
    until: datetime | None = None
    out: bool = True
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A posting's place: its channel's column, and how many stand there in all."""

    posting_id: str
    channel: str
    column: BoardColumn
    count: int


class Board:
    """Reads within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def cells(self, wanted: Wanted, most: int) -> list[Place]:
        """The first `most` postings of each cell, in the order in which they are shown."""
        inner = _placed(wanted).subquery()
        cell = (inner.c.channel, inner.c.col)
        order = (inner.c.urgent.desc(), inner.c.due, inner.c.out_at.desc(), inner.c.id)
        ranked = sa.select(
            inner.c.id,
            inner.c.channel,
            inner.c.col,
            sa.func.count().over(partition_by=cell).label("total"),
            sa.func.row_number().over(partition_by=cell, order_by=order).label("place"),
        ).subquery()
        query = sa.select(ranked).where(ranked.c.place <= most).order_by(ranked.c.place)
        return [Place(r.id, r.channel, BoardColumn(r.col), r.total) for r in self._c.execute(query)]

    def page(self, wanted: Wanted, column: BoardColumn | None, *, skip: int, count: int) -> list[str]:
        """Keys of one column's postings (all columns: None), as many as asked for after `skip`."""
        inner = _placed(wanted).subquery()
        query = sa.select(inner.c.id).order_by(
            inner.c.urgent.desc(), inner.c.due, inner.c.out_at.desc(), inner.c.id
        )
        if column is not None:
            query = query.where(inner.c.col == column.value)
        return [str(key) for key in self._c.execute(query.offset(skip).limit(count)).scalars()]

    def postings(self, keys: Collection[str]) -> dict[str, PostingRecord]:
        """These postings, by key."""
        found = records(PostingRecord, self._c.execute(sa.select(t.postings).where(P.id.in_(keys))))
        return {posting.id: posting for posting in found}

    def parts(self, keys: Collection[str]) -> dict[str, list[PartRecord]]:
        """What came of these postings, by the posting's key, in order of position."""
        ids = [f"{key}:{position}" for key in keys for position in range(MOST_PARTS)]
        query = sa.select(t.parts).where(PART.id.in_(ids)).order_by(PART.posting_id, PART.position)
        found: dict[str, list[PartRecord]] = {}
        for part in records(PartRecord, self._c.execute(query)):
            found.setdefault(part.posting_id, []).append(part)
        return found

    def titles(self, revision_ids: Collection[str]) -> Mapping[str, str]:
        """What each revision is called."""
        r = t.revisions.c
        query = sa.select(r.id, r.content["title"].as_string()).where(r.id.in_(revision_ids))
        return {row[0]: row[1] or "" for row in self._c.execute(query)}

    def bundled(self, keys: Collection[str]) -> Mapping[str, int]:
        """How many articles each of these postings sends."""
        a = t.posting_articles.c
        query = sa.select(a.posting_id, sa.func.count()).where(a.posting_id.in_(keys)).group_by(a.posting_id)
        return {row[0]: row[1] for row in self._c.execute(query)}


def _placed(wanted: Wanted) -> sa.Select[tuple[str, str, bool, str, datetime, datetime]]:
    """Key, channel, column and what orders them, of everything that is shown."""
    parts = sa.select(PART.posting_id).where(PART.channel.in_(wanted.channels), PART.state.in_(HOT_PARTS))
    hot: sa.ColumnElement[bool] = P.id.in_(parts)
    shown = sa.union(*_shown(wanted), parts).subquery()
    column = sa.case(
        (P.state.in_((S.WAITING, S.QUEUED)), BoardColumn.WAITING.value),
        (sa.or_(P.state.in_((S.BY_HAND, S.FAILED, S.HELD)), ASKED), BoardColumn.PERSON.value),
        (P.state != S.OUT, BoardColumn.SENDING.value),
        (hot, BoardColumn.PERSON.value),
        else_=BoardColumn.OUT.value,
    ).label("col")
    due = sa.case((P.state == S.OUT, None), else_=P.due_at).label("due")
    query = sa.select(P.id, P.channel, P.urgent, column, due, P.out_at).join(shown, shown.c.id == P.id)
    if wanted.unit:
        query = query.where(P.item_id.in_(sa.select(t.items.c.id).where(t.items.c.unit == wanted.unit)))
    return query


def _shown(wanted: Wanted) -> Iterator[sa.Select[tuple[str]]]:
    """Keys of what is not finished and of what went out lately, each found by an index of its own."""
    mine = sa.select(P.id).where(P.channel.in_(wanted.channels))
    unfinished = mine.where(P.state.in_([state for state in S if state not in POSTING_FINAL]))
    if wanted.until is not None:
        moving = P.state.not_in((S.WAITING, S.QUEUED))
        unfinished = unfinished.where(sa.or_(moving, P.due_at < wanted.until))
    yield unfinished
    if wanted.out:
        lately = mine.where(P.state == S.OUT)
        yield lately if wanted.since is None else lately.where(P.out_at >= wanted.since)
