"""Legal clocks: working days, limits, and what may be said past the announced calendar (rules.md 1.2, 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Business time. A fixed offset: China has had no summer time since 1991, and instants begin in 2026."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days as announced. `exceptions` maps a date to True (make-up working day) or False (holiday).

    `first_year` and `last_year` bound the announced years. Outside them weekdays count as working days
    and the answer is provisional.
    """

    first_year: int
    last_year: int
    exceptions: Mapping[date, bool]

    def is_workday(self, day: date) -> bool:
        """Announced exception, else Monday to Friday."""
        return self.exceptions.get(day, day.weekday() < 5)

    def is_announced(self, day: date) -> bool:
        """Whether the notice for that year is in the data."""
        return self.first_year <= day.year <= self.last_year

    def days_left(self, today: date) -> int:
        """How many announced days follow `today`; below zero once the calendar has ended."""
        return (date(self.last_year, 12, 31) - today).days


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a limit. `provisional` when the count passed days whose calendar is not announced."""

    day: date
    provisional: bool

    def shown(self) -> str:
        """For people: the date, and a word when it may still move."""
        return (
            f"{self.day.isoformat()}（暂定，节假日安排未公布）" if self.provisional else self.day.isoformat()
        )


def add_working_days(start: date, count: int, calendar: WorkCalendar) -> Due:
    """The `count`-th working day after `start`; the start day itself is not counted (R10.06)."""
    day, left, provisional = start, count, not calendar.is_announced(start)
    while left:
        day += timedelta(days=1)
        provisional = provisional or not calendar.is_announced(day)
        left -= calendar.is_workday(day)
    return Due(day, provisional)


class DayUnit(StrEnum):
    """How the days of a limit are counted."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class LegalClock:
    """A limit from the day the information was formed. `source` is the rule."""

    days: int
    unit: DayUnit
    source: str


def due_for(clock: LegalClock, formed_on: date, calendar: WorkCalendar) -> Due:
    """The last day on which publishing is in time. Never raises for a year without a calendar."""
    if clock.unit is DayUnit.CALENDAR:
        return Due(formed_on + timedelta(days=clock.days), provisional=False)
    return add_working_days(formed_on, clock.days, calendar)


def local(instant: datetime) -> datetime:
    """An aware instant in business time."""
    return instant.astimezone(BEIJING)


def shown_minute(instant: datetime) -> str:
    """`YYYY-MM-DD HH:MM` in business time (R3.02)."""
    return local(instant).strftime("%Y-%m-%d %H:%M")


def business_day(instant: datetime) -> date:
    """The date in business time, whatever the host's zone."""
    return local(instant).date()


def next_business_midnight(instant: datetime, *, minutes: int = 5) -> datetime:
    """`minutes` after the coming midnight in business time, as UTC: when daily quotas are surely reset."""
    start = local(instant).replace(hour=0, minute=0, second=0, microsecond=0)
    return (start + timedelta(days=1, minutes=minutes)).astimezone(UTC)


def read_instant(text: str) -> datetime:
    """An instant from `YYYY-MM-DD HH:MM[:SS]` (business time) or ISO 8601 with an offset; aware, UTC.

    Raises `ValueError` for anything else, a date without a time included: nobody means midnight by it.
    """
    parsed = datetime.fromisoformat(text.strip())
    if ":" not in text:
        raise ValueError(f"no time of day in {text!r}")
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=BEIJING)
    try:
        return parsed.astimezone(UTC)
    except OverflowError as error:  # the first and the last day of the calendar
        raise ValueError(f"not an instant that exists: {text!r}") from error
