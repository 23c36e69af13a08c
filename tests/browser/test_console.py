"""The console in a browser without scripts, at both widths: signing in by keyboard, and the workbench whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.domain.posting import PostingState
from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.browser.eyes import CUT, EMPTY, WIDTHS, faults, quiet_page
from tests.seats import NAME, PASSWORD, employ
from tests.world import World, item_file, make_home, make_template, open_world

each_width = pytest.mark.parametrize("width", WIDTHS)
NAMES = f"{re.escape(NAME)}|lu|shen|qin|an|admin|English|Word|sha256"
OURS = rf"(?<![A-Za-z])(?:{NAMES})(?![A-Za-z])|(?<![A-Za-z])[0-9a-f]{{4,64}}"
"""Latin letters that a Chinese page may show: accounts, the language switch, digests."""
ONE_DIGIT = re.compile(r">\d</em>$")
"""axe judges no text of one character; the same colours are judged with two."""
FLAT = """.practice, .chm.prac { background: #f4e3b8 !important }
  select.in { background-image: none !important }
  .plot text { display: none !important }"""
TROUBLES = (
    (PostingState.UNKNOWN, "送出后没有收到答复，系统没有重发，请您看一眼公众号后台"),
    (PostingState.FAILED, "微博说链接里的域名没有登记，拒绝了这一条，没有发出"),
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the console is: two postings want a person, one item waits to be scheduled."""
    folder = tmp_path_factory.mktemp("console")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        employ(world)
        _make_work(world)
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))


def _make_work(world: World) -> None:
    world.approved(item_file(title="关于开展农村供水工程冬季保供检查的通知"))
    item_id, _ = world.released(item_file(channels=["bureau-portal", "wechat", "weibo"]))
    postings = world.postings(item_id)
    with world.office.store.write() as uow:
        for channel, (state, words) in zip(("wechat", "weibo"), TROUBLES, strict=True):
            uow.postings.change(postings[channel].id, state=state, person_needed=words)
        uow.commit()


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        yield opened


def come_in(page: Page, base: str) -> None:
    """By keyboard alone."""
    page.goto(base)
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    expect(page.get_by_label("账号")).to_be_focused()
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()
    page.wait_for_load_state()  # with its stylesheet


def whole(page: Page) -> None:
    assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], [])
    words = re.sub(OURS, "", page.evaluate(CHINESE_WORDS))
    assert re.findall(r"[A-Za-z]{2,}", words) == [], "an English leftover"


def judged(page: Page) -> None:
    """axe is a script, which the page's own policy keeps out: it looks at a copy of what is shown. It cannot judge
    words on stripes: the copy has the darker stripe everywhere; nor words within an image: they are left out."""
    html, style = page.content(), page.request.get(urljoin(page.url, "/static/console.css")).text() + FLAT
    copy = page.context.new_page()
    copy.set_content(re.sub(r"<link rel=.stylesheet.[^>]*>", f"<style>{style}</style>", html))
    found, unsure = faults(copy)
    assert (found, [one for one in unsure if not ONE_DIGIT.search(one)]) == ([], [])
    copy.close()


@each_width
def test_the_sign_in_is_whole_and_says_what_is_wrong(page: Page, base: str, width: int) -> None:
    page.goto(base)
    whole(page)
    judged(page)
    page.get_by_label("账号").fill(NAME)
    page.get_by_label("口令").fill("不对的口令 123")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或口令不对")
    page.wait_for_load_state()
    expect(page.get_by_label("口令")).to_be_focused()
    whole(page)


@each_width
def test_the_workbench_is_whole_and_shows_what_wants_a_person_first(
    page: Page, base: str, width: int
) -> None:
    come_in(page, base)
    whole(page)
    judged(page)
    for _, words in TROUBLES:
        expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("已签发，待排期")).to_be_visible()
    trouble, mine = page.get_by_role("heading", name="要人处理"), page.get_by_role("heading", name="等我处理")
    assert trouble.bounding_box()["y"] < mine.bounding_box()["y"]  # type: ignore[index]
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


@each_width
@pytest.mark.parametrize("path", ["/", "/items", "/items?q=没有", "ITEM", "/more", "/help", "/help/codes"])
def test_a_page_is_whole_in_both_languages(page: Page, base: str, width: int, path: str) -> None:
    come_in(page, base)
    if path == "ITEM":
        page.goto(urljoin(base, "/items"))
        path = page.locator("a.ttl").first.get_attribute("href") or ""
    shown_whole(page, base, path)


def test_scripts_are_not_needed_and_none_may_run(browser: Browser, base: str) -> None:
    with quiet_page(browser, WIDTHS[0], java_script_enabled=False) as page:
        page.goto(base)
        page.get_by_label("账号").fill(NAME)
        page.get_by_label("口令").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="工作台")).to_be_visible()


CHINESE_WORDS = """() => { const copy = document.documentElement.cloneNode(true);
  for (const e of copy.querySelectorAll("[lang=en], .platform, svg, script, style, input")) e.remove();
  const said = [...copy.querySelectorAll("[alt], [aria-label], [title], [placeholder]")]
    .flatMap(e => ["alt", "aria-label", "title", "placeholder"].map(name => e.getAttribute(name) || ""));
  return copy.querySelector("title").textContent + copy.querySelector("body").textContent + said.join(" "); }"""
"""What a Chinese page says, without what is marked as English or is the platform's own."""
UNMARKED = """() => { const copy = document.documentElement.cloneNode(true);
  for (const e of copy.querySelectorAll("body [lang^=zh], svg, script, style")) e.remove();
  const said = [...copy.querySelectorAll("[alt], [aria-label], [title], [placeholder]")]
    .flatMap(e => ["alt", "aria-label", "title", "placeholder"].map(name => e.getAttribute(name) || ""));
  return (copy.querySelector("body").textContent + said.join(" "))
    .match(/[\u4e00-\u9fff]+/g) || []; }"""
"""Chinese on an English page that is not marked as what people wrote."""


def english(page: Page, base: str) -> None:
    """From here on the pages are in English."""
    page.goto(urljoin(base, "/language/en"))


def shown_whole(page: Page, base: str, path: str) -> None:
    """A page in both languages: nothing cut, nothing empty, no word of the other language, nothing that axe finds."""
    for lang in ("zh", "en"):
        page.goto(urljoin(base, f"/language/{lang}"))
        page.goto(urljoin(base, path))
        page.wait_for_load_state()
        if lang == "zh":
            whole(page)
        else:
            assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], [])
            assert page.evaluate(UNMARKED) == [], f"Chinese left on {path}"
        judged(page)


def pictures(base: str, browser: Browser, folder: Path) -> None:
    """One of each page at each width, for looking at."""
    for width in WIDTHS:
        with quiet_page(browser, width) as page:
            page.goto(base)
            page.screenshot(path=folder / f"login-{width}.png", full_page=True)
            come_in(page, base)
            page.screenshot(path=folder / f"workbench-{width}.png", full_page=True)
