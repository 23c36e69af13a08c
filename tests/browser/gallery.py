"""Every page of the console, as somebody who sees it, at both widths and in both languages.

`python -m tests.browser.gallery FOLDER` (`make screenshots`) saves one picture of each.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.eyes import CHROMIUM, FLAGS, WIDTHS, quiet_page
from tests.rights.stage import Show, Stage, build
from tests.rights.table import PAGES
from tests.rights.test_rights import NOT_THERE, page_address
from tests.world import make_home, make_template, open_world

LANGS = ("zh", "en")
FILES = {
    *("/review/{digest}/paper/{paper_id}/scan", "/postings/board"),
    *("/reports/ledger.csv", "/reports/ledger.xlsx"),
}
"""A file, and a piece of a page: neither is a page that people look at."""
PUBLIC = ("/login",)
MORE = (  # the same page in another view
    *("/review/{digest}?as=wechat", "/calendar?week=2026-W48", "/calendar?view=list"),
    *("/items?q=没有这样的标题", "/items?state=released", "/postings?window=open", "/nothing-here"),
)
BY = "UPEACSDOG"
"""Who looks, the first of these who sees the page: an auditor sees most."""


def looked_at() -> list[str]:
    """Every page by its address in the table of rights, then other views, then what is seen before signing in."""
    pages = [path for path in PAGES if path not in NOT_THERE | FILES]
    return [*sorted(pages), *MORE, *PUBLIC]


def who_sees(path: str) -> str:
    """Somebody who sees a page."""
    seen_by = PAGES.get(path.partition("?")[0], "DECSPOAGU")
    return next(letter for letter in BY if letter in seen_by)


@contextmanager
def every_state(folder: Path) -> Iterator[Show]:
    """A bureau with one thing in every state, opened for looking."""
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "stage", {})
    world = open_world(folder / "stage", tokens)
    things = build(world)
    world.close()
    with Stage(folder / "stage", tokens, things).open() as show:
        yield show


def open_page(page: Page, show: Show, path: str, lang: str) -> None:
    """Go to one page of the list in one language, signed in as somebody who sees it."""
    page.context.clear_cookies()
    jar = [{"name": "gongkai-lang", "value": lang, "url": show.base}]
    if path not in PUBLIC:
        client, _ = show.client(who_sees(path))
        jar.append({"name": "gongkai", "value": str(client.cookies["gongkai"]), "url": show.base})
    page.context.add_cookies(jar)  # type: ignore[arg-type]
    base, mark, query = path.partition("?")
    page.goto(urljoin(show.base, page_address(show, base) + mark + query))
    page.wait_for_load_state()


def name_of(path: str) -> str:
    """A file name for a page."""
    kept = "".join(char if char.isalnum() and char.isascii() else "-" for char in path).strip("-")
    return "-".join(part for part in kept.split("-") if part) or "front"


def pictures(show: Show, browser: Browser, folder: Path) -> int:
    """One of each page at each width in each language; how many."""
    count = 0
    for width in WIDTHS:
        with quiet_page(browser, width, java_script_enabled=True) as page:
            for path in looked_at():
                for lang in LANGS:
                    open_page(page, show, path, lang)
                    page.screenshot(path=folder / f"{name_of(path)}-{width}-{lang}.png", full_page=True)
                    count += 1
    return count


def main(folder: Path) -> None:
    """Save every picture into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory())
        show = stack.enter_context(every_state(Path(place)))
        play = stack.enter_context(sync_playwright())
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        count = pictures(show, browser, folder)
        browser.close()
    print(f"{count} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
