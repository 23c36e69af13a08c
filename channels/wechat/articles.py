"""From a frozen message to the articles of a WeChat draft, and from a stored draft back to what it says."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from urllib.parse import urlsplit, urlunsplit

from channels.contract import Article, ChannelMessage, FileRef, Rejected, overruns
from channels.reading import comparable, plain, read_page
from channels.wechat.profile import COVER_BYTES, COVER_TYPES, MARKER, PROFILE
from channels.wechat.wire import CONTROL, Json

ENDS = 40
"""How many characters of text are compared at each end of a stored draft; the platform rewrites the markup."""


def digest_of(message: ChannelMessage) -> str:
    """SHA-256 over the whole message as it was handed in, images still as slots."""
    return hashlib.sha256(json.dumps(asdict(message), ensure_ascii=True, sort_keys=True).encode()).hexdigest()


def check(message: ChannelMessage) -> None:
    """Raises `Rejected`, before any request, for what the platform would refuse or we must not send."""
    for overrun in overruns(PROFILE, message):
        if not overrun.warning:
            raise Rejected(overrun.words, field=overrun.field, before_execution=True)
    for article in message.articles:
        for field, words in _faults(article):
            raise Rejected(words, field=field, before_execution=True)


def _faults(article: Article) -> list[tuple[str, str]]:
    found = []
    if not comparable(article.title):
        found.append(("title", "标题是空的"))
    if not comparable(plain(article.body)):
        found.append(("body", "正文是空的"))
    if not article.link.startswith(("https://", "http://")):
        found.append(("link", "微信文章须带门户网页的地址，放在“阅读原文”里"))
    images = {f"image:{image.digest}" for image in article.images}
    unfilled = article.slots() - images
    if unfilled:
        found.append(("body", "还有没填的空位：" + "、".join(sorted(unfilled))))
    for field in ("title", "author", "summary", "body", "link"):
        if CONTROL.search(getattr(article, field)):
            found.append((field, "含有微信不收的控制字符"))
    return found + _cover_faults(article.cover)


def _cover_faults(cover: FileRef | None) -> list[tuple[str, str]]:
    if cover is None:
        return [("cover", "微信文章须有封面")]
    if cover.media_type not in COVER_TYPES:
        return [("cover", f"封面须是 JPG 或 PNG：{cover.name}")]
    if not 0 < cover.size <= COVER_BYTES:
        return [("cover", f"封面须大于 0、不超过 {COVER_BYTES} 字节，{cover.name} 为 {cover.size} 字节")]
    return []


# ---------------------------------------------------------------------------- the key in the original link


def marked(link: str, key: str) -> str:
    """The original link with the message's key as a query parameter; the page it leads to is the same."""
    parts = urlsplit(link)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, f"{MARKER}={key}")))))


KEY = re.compile(rf"{MARKER}=([0-9a-z-]{{1,32}})")


def key_of(link: str) -> str:
    """The key that a link carries, or the empty string."""
    match = KEY.fullmatch(urlsplit(link).query.rpartition("&")[2])
    return match[1] if match else ""


def unmarked(link: str) -> str:
    """The link as it was before `marked`."""
    if not key_of(link):
        return link
    parts = urlsplit(link)
    return urlunsplit(parts._replace(query=parts.query.rpartition("&")[0]))


def news_of(item: Json) -> list[Json]:
    """The articles of one entry of a list."""
    content = item.get("content")
    news = content.get("news_item") if isinstance(content, dict) else None
    return [article for article in news if isinstance(article, dict)] if isinstance(news, list) else []


def carries(item: Json, key: str) -> bool:
    """Whether an entry of a list was made from the message with this key."""
    return any(key_of(str(article.get("content_source_url") or "")) == key for article in news_of(item))


# ---------------------------------------------------------------------------- there and back


def wire_articles(
    message: ChannelMessage, urls: Mapping[str, str], covers: Mapping[str, str], author: str
) -> list[Json]:
    """The `articles` of `draft/add`. `urls` by image digest, `covers` (media ids) by cover digest.

    A summary goes only with a single article; the platform knows none for more. Raises `Rejected` when
    the image addresses make a body too long.
    """
    slots = {f"image:{digest}": html.escape(url) for digest, url in urls.items()}
    filled = message.filled(slots)
    check(filled)
    alone = len(filled.articles) == 1
    return [_wire_article(article, message.key, covers, author, alone=alone) for article in filled.articles]


def _wire_article(article: Article, key: str, covers: Mapping[str, str], author: str, *, alone: bool) -> Json:
    return {
        "article_type": "news",
        "title": article.title,
        "author": article.author or author,
        "digest": article.summary if alone else "",
        "content": article.body,
        "content_source_url": marked(article.link, key),
        "thumb_media_id": covers[article.cover.digest] if article.cover else "",
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
    }


COMPARED = (
    ("title", "title", "标题"),
    ("author", "author", "作者"),
    ("content_source_url", "link", "原文链接"),
)


def compare(sent: Sequence[Json], stored: Sequence[Json]) -> None:
    """Raises `Rejected` where the stored draft does not say what was sent. Nothing is out then."""
    if len(sent) != len(stored):
        raise _differs("parts", f"发去 {len(sent)} 篇，微信存了 {len(stored)} 篇")
    for ours, theirs in zip(sent, stored, strict=True):
        for name, field, label in COMPARED:
            if comparable(str(theirs.get(name) or "")) != comparable(ours[name]):
                raise _differs(field, f"微信存下的{label}和发去的不同")
        if ours["digest"] and comparable(str(theirs.get("digest") or "")) != comparable(ours["digest"]):
            raise _differs("summary", "微信存下的摘要和发去的不同")
        _compare_bodies(ours["content"], str(theirs.get("content") or ""))


def _compare_bodies(ours: str, theirs: str) -> None:
    sent, stored = _images(ours), _images(theirs)
    if sent != stored:
        raise _differs("images", f"发去 {sent} 张图片，微信存了 {stored} 张")
    there, back = comparable(plain(ours)), comparable(plain(theirs))
    if there[:ENDS] != back[:ENDS]:
        raise _differs("body", f"微信存下的正文开头不同：{back[:ENDS]}")
    if there[-ENDS:] != back[-ENDS:]:
        raise _differs("body", f"微信存下的正文结尾不同：{back[-ENDS:]}")


def _images(content: str) -> int:
    region = read_page(content).region
    return len(region.images) if region else 0


def _differs(field: str, words: str) -> Rejected:
    return Rejected(words + "，没有发布", field=field, before_execution=True, code="read_back")
