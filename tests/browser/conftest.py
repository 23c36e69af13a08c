"""One town a worker, one browser a module. A page is opened once per width; tests read what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.eyes import CHROMIUM, FLAGS, Sight, look, quiet_page
from tests.browser.town import Town, working_day

See = Callable[[str, int], Sight]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with working_day(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def see(town: Town, browser: Browser) -> See:
    """What is seen on a page of the town at a width, looked at once."""
    known: dict[tuple[str, int], Sight] = {}

    def seen(name: str, width: int) -> Sight:
        if (name, width) not in known:
            with quiet_page(browser, width) as page:
                known[name, width] = look(page, town.pages()[name])
        return known[name, width]

    return seen
