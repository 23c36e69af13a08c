"""The lists of an item file: attachments and images, and how the body refers to images."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from publisher.screening.problems import Problem
from publisher.screening.readers.header import LISTS, WrongValue, one_line
from publisher.screening.readers.inference import Remark

IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\(([^()\n]{1,200})\)")
DRIVE = re.compile(r"[A-Za-z]:")
PATH_LIMIT = 200
ALT_LIMIT = 300
PATH_RULE = "请写条目文件所在文件夹（或其下）的文件名，用 / 分隔，不写盘符、开头的 / 和 ..。"
FORM_RULE = {
    "attachments": '每个附件写一段：[[attachments]]、file = "……"、title = "……"；其他字段写在它们之前。',
    "images": '每张图片写一段：[[images]]、file = "……"、alt = "……"；其他字段写在它们之前。',
}


@dataclass(frozen=True, slots=True)
class AttachmentEntry:
    """One `[[attachments]]`: the path relative to the item file, and the title shown ("" = the file's name)."""

    file: str
    title: str


@dataclass(frozen=True, slots=True)
class ImageEntry:
    """One `[[images]]`: the path relative to the item file, and its replacement text ("" = decorative)."""

    file: str
    alt: str


def read_attachments(raw: object, problems: list[Problem]) -> tuple[AttachmentEntry, ...]:
    """The attachments in order; what is wrong is added to `problems` and left out."""
    return tuple(AttachmentEntry(*pair) for pair in _pairs("attachments", "title", 200, raw, problems))


def read_images(raw: object, problems: list[Problem]) -> tuple[ImageEntry, ...]:
    """The images in order; what is wrong is added to `problems` and left out."""
    return tuple(ImageEntry(*pair) for pair in _pairs("images", "alt", ALT_LIMIT, raw, problems))


def image_references(body: str) -> list[tuple[str, str]]:
    """(replacement text, file) of each `![…](…)` in the body, in order."""
    return [(alt.strip(), file.strip()) for alt, file in IMAGE.findall(body)]


def match_images(
    body: str, images: Iterable[ImageEntry], cover: object, problems: list[Problem]
) -> list[Remark]:
    """Hold the body's image references and the cover against the list.

    A reference or cover that is not listed is a problem; an image that nothing uses, or whose replacement
    texts differ, is a remark.
    """
    listed = {image.file: image.alt for image in images}
    used = image_references(body)
    allowed = "请在表头用 [[images]] 列出它，写明 file 和 alt。"
    for number, (_, file) in enumerate(used, start=1):
        if file not in listed:
            reason = f"正文第 {number} 处图片没有列在 [[images]] 里。"
            problems.append(Problem("images", reason, allowed, f"image reference {number} is not listed"))
    if isinstance(cover, str) and cover not in listed:
        problems.append(
            Problem("cover", "封面图片没有列在 [[images]] 里。", allowed, "the cover is not listed")
        )
    return list(_remarks(listed, used, cover))


def _remarks(listed: dict[str, str], used: list[tuple[str, str]], cover: object) -> Iterable[Remark]:
    files = [file for _, file in used]
    for number, (file, alt) in enumerate(listed.items(), start=1):
        if file not in files and file != cover:
            yield Remark("images", f"第 {number} 张图片没有用在正文里，也不是封面。")
        if any(written and written != alt for written, name in used if name == file):
            yield Remark("images", f"第 {number} 张图片的替代文字，正文与表头不一致，以正文为准。")
        if not alt and not any(written for written, name in used if name == file):
            yield Remark("images", f"第 {number} 张图片没有替代文字；不是纯装饰图的，请补写 alt。")


def _pairs(
    kind: str, label: str, limit: int, raw: object, problems: list[Problem]
) -> Iterable[tuple[str, str]]:
    def wrong(reason_zh: str, allowed_zh: str, reason_en: str) -> None:
        problems.append(Problem(kind, reason_zh, allowed_zh, reason_en))

    entries = raw if isinstance(raw, list) else [None]
    seen: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        name = f"第 {number} 个{LISTS[kind]}"
        if not isinstance(entry, dict) or "file" not in entry or not {"file", label}.issuperset(entry):
            wrong(f"{name}写法不对。", FORM_RULE[kind], f"entry {number} is not file and {label}")
            continue
        try:
            file = _path(entry["file"])
            words = _words(entry.get(label, ""), limit)
        except WrongValue as error:
            wrong(f"{name}{error.reason_zh}", PATH_RULE, f"entry {number}: {error.reason_en}")
            continue
        if file in seen:
            wrong(f"{name}与前面的重复。", "同一个文件只列一次。", f"entry {number} is listed twice")
            continue
        seen.add(file)
        yield file, words


def _path(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValue("的 file 不是文字。", "file is not text")
    path = one_line(value, PATH_LIMIT)
    parts = path.split("/")
    if "\\" in path or DRIVE.match(path) or any(part in {"", ".", ".."} for part in parts):
        raise WrongValue("的路径不在条目文件的文件夹里。", "path leaves the folder of the item file")
    return path


def _words(value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise WrongValue("的说明不是文字。", "title or alt is not text")
    return one_line(value, limit) if value.strip() else ""
