"""Which alarms are loud, when messages go, and that every alarm of the code is in the table."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, time, timedelta

import pytest

from publisher.domain.alerting import (
    CAUSES,
    GROUP_S,
    LINE_MOST_CHARS,
    LINES_MOST,
    RESEND_S,
    UNLISTED,
    Level,
    QuietHours,
    Ripening,
    Target,
    family_of,
    next_send,
    ripe,
    shortened,
)
from publisher.domain.people import Role
from tests.architecture.sources import parsed, shown, sources

DAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # 10:00 in Beijing
NIGHT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 23:00 in Beijing
LOUD, PLAIN = Level.URGENT, Level.ORDINARY
QUIET = QuietHours()


def raised() -> dict[str, str]:
    """Every family that `raise_alarm` is called with anywhere in the code → where."""
    found = {}
    for path in sources("publisher"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "raise_alarm":
                cause = node.args[0]
                head = cause.values[0] if isinstance(cause, ast.JoinedStr) else cause
                assert isinstance(head, ast.Constant), f"{shown(path)}:{node.lineno} hides its cause"
                found[str(head.value).partition(":")[0]] = f"{shown(path)}:{node.lineno}"
    return found


def test_every_alarm_of_the_code_has_a_row() -> None:
    assert {family: place for family, place in raised().items() if family not in CAUSES} == {}


def test_an_alarm_of_another_release_is_rather_too_loud_than_lost() -> None:
    assert family_of("something:new") is UNLISTED
    assert UNLISTED.level is LOUD


@pytest.mark.parametrize("family", ["leak", "part", "removal", "tampered", "overdue"])
def test_what_the_public_may_see_wrongly_is_urgent(family: str) -> None:
    assert CAUSES[family].level is LOUD


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(20, 59, False), (21, 0, True), (2, 0, True), (7, 29, True), (7, 30, False)]
)
def test_quiet_hours_reach_over_midnight(hour: int, minute: int, quiet: bool) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour - 8, minutes=minute)
    assert QUIET.holds(at) is quiet


def test_quiet_hours_with_equal_ends_are_none() -> None:
    assert not QuietHours(time(0), time(0)).holds(NIGHT)


def test_several_causes_within_a_minute_are_one_message() -> None:
    waiting = [Ripening(PLAIN, DAY), Ripening(PLAIN, DAY + timedelta(seconds=GROUP_S[PLAIN] - 1))]
    assert ripe(waiting, DAY + timedelta(seconds=GROUP_S[PLAIN] - 1), QUIET) == []
    assert ripe(waiting, DAY + timedelta(seconds=GROUP_S[PLAIN]), QUIET) == [0, 1]


def test_an_urgent_cause_takes_the_others_along_at_once() -> None:
    at = DAY + timedelta(seconds=GROUP_S[LOUD])
    assert ripe([Ripening(PLAIN, DAY + timedelta(seconds=5)), Ripening(LOUD, DAY)], at, QUIET) == [0, 1]


def test_at_night_only_the_urgent_goes() -> None:
    waiting = [Ripening(PLAIN, NIGHT), Ripening(LOUD, NIGHT)]
    assert ripe(waiting, NIGHT + timedelta(hours=1), QUIET) == [1]
    assert ripe(waiting[:1], NIGHT + timedelta(hours=1), QUIET) == []


def test_a_target_that_fails_is_asked_less_and_less_often() -> None:
    assert [next_send(n, DAY) - DAY for n in (1, 2, 4, 9)] == [
        timedelta(seconds=s) for s in (RESEND_S[0], RESEND_S[1], RESEND_S[3], RESEND_S[-1])
    ]


TO = frozenset({Role.EDITOR, Role.APPROVER})
HELD = {"lu": frozenset({Role.DRAFTER, Role.EDITOR}), "shen": frozenset({Role.CONTENT_REVIEWER})}


@pytest.mark.parametrize(
    ("target", "level", "concerned"),
    [
        (Target("group"), PLAIN, True),
        (Target("leader", levels=frozenset({LOUD})), PLAIN, False),
        (Target("leader", levels=frozenset({LOUD})), LOUD, True),
        (Target("editors", roles=frozenset({Role.EDITOR})), PLAIN, True),
        (Target("auditors", roles=frozenset({Role.AUDITOR})), LOUD, False),
        (Target("lu", people=frozenset({"lu"})), PLAIN, True),
        (Target("shen", people=frozenset({"shen"})), LOUD, False),
        (Target("gone", people=frozenset({"nobody"})), LOUD, False),
    ],
)
def test_an_alarm_goes_to_those_it_concerns(target: Target, level: Level, concerned: bool) -> None:
    assert target.concerned(level, TO, HELD) is concerned


def test_a_message_stays_short_and_says_how_much_more_there_is() -> None:
    text = shortened(["长" * 100] * (LINES_MOST + 3), more="另有 {n} 条")
    lines = text.splitlines()
    assert lines[-1] == "另有 3 条"
    assert {len(line) for line in lines[:-1]} == {LINE_MOST_CHARS}
    assert len(text.encode()) < 2048
