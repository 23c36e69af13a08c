"""Searching the log by what its entries are about, who acted, what they did and when; by its own indexes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.audit.entries import Entry, StoredEntry
from publisher.store import schema as t

E = t.log_entries.c
ABOUT = (
    ("item", t.items.c.id),
    ("revision", t.revisions.c.item_id),
    ("posting", t.postings.c.item_id),
    ("part", t.parts.c.item_id),
)
"""The subjects that are about an item, each with the column that says which."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What is looked for; what is empty narrows nothing.

    `items` are ids whose entries are wanted (None: whatever they are about). `unit` leaves only what is about this
    unit's items, and what `own` did. `since` and `until` bound the time, the end not included. Numbers below
    `before` come newest first; with `after`, the page that follows it upwards, newest first too.
    """

    items: tuple[str, ...] | None = None
    unit: str = ""
    own: str = ""
    actor: str = ""
    kind: str = ""
    channel: str = ""
    refused: bool = False
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0
    after: int = 0
    limit: int = 50


def channel_of(entry: Entry) -> str:
    """The channel that an entry is about, "" when it is about none or about all."""
    kind, _, name = entry.subject.partition(":")
    return str(entry.facts.get("channel") or (name if kind == "channel" else ""))


def search(connection: sa.Connection, wanted: LogQuery) -> list[StoredEntry]:
    """A page of entries, newest first. At most three statements, however long the log is."""
    query = sa.select(E.seq, E.canonical, E.entry_hash, E.prev_hash).where(*_narrowed(wanted))
    for bound in _bounds(connection, wanted):
        query = query.where(bound)
    upwards = wanted.after > 0
    rows = connection.execute(query.order_by(E.seq if upwards else E.seq.desc()).limit(wanted.limit)).all()
    found = [StoredEntry(*row) for row in rows]
    return found[::-1] if upwards else found


def _narrowed(wanted: LogQuery) -> list[sa.ColumnElement[bool]]:
    equal = ((E.actor, wanted.actor), (E.kind, wanted.kind), (E.channel, wanted.channel))
    conditions: list[sa.ColumnElement[bool]] = [column == value for column, value in equal if value]
    if wanted.refused:
        conditions.append(E.outcome == "refused")
    if wanted.items is not None:
        conditions.append(E.subject.in_(_subjects(wanted.items)))
    if wanted.unit:
        mine = sa.select(t.items.c.id).where(t.items.c.unit == wanted.unit)
        conditions.append(sa.or_(E.subject.in_(_subjects(mine)), E.actor == wanted.own))
    return conditions


def _subjects(items: Collection[str] | sa.Select[Any]) -> sa.CompoundSelect[Any]:
    """The subjects of everything that belongs to these items."""
    return sa.union_all(
        *(
            sa.select(sa.literal(f"{kind}:").concat(column.table.c.id)).where(column.in_(items))
            for kind, column in ABOUT
        )
    )


def _bounds(connection: sa.Connection, wanted: LogQuery) -> list[sa.ColumnElement[bool]]:
    """Times never fall, so that a time is a number."""
    bounds = []
    if wanted.since is not None:
        bounds.append(E.seq >= _first_from(connection, wanted.since))
    if wanted.until is not None:
        bounds.append(E.seq < _first_from(connection, wanted.until))
    if wanted.before:
        bounds.append(E.seq < wanted.before)
    if wanted.after:
        bounds.append(E.seq > wanted.after)
    return bounds


def _first_from(connection: sa.Connection, moment: datetime) -> int:
    found = sa.select(E.seq).where(E.at >= moment).order_by(E.at, E.seq).limit(1)
    return int(connection.execute(found).scalar() or 2**53)
