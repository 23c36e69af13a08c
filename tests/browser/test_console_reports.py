"""The report in a browser, at both widths and in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow import review
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal
from tests.browser.eyes import WIDTHS, quiet_page
from tests.browser.test_console import come_in, shown_whole
from tests.seats import employ
from tests.world import item_file, make_home, make_template, open_world

PAGES = (
    "/reports",
    "/reports?period=own&from=x&to=y",
    "/reports?period=q1&channel=weibo",
    "/reports/ledger",
    "/reports/withheld",
    "/reports/withdrawn",
)


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
        item_id, _ = world.released(item_file(title="关于公布灌区用水计划的通知", channels=["bureau-portal"]))
        world.turn()
        world.do("qin", order_withdrawal, WithdrawRequest(item_id, reason="附表有误"))
        digest = world.submit(world.draft(item_file(title="关于某户用水情况的说明"))).revision_id
        asked = review.SignRequest(digest, opinion="涉及个人", reference="条例第十五条", reason="privacy")
        world.do("shen", review.withhold, asked)
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_whole_in_both_languages(browser: Browser, base: str, width: int, path: str) -> None:
    with quiet_page(browser, width) as page:
        come_in(page, base)
        shown_whole(page, base, path)


def pictures(base: str, browser: Browser, folder: Path) -> None:
    """One of each page at each width in each language, for looking at."""
    for width in WIDTHS:
        with quiet_page(browser, width) as page:
            come_in(page, base)
            for lang in ("zh", "en"):
                page.goto(f"{base}/language/{lang}?back=/")
                for path in PAGES:
                    page.goto(base + path)
                    name = path.replace("/", "-").partition("?")[0]
                    page.screenshot(path=folder / f"{name}-{width}-{lang}.png", full_page=True)
