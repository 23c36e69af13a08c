"""Settings in a browser: whole, accessible and in one language, at both widths and in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.bootstrap import checker
from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.rules import ChangeRequest, change_rules
from tests.browser.eyes import CUT, EMPTY, WIDTHS, quiet_page
from tests.browser.test_console import UNMARKED, come_in, judged
from tests.seats import employ
from tests.world import make_home, make_template, open_world

PAGES = (
    "/settings",
    "/settings/health",
    "/settings/bureau",
    "/settings/columns",
    "/settings/windows",
    "/settings/blackouts",
    "/settings/alerts",
    "/settings/channels/wechat",
    "/settings/channels/weibo",
)


@pytest.fixture(scope="module", params=["administrator", "content_reviewer"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Seen by who may change and by who may only look; two versions of one area."""
    yield from town(tmp_path_factory.mktemp("settings"), request.param)


def town(folder: Path, role: str) -> Iterator[str]:
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        employ(world, role=role)
        for seen, chars in enumerate((120, 150)):
            asked = ChangeRequest("bureau", {"summary_limit_chars": chars}, "概述写得太短", seen)
            world.do("admin", change_rules, asked, check=checker(world.office))
        window = [{"hours": "08:30-17:30", "kinds": ["news"], "channels": ["wechat"]}]
        world.do(
            "admin",
            change_rules,
            ChangeRequest("windows", window, "按值班表", 0),
            check=checker(world.office),
        )
        world.office.take_up()
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        yield opened


@pytest.mark.parametrize("width", WIDTHS)
def test_settings_pages_are_whole_in_both_languages(page: Page, base: str, width: int) -> None:
    come_in(page, base)
    for lang in ("zh", "en"):
        page.goto(f"{base}/language/{lang}?back=/settings")
        for path in PAGES:
            page.goto(f"{base}{path}")
            expect(page.locator("h1")).to_have_count(1)
            assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], []), path
            assert lang == "zh" or page.evaluate(UNMARKED) == [], path
            judged(page)


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
