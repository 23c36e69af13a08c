"""What one posting sends: articles with their files, frozen texts with slots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

SLOT = re.compile(r"\[\[slot:([a-z_]+(?::[0-9A-Za-z_-]+)?)\]\]")
"""A slot 空位 in frozen text: `[[slot:portal_url]]`, `[[slot:image:<digest>]]`. Known only later."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """One file of a message, by content. `digest` is the SHA-256 in hexadecimal, `size` in bytes.

    `alt` is the replacement text of an image or the title of an attachment. `width` and `height`
    are pixels, 0 where the file is no image.
    """

    digest: str
    name: str
    media_type: str
    size: int
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """One part 篇 of a message, frozen when the revision is submitted and signed with it.

    `body` is what the platform is sent (an HTML page, an article fragment, a short post), with
    slots; `text` is what a reader must find there, as plain text in reading order, and is what a look
    compares. `extras` are single values that one kind of channel needs (column, path, page tags).
    """

    title: str
    body: str
    text: str
    summary: str = ""
    author: str = ""
    link: str = ""
    cover: FileRef | None = None
    images: tuple[FileRef, ...] = ()
    attachments: tuple[FileRef, ...] = ()
    extras: tuple[tuple[str, str], ...] = ()

    def extra(self, name: str) -> str:
        """The value of one extra, or the empty string."""
        return dict(self.extras).get(name, "")

    def slots(self) -> frozenset[str]:
        """Names of all slots that stand in the texts of this article."""
        texts = (self.title, self.body, self.text, self.summary, self.link, *(v for _, v in self.extras))
        return frozenset(name for text in texts for name in SLOT.findall(text))

    def filled(self, values: Mapping[str, str]) -> Article:
        """The same article with each slot named in `values` replaced. Other slots stay."""

        def fill(text: str) -> str:
            return SLOT.sub(lambda m: values.get(m[1], m[0]), text)

        return replace(
            self,
            title=fill(self.title),
            body=fill(self.body),
            text=fill(self.text),
            summary=fill(self.summary),
            link=fill(self.link),
            extras=tuple((name, fill(value)) for name, value in self.extras),
        )


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """What one posting sends: one article for a page or a post, up to eight for a WeChat push.

    `key` is the posting's own mark: the same for every attempt, different for every posting, made of
    `[0-9a-z-]`, at most 32 characters. An adapter carries it where the platform lets it be read back.
    """

    key: str
    articles: tuple[Article, ...]

    def filled(self, values: Mapping[str, str]) -> ChannelMessage:
        """The message with the named slots filled in every article."""
        return replace(self, articles=tuple(article.filled(values) for article in self.articles))
