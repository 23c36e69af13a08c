"""Accounts in a browser: one's own, other people's, leaving, the second factor, the first administrator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.first_run import new_first_code
from publisher.workflow.staff import AddUserRequest, add_user
from tests.browser.eyes import WIDTHS, quiet_page
from tests.browser.test_console import judged, whole
from tests.seats import PASSWORD, employ
from tests.world import World, make_home, make_template, open_world

each_width = pytest.mark.parametrize("width", WIDTHS)
PAGES = (
    "/own",
    "/own/password",
    "/own/second-factor",
    "/people",
    "/people/new",
    "/people/qin",
    "/people/guan",
    "/people/lu/leave",
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the console is; an administrator is there, a security administrator, and somebody who waits."""
    with ExitStack() as stack:
        world = _world(tmp_path_factory.mktemp("accounts"), stack)
        employ(world, "guan", "administrator", display="管宁")
        world.draft()
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same where somebody is security administrator and a new account waits."""
    with ExitStack() as stack:
        world = _world(tmp_path_factory.mktemp("watched"), stack)
        employ(world, "guan", "security_administrator", display="何安")
        world.do("admin", add_user, AddUserRequest("tang", "唐一宁", ("drafter",)))
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where nobody can sign in yet."""
    with ExitStack() as stack:
        world = _world(tmp_path_factory.mktemp("fresh"), stack)
        assert new_first_code(world.office.store)
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


def _world(folder: Path, stack: ExitStack) -> World:
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    stack.callback(world.close)
    return world


def enter(page: Page, base: str) -> None:
    page.goto(f"{base}/login")
    page.get_by_label("账号").fill("guan")
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state()


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        yield opened


@each_width
def test_every_page_of_accounts_is_whole(page: Page, base: str, width: int) -> None:
    enter(page, base)
    for path in PAGES:
        page.goto(base + path)
        judged(page)


@each_width
def test_what_waits_for_the_second_officer_is_whole(page: Page, watched: str, width: int) -> None:
    enter(page, watched)
    for path in ("/people", "/people/tang"):
        page.goto(watched + path)
        judged(page)


@each_width
def test_the_page_of_the_first_administrator_is_whole(page: Page, fresh: str, width: int) -> None:
    page.goto(f"{fresh}/first-run")
    whole(page)
    judged(page)


def pictures(places: dict[str, tuple[str, tuple[str, ...]]], browser: Browser, folder: Path) -> None:
    """One of each page at each width and in each language, for looking at."""
    for name, (base, paths) in places.items():
        for width in WIDTHS:
            for lang in ("zh", "en"):
                with quiet_page(browser, width) as page:
                    if name != "fresh":
                        enter(page, base)
                    page.goto(f"{base}/language/{lang}")
                    for path in paths:
                        page.goto(base + path)
                        page.screenshot(
                            path=folder / f"{name}{path.replace('/', '_')}-{width}-{lang}.png", full_page=True
                        )
