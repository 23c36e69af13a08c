"""The rooms about deliveries in a browser, at both widths and in both languages: whole, calm, without scripts too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from channels.contract import Level
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.browser.eyes import CUT, EMPTY, WIDTHS, quiet_page
from tests.browser.test_console import come_in, judged
from tests.seats import employ
from tests.world import World, item_file, make_home, make_template, open_world

S, P = PostingState, PartState
each_width = pytest.mark.parametrize("width", WIDTHS)
BARE = r"""() => { const copy = document.body.cloneNode(true);
  copy.querySelectorAll('[lang="zh-CN"], script, svg').forEach(e => e.remove());
  return copy.textContent.match(/[\u4e00-\u9fff]+/g) || []; }"""
"""Chinese on an English page that is not marked as Chinese."""
LATIN = r"""() => { const copy = document.body.cloneNode(true);
  const theirs = '[lang="en"], del, ins, .code, .digest, a[href^="http"], option, svg';
  copy.querySelectorAll(theirs).forEach(e => e.remove());
  return (copy.textContent.match(/[A-Za-z]{2,}/g) || []).filter(w => !['JPG', 'PNG', 'GIF', 'MB'].includes(w)); }"""
"""English on a Chinese page, names of things of platforms apart."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Where the console is, and its pages about deliveries: by name, their paths."""
    folder = tmp_path_factory.mktemp("deliveries")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        stack.enter_context(world.practising())
        paths = make_work(world)
        employ(world, role="editor content_reviewer approver")
        yield stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0)), paths


def make_work(world: World) -> dict[str, str]:
    """An item that is out, with one part that differs; another whose postings each stand otherwise."""
    out, _ = world.out_everywhere(item_file(title="关于公布十一月饮用水水源地水质状况的公告"))
    item_id, _ = world.released()
    keys, parts = world.postings(item_id), world.parts(out)
    with world.office.store.write() as uow:
        asked = "请打开公众号后台，看发表记录里有没有这一条"
        error = {
            "words": "微博说链接里的域名没有登记，拒绝了这一条",
            "code": "10017",
            "answer": "text not find domain",
        }
        uow.postings.change(
            keys["wechat"].id,
            state=S.UNKNOWN,
            person_needed=asked,
            unknown_since=world.clock.now,
            claimed_at=world.clock.now,
            looks=3,
        )
        uow.postings.change(keys["weibo"].id, state=S.FAILED, error=error, attempts=1)
        uow.postings.change(keys["city-portal"].id, state=S.HELD)
        seen = {"title": "", "text": "自今日起停水。", "links": [], "images": [], "files": []}
        differs = parts["weibo"].id
        uow.parts.keep_sight(differs, "f" * 64, seen, world.clock.now)
        words = ["正文从第 1 字起不同（批准 80 字，看到 7 字）"]
        uow.parts.prove(
            differs,
            at=world.clock.now,
            level=Level.PUBLIC,
            outcome="differ",
            differences=words,
            seen_digest="f" * 64,
        )
        uow.parts.change(differs, state=P.DIFFERS, differences=words)
        uow.parts.change(parts["wechat"].id, state=P.WITHDRAW_BY_HAND)
        uow.strangers.add(
            channel="weibo",
            remote_id="5091234567890123",
            url="https://weibo.com/1000000001/Oabcdefgh",
            words="今天停水，请互相转告",
            posting_id="",
            posted_at=world.clock.now,
            seen_at=world.clock.now,
        )
        uow.commit()
    return {
        "postings": "/postings",
        "list": "/postings?state=person",
        "unknown": f"/postings/{keys['wechat'].id}",
        "failed": f"/postings/{keys['weibo'].id}",
        "held": f"/postings/{keys['city-portal'].id}",
        "out": f"/postings/{parts['weibo'].posting_id}",
        "differs": f"/parts/{differs}",
        "byhand": f"/parts/{parts['wechat'].id}",
        "withdraw": f"/items/{out}/withdraw",
        "leak": f"/items/{out}/withdraw?leak=1",
        "correct": f"/items/{out}/correct",
        "expunge": f"/items/{out}/expunge",
        "strangers": "/strangers",
        "stop": "/stop",
    }


@each_width
def test_every_page_about_deliveries_is_whole_in_chinese_and_in_english(
    browser: Browser, place: tuple[str, dict[str, str]], width: int
) -> None:
    base, paths = place
    found = {}
    with quiet_page(browser, width, java_script_enabled=True) as page:
        come_in(page, base)
        for lang, stray in (("zh", LATIN), ("en", BARE)):
            page.goto(f"{base}/language/{lang}")
            for name, path in paths.items():
                assert page.goto(base + path).status == 200  # type: ignore[union-attr]
                judged(page)
                faults = (page.evaluate(CUT), page.evaluate(EMPTY), page.evaluate(stray))
                if faults != ([], [], []):
                    found[f"{lang} {name}"] = faults
    assert found == {}


def test_the_board_looks_again_without_moving_the_focus(
    browser: Browser, place: tuple[str, dict[str, str]]
) -> None:
    base, _ = place
    with quiet_page(browser, WIDTHS[0], java_script_enabled=True) as page:
        come_in(page, base)
        page.goto(f"{base}/postings")
        first = page.locator(".pcard").first
        first.focus()
        key = first.get_attribute("id")
        with page.expect_response(re.compile("/postings/board")):
            page.evaluate("htmx.ajax('GET', '/postings/board', {target: '#board', swap: 'innerHTML'})")
        page.wait_for_timeout(100)
        assert page.evaluate("document.activeElement.id") == key
        assert page.locator(".pcard").count() > 3


def test_everything_is_stopped_in_two_taps_and_a_reason_on_a_phone_without_scripts(
    browser: Browser, place: tuple[str, dict[str, str]]
) -> None:
    base, _ = place
    with quiet_page(browser, 390, java_script_enabled=False) as page:
        come_in(page, base)
        page.goto(f"{base}/postings")
        page.get_by_role("link", name="叫停").first.click()
        page.get_by_label("理由").fill("标题有错，先停")
        page.get_by_role("button", name="停下来，马上生效").click()
        expect(page.get_by_text("已经叫停。从现在起")).to_be_visible()
        page.get_by_role("button", name="解除叫停：全部渠道").click()
        expect(page.get_by_text("已经解除。")).to_be_visible()


def pictures(base: str, browser: Browser, paths: dict[str, str], folder: Path) -> None:
    """One of each page at each width in each language, for looking at."""
    for width in WIDTHS:
        with quiet_page(browser, width) as page:
            come_in(page, base)
            for lang in ("zh", "en"):
                page.goto(f"{base}/language/{lang}")
                for name, path in paths.items():
                    page.goto(base + path)
                    page.screenshot(path=folder / f"{name}-{lang}-{width}.png", full_page=True)
