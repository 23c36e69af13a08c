"""How working time is counted, and that what waits has its times in one table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from publisher.domain.clocks import BEIJING, WorkCalendar
from publisher.domain.nudging import NUDGES, Waiting, at_work, may_go, waited, work_between
from publisher.domain.people import Role

CALENDAR = WorkCalendar(2026, 2026, {date(2026, 11, 28): True, date(2026, 11, 26): False})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026 in Beijing: the 24th is a Tuesday, the 26th off, Saturday the 28th worked."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (at(24, 8, 29), False),
        (at(24, 8, 30), True),
        (at(24, 12), False),
        (at(24, 14), True),
        (at(24, 17, 30), False),
        (at(26, 10), False),
        (at(28, 10), True),
        (at(29, 10), False),
    ],
)
def test_people_are_at_work_in_working_hours_of_working_days(moment: datetime, there: bool) -> None:
    assert at_work(moment, CALENDAR) is there


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        (at(24, 9), at(24, 11), 2),
        (at(24, 11), at(24, 15), 2),
        (at(24, 17), at(25, 9), 1),
        (at(25, 17), at(27, 9), 1),
        (at(27, 17), at(30, 9), 0.5 + 7 + 0.5),
        (at(24, 20), at(25, 7), 0),
        (at(24, 11), at(24, 9), 0),
    ],
)
def test_only_hours_of_work_count(since: datetime, until: datetime, hours: float) -> None:
    assert work_between(since, until, CALENDAR) == timedelta(hours=hours)


PLAIN = Waiting("pass_content", "revision:a", at(24, 17), frozenset({Role.CONTENT_REVIEWER}), ("shen",), "x")


def test_an_urgent_thing_counts_by_the_clock_and_goes_at_night() -> None:
    loud = replace(PLAIN, urgent=True)
    assert waited(loud, loud.since, at(24, 23), CALENDAR) == timedelta(hours=6)
    assert may_go(loud, at(24, 23), CALENDAR)
    assert not may_go(PLAIN, at(24, 23), CALENDAR)


@pytest.mark.parametrize("act", NUDGES)
def test_the_substitute_is_asked_after_the_person(act: str) -> None:
    row = NUDGES[act]
    assert timedelta(0) < row.after <= row.escalate
    assert row.every > timedelta(0)
    assert not row.what.isascii()
