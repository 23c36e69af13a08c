"""Comparing what a reader sees with what was approved. Pure."""

from __future__ import annotations

from channels.contract import Article, Level, Seen
from channels.reading import comparable


def differences(article: Article, seen: Seen, *, wanted: Level) -> list[str]:
    """Every way in which the page is not the approved article, in Chinese; empty when it is."""
    found = []
    if wanted is Level.PUBLIC and seen.level is not Level.PUBLIC:
        found.append("不是以读者身份看到的")
    if seen.title and comparable(seen.title) != comparable(article.title):
        found.append("标题不同")
    found.extend(_text_difference(article, seen))
    if article.link and not any(_same_page(link, article.link) for link in seen.links):
        found.append("缺少门户原文链接")
    found.extend(_image_differences(article, seen))
    if sorted(file.digest for file in seen.files) != sorted(file.digest for file in article.attachments):
        found.append(f"附件不同：应有 {len(article.attachments)} 个，看到 {len(seen.files)} 个或内容不符")
    return found


def _text_difference(article: Article, seen: Seen) -> list[str]:
    approved, found = comparable(article.text), comparable(seen.text)
    if approved == found:
        return []
    at = next(
        (i for i, (a, b) in enumerate(zip(approved, found, strict=False)) if a != b),
        min(len(approved), len(found)),
    )
    return [f"正文从第 {at + 1} 字起不同（批准 {len(approved)} 字，看到 {len(found)} 字）"]


def _same_page(link: str, wanted: str) -> bool:
    return link.split("?")[0].split("#")[0] == wanted.split("?")[0].split("#")[0]


def _image_differences(article: Article, seen: Seen) -> list[str]:
    found = []
    if len(seen.images) != len(article.images):
        found.append(f"图片应有 {len(article.images)} 张，看到 {len(seen.images)} 张")
    broken = sum(not image.answers for image in seen.images)
    if broken:
        found.append(f"{broken} 张图片打不开")
    return found
