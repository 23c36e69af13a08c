"""When a channel may carry something: release windows, days without releases, and what they mean for one kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from publisher.domain.clocks import BEIJING, WorkCalendar, local

FURTHEST_DAYS = 400
"""So far ahead an opening is looked for; the rules are checked at start, so that there is one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which kinds of items on which channels a rule is for; an empty set means all."""

    kinds: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def covers(self, kind: str, channel: str) -> bool:
        """Whether the rule is for this kind on this channel."""
        return (not self.kinds or kind in self.kinds) and (not self.channels or channel in self.channels)


@dataclass(frozen=True, slots=True)
class ReleaseWindow:
    """发布时段: on these weekdays (1 = Monday) from `opens` until before `closes`, Beijing time.

    With `working_days` the announced calendar decides instead of the weekday: a make-up Saturday counts, a
    holiday does not.
    """

    scope: Scope
    opens: time
    closes: time
    weekdays: frozenset[int] = frozenset(range(1, 8))
    working_days: bool = False

    def is_open_on(self, day: date, calendar: WorkCalendar) -> bool:
        """Whether it opens on this day at all."""
        return calendar.is_workday(day) if self.working_days else day.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class Blackout:
    """停发日: from `first` to `last`, both included, nothing of these kinds is sent; `reason` is shown."""

    scope: Scope
    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class Opening:
    """From when something may be sent (aware), and why not before; "" when at once."""

    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """All windows and days without releases. Without a window for a kind and channel, every hour is open."""

    windows: tuple[ReleaseWindow, ...] = ()
    blackouts: tuple[Blackout, ...] = ()

    def opening(
        self, kind: str, channel: str, at: datetime, calendar: WorkCalendar, *, urgent: bool
    ) -> Opening:
        """The first instant from `at` on at which this kind may go to this channel. Urgent kinds never wait."""
        windows = [w for w in self.windows if w.scope.covers(kind, channel)]
        blackouts = [b for b in self.blackouts if b.scope.covers(kind, channel)]
        if urgent or not (windows or blackouts):
            return Opening(at)
        why, start = "", local(at)
        for ahead in range(FURTHEST_DAYS):
            day = start.date() + timedelta(days=ahead)
            shut = next((b for b in blackouts if b.first <= day <= b.last), None)
            if shut:
                why = f"停发日（{shut.reason}）"
                continue
            earliest = start.timetz().replace(tzinfo=None) if ahead == 0 else time()
            opens = _first_open(windows, day, earliest, calendar)
            if opens == earliest and ahead == 0:
                return Opening(at)
            why = why or "不在发布时段"
            if opens is not None:
                return Opening(datetime.combine(day, opens, BEIJING).astimezone(at.tzinfo), why)
        return Opening(at + timedelta(days=FURTHEST_DAYS), why)


def _first_open(
    windows: Iterable[ReleaseWindow], day: date, earliest: time, calendar: WorkCalendar
) -> time | None:
    """The first time of day from `earliest` on within a window; `earliest` itself where there are none."""
    rows = list(windows)
    if not rows:
        return earliest
    today = [w for w in rows if w.is_open_on(day, calendar) and earliest < w.closes]
    return min((max(earliest, w.opens) for w in today), default=None)
