"""Every code of WeChat is decided, and what is not listed is never taken for harmless."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime

import pytest

from channels import contract
from channels.contract import (
    ChannelError,
    ChannelRefused,
    CredentialsRefused,
    OutcomeUnknown,
    QuotaSpent,
    RateLimited,
    Rejected,
    Unavailable,
)
from channels.wechat.codes import CODES, GONE, STALE, TOKEN_CODES, Until, Weight, error_for, reset

NOW = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)

# fmt: off
PLATFORM_CODES = [
    -1, 40001, 40002, 40003, 40004, 40005, 40006, 40007, 40008, 40009, 40013, 40125, 40014, 40033, 40035,
    40059, 40060, 40113, 40114, 40118, 40121, 40130, 40132, 40137, 40152, 40155, 40164, 40215, 40243, 41001,
    41002, 41004, 41005, 44001, 41006, 41039, 41040, 42001, 43002, 43003, 43019, 44002, 44003, 44004, 45001,
    45002, 45003, 45004, 45005, 45006, 45007, 45008, 45009, 45011, 45028, 45062, 45065, 45066, 45067, 45083,
    45084, 45106, 45110, 45113, 45162, 45166, 46001, 47001, 47003, 48001, 48003, 48004, 48005, 48006, 48008,
    48021, 48022, 50002, 50004, 50007, 53401, 53402, 53404, 53405, 53406, 53500, 53501, 53502, 53503, 53504,
    53505, 53600, 61450, 76001, 76002, 76003, 76004, 76021, 76022, 87009, 87014, 88000, 89501, 89503, 89504,
    89505, 89506, 89507, 200001,
]

TOKEN_ENDPOINT_CODES = [
    -1, 40001, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 45009, 45011, 50004, 50007, 89503, 89506,
    89507,
]
# fmt: on


@pytest.mark.parametrize("code", PLATFORM_CODES)
def test_every_code_of_the_platform_is_decided(code: int) -> None:
    row = CODES[code]
    assert issubclass(row.error, ChannelError)
    assert re.search("[一-龥]", row.help), "help is for staff, in Chinese"
    assert row.source


def test_no_row_stands_for_a_code_that_the_platform_does_not_list() -> None:
    assert sorted(CODES) == sorted(PLATFORM_CODES)


@pytest.mark.parametrize("code", TOKEN_ENDPOINT_CODES)
def test_no_code_of_the_token_call_sends_us_back_for_another_token(code: int) -> None:
    error = error_for(code, "", weight=Weight.READ, now=NOW, token_call=True)
    assert isinstance(error, ChannelRefused | Unavailable)
    assert code in TOKEN_CODES or code in CODES


@pytest.mark.parametrize("code", [40001, 40125, 40013])
def test_a_wrong_secret_is_credentials_refused(code: int) -> None:
    assert isinstance(error_for(code, "", weight=Weight.READ, now=NOW, token_call=True), CredentialsRefused)


@pytest.mark.parametrize("weight", list(Weight))
@pytest.mark.parametrize("code", [-1, 61450])
def test_a_busy_platform_is_unknown_only_where_a_second_call_would_show(code: int, weight: Weight) -> None:
    kind = OutcomeUnknown if weight is Weight.ONCE else Unavailable
    assert type(error_for(code, "", weight=weight, now=NOW)) is kind


@pytest.mark.parametrize(
    ("weight", "kind"),
    [(Weight.ONCE, OutcomeUnknown), (Weight.REPEATABLE, Rejected), (Weight.READ, Unavailable)],
)
def test_an_unlisted_code(weight: Weight, kind: type[ChannelError]) -> None:
    error = error_for(123_456, "what is this rid: 1", weight=weight, now=NOW)
    assert type(error) is kind
    assert (error.code, error.answer) == ("123456", "what is this rid: 1")


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_read_is_never_refused_for_its_content(code: int) -> None:
    assert not isinstance(error_for(code, "", weight=Weight.READ, now=NOW), Rejected | OutcomeUnknown)


@pytest.mark.parametrize("code", sorted(code for code, row in CODES.items() if row.error is Rejected))
def test_a_refused_draft_needs_no_look_because_no_reader_sees_it(code: int) -> None:
    error = error_for(code, "", weight=Weight.REPEATABLE, now=NOW)
    assert isinstance(error, Rejected)
    assert error.before_execution


@pytest.mark.parametrize("code", [53503, 53504, 53505, 40007])
def test_a_refused_submit_is_looked_up(code: int) -> None:
    error = error_for(code, "", weight=Weight.ONCE, now=NOW)
    assert isinstance(error, Rejected)
    assert not error.before_execution


def test_a_day_ends_at_midnight_in_beijing() -> None:
    late = datetime(2026, 7, 6, 15, 59, tzinfo=UTC)
    assert reset(late, Until.NEXT_DAY).isoformat() == "2026-07-07T00:05:00+08:00"
    later = datetime(2026, 7, 6, 16, 1, tzinfo=UTC)
    assert reset(later, Until.NEXT_DAY).isoformat() == "2026-07-08T00:05:00+08:00"
    assert (
        reset(datetime(2026, 12, 31, 20, tzinfo=UTC), Until.NEXT_MONTH).isoformat()
        == "2027-02-01T00:05:00+08:00"
    )


def test_too_frequent_is_not_the_quota() -> None:
    error = error_for(53501, "", weight=Weight.ONCE, now=NOW)
    assert isinstance(error, RateLimited)
    assert not isinstance(error, QuotaSpent)
    assert (error.until - NOW).total_seconds() == 600


def test_the_address_that_wechat_saw_is_named() -> None:
    words = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1"
    assert "203.0.113.7" in error_for(40164, words, weight=Weight.READ, now=NOW).words


def test_codes_with_a_special_path_are_in_the_table() -> None:
    assert set(CODES) >= STALE
    assert {int(code) for code in GONE} <= set(CODES)


def test_every_error_class_of_a_row_is_one_of_the_contract() -> None:
    known = {
        value for _, value in inspect.getmembers(contract, inspect.isclass) if issubclass(value, ChannelError)
    }
    assert {row.error for row in CODES.values()} <= known
