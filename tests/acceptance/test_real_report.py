"""Must show 2: a report as it was copied from a web page goes out whole, on the portal, WeChat and Weibo."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from tests.world import Fetched, World, chinese_runs, fetch, stand_in_order

REPORT = Path(__file__).parents[1] / "data" / "annual-report-2025.txt"
TITLE = "臨瀾市水利局2025年政府信息公開工作年度報告"


@pytest.fixture(scope="module")
def trip(shared_world: World) -> tuple[World, str]:
    """The report after three signatures and release; (world, item)."""
    item_id, _ = shared_world.out_everywhere(REPORT.read_bytes(), name=REPORT.name)
    return shared_world, item_id


class _Part(HTMLParser):
    """The words of one element, by id or class."""

    def __init__(self, wanted: tuple[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.wanted, self.depth, self.words = wanted, 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth:
            self.depth += tag not in ("br", "img", "hr", "input", "meta", "link")
        elif self.wanted in attrs:
            self.depth = 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= bool(self.depth) and tag not in ("br", "img", "hr")

    def handle_data(self, data: str) -> None:
        self.words += data if self.depth else ""


def words_in(page: Fetched, name: str, value: str) -> str:
    part = _Part((name, value))
    part.feed(page.raw.decode())
    return part.words


def test_the_file_has_the_shape_of_a_copied_page() -> None:
    text = REPORT.read_text("utf-8")
    assert len(text) >= 3000
    assert "發布時間:" in text
    assert "來源:" in text
    assert re.search(r"^\s+2026325$", text, re.MULTILINE), "the date has lost its 年月日"


def test_what_the_file_does_not_say_in_fields_is_read_from_its_text(trip: tuple[World, str]) -> None:
    world, item_id = trip
    [row] = world.rows("SELECT content FROM revisions WHERE item_id = ?", item_id)
    assert f'"title": "{TITLE}"' in row["content"].encode().decode("unicode_escape").encode(
        "latin-1", "ignore"
    ).decode("utf-8", "ignore") or TITLE in str(world.where(item_id).title)
    assert world.where(item_id).title == TITLE
    assert world.where(item_id).kind == "信息公开年报"
    assert '"formed_on": "2026-03-25"' in row["content"]


@pytest.mark.parametrize("portal", ["city-portal", "bureau-portal"])
def test_every_run_of_chinese_stands_in_order_in_the_portal_page(
    trip: tuple[World, str], portal: str
) -> None:
    world, item_id = trip
    page = fetch(world.urls(item_id)[portal])
    runs = chinese_runs(REPORT.read_text("utf-8"))
    assert page.status == 200
    assert len(runs) > 300
    assert stand_in_order(runs, page.text) == ""


def test_the_wechat_article_carries_the_whole_text_and_the_portal_address(trip: tuple[World, str]) -> None:
    world, item_id = trip
    urls = world.urls(item_id)
    page = fetch(urls["wechat"])
    body = words_in(page, "id", "js_content")
    runs = chinese_runs(REPORT.read_text("utf-8"))
    title_runs = chinese_runs(TITLE)
    assert stand_in_order(runs[len(title_runs) :], body) == "", "all that follows the title line"
    originals = [link for link in page.links if link.startswith(urls["bureau-portal"])]
    assert originals, "阅读原文 leads to the portal page"


def test_the_weibo_post_fits_and_carries_the_portal_address(trip: tuple[World, str]) -> None:
    world, item_id = trip
    urls = world.urls(item_id)
    page = fetch(urls["weibo"])
    shown = words_in(page, "class", "words")
    forwards = [urljoin(urls["weibo"], link) for link in page.links if "/sinaurl" in link]
    assert [parse_qs(urlsplit(link).query)["u"] for link in forwards] == [[urls["bureau-portal"]]]
    own_words = shown.replace("网页链接", "")
    halves = sum(2 if ord(char) > 0xFF else 1 for char in own_words) + 20
    assert 0 < (halves + 1) // 2 <= 140
    assert "臨瀾市水利局" in own_words


def test_the_links_lead_to_a_page_that_answers_with_the_approved_text(trip: tuple[World, str]) -> None:
    world, item_id = trip
    urls = world.urls(item_id)
    for channel in ("wechat", "weibo"):
        link = next(
            target
            for link in fetch(urls[channel]).links
            for target in (link, *parse_qs(urlsplit(link).query).get("u", []))
            if target.startswith(urls["bureau-portal"])
        )
        page = fetch(link)
        assert page.status == 200
        assert "政府信息公開工作年度報告" in page.text
