"""Every code of the platform has its row, and says whether the post is out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels.contract import (
    ChannelRefused,
    CredentialsRefused,
    OutcomeUnknown,
    QuotaSpent,
    RateLimited,
    Rejected,
    Unavailable,
)
from channels.weibo import codes

NOW = datetime(2026, 7, 8, 6, 31, tzinfo=UTC)

LISTED = [
    *(10001, 10002, 10003, 10004, 10005, 10006, 10007, 10008, 10009, 10010, 10011, 10012, 10013, 10014),
    *(10016, 10017, 10018, 10020, 10021, 10022, 10023, 10024, 10025),
    *(20001, 20002, 20003, 20005, 20006, 20007, 20008, 20009, 20012, 20013, 20014, 20015, 20016, 20017),
    *(20018, 20019, 20020, 20021, 20022, 20023, 20031, 20032, 20033, 20049),
    *(20101, 20102, 20104, 20109, 20111, 20112, 20121),
    *(21301, 21302, 21303, 21304, 21305, 21306, 21307, 21308, 21309, 21310, 21311, 21312, 21313, 21314),
    *(21315, 21316, 21317, 21318, 21319, 21320, 21321, 21322, 21323, 21324, 21325, 21326, 21327, 21328),
    *(21329, 21330, 21331, 21332, 21335, 21337, 21338),
]


def error(code: int | str, text: str = "", *, changes: bool = True, again: bool = False) -> Exception:
    return codes.error_for(str(code), text, changes=changes, now=NOW, again=again)


def test_the_table_has_exactly_the_listed_codes():
    assert sorted(codes.TABLE) == sorted(LISTED)


@pytest.mark.parametrize("code", LISTED)
def test_each_code_has_words_in_chinese_a_source_and_the_error_of_its_row(code: int):
    row = codes.TABLE[code]
    why = error(code, "platform words")
    assert isinstance(why, row.error)
    assert any("\u4e00" <= c <= "\u9fff" for c in row.words)
    assert row.source in (codes.DOC, codes.SDK, codes.ISSUE, codes.MEMORY)
    assert why.code == str(code)  # type: ignore[attr-defined]
    assert why.answer == "platform words"  # type: ignore[attr-defined]
    assert (row.wait is not None) == issubclass(row.error, RateLimited)
    assert row.error is Rejected or not (row.field or row.before_execution)


@pytest.mark.parametrize("code", [10001, 10003, 10010, 10011, 20019, 20032, 20111])
def test_what_may_have_been_posted_is_unknown_after_a_write_and_unavailable_after_a_read(code: int):
    assert isinstance(error(code), OutcomeUnknown)
    assert type(error(code, changes=False)) is Unavailable


@pytest.mark.parametrize("code", [21301, 21314, 21315, 21316, 21317, 21319, 21325, 21327, 21330, 21332])
def test_a_lost_consent_needs_a_person(code: int):
    assert isinstance(error(code), CredentialsRefused)


def test_an_unlisted_code_is_unknown_after_a_write_and_shows_the_raw_words():
    why = error(29999, "something new")
    assert isinstance(why, OutcomeUnknown)
    assert "something new" in str(why)
    assert isinstance(error("something"), OutcomeUnknown)
    assert type(error(29999, changes=False)) is Unavailable


def test_code_10017_is_told_apart_by_its_text():
    missing = error(10017, "text not find domain!")
    assert isinstance(missing, Rejected)
    assert missing.field == "body"
    assert isinstance(error(10017, "appkey not bind domain!"), ChannelRefused)
    assert isinstance(error(10017, "param value is not legal"), ChannelRefused)


def test_a_limit_ends_with_the_hour_then_with_the_day_in_beijing():
    first, second = error(10023), error(10023, again=True)
    assert isinstance(first, QuotaSpent)
    assert isinstance(second, QuotaSpent)
    assert first.until == datetime(2026, 7, 8, 7, 0, tzinfo=UTC)
    assert second.until == datetime(2026, 7, 8, 16, 0, tzinfo=UTC)


def test_posting_too_often_waits_a_whole_hour_and_odd_behaviour_a_day():
    often, odd = error(20016), error(20022)
    assert isinstance(often, RateLimited)
    assert isinstance(odd, RateLimited)
    assert often.until == datetime(2026, 7, 8, 7, 31, tzinfo=UTC)
    assert odd.until == datetime(2026, 7, 8, 16, 0, tzinfo=UTC)


def test_content_refusals_are_confirmed_by_a_look_unless_the_form_alone_is_at_fault():
    assert not codes.TABLE[20021].before_execution
    assert codes.TABLE[20012].before_execution


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"error": "x", "error_code": 20019}, "20019"),
        ({"error": "x", "error_code": "20019"}, "20019"),
        ({"error": "x"}, "error"),
        ({"idstr": "1"}, ""),
        ({"error_code": 0, "idstr": "1"}, ""),
    ],
)
def test_the_code_is_read_as_integer_or_string(payload: dict[str, object], code: str):
    assert codes.code_of(payload) == code
