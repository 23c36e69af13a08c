"""What each channel will show of a message, for looking at before it is frozen, with its counters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from channels.contract import COUNT, SLOT, UNIT_NAMES, Article, ChannelMessage, ChannelProfile, Unit
from publisher.domain.catalogue import ChannelPlan
from publisher.render.limits import POSTED_AT, expected_url, limits
from publisher.render.pasted import clean_node, find, tree_of
from publisher.render.renderer import BODY_ID
from publisher.render.subset import IMAGE_SLOT

LINK = "[[slot:portal_url]]"
SLOT_SOURCE = re.compile(r'src="\[\[slot:image:([0-9a-f]{64})\]\]"')


WRITTEN = ("title", "summary", "body")
"""What a person writes and can shorten: counters of other fields would only be noise."""


class Shape(StrEnum):
    """How a message looks: a page of a site, an article under a cover, a short post."""

    PAGE = "page"
    ARTICLE = "article"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Counter:
    """One limit of a channel and where the message stands, in the channel's own unit. `unit` is in words."""

    field: str
    count: int
    maximum: int
    unit: str
    over: bool

    @property
    def share(self) -> int:
        """How much is used, 0 to 100."""
        return min(100, round(100 * self.count / max(1, self.maximum)))

    @property
    def left(self) -> int:
        """How much may still be written; negative when it is over."""
        return self.maximum - self.count


@dataclass(frozen=True, slots=True)
class Preview:
    """One channel. `html` is of our subset (safe to show), of a post it is empty and `text` has the words.

    `faults` would be refused at submit, `warnings` stop nothing.
    """

    channel: str
    shape: Shape
    title: str
    summary: str
    author: str
    html: str
    text: str
    cover: str
    counters: tuple[Counter, ...]
    faults: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


def preview_of(
    message: ChannelMessage,
    plan: ChannelPlan,
    profile: ChannelProfile,
    picture: Callable[[str], str],
    own: frozenset[str],
) -> Preview:
    """How one channel's message will look. `picture` turns a picture's digest into an address; `own` are the item's."""
    article = message.articles[0]
    found = limits(message, profile, plan)
    html = "" if _is_words(article) else shown(_region(article), picture)
    shape = Shape.PAGE if plan.portal else Shape.ARTICLE if html else Shape.POST
    cover = article.cover.digest if article.cover and article.cover.digest in own else ""
    return Preview(
        channel=plan.name,
        shape=shape,
        title=article.title,
        summary=article.summary,
        author=article.author,
        html=html,
        text=article.body.replace(LINK, "\n").strip() if not html else "",
        cover=picture(cover) if cover else "",
        counters=tuple(_counters(message, plan, profile)),
        faults=tuple((one.field, one.words) for one in found if not one.warning),
        warnings=tuple(one.words for one in found if one.warning),
    )


def shown(body: str, picture: Callable[[str], str]) -> str:
    """A body of our subset with its pictures at addresses of ours, to be looked at."""
    return SLOT_SOURCE.sub(lambda found: f'src="{picture(found[1])}"', body)


def _is_words(article: Article) -> bool:
    return "<" not in article.body or not re.search(r"</(?:p|div|section|html|h[1-6])>", article.body)


def _region(article: Article) -> str:
    """What the bureau itself says on the page, without the frame around it."""
    root = tree_of(article.body)
    region = find(root, BODY_ID) or root
    digests = [file.digest for file in article.images]

    def known(source: str) -> str:
        slot = IMAGE_SLOT.fullmatch(source)
        return slot[1] if slot else next((digest for digest in digests if digest in source), "")

    return SLOT.sub(
        lambda found: found[0] if found[1].startswith("image:") else "……", clean_node(region, known)
    )


def _counters(message: ChannelMessage, plan: ChannelPlan, profile: ChannelProfile) -> list[Counter]:
    values = {"portal_url": expected_url(plan), "posted_at": POSTED_AT, "corrected_at": POSTED_AT}
    article = message.filled(values).articles[0]
    found = []
    for limit in profile.limits:
        value = getattr(article, limit.field)
        if limit.unit is Unit.BYTES or limit.field not in WRITTEN:
            continue
        count = COUNT[limit.unit](value)
        found.append(
            Counter(limit.field, count, limit.maximum, UNIT_NAMES[limit.unit], count > limit.maximum)
        )
    return found
