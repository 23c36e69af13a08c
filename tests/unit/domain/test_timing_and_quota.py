"""When to try, look and ask again, and when a quota window is over."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from publisher.domain import timing
from publisher.domain.quota import WINDOWS, has_room, window_end, window_start

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def seconds(until: datetime | None) -> float | None:
    return None if until is None else (until - NOON).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "wait_s"),
    [(1, 30), (2, 120), (3, 600), (4, 1800), (5, 7200), (6, 21600), (7, 21600), (60, 21600)],
)
def test_waits_grow_to_six_hours_and_stay_there(attempts: int, wait_s: int) -> None:
    assert seconds(timing.next_attempt(attempts, NOON)) == wait_s


@pytest.mark.parametrize(("looks", "wait_s"), [(0, 0), (1, 600), (2, 86400), (3, None), (4, None)])
def test_what_is_out_is_looked_at_at_once_after_ten_minutes_and_after_a_day(
    looks: int, wait_s: int | None
) -> None:
    assert seconds(timing.next_verification(looks, NOON)) == wait_s


@pytest.mark.parametrize(("failed", "wait_s"), [(1, 5), (2, 15), (3, 60), (4, 300), (5, 600), (9, 600)])
def test_a_look_that_failed_by_itself_is_tried_again_soon(failed: int, wait_s: int) -> None:
    assert seconds(timing.next_sight(failed, NOON)) == wait_s


@pytest.mark.parametrize(("tries", "wait_s"), [(1, 5), (2, 30), (3, 120), (4, 600), (5, 1800), (50, 1800)])
def test_a_removal_is_tried_until_it_is_gone(tries: int, wait_s: int) -> None:
    assert seconds(timing.next_removal(tries, NOON)) == wait_s


@pytest.mark.parametrize(("settle_s", "wait_s"), [(600, 660), (420, 480), (120, 180)])
def test_absence_counts_only_after_time_out_and_settle_time(settle_s: int, wait_s: int) -> None:
    assert seconds(timing.absence_counts_from(NOON, 60, settle_s)) == wait_s


@pytest.mark.parametrize(("looks", "wait_s"), [(0, 60), (1, 300), (2, 600), (3, 1800), (4, None)])
def test_an_unknown_outcome_is_looked_up_four_times_then_a_person_decides(
    looks: int, wait_s: int | None
) -> None:
    assert seconds(timing.next_look((60, 300, 600, 1800), looks, NOON)) == wait_s


def test_the_numbers_of_the_design_stand_in_the_table() -> None:
    assert (timing.LEASE_S, timing.RENEW_S) == (180, 20)
    assert timing.ABSENT_APART_S == 60
    assert timing.PROBE_S == 600
    assert timing.SECOND_LOOK_H == 12


def test_a_lease_outlasts_the_longest_call_and_several_renewals() -> None:
    assert timing.LEASE_S > 60 + 2 * timing.RENEW_S


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        ("2026-11-24T15:59:59", "2026-11-23T16:00:00", "2026-11-24T16:05:00"),  # 23:59:59 in Beijing
        ("2026-11-24T16:00:00", "2026-11-24T16:00:00", "2026-11-25T16:05:00"),  # midnight in Beijing
        ("2026-11-24T04:00:00", "2026-11-23T16:00:00", "2026-11-24T16:05:00"),  # noon in Beijing
    ],
)
def test_a_daily_quota_turns_at_beijing_midnight_wherever_the_host_stands(
    monkeypatch: pytest.MonkeyPatch, zone: str, now: str, starts: str, ends: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        start, end = window_start("day", moment), window_end("day", moment)
    time.tzset()
    assert start == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert end == datetime.fromisoformat(ends).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        ("2026-11-30T15:59:59", "2026-10-31T16:00:00", "2026-11-30T16:05:00"),
        ("2026-11-30T16:00:00", "2026-11-30T16:00:00", "2026-12-31T16:05:00"),
        ("2026-12-31T15:00:00", "2026-11-30T16:00:00", "2026-12-31T16:05:00"),
        ("2028-02-29T10:00:00", "2028-01-31T16:00:00", "2028-02-29T16:05:00"),
    ],
)
def test_a_monthly_quota_turns_at_beijing_midnight_of_the_first(now: str, starts: str, ends: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert window_start("month", moment) == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert window_end("month", moment) == datetime.fromisoformat(ends).replace(tzinfo=UTC)


def test_an_hourly_quota_turns_at_the_full_hour_and_is_trusted_five_minutes_later() -> None:
    moment = datetime(2026, 11, 24, 4, 59, 59, tzinfo=UTC)
    assert window_start("hour", moment) == NOON
    assert window_end("hour", moment) == NOON + timedelta(minutes=65)


@pytest.mark.parametrize("window", WINDOWS)
def test_the_window_that_holds_now_begins_before_it_and_ends_after_it(window: str) -> None:
    for minutes in range(0, 60 * 24 * 40, 37):
        moment = NOON + timedelta(minutes=minutes)
        assert window_start(window, moment) <= moment < window_end(window, moment)


def test_an_unlisted_window_is_an_error_and_not_another_window() -> None:
    with pytest.raises(KeyError):
        window_start("week", NOON)
    with pytest.raises(KeyError):
        window_end("week", NOON)


def test_the_last_call_fits_and_one_more_does_not() -> None:
    assert has_room(99, 100, None, NOON)
    assert not has_room(100, 100, None, NOON)


def test_the_platforms_own_word_overrides_our_count() -> None:
    assert not has_room(0, 100, NOON + timedelta(seconds=1), NOON)
    assert has_room(0, 100, NOON, NOON)
