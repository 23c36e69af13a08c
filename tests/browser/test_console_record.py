"""The record and the ledger in a browser, at both widths and in both languages: nothing cut, nothing that axe finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.seal import sign_checkpoint
from tests.browser.eyes import CUT, EMPTY, WIDTHS, quiet_page
from tests.browser.test_console import CHINESE_WORDS, OURS, come_in, judged
from tests.seats import employ
from tests.world import World, item_file, make_home, make_template, open_world

each_width = pytest.mark.parametrize("width", WIDTHS)
AS_THEY_ARE = re.compile(r"https?://\S+|（[a-z.]+）|English")
PAGES = ("/audit", "/audit?refused=1", "/audit/people/lu", "/audit/3")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One item is out on two channels; the log is signed."""
    folder = tmp_path_factory.mktemp("record")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        stack.enter_context(world.practising())
        employ(world)
        world.approved(item_file(title="关于开展农村供水工程冬季保供检查的通知"))
        world.released(item_file(channels=["bureau-portal", "weibo"]))
        world.turn()
        sign_checkpoint(world.office.store, world.clock.now, world.office.seal, force=True)
        yield world


@pytest.fixture(scope="module")
def base(world: World) -> Iterator[str]:
    with served(console_app(world.office, https=False), "127.0.0.1", 0) as where:
        yield where


@pytest.fixture
def page(browser: Browser, width: int, base: str) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        come_in(opened, base)
        yield opened


def whole(page: Page) -> None:
    """As every page; addresses and accounts stand in the record as they are."""
    assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], [])
    words = re.sub(OURS, "", re.sub(AS_THEY_ARE, "", page.evaluate(CHINESE_WORDS)))
    assert re.findall(r"[A-Za-z]{2,}", words) == [], "an English leftover"


@each_width
@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_whole_in_chinese(page: Page, base: str, width: int, path: str) -> None:
    page.goto(base + path)
    whole(page)
    judged(page)


@each_width
@pytest.mark.parametrize("path", PAGES)
def test_each_page_marks_in_english_what_is_chinese(page: Page, base: str, width: int, path: str) -> None:
    page.goto(f"{base}/language/en?back={path}")
    page.goto(base + path)
    assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], [])
    judged(page)
    unmarked = page.evaluate("() => " + UNMARKED)
    assert unmarked == []


UNMARKED = """(() => { const out = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode, holder = node.parentElement.closest("[lang]");
  if (/[\\u3400-\\u9fff]/.test(node.data) && !(holder && holder.lang.startsWith("zh")))
    out.push(node.data.trim().slice(0, 40));
}
return out; })()"""


@each_width
def test_the_record_is_computed_by_one_button(page: Page, base: str, width: int) -> None:
    page.goto(f"{base}/audit")
    page.get_by_role("button", name=re.compile("算一遍")).click()
    expect(page.get_by_role("heading", name=re.compile("记录完整，到第"))).to_be_visible()
    whole(page)
    judged(page)


def pictures(base: str, browser: Browser, folder: Path) -> None:
    """One of each page at each width in each language, for looking at."""
    for width in WIDTHS:
        with quiet_page(browser, width) as page:
            come_in(page, base)
            for lang in ("zh", "en"):
                page.goto(f"{base}/language/{lang}?back=/")
                for number, path in enumerate(PAGES):
                    page.goto(base + path)
                    page.screenshot(path=folder / f"{number}-{width}-{lang}.png", full_page=True)
