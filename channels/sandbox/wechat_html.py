"""What the platform does to submitted HTML, as far as users have reported it (read 2026-11-20).

Scripts, styles, classes, event handlers, positions, forms and media vanish; outside links become text;
outside pictures vanish without a word; `div` becomes `section`; text is wrapped; pictures load lazily.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser

DROPPED = frozenset(
    {"script", "style", "video", "audio", "iframe", "object", "embed", "noscript", "template"}
)
UNWRAPPED = frozenset(
    {"form", "input", "button", "select", "textarea", "html", "head", "body", "article", "main"}
)
RENAMED = {"div": "section"}
VOID = frozenset({"br", "img", "hr", "col"})
KEPT_ATTRIBUTES = frozenset(
    {"style", "alt", "colspan", "rowspan", "data-w", "data-ratio", "data-ignore-width"}
)
BAD_STYLE = re.compile(r"^\s*(position|-webkit-[a-z-]+)\s*:", re.IGNORECASE)
TAIL = '<p style="display: none;"><mp-style-type data-value="3"></mp-style-type></p>'
ARTICLE_LINK = re.compile(r"^https?://mp\.weixin\.qq\.com/")


class _Cleaner(HTMLParser):
    def __init__(self, hosted: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self._hosted = hosted
        self._silent: list[str] = []
        self._links: list[bool] = []
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in DROPPED:
            self._silent.append(tag)
        if self._silent or tag in UNWRAPPED:
            return
        if tag == "img":
            self._image(values)
        elif tag == "br":
            self.out.append("<br  />")
        elif tag == "a":
            self._link(values.get("href", ""))
        else:
            self.out.append(f"<{RENAMED.get(tag, tag)}{_attributes(values)}>")

    def _image(self, values: dict[str, str]) -> None:
        source = values.get("src") or values.get("data-src", "")
        if self._hosted(source):
            self.out.append(f'<img data-src="{html.escape(source)}"{_attributes(values)}>')

    def _link(self, href: str) -> None:
        kept = bool(ARTICLE_LINK.match(href))
        self._links.append(kept)
        if kept:
            self.out.append(f'<a href="{html.escape(href)}">')

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if tag in UNWRAPPED or tag in VOID:
            return
        if tag == "a":
            if self._links and self._links.pop():
                self.out.append("</a>")
            return
        self.out.append(f"</{RENAMED.get(tag, tag)}>")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        text = html.escape(data, quote=False)
        self.out.append(f'<span leaf="">{text}</span>' if data.strip() else text)


def _attributes(values: dict[str, str]) -> str:
    kept = {name: value for name, value in values.items() if name in KEPT_ATTRIBUTES}
    if "style" in kept:
        kept["style"] = ";".join(
            rule for rule in kept["style"].split(";") if rule and not BAD_STYLE.match(rule)
        )
    return "".join(f' {name}="{html.escape(value)}"' for name, value in kept.items() if value)


def cleaned(content: str, hosted: Callable[[str], bool]) -> str:
    """The HTML as the platform keeps it. `hosted` tells whether a picture's address is the platform's own."""
    cleaner = _Cleaner(hosted)
    cleaner.feed(content)
    cleaner.close()
    return "".join(cleaner.out) + TAIL
