"""Index numbers, document numbers and posting keys have one form each."""

from __future__ import annotations

import re

import pytest

from publisher.domain.errors import Reason, Refused
from publisher.domain.identifiers import (
    CHANNEL_NAME,
    SITE_ID_CODE,
    IndexNumber,
    ItemId,
    check_document_number,
    posting_key,
)


@pytest.mark.parametrize(
    "text",
    [
        "000014349/2017-00110",
        "014109867/2008-00002",
        "0142768-8/2022-00185",
        "008282882/2025-00086",
        "11441700007280420Y/2021-00050",
    ],
)
def test_an_index_number_as_seen_on_pages_is_read_and_written_back(text: str) -> None:
    assert str(IndexNumber.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "014109867",
        "014109867/2026-1",
        "014109867/26-00001",
        "01410/2026-00001",
        "014109867/2026-000001",
        "014109867／2026-00001",
        "014109867/2026-00001 ",
        "014109867/２０２６-00001",
        "01410986y/2026-00001",
    ],
)
def test_any_other_form_of_an_index_number_is_refused_with_the_form_named(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        IndexNumber.parse(text)
    assert refusal.value.reason is Reason.BAD_INPUT
    assert refusal.value.problems[0].field == "index_no"
    assert refusal.value.problems[0].allowed == "机构代码/年份-五位流水号"


def test_a_serial_is_written_with_five_digits() -> None:
    assert str(IndexNumber("014109867", 2026, 7)) == "014109867/2026-00007"


def test_index_numbers_sort_by_year_and_serial() -> None:
    later, earlier = IndexNumber("014109867", 2026, 10), IndexNumber("014109867", 2026, 9)
    assert sorted([later, earlier]) == [earlier, later]


@pytest.mark.parametrize("text", ["", "临水规〔2026〕3号", "临政办发〔1999〕120号"])
def test_a_document_number_of_the_standard_form_or_none_is_taken(text: str) -> None:
    check_document_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "临水规[2026]3号",
        "临水规（2026）3号",
        "临水规〔2026〕03号",  # the standard forbids leading zeros
        "临水规〔26〕3号",
        "临水规〔2026〕第3号",
        "临水规〔20２6〕3号",
        "〔2026〕3号",
        "临水规〔2026〕3号 ",
    ],
)
def test_any_other_form_of_a_document_number_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_document_number(text)
    assert "六角括号" in refusal.value.problems[0].allowed


def test_a_posting_key_is_the_same_for_every_attempt() -> None:
    assert posting_key(ItemId("i1"), "d" * 64, "wechat", 1) == posting_key(
        ItemId("i1"), "d" * 64, "wechat", 1
    )


@pytest.mark.parametrize(
    "other",
    [
        ("i2", "d" * 64, "wechat", 1),
        ("i1", "e" * 64, "wechat", 1),
        ("i1", "d" * 64, "weibo", 1),
        ("i1", "d" * 64, "wechat", 2),
    ],
    ids=["item", "revision", "channel", "occasion"],
)
def test_another_item_revision_channel_or_occasion_has_another_key(other: tuple[str, str, str, int]) -> None:
    item, digest, channel, occasion = other
    assert posting_key(ItemId(item), digest, channel, occasion) != posting_key(
        ItemId("i1"), "d" * 64, "wechat", 1
    )


def test_a_posting_key_fits_where_every_platform_carries_it() -> None:
    key = posting_key(ItemId("i1"), "d" * 64, "wechat", 1)
    assert re.fullmatch(r"[0-9a-z-]{1,32}", key)
    assert len(key) == 20


@pytest.mark.parametrize("name", ["city-portal", "wechat", "weibo2", "a.b"])
def test_a_channel_name_is_small_letters_digits_dots_and_dashes(name: str) -> None:
    assert CHANNEL_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "2weibo", "微博", "We", "a/b", "a" * 41, "a\n"])
def test_any_other_channel_name_does_not_match(name: str) -> None:
    assert not CHANNEL_NAME.fullmatch(name)


def test_a_site_code_is_ten_digits_or_bm_and_eight() -> None:
    assert SITE_ID_CODE.fullmatch("3300000001")
    assert SITE_ID_CODE.fullmatch("bm12000001")
    assert not SITE_ID_CODE.fullmatch("330000001")
