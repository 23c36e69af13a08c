"""The HTML that a body may consist of. Everything else is taken away, its words kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from html import escape

import nh3

from channels.contract import SLOT
from channels.reading import read_page
from publisher.domain.errors import Reason, refuse
from publisher.domain.item import Content

TAGS = frozenset(
    (
        *("p", "h2", "h3", "h4", "strong", "em", "span", "br", "div", "a"),
        *("ul", "ol", "li", "img", "figure", "figcaption"),
        *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    )
)
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "div": {"tabindex", "role", "aria-label"},
}
HEADING_CLASSES = {"l1", "l2", "chapter"}
CLASSES = {  # names of the portal's style, by element
    "p": {"to", "flush", "center", "label"},
    "h2": HEADING_CLASSES,
    "h3": HEADING_CLASSES,
    "h4": HEADING_CLASSES,
    "span": {"art", "unit"},
    "div": {"enclosed", "sign-off", "annex", "scroll"},
    "table": {"official"},
    "td": {"n"},
}
IMAGE_SLOT = re.compile(r"\[\[slot:image:([0-9a-f]{64})\]\]")
IMAGE_SOURCE = re.compile(rf'src="{IMAGE_SLOT.pattern}"')


def sanitise(html: str) -> str:
    """Only our subset: its elements, a few attributes, our own pictures (by slot), links to web and mail.

    Scripts and styles go with their content; other elements go and leave their words. A picture that is no
    slot loses its address. Doing it twice changes nothing more.
    """
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_own_pictures_only,
        allowed_classes={tag: set(names) for tag, names in CLASSES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def _own_pictures_only(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not IMAGE_SLOT.fullmatch(value):
        return None
    return value


def own_body(content: Content) -> str:
    """The body as our subset: its pictures are the item's own, and no other slot stands in any text of the item.

    Raises `Refused`: a slot that a drafter typed would be filled after the signatures.
    """
    body = sanitise(content.body)
    region = read_page(body).region
    stored = {f"[[slot:image:{file.digest}]]" for file in content.files}
    if region and not set(region.images) <= stored:
        why = "正文里有图片没有随条目提交"
        raise refuse(
            Reason.BAD_INPUT, why, field="body", allowed="先把图片加入条目", english="picture is missing"
        )
    for name, text in {"body": IMAGE_SOURCE.sub("", body), **_texts(content)}.items():
        if SLOT.search(text):
            why = "含有程序保留的写法“[[slot:…]]”"
            raise refuse(Reason.BAD_INPUT, why, field=name, allowed="删去", english="contains a slot")
    return body


def _texts(content: Content) -> dict[str, str]:
    texts = {name: value for name, value in asdict(content).items() if isinstance(value, str)}
    del texts["body"]
    texts["keywords"] = "\n".join(content.keywords)
    texts["files"] = "\n".join(f"{file.name}\n{file.title}" for file in content.files)
    return {**texts, **{f"details.{name}": text for name, text in content.details}}


def shown_body(body: str, picture: Callable[[str], str]) -> str:
    """A kept body for a page of ours: our subset again, its pictures at the address that `picture` gives a digest.

    Whatever stands in the database, nothing else comes out.
    """
    return IMAGE_SOURCE.sub(lambda found: f'src="{escape(picture(found[1]))}"', sanitise(body))
