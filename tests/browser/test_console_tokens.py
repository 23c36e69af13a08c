"""Tokens for programs in a browser: whole in both languages, made, shown once, revoked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.browser.eyes import WIDTHS, quiet_page
from tests.browser.test_console import come_in, judged, shown_whole, whole
from tests.seats import employ
from tests.world import make_home, make_template, open_world

each_width = pytest.mark.parametrize("width", WIDTHS)


@pytest.fixture
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("tokens")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        employ(world, role="drafter editor approver")
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        yield opened


@each_width
def test_a_token_is_made_shown_once_and_revoked(page: Page, base: str, width: int) -> None:
    come_in(page, base)
    shown_whole(page, base, "/own/tokens")
    page.goto(urljoin(base, "/language/zh"))
    page.goto(urljoin(base, "/own/tokens"))
    page.get_by_label("给哪个程序用").fill("公文系统")
    page.get_by_label("查看条目、版本和草稿").check()
    page.get_by_label("送审").check()
    page.get_by_role("button", name="建立令牌").click()
    expect(page.get_by_text("令牌已建立，只显示这一次。")).to_be_visible()
    expect(page.locator("main code").first).to_contain_text("gongkai_")
    whole(page)
    judged(page)
    shown_whole(page, base, "/own/tokens")
    page.goto(urljoin(base, "/language/zh"))
    page.goto(urljoin(base, "/own/tokens"))
    expect(page.get_by_text("gongkai_")).to_have_count(0)
    page.get_by_role("button", name="作废令牌").click()
    expect(page.get_by_role("status")).to_contain_text("令牌已作废")
    whole(page)
    judged(page)


def pictures(base: str, browser: Browser, folder: Path) -> None:
    """The page at each width and in both languages, for looking at."""
    for width in WIDTHS:
        with quiet_page(browser, width) as page:
            come_in(page, base)
            for lang in ("zh", "en"):
                page.goto(urljoin(base, f"/language/{lang}"))
                page.goto(urljoin(base, "/own/tokens"))
                page.screenshot(path=folder / f"tokens-{lang}-{width}.png", full_page=True)
