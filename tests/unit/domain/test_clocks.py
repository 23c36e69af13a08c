"""Legal limits in working days, business time, and what is said past the announced calendar."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from publisher.domain.catalogue import SEVEN_WORKING_DAYS, TWENTY_DAYS, TWENTY_WORKING_DAYS
from publisher.domain.clocks import (
    WorkCalendar,
    add_working_days,
    business_day,
    due_for,
    next_business_midnight,
    read_instant,
    shown_minute,
)

ZONES = ("UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati")


@pytest.fixture(params=ZONES)
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine stands in another part of the world."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def days(*spans: tuple[str, str]) -> set[date]:
    found = set()
    for first, last in spans:
        day, end = date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last}")
        while day <= end:
            found.add(day)
            day += timedelta(days=1)
    return found


OFF_2026 = days(
    ("01-01", "01-03"),
    ("02-15", "02-23"),
    ("04-04", "04-06"),
    ("05-01", "05-05"),
    ("06-19", "06-21"),
    ("09-25", "09-27"),
    ("10-01", "10-07"),
)
MAKE_UP_2026 = {date(2026, *d) for d in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}


def test_the_announced_holidays_of_2026_are_days_off(calendar: WorkCalendar) -> None:
    assert [day for day in sorted(OFF_2026) if calendar.is_workday(day)] == []


def test_the_make_up_weekends_of_2026_are_working_days(calendar: WorkCalendar) -> None:
    assert [day for day in sorted(MAKE_UP_2026) if not calendar.is_workday(day)] == []


def test_every_other_day_of_2026_follows_the_week(calendar: WorkCalendar) -> None:
    every = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    plain = [day for day in every if day not in OFF_2026 | MAKE_UP_2026]
    assert [day for day in plain if calendar.is_workday(day) != (day.weekday() < 5)] == []


def test_the_announced_years_are_2004_to_2026(calendar: WorkCalendar) -> None:
    assert (calendar.first_year, calendar.last_year) == (2004, 2026)
    assert calendar.is_announced(date(2026, 12, 31))
    assert not calendar.is_announced(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("formed_on", "count", "last_day"),
    [
        ("2026-02-10", 20, "2026-03-16"),  # over the spring festival with two make-up Saturdays
        ("2026-09-25", 20, "2026-10-29"),  # begins on a day off
        ("2026-09-30", 7, "2026-10-15"),
        ("2026-11-24", 20, "2026-12-22"),
        ("2026-12-03", 20, "2026-12-31"),  # the last start that the announced calendar covers
    ],
)
def test_working_days_are_counted_from_the_day_after(
    calendar: WorkCalendar, formed_on: str, count: int, last_day: str
) -> None:
    due = add_working_days(date.fromisoformat(formed_on), count, calendar)
    assert (due.day.isoformat(), due.provisional) == (last_day, False)


def test_a_limit_that_reaches_the_unannounced_year_is_provisional_and_no_exception(
    calendar: WorkCalendar,
) -> None:
    due = due_for(TWENTY_WORKING_DAYS, date(2026, 12, 4), calendar)
    assert (due.day, due.provisional) == (date(2027, 1, 1), True)
    assert due.shown() == "2027-01-01（暂定，节假日安排未公布）"


def test_a_sure_limit_is_shown_as_its_date_alone(calendar: WorkCalendar) -> None:
    assert due_for(SEVEN_WORKING_DAYS, date(2026, 9, 30), calendar).shown() == "2026-10-15"


@pytest.mark.parametrize("year", [1949, 2003, 2027, 2031, 2099])
def test_a_year_without_a_calendar_counts_weekdays_and_says_provisional(
    calendar: WorkCalendar, year: int
) -> None:
    monday = next(date(year, 6, day) for day in range(1, 8) if date(year, 6, day).weekday() == 0)
    due = add_working_days(monday, 20, calendar)
    assert (due.day, due.provisional) == (monday + timedelta(days=28), True)


def test_no_day_since_1949_breaks_the_clock(calendar: WorkCalendar) -> None:
    for n in range(0, 365 * 100, 9):
        formed_on = date(1949, 10, 1) + timedelta(days=n)
        assert due_for(TWENTY_WORKING_DAYS, formed_on, calendar).day > formed_on


def test_the_budget_limit_counts_plain_days_and_is_never_provisional(calendar: WorkCalendar) -> None:
    due = due_for(TWENTY_DAYS, date(2026, 12, 20), calendar)
    assert (due.day, due.provisional) == (date(2027, 1, 9), False)


def test_business_day_and_minute_are_beijings_wherever_the_host_stands(host_zone: str) -> None:
    instant = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert business_day(instant) == date(2026, 11, 24), host_zone
    assert shown_minute(instant) == "2026-11-24 00:30", host_zone


def test_a_written_time_is_beijings_wherever_the_host_stands(host_zone: str) -> None:
    assert read_instant("2026-11-24 17:30") == datetime(2026, 11, 24, 9, 30, tzinfo=UTC), host_zone


def test_the_coming_midnight_is_beijings_wherever_the_host_stands(host_zone: str) -> None:
    evening = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)
    assert next_business_midnight(evening) == datetime(2026, 11, 24, 16, 5, tzinfo=UTC), host_zone
    midnight = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert next_business_midnight(midnight) == datetime(2026, 11, 25, 16, 5, tzinfo=UTC), host_zone


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24 17:30", "2026-11-24T09:30:00+00:00"),
        (" 2026-11-24 17:30:15 ", "2026-11-24T09:30:15+00:00"),
        ("2026-11-24T17:30:00+08:00", "2026-11-24T09:30:00+00:00"),
        ("2026-11-24T09:30:00Z", "2026-11-24T09:30:00+00:00"),
        ("2026-11-24T04:30-05:00", "2026-11-24T09:30:00+00:00"),
    ],
)
def test_an_instant_is_read_into_utc(text: str, utc: str) -> None:
    read = read_instant(text)
    assert read.isoformat() == utc
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "明天下午",
        "2026-11-24",  # nobody means midnight by a date
        "2026-02-30 10:00",
        "2026-11-24 25:00",
        "0001-01-01 00:00",
        "9999-12-31T23:59-08:00",
    ],
)
def test_what_is_no_instant_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_instant(text)
