"""Free slots 空位: when a signed revision may go out on all of its channels at once, and setting that time.

Windows, days without releases and the quota book decide, as in `planning`; nothing is reserved by looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from publisher.domain.clocks import BEIJING, business_day, local, shown_minute
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import Act, require
from publisher.domain.quota import has_room, sending_windows
from publisher.domain.windows import Opening
from publisher.store.days import PlannedRow
from publisher.store.unit_of_work import Reading, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.planning import Book, Wish, open_book, opening, places_by_posting, scheduled_wish
from publisher.workflow.schedule import (
    EARLIEST,
    ScheduleRequest,
    UnscheduleRequest,
    schedule,
    unschedule,
)

MORNING = time(9)
QUARTER = timedelta(minutes=15)
MOST_TRIES = 200


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """A time for a revision. `release_at` is aware, None means now; `shown` is the time the person saw ("" for none).

    `anyway`: where a channel has no room then, it waits for its own place.
    """

    revision_id: str
    release_at: datetime | None = None
    shown: str = ""
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class FreeRequest:
    """Take the time off that the person saw."""

    revision_id: str
    shown: str = ""


class Slots:
    """How the quota book stands at one moment; asked about any number of revisions without more questions."""

    def __init__(self, reading: Reading, now: datetime) -> None:
        """Two questions to the database."""
        self._reading, self._now = reading, now
        self._book: Book = open_book(reading, now)
        self._places = places_by_posting(reading)

    def first(self, row: PlannedRow, at: datetime) -> Opening:
        """The first instant from `at` on at which every channel of the revision may send, and why not before."""
        when, why = max(at, self._now), ""
        for _ in range(MOST_TRIES):
            step = max(
                (self._open(wish, when) for wish in self._wishes(row)), key=lambda o: o.at, default=None
            )
            if step is None or step.at <= when:
                return Opening(when, why)
            when, why = step.at, why or step.why
        return Opening(when, why)

    def proposals(self, row: PlannedRow, count: int = 3) -> tuple[datetime, ...]:
        """The next free times: as soon as may be on a quarter of an hour, then the mornings of working days."""
        calendar = self._reading.bureau.calendar
        start = local(self._now).replace(second=0, microsecond=0, minute=0)
        found: list[datetime] = []
        while start <= self._now:
            start += QUARTER
        day = business_day(self._now)
        for _ in range(30):
            slot = self.first(row, start).at
            if slot not in found:
                found.append(slot)
            if len(found) == count:
                break
            day = max(day, business_day(slot)) + timedelta(days=1)
            while not calendar.is_workday(day):
                day += timedelta(days=1)
            start = datetime.combine(day, MORNING, BEIJING)
        return tuple(found)

    def _wishes(self, row: PlannedRow) -> list[Wish]:
        bureau = self._reading.bureau
        kind = bureau.kinds.get(row.kind)
        if kind is None or kind.urgent:
            return []
        return [
            scheduled_wish(row.item_id, row.revision_id, name, kind, self._now)
            for name in row.channels
            if name in bureau.channels
        ]

    def _open(self, wish: Wish, at: datetime) -> Opening:
        wanted = opening(self._reading, wish, at)
        mine = {(p.call, p.period, p.window_start) for p in self._places.get(wish.posting_id, ())}
        plan = self._reading.bureau.channels[wish.channel]
        for window in sending_windows(wish.channel, plan.quotas, wanted.at):
            key = (window.quota.call, window.quota.period, window.start)
            row = self._book.get((window.account, *key))
            used = (row.used + row.reserved if row else 0) - (key in mine)
            blocked = row.blocked_until if row else None
            if not has_room(used, window.quota.maximum, blocked, wanted.at):
                until = blocked if blocked and blocked > wanted.at else window.end
                return Opening(until, f"{plan.label}的额度已排满")
        return wanted


def free_slots(reading: Reading, now: datetime, row: PlannedRow, count: int = 3) -> tuple[datetime, ...]:
    """The next times at which windows and quota allow every channel of a revision; soonest first."""
    return Slots(reading, now).proposals(row, count)


def schedule_in_slot(uow: UnitOfWork, now: datetime, actor: Actor, request: SlotRequest) -> datetime:
    """Set or move a time that is free on every channel, as `schedule` does. Returns the instant.

    Refused when somebody else changed the time since the person saw it, and, unless `anyway`, when a window or a
    quota does not allow it then; the refusal names the next free time.
    """
    require(Act.SCHEDULE, actor.person)
    row = _as_shown(uow, request.revision_id, request.shown)
    at = request.release_at or now
    free = Slots(uow, now).first(row, at) if at >= now - EARLIEST else Opening(at)
    if free.at > max(at, now) and not request.anyway:
        raise refuse(
            Reason.WRONG_STATE,
            f"{shown_minute(at)} 发不了：{free.why}",
            field="release_at",
            allowed=f"最近的空位 {shown_minute(free.at)}",
            english=f"not possible then; the next free time is {shown_minute(free.at)} Beijing time",
        )
    return schedule(uow, now, actor, ScheduleRequest(request.revision_id, request.release_at))


def unschedule_as_shown(uow: UnitOfWork, now: datetime, actor: Actor, request: FreeRequest) -> None:
    """Take the time off again, as `unschedule` does. Refused when somebody else changed it since it was seen."""
    require(Act.UNSCHEDULE, actor.person)
    _as_shown(uow, request.revision_id, request.shown)
    unschedule(uow, now, actor, UnscheduleRequest(request.revision_id))


def stamp(at: datetime | None) -> str:
    """A revision's time as forms carry it; "" for none."""
    return at.isoformat() if at else ""


def _as_shown(uow: UnitOfWork, revision_id: str, shown: str) -> PlannedRow:
    row = uow.days.planned(revision_id)
    if row is None:
        raise refuse(Reason.NOT_FOUND, "没有这个版本", field="revision", english="no such revision")
    if stamp(row.release_at) != shown:
        raise _moved(row.release_at)
    return row


def _moved(at: datetime | None) -> Refused:
    there = f"现在排在 {shown_minute(at)}" if at else "现在没有排时间"
    return refuse(
        Reason.WRONG_STATE,
        f"您看的时候，时间已经被改过，{there}",
        field="release_at",
        allowed="看过现在的时间再改",
        english="the time was changed by somebody else meanwhile",
    )
