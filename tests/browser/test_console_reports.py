"""The report in a browser, at both widths and in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.browser.eyes import WIDTHS, quiet_page
from tests.browser.test_console import come_in, shown_whole
from tests.seats import employ
from tests.world import item_file, make_home, make_template, open_world

PAGES = ("/reports", "/reports?period=own&from=x&to=y", "/reports?period=q1&channel=weibo")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One item is out on two channels."""
    folder = tmp_path_factory.mktemp("reports")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        stack.enter_context(world.practising())
        employ(world)
        world.released(item_file(channels=["bureau-portal", "weibo"]))
        world.turn()
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_whole_in_both_languages(browser: Browser, base: str, width: int, path: str) -> None:
    with quiet_page(browser, width) as page:
        come_in(page, base)
        shown_whole(page, base, path)
