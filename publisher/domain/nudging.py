"""Nudges 催办: after how long whoever something waits for is reminded, how often, and when the substitute is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from publisher.domain.clocks import BEIJING, WorkCalendar, local
from publisher.domain.people import Role

WORKING_HOURS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
"""When people are at work on working days, in business time. Ordinary nudges count and go in these hours alone."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """What stands in the reminder; first after `after`, again every `every`, to the substitute too from `escalate`.

    Times are hours of work; of the clock where it is `urgent`.
    """

    what: str
    after: timedelta
    every: timedelta
    escalate: timedelta
    urgent: bool = False


def _nudge(what: str, after: float, every: float, escalate: float, *, urgent: bool = False) -> Nudge:
    return Nudge(what, timedelta(hours=after), timedelta(hours=every), timedelta(hours=escalate), urgent)


NUDGES: dict[str, Nudge] = {  # what waits → hours: first, again, to the substitute too
    "pass_content": _nudge("待初审", 2, 3.5, 7),
    "clear_secrecy": _nudge("待保密审查", 2, 3.5, 7),
    "referred": _nudge("报请确定中，请催问", 21, 21, 42),
    "sign_off": _nudge("待签发", 2, 3.5, 7),
    "sign_off_urgent": _nudge("紧急送审，待值班领导签发", 0.1, 0.2, 0.3, urgent=True),
    "schedule": _nudge("已签发，待排期", 3.5, 7, 14),
    "second_look": _nudge("紧急发布，待事后复核", 3, 2, 6, urgent=True),
    "confirm_leak": _nudge("泄露撤下，待签发人确认", 0.1, 0.25, 0.5, urgent=True),
    "by_hand": _nudge("待人工发布", 0.5, 2, 4),
    "failed": _nudge("推送失败，待处理", 0.5, 3.5, 7),
    "settle": _nudge("结果不明，待人工确认", 0.5, 2, 4),
    "late": _nudge("超过时限，待决定补发或取消", 0.5, 3.5, 7),
    "remove_by_hand": _nudge("待人工撤下", 0.25, 1, 2, urgent=True),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for one of these people, all of whom may do it. `thing` is a log subject."""

    act: str
    thing: str
    since: datetime
    roles: frozenset[Role]
    people: tuple[str, ...]
    about: str
    urgent: bool = False

    @property
    def row(self) -> Nudge:
        """Its line of the table."""
        return NUDGES[self.act]

    @property
    def loud(self) -> bool:
        """Whether it counts by the clock and goes at any hour: an urgent row, or an item of the urgent path."""
        return self.row.urgent or self.urgent


def at_work(now: datetime, calendar: WorkCalendar) -> bool:
    """Whether `now` (aware) is within working hours of a working day."""
    here = local(now)
    hours = (opens <= here.time() < closes for opens, closes in WORKING_HOURS)
    return calendar.is_workday(here.date()) and any(hours)


def work_between(since: datetime, now: datetime, calendar: WorkCalendar) -> timedelta:
    """Working time in [since, now): zero when `since` is not before `now`."""
    total, day = timedelta(0), local(since).date()
    while day <= local(now).date():
        if calendar.is_workday(day):
            for opens, closes in WORKING_HOURS:
                start = max(datetime.combine(day, opens, BEIJING), since)
                end = min(datetime.combine(day, closes, BEIJING), now)
                total += max(end - start, timedelta(0))
        day += timedelta(days=1)
    return total


def waited(thing: Waiting, since: datetime, now: datetime, calendar: WorkCalendar) -> timedelta:
    """How long since then, by the clock that counts for this thing."""
    return now - since if thing.loud else work_between(since, now, calendar)


def may_go(thing: Waiting, now: datetime, calendar: WorkCalendar) -> bool:
    """Whether a nudge about this may be made now."""
    return thing.loud or at_work(now, calendar)
