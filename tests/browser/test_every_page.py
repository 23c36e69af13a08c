"""Every page that the public, or staff in practice mode, can open: nothing cut, broken, foreign or unreadable."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import See
from tests.browser.eyes import WIDTHS
from tests.browser.town import EARLIER, LATER, NEWS, NOTE, NOTICE, PAGE_NAMES, REASON, Town

GONE = {"weibo-gone"}  # a deleted Weibo answers 404; WeChat's notice and our tombstone are pages
NOT_CHINESE = (  # what may stand in Latin letters on a page for Chinese readers
    r"https?://\S+",
    r"PDF|DOCX|KB|MB|SHA-256",
    r"\b[0-9a-f]{8,64}\b",  # the digest of a version or of a file
    r"\bAr[0-9a-f]{8,}",  # the practice platform's number of an article
)

each_page = pytest.mark.parametrize("name", PAGE_NAMES)
each_width = pytest.mark.parametrize("width", WIDTHS)


def test_the_list_of_pages_is_whole(town: Town) -> None:
    assert tuple(town.pages()) == PAGE_NAMES


@each_page
@each_width
def test_nothing_is_cut_or_wider_than_the_window(see: See, name: str, width: int) -> None:
    assert see(name, width).cut == []


@each_page
@each_width
def test_the_console_has_no_complaint(see: See, name: str, width: int) -> None:
    assert see(name, width).complaints == []
    assert see(name, width).status == (404 if name in GONE else 200)


@each_page
@each_width
def test_nothing_is_asked_of_other_hosts(see: See, name: str, width: int) -> None:
    assert see(name, width).foreign == []


@each_page
@each_width
def test_every_image_is_shown(see: See, name: str, width: int) -> None:
    assert see(name, width).broken == []


@each_page
@each_width
def test_axe_finds_nothing_by_wcag_a_and_aa(see: See, name: str, width: int) -> None:
    assert see(name, width).faults == []
    assert see(name, width).doubts == []


@each_page
def test_no_block_is_empty(see: See, name: str) -> None:
    assert see(name, WIDTHS[0]).empty == []


@each_page
def test_no_english_is_left(see: See, name: str) -> None:
    words = re.sub("|".join(NOT_CHINESE), " ", see(name, WIDTHS[0]).words)
    assert re.findall(r"[A-Za-z]{2,}", words) == []


@each_page
def test_practice_stands_in_the_title(see: See, name: str) -> None:
    assert see(name, WIDTHS[0]).title.startswith("【练习】")


@each_page
@each_width
def test_the_practice_banner_stays_in_view(see: See, name: str, width: int) -> None:
    assert see(name, width).banner.startswith("练习模式")


@each_page
def test_the_withdrawn_title_is_nowhere(see: See, town: Town, name: str) -> None:
    title = town.world.where(town.items[NEWS]).title
    assert title not in see(name, WIDTHS[0]).words


def test_the_history_shows_both_versions_and_the_corrected_page_leads_there(see: See, town: Town) -> None:
    words, title = see("history", WIDTHS[0]).words, town.world.where(town.items[NOTICE]).title
    for needed in (f"第1版（已被更正）：{title}", f"第2版（现行）：{title}", NOTE, EARLIER):
        assert needed in words
    page = see("notice", WIDTHS[0])
    assert NOTE in page.words
    assert (LATER in page.words, EARLIER in page.words.replace(NOTE, "")) == (True, False)
    assert town.pages()["history"] in page.links


def test_the_tombstone_says_when_why_and_by_whom(see: See) -> None:
    words = see("tomb", WIDTHS[0]).words
    for needed in ("此信息已撤下", "2026-11-24 10:00", REASON, "临澜市水利局"):
        assert needed in words
