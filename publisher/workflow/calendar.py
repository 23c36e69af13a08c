"""The calendar 排期: each day with what goes out, went out and is due, its windows and its quotas. Reads only.

A fixed number of questions to the database, however many items there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from publisher.domain.clocks import BEIJING, WorkCalendar, business_day
from publisher.domain.lifecycle import RevisionState
from publisher.domain.people import Person
from publisher.domain.posting import PostingState
from publisher.store.board import HOT_PARTS
from publisher.store.days import PlannedRow, SentRow
from publisher.store.records import FreezeRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.board import WORST
from publisher.workflow.quota_report import QuotaLine, quota_book
from publisher.workflow.slots import Slots, stamp

SHOWN = 6
"""So many entries of a day stand in its cell; a link leads to the others."""
MOST = 2000
LOOSE = 50

S = PostingState
HOT = (S.UNKNOWN, S.FAILED, S.HELD, S.BY_HAND)
RANKS = {state: number for number, state in enumerate(WORST)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One item on one day. `at` is None for a limit that ends; `revision_id` where the time may be moved, and `shown`
    the time as forms carry it."""

    at: datetime | None
    title: str
    path: str
    state: StrEnum
    hot: bool = False
    held: bool = False
    revision_id: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `word` is 休 on a day off and 班 on a make-up day; `notes` say what is closed and why."""

    day: date
    word: str
    announced: bool
    today: bool
    past: bool
    inside: bool
    frozen: bool
    notes: tuple[str, ...]
    entries: tuple[Entry, ...]
    more: int
    quotas: tuple[QuotaLine, ...]


@dataclass(frozen=True, slots=True)
class Loose:
    """What is signed and has no time, with the next free times."""

    row: PlannedRow
    labels: tuple[str, ...]
    kind: str
    days_left: int
    slots: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A range of days, whole weeks from Monday for a month. `unannounced` are the years without holidays announced."""

    first: date
    last: date
    days: tuple[Day, ...]
    loose: tuple[Loose, ...]
    unannounced: tuple[int, ...]
    freezes: tuple[FreezeRecord, ...]
    today_quotas: tuple[QuotaLine, ...]

    @property
    def weeks(self) -> list[tuple[Day, ...]]:
        """The days seven by seven."""
        return [self.days[n : n + 7] for n in range(0, len(self.days), 7)]


def midnight(day: date) -> datetime:
    """The beginning of a day in business time."""
    return datetime.combine(day, time(), BEIJING)


def calendar(
    reading: Reading,
    now: datetime,
    person: Person,
    first: date,
    last: date,
    *,
    month: int = 0,
    most: int = SHOWN,
) -> CalendarView:
    """The days from `first` to `last` as this person sees them. Of another month than `month` they stand pale."""
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    entries, more = _entries(reading, person, span, most)
    freezes = tuple(reading.accounts.freezes())
    book = [line for line in quota_book(reading, now) if line.sending and line.period != "hour"]
    today, rules, work = business_day(now), reading.bureau.release_rules, reading.bureau.calendar
    days = []
    for day in span:
        shut = [b.reason for b in rules.blackouts if b.first <= day <= b.last]
        days.append(
            Day(
                day,
                day_word(day, work),
                work.is_announced(day),
                day == today,
                day < today - timedelta(days=1),
                not month or day.month == month,
                day == today and any(not f.channel for f in freezes),
                tuple(shut),
                tuple(entries.get(day, ())),
                more.get(day, 0),
                tuple(line for line in book if _on(line, day)),
            )
        )
    years = tuple(sorted({day.year for day in span if not work.is_announced(day)}))
    quotas = tuple(line for line in book if line.window_start <= now < line.window_end)
    return CalendarView(first, last, tuple(days), _loose(reading, now, person), years, freezes, quotas)


def day_word(day: date, work: WorkCalendar) -> str:
    """休 for a day off, 班 for a weekend day that is worked, "" for an ordinary working day."""
    if not work.is_workday(day):
        return "休"
    return "班" if day.weekday() >= 5 else ""


def loose_one(reading: Reading, now: datetime, row: PlannedRow) -> Loose:
    """One revision with the next free times."""
    return _loose_of(reading, now, Slots(reading, now), row)


def _loose(reading: Reading, now: datetime, person: Person) -> tuple[Loose, ...]:
    rows = reading.days.approved(person.unit, LOOSE)
    slots = Slots(reading, now) if rows else None
    return tuple(_loose_of(reading, now, slots, row) for row in rows if slots)


def _loose_of(reading: Reading, now: datetime, slots: Slots, row: PlannedRow) -> Loose:
    kind = reading.bureau.kinds.get(row.kind)
    left = (date.fromisoformat(row.due_on) - business_day(now)).days
    labels = tuple(reading.bureau.label(name) for name in row.channels)
    return Loose(row, labels, kind.label if kind else row.kind, left, slots.proposals(row))


def _on(line: QuotaLine, day: date) -> bool:
    return line.period == "day" and business_day(line.window_start) == day


def _entries(
    reading: Reading, person: Person, span: Sequence[date], most: int
) -> tuple[dict[date, list[Entry]], dict[date, int]]:
    since, until, unit = midnight(span[0]), midnight(span[-1] + timedelta(days=1)), person.unit
    bounds = [midnight(day) for day in (*span, span[-1] + timedelta(days=1))]
    found: dict[tuple[date, str], Entry] = {}
    hidden: dict[date, int] = {}
    outs = reading.days.out(bounds, RANKS, unit, most)
    counted: dict[int, int] = {}
    for out in outs:
        part = WORST[out.rank]
        found[span[out.place], out.item_id] = Entry(
            out.at, out.title, f"/items/{out.item_id}", part, hot=part in HOT_PARTS
        )
        counted[out.place] = counted.get(out.place, 0) + 1
        hidden[span[out.place]] = out.total - counted[out.place]
    for sent in reading.days.pending(list(reading.bureau.channels), since, until, unit, MOST):
        entry = _of_posting(sent)
        key = (business_day(sent.at), sent.item_id)
        if key not in found or not found[key].hot:
            found[key] = entry
    for row in reading.days.scheduled(since, until, unit, MOST):
        if row.release_at is not None:
            found[business_day(row.release_at), row.revision_id] = _of_scheduled(row, row.release_at)
    for order in reading.days.withdrawals(since, until, unit, MOST):
        key = (business_day(order.at), f"order:{order.item_id}")
        state = RevisionState.WITHDRAWN if order.fulfilled else RevisionState.WITHDRAWING
        found[key] = Entry(order.at, order.title, f"/items/{order.item_id}", state)
    for row in reading.days.under_review(span[0].isoformat(), span[-1].isoformat(), unit, MOST):
        found[date.fromisoformat(row.due_on), row.revision_id] = Entry(
            None, row.title, f"/items/{row.item_id}", row.state, held=row.held
        )
    return _by_day(found, hidden, most)


def _by_day(
    found: Mapping[tuple[date, str], Entry], hidden: dict[date, int], most: int
) -> tuple[dict[date, list[Entry]], dict[date, int]]:
    days: dict[date, list[Entry]] = {}
    for (day, _), entry in found.items():
        days.setdefault(day, []).append(entry)
    for day, rows in days.items():
        rows.sort(key=lambda one: (not one.hot, one.at is None, one.at or midnight(day)))
        hidden[day] = hidden.get(day, 0) + max(0, len(rows) - most)
        days[day] = sorted(rows[:most], key=lambda one: (one.at is None, one.at or midnight(day)))
    return days, hidden


def _of_posting(sent: SentRow) -> Entry:
    hot = sent.state in HOT or sent.asked
    return Entry(sent.at, sent.title, f"/postings/{sent.posting_id}", sent.state, hot=hot)


def _of_scheduled(row: PlannedRow, at: datetime) -> Entry:
    entry = Entry(at, row.title, f"/items/{row.item_id}", RevisionState.SCHEDULED, held=row.held)
    return replace(entry, revision_id=row.revision_id, shown=stamp(at))


@dataclass(frozen=True, slots=True)
class TodayTime:
    """Something of today at its time: each channel for itself, with its label and state."""

    at: datetime
    title: str
    path: str
    channels: tuple[tuple[str, StrEnum], ...]
    past: bool


def today_times(reading: Reading, now: datetime, person: Person, most: int = 30) -> tuple[TodayTime, ...]:
    """What goes out today and went out, by time; the first `most`. Three questions to the database."""
    since, until = midnight(business_day(now)), midnight(business_day(now) + timedelta(days=1))
    unit, bureau, days = person.unit, reading.bureau, reading.days
    sent = days.gone_out(since, until, unit, MOST)
    sent += days.pending(list(bureau.channels), since, until, unit, MOST)
    groups: dict[str, list[SentRow]] = {}
    for one in sent:
        groups.setdefault(one.item_id, []).append(one)
    found = [
        TodayTime(
            min(one.at for one in rows),
            rows[0].title,
            f"/items/{item_id}",
            tuple((bureau.label(one.channel), one.state) for one in rows),
            min(one.at for one in rows) <= now,
        )
        for item_id, rows in groups.items()
    ]
    for row in days.scheduled(since, until, unit, MOST):
        if row.release_at is not None:
            states = tuple((bureau.label(name), RevisionState.SCHEDULED) for name in row.channels)
            path = f"/items/{row.item_id}"
            found.append(TodayTime(row.release_at, row.title, path, states, row.release_at <= now))
    return tuple(sorted(found, key=lambda one: one.at)[:most])
