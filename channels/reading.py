"""What a reader's eye takes from a page: the words in order, links, images. Standard library only.

Adapters use it to look at what is out, the publisher to know what must be found there; both sides
compare the same way, so a difference is a difference.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
SILENT = frozenset({"script", "style", "template", "noscript", "svg"})
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))


@dataclass
class Region:
    """One part of a page. `text` has one line a block; `links` and `images` keep the page's order."""

    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


class _Eye(HTMLParser):
    """Collects a region: the element with a given id, or class, or the whole document."""

    def __init__(self, *, element_id: str = "", css_class: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self._id, self._class = element_id, css_class
        self._depth = 0 if element_id or css_class else 1
        self._silent = 0
        self._words: list[str] = []
        self._anchor: int | None = None
        self.region = Region()
        self.metas: dict[str, str] = {}
        self.title = ""
        self._in_title = False
        self.found = self._depth == 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta" and values.get("name"):
            self.metas[values["name"]] = values.get("content", "")
        self._in_title = tag == "title"
        if self._depth:
            self._enter(tag, values)
        elif not self.found and self._wanted(values):
            self._depth, self.found = 1, True

    def _wanted(self, values: dict[str, str]) -> bool:
        if self._id:
            return values.get("id") == self._id
        return self._class in values.get("class", "").split()

    def _enter(self, tag: str, values: dict[str, str]) -> None:
        if tag in BLOCKS:
            self._words.append("\n")
        if tag == "img":
            self.region.images.append(values.get("data-src") or values.get("src", ""))
        if tag == "a" and "href" in values:
            self._anchor = len(self._words)
            self.region.links.append((values["href"], ""))
        if tag not in VOID:
            self._depth += 1
            self._silent += tag in SILENT or bool(self._silent)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if not self._depth or tag in VOID:
            return
        if tag in BLOCKS:
            self._words.append("\n")
        if tag == "a" and self._anchor is not None and self.region.links:
            href, _ = self.region.links[-1]
            self.region.links[-1] = (href, "".join(self._words[self._anchor :]).strip())
            self._anchor = None
        self._silent = max(0, self._silent - 1)
        if self._depth > 1 or self._id or self._class:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif self._depth and not self._silent:
            self._words.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def finish(self) -> None:
        lines = (line.strip() for line in "".join(self._words).split("\n"))
        self.region.text = "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class Page:
    """A page as read: its `<title>`, named metas, and one region (None when the page has no such element)."""

    title: str
    metas: dict[str, str]
    region: Region | None


def read_page(html: str, *, element_id: str = "", css_class: str = "") -> Page:
    """Read a page and the region with this id or class; without either, the whole document."""
    eye = _Eye(element_id=element_id, css_class=css_class)
    eye.feed(html)
    eye.close()
    eye.finish()
    return Page(eye.title.strip(), eye.metas, eye.region if eye.found else None)


def plain(html: str) -> str:
    """The words of an HTML fragment in reading order, one line a block."""
    page = read_page(html)
    return page.region.text if page.region else ""


def comparable(text: str) -> str:
    """The form in which approved and seen texts are compared: NFC, no white space, no invisible characters."""
    return "".join(unicodedata.normalize("NFC", text).translate(INVISIBLE).split())
