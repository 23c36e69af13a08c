"""Review in a browser: the pages whole at both widths in both languages, and a signature by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.domain.lifecycle import RevisionState
from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.browser.eyes import WIDTHS, quiet_page
from tests.browser.test_console import come_in, shown_whole
from tests.seats import NAME, employ
from tests.world import World, item_file, make_home, make_template, open_world

each_width = pytest.mark.parametrize("width", WIDTHS)


@dataclass
class Desk:
    """A reviewer's console: where it is, the bureau behind it, and revisions that wait for them."""

    base: str
    world: World
    digests: list[str]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("review")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        employ(world, role="content_reviewer secrecy_reviewer")
        digests = []
        for number in range(4):
            item_id = world.draft(item_file(title=f"关于第{'一二三四'[number]}批水土保持方案审批情况的公示"))
            digests.append(world.submit(item_id, reviewer=NAME).revision_id)
        base = stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))
        yield Desk(base, world, digests)


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        yield opened


@each_width
@pytest.mark.parametrize("path", ["", "/{}", "/{}?as=wechat", "/{}/sheet", "/{}/secrecy-sheet", "/{}/paper"])
def test_a_page_of_review_is_whole_in_both_languages(page: Page, desk: Desk, width: int, path: str) -> None:
    come_in(page, desk.base)
    shown_whole(page, desk.base, f"/review{path.format(desk.digests[0])}")


@each_width
def test_a_revision_is_read_and_signed_by_keyboard_alone(page: Page, desk: Desk, width: int) -> None:
    digest = desk.digests[1 + WIDTHS.index(width)]
    come_in(page, desk.base)
    page.goto(urljoin(desk.base, f"/review/{digest}"))
    for key in "1234":
        page.keyboard.press(key)
    for name in ("政治关", "法律关", "政策关", "文字关"):
        expect(page.get_by_label(name)).to_be_checked()
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="签字，送保密审查")).to_be_focused()
    assert desk.world.revision(digest).state is RevisionState.SUBMITTED, "S only moves there"
    page.keyboard.press("Enter")
    expect(page.get_by_text("已签字，送保密审查。")).to_be_visible()
    assert desk.world.revision(digest).state is RevisionState.REVIEWED


@each_width
def test_a_single_key_never_fires_in_a_field_and_can_be_switched_off(
    page: Page, desk: Desk, width: int
) -> None:
    come_in(page, desk.base)
    page.goto(urljoin(desk.base, f"/review/{desk.digests[3]}"))
    page.get_by_label("意见", exact=True).focus()
    page.keyboard.type("1s")
    expect(page.get_by_label("政治关")).not_to_be_checked()
    expect(page.get_by_label("意见", exact=True)).to_have_value("1s")
    if width == WIDTHS[0]:
        page.get_by_label("关掉单键").check()
        page.keyboard.press("1")
        expect(page.get_by_label("政治关")).not_to_be_checked()
