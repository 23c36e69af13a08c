"""What a kind of channel can do, as data, and what of it can be checked before any request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from channels.contract.answers import Level
from channels.contract.messages import Article, ChannelMessage


class Unit(StrEnum):
    """How a limit counts: Unicode code points, UTF-8 bytes, Weibo's half-width rule, or pieces."""

    CHARACTERS = "characters"
    BYTES = "bytes"
    WEIBO = "weibo"
    PIECES = "pieces"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a platform: `maximum` in `unit` for one field of an article. `source` names where it stands."""

    field: str
    maximum: int
    unit: Unit
    source: str = ""
    warn_above: int | None = None


@dataclass(frozen=True, slots=True)
class ImageRules:
    """What pictures a platform takes: at most `count` in an article, these media types, at most `max_bytes` each."""

    count: int
    media_types: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` calls of `call` in a window: "day" or "month" (Beijing), or "hour". `title` is for people."""

    call: str
    limit: int
    window: str
    sending: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Overrun:
    """One thing in a message that the platform would refuse, found before any request."""

    field: str
    words: str
    warning: bool = False


class Correction(StrEnum):
    """How an account of this kind corrects what is out, unless its settings say otherwise.

    `amend` in place · `post` a correction beside the old post · `replace`: remove the old one, post the new ·
    `none`: the old one stays.
    """

    AMEND = "amend"
    POST = "post"
    REPLACE = "replace"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ChannelProfile:
    """What a kind of channel can do, as data. Seconds, bytes and counts as the names say.

    What is overdue goes out at least `gap_s` apart, so that nothing bursts after an outage.
    Two removals on one account are at least `removal_gap_s` apart, so that a withdrawal is never a burst.
    `files_beside`: attachments lie at addresses of their own, and a removal names them.
    `removal_call` is the call of `quotas` that each removal spends one of, "" where none is counted.
    """

    kind: str
    label: str
    limits: tuple[Limit, ...]
    images: ImageRules
    slots: frozenset[str]
    quotas: tuple[Quota, ...] = ()
    external_links: bool = True
    amendable: bool = False
    withdrawable: bool = True
    visible: Level = Level.PUBLIC
    parts_per_posting: int = 1
    gap_s: int = 0
    call_timeout_s: int = 60
    settle_s: int = 600
    looks_s: tuple[int, ...] = (60, 300, 600, 1800)
    correction: Correction = Correction.REPLACE
    removal_gap_s: int = 0
    files_beside: bool = False
    removal_call: str = ""


URL = re.compile(r"https?://[!-~]+")


def weibo_length(text: str) -> int:
    """Length by Weibo's rule: URLs are 20 half units, code points above U+00FF 2, others 1; halved, rounded up.

    Source: the counting script of Weibo's web client, as carried by its SDKs (read 2026-11).
    """
    stripped = URL.sub("", text.strip())
    halves = 20 * len(URL.findall(text)) + sum(2 if ord(c) > 0xFF else 1 for c in stripped)
    return (halves + 1) // 2


COUNT: dict[Unit, Callable[[str], int]] = {
    Unit.CHARACTERS: len,
    Unit.BYTES: lambda text: len(text.encode()),
    Unit.WEIBO: weibo_length,
    Unit.PIECES: len,
}

UNIT_NAMES = {
    Unit.CHARACTERS: "字",
    Unit.BYTES: "字节",
    Unit.WEIBO: "字（微博计数）",
    Unit.PIECES: "个",
}


def overruns(profile: ChannelProfile, message: ChannelMessage) -> list[Overrun]:
    """Everything in `message` that the profile's data forbids. The same check when planning and when sending.

    Empty slots count as they stand; callers fill `portal_url` with the longest address they expect.
    """
    found: list[Overrun] = []
    if not 1 <= len(message.articles) <= profile.parts_per_posting:
        found.append(
            Overrun(
                "parts",
                f"{profile.label}每次 1 至 {profile.parts_per_posting} 篇，现为 {len(message.articles)} 篇",
            )
        )
    for article in message.articles:
        found.extend(_over_limits(profile, article))
        found.extend(_image_faults(profile, article))
    return found


def _over_limits(profile: ChannelProfile, article: Article) -> Iterable[Overrun]:
    for limit in profile.limits:
        value = getattr(article, limit.field)
        count = COUNT[limit.unit](value)
        unit = UNIT_NAMES[limit.unit]
        if count > limit.maximum:
            yield Overrun(limit.field, f"{profile.label}上限 {limit.maximum} {unit}，现为 {count} {unit}")
        elif limit.warn_above is not None and count > limit.warn_above:
            yield Overrun(
                limit.field,
                f"{profile.label}建议不超过 {limit.warn_above} {unit}，现为 {count} {unit}",
                warning=True,
            )


def _image_faults(profile: ChannelProfile, article: Article) -> Iterable[Overrun]:
    rules = profile.images
    if len(article.images) > rules.count:
        yield Overrun("images", f"{profile.label}最多 {rules.count} 张图片，现为 {len(article.images)} 张")
    for image in article.images:
        if image.media_type not in rules.media_types:
            allowed = "、".join(sorted(t.partition("/")[2].upper() for t in rules.media_types))
            yield Overrun("images", f"{profile.label}只收 {allowed} 图片：{image.name}")
        if image.size > rules.max_bytes:
            yield Overrun(
                "images", f"{profile.label}图片上限 {rules.max_bytes} 字节，{image.name} 为 {image.size} 字节"
            )
