"""Attacks that want to run: words as elements, links that run, words as templates, text with markup, files as pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from tests.attacks.instance import Instance
from tests.attacks.poison import save
from tests.attacks.walk import foreign, paths, payload, reflected, seen_by, walk
from tests.browser.eyes import CHROMIUM, FLAGS

Evidence = str | None
SOME = ("/strangers", "/items", "/items/{item_id}", "/parts/{part_id}", "/postings/{posting_id}")
"""Where words of people and of platforms stand, and addresses of platforms."""
QUERIES = (
    "q",
    "state",
    "done",
    "as",
    "back",
    "channel",
    "window",
    "a",
    "b",
    "left",
    "day",
    "month",
    "revision",
)
MARKUP = (
    "<p onclick=x()>一<script>pwned()</script><img src=x onerror=pwned()>"
    '<a href="javascript:pwned()">二</a><svg onload=pwned()><iframe src="javascript:pwned()"></iframe>'
    "<math><mtext><table><mglyph><style><img src=x onerror=pwned()></style></mglyph></table></mtext></math></p>"
)


def stored(field: str) -> Callable[[Instance], Evidence]:
    """Words of one field become an element on some page."""

    def attack(instance: Instance) -> Evidence:
        pages = [path for path, found in walk(instance).items() if f"xss-{field}" in found]
        return f"<xss-{field}> on {pages[:3]}" if pages else None

    return attack


def on_english_pages(instance: Instance) -> Evidence:
    """Words that are marked as Chinese on an English page."""
    found = set().union(*walk(instance, only=SOME).values())
    return next((one for one in sorted(found) if one.startswith("xss-")), None)


def links_that_run(instance: Instance) -> Evidence:
    """An address from a platform that runs when it is clicked."""
    found = set().union(*walk(instance, only=SOME).values())
    return next((one for one in sorted(found) if "script:" in "".join(one.split())), None)


def words_as_template(instance: Instance) -> Evidence:
    """Words that are reckoned with."""
    return "7*7 was 49" if "49" in set().union(*walk(instance, only=SOME).values()) else None


def from_the_address(instance: Instance) -> Evidence:
    """Words of the address become an element: each query that pages know, and each part of a path."""
    query = reflected(*QUERIES)
    found = set().union(*walk(instance, query).values())
    for path in (
        "/items/{}",
        "/postings/{}",
        "/people/{}",
        "/settings/{}",
        "/channels/{}",
        "/{}",
        "/static/{}",
    ):
        for who in ("ma", "wang"):
            answer = instance.seat(who).get(path.format(quote(payload("path"), safe="")))
            found |= foreign(answer.text)
    name = instance.browser().post("/login", data={"name": payload("account"), "password": "x"})
    found |= foreign(name.text)
    return f"{sorted(found)}" if any(one.startswith("xss-") for one in found) else None


def markup_in_a_text(instance: Instance) -> Evidence:
    """Markup in the body of an item, saved, shown in the editor and its previews, and answered to a paste."""
    at, once = instance.seat("ma"), f"{time.monotonic_ns():032x}"
    item = at.done("/items/new", {"once": once, "title": "停水", "kind": "notice"}).split("/")[2]
    save(at, item, body=MARKUP)
    found = foreign(at.get(f"/items/{item}/edit").text) | foreign(
        at.post(f"/items/{item}/clean", {"html": MARKUP}).text
    )
    at.done(f"/items/{item}/discard")
    return f"{sorted(found)}" if found else None


def a_script_runs(instance: Instance) -> Evidence:
    """In a real browser: does what a stranger wrote run on the page that lists it?"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        ran = _ran(browser, instance)
        browser.close()
    return f"ran on {ran}" if ran else None


def _ran(browser: Browser, instance: Instance) -> list[str]:
    context = browser.new_context()
    context.add_cookies([{"name": "gongkai", "value": instance.tokens["ma"], "url": instance.base}])
    page, told = context.new_page(), []
    page.on("dialog", lambda dialog: (told.append(page.url), dialog.accept()))
    for path in ("/strangers", "/postings"):
        page.goto(instance.base + path)
        page.wait_for_timeout(150)
    return told


def other_pages_frame_us(instance: Instance) -> Evidence:
    """Clickjacking: may another page show ours in a frame, and does any answer lack what browsers are told?"""
    for ways in paths(instance).values():
        for path in ways[:1]:
            _, answer = seen_by(instance, path)
            policy = answer.headers.get("content-security-policy", "") if answer else "sandbox"
            if "frame-ancestors 'none'" not in policy and "sandbox" not in policy:
                return f"{path} may be framed"
    return None
