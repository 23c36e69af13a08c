"""Channels in a browser: whole, accessible and in one language, at both widths and in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.desk import ChannelRequest, pause_by_hand
from publisher.workflow.freeze import FreezeRequest, freeze
from tests.browser.eyes import CUT, EMPTY, WIDTHS, WORDS, quiet_page
from tests.browser.test_console import come_in, judged
from tests.seats import NAME, employ
from tests.world import make_home, make_template, open_world

PAGES = ("/channels", "/channels/bureau-portal", "/channels/wechat", "/channels/weibo")
CODES = re.compile(
    r"https?://\S+|[A-Za-z0-9_-]*[./_-][A-Za-z0-9./_-]+|wx\d+|KB|publish|wechat|weibo|（[a-z]+）|English"
)
"""Names of calls, files, addresses and accounts as they are."""
UNMARKED = """() => [...document.querySelectorAll("main, main *, nav, nav *")].filter(e => !e.closest("[lang^=zh]")
  && [...e.childNodes].some(n => n.nodeType === 3 && /[\\u4e00-\\u9fff]/.test(n.data)))
  .map(e => e.outerHTML.slice(0, 99))"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One channel paused, one frozen."""
    folder = tmp_path_factory.mktemp("channels")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        employ(world)
        world.do("lu", pause_by_hand, ChannelRequest("weibo", "平台维护到晚上八点"))
        world.do("lu", freeze, FreezeRequest("wechat", "账号信息要核对"))
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        yield opened


@pytest.mark.parametrize("width", WIDTHS)
def test_channel_pages_are_whole_in_both_languages(page: Page, base: str, width: int) -> None:
    come_in(page, base)
    for path in PAGES:
        page.goto(f"{base}{path}")
        assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], []), path
        words = CODES.sub("", page.evaluate(WORDS).replace(NAME, ""))
        assert re.findall(r"[A-Za-z]{2,}", words) == [], path
        judged(page)
    page.goto(f"{base}/language/en?back=/channels")
    for path in PAGES:
        page.goto(f"{base}{path}")
        assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], []), path
        assert page.evaluate(UNMARKED) == [], path
        judged(page)


@pytest.mark.parametrize("width", WIDTHS[:1])
def test_a_channel_that_is_stopped_says_why_first(page: Page, base: str, width: int) -> None:
    come_in(page, base)
    page.goto(f"{base}/channels/weibo")
    expect(page.get_by_role("alert")).to_contain_text("平台维护到晚上八点")
    expect(page.get_by_role("button", name="恢复这个渠道")).to_be_visible()


def pictures(base: str, browser: Browser, folder: Path, paths: tuple[str, ...] = PAGES) -> None:
    """One of each page at each width and in each language, for looking at."""
    for width in WIDTHS:
        with quiet_page(browser, width) as page:
            come_in(page, base)
            for lang in ("zh", "en"):
                page.goto(f"{base}/language/{lang}?back=/")
                for path in paths:
                    page.goto(f"{base}{path}")
                    name = path.strip("/").replace("/", "-")
                    page.screenshot(path=folder / f"{name}-{lang}-{width}.png", full_page=True)
