"""Conflicts 冲突: what of the plan cannot go as it stands, said before its time comes. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.domain.catalogue import Kind
from publisher.domain.clocks import business_day
from publisher.domain.people import Person
from publisher.store.days import PlannedRow
from publisher.store.records import FreezeRecord, ReservationRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.planning import opening, places_by_posting, scheduled_wish
from publisher.workflow.quota_report import quota_book
from publisher.workflow.slots import Slots

MOST = 200


class Clash(StrEnum):
    """Why a plan cannot go as it stands."""

    WINDOW = "window"
    QUOTA = "quota"
    GATE = "gate"
    LIMIT = "limit"
    FREEZE = "freeze"
    OVERFULL = "overfull"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One of them: of which revision ("" for an account's whole day) and channel, at which time, and from when it may
    go (None where that is not known)."""

    clash: Clash
    title: str
    revision_id: str
    label: str
    at: datetime
    free: datetime | None
    words: str = ""


def conflicts(reading: Reading, now: datetime, person: Person) -> tuple[Conflict, ...]:
    """What is scheduled and will not go at its time, soonest first. A fixed number of questions."""
    rows = reading.days.scheduled(None, None, person.unit, MOST)
    places = places_by_posting(reading) if rows else {}
    freezes = reading.accounts.freezes()
    slots = Slots(reading, now) if rows else None
    found: list[Conflict] = []
    for row in rows:
        if slots is not None and row.release_at is not None:
            mine = next(
                _of(reading, row, row.release_at, places, freezes), None
            )  # one a revision: the gravest
            if mine is not None:
                free = slots.first(row, max(row.release_at, now)).at
                moved = mine.free or (free if free > row.release_at else None)
                found.append(Conflict(mine.clash, *_about(row), mine.label, mine.at, moved, mine.words))
    for line in quota_book(reading, now):
        if line.sending and line.used + line.reserved > line.limit:
            label = reading.bureau.label(line.channel)
            found.append(Conflict(Clash.OVERFULL, "", "", label, line.window_start, None))
    return tuple(sorted(found, key=lambda one: one.at))


def _about(row: PlannedRow) -> tuple[str, str]:
    return row.title, row.revision_id


def _of(
    reading: Reading,
    row: PlannedRow,
    at: datetime,
    places: dict[str, list[ReservationRecord]],
    freezes: list[FreezeRecord],
) -> Iterator[Conflict]:
    """The conflicts of one revision, the gravest first."""
    yield from _frozen(reading, row, at, freezes)
    if row.due_on < business_day(at).isoformat():
        yield Conflict(Clash.LIMIT, *_about(row), "", at, None, row.due_on)
    kind = reading.bureau.kinds.get(row.kind)
    if kind is not None and not kind.urgent:
        opens: dict[str, datetime] = {}
        yield from _shut(reading, row, kind, at, places, opens)
        yield from _early(reading, row, kind, at, opens)


def _frozen(
    reading: Reading, row: PlannedRow, at: datetime, freezes: list[FreezeRecord]
) -> Iterator[Conflict]:
    for one in freezes:
        if not one.channel and (one.urgent_too or not row.urgent):
            yield Conflict(Clash.FREEZE, *_about(row), "", at, None, one.reason)
        elif one.channel in row.channels:
            label = reading.bureau.label(one.channel)
            yield Conflict(Clash.FREEZE, *_about(row), label, at, None, one.reason)


def _shut(
    reading: Reading,
    row: PlannedRow,
    kind: Kind,
    at: datetime,
    places: dict[str, list[ReservationRecord]],
    opens: dict[str, datetime],
) -> Iterator[Conflict]:
    """Channels that may not send then, by window or quota; `opens` is filled with when each may."""
    for name in row.channels:
        if name not in reading.bureau.channels:
            continue
        wish = scheduled_wish(row.item_id, row.revision_id, name, kind, at)
        label, opened = reading.bureau.label(name), opening(reading, wish, at)
        opens[name] = opened.at
        if opened.at > at:
            yield Conflict(Clash.WINDOW, *_about(row), label, at, opened.at, opened.why)
        for place in places.get(wish.posting_id, ()):
            opens[name] = max(opens[name], place.planned_at)
            if place.planned_at > opened.at:
                yield Conflict(Clash.QUOTA, *_about(row), label, at, place.planned_at, place.why)


def _early(
    reading: Reading, row: PlannedRow, kind: Kind, at: datetime, opens: dict[str, datetime]
) -> Iterator[Conflict]:
    """Channels that would wait for the portals longer than the gate's limit."""
    portals = reading.bureau.portals()
    gate = max((when for name, when in opens.items() if name in portals), default=at)
    for name, when in opens.items():
        if name not in portals and gate > when + kind.gate_limit:
            yield Conflict(Clash.GATE, *_about(row), reading.bureau.label(name), when, gate)
