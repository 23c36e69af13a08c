"""Looking at a page as a person would: what is cut, what is broken, what was loaded from where, what axe says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
WIDTHS = (1440, 390)

CUT = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
  const holdsText = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const isCut = e => {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    return box.width > 1 && box.height && style.visibility !== "hidden" && style.display !== "inline"
      && !/auto|scroll/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && holdsText(e);
  };
  const cut = [...document.querySelectorAll("body *")].filter(isCut);
  return wide.concat(cut.map(e => e.textContent.trim().slice(0, 30)));
}"""

WORDS = """() => [document.title, document.body.innerText,
  ...[...document.querySelectorAll("[alt], [aria-label], [title], [placeholder]")]
    .flatMap(e => ["alt", "aria-label", "title", "placeholder"].map(name => e.getAttribute(name) || ""))].join("\\n")"""

EMPTY = """() => [...document.querySelectorAll(
    "section, article, table, tbody, ul, ol, dl, p, h1, h2, h3, h4, td, dd, a, button")]
  .filter(e => !e.textContent.trim() && !e.querySelector("img, svg") && !e.matches("[aria-hidden], [aria-hidden] *")
    && getComputedStyle(e).display !== "none").map(e => e.outerHTML.slice(0, 80))"""

IMAGES = """() => [...document.images].map(i => [i.getAttribute("src"), i.complete && i.naturalWidth > 0])"""

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
AXE = """wanted => {
  const said = found => found.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target} ${n.html.slice(0, 80)}`));
  return axe.run(document, {runOnly: wanted, resultTypes: ["violations", "incomplete"]})
    .then(r => [said(r.violations), said(r.incomplete)]);
}"""


PLAIN = """.dated { background-image: none !important; }
  .phone > div::after, .feed::after { display: none !important; }
  .first b { background: #383838 !important; }"""
"""Takes marks away that lie behind or over text: pale by design, but axe cannot judge a text with them. A title
on a cover stands on the palest ground that its shade gives, that of a white picture."""

IN_VIEW = """e => { const r = e.getBoundingClientRect();
  const top = document.elementFromPoint(r.x + r.width / 2, r.y + Math.min(r.height / 2, 12));
  return r.width > 1 && r.top >= 0 && r.bottom <= innerHeight && (e === top || e.contains(top)); }"""


@dataclass(frozen=True)
class Sight:
    """What was seen on one page. `foreign` are addresses asked for outside loopback, `broken` images not shown;
    `banner` is what the practice banner says, if it is still in view at the end of the page."""

    status: int
    title: str
    words: str
    cut: list[str]
    empty: list[str]
    broken: list[str]
    banner: str
    complaints: list[str]
    foreign: list[str]
    links: list[str]
    faults: list[str]
    doubts: list[str]


@cache
def _axe() -> str:
    return (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")


def faults(page: Page, *wanted: str) -> tuple[list[str], list[str]]:
    """What axe finds wrong by WCAG A and AA (or by the rules named), and what it cannot decide."""
    if page.evaluate("() => typeof axe") == "undefined":
        page.evaluate(_axe())
        page.add_style_tag(content=PLAIN)
    wrong, undecided = page.evaluate(AXE, list(wanted or WCAG))
    return wrong, undecided


@contextmanager
def quiet_page(browser: Browser, width: int, **options: Any) -> Iterator[Page]:
    """A page in a context of its own, as a reader in China has it, without motion."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        **options,
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def look(page: Page, url: str) -> Sight:
    """Open and look. A page that is gone answers 404; that alone is no complaint."""
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda why: complaints.append(str(why)))
    page.on("request", lambda r: None if _is_near(r.url) else foreign.append(r.url))
    answer = page.goto(url)
    status = answer.status if answer else 0
    if status == 404:
        complaints = [words for words in complaints if "status of 404" not in words]
    wrong, undecided = faults(page)
    return Sight(
        status=status,
        title=page.title(),
        words=page.evaluate(WORDS),
        cut=page.evaluate(CUT),
        empty=page.evaluate(EMPTY),
        broken=[source for source, shown in page.evaluate(IMAGES) if not shown],
        banner=_banner_at_the_end(page),
        complaints=complaints,
        foreign=foreign,
        links=page.evaluate("() => [...document.links].map(a => a.href)"),
        faults=wrong,
        doubts=undecided,
    )


def _banner_at_the_end(page: Page) -> str:
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    banner = page.locator(".practice")
    return banner.inner_text() if banner.count() == 1 and banner.evaluate(IN_VIEW) else ""


def _is_near(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:"))
