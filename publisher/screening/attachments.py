"""What the first screen could read of an attachment, and what it could not: never silently "nothing found"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from publisher.screening.filetypes import FileKind, Opener
from publisher.screening.findings import Finding
from publisher.screening.readers.text import TextRefused, decode
from publisher.screening.screen import screen_filename, screen_text

LARGEST_READ_BYTES = 4 * 1024 * 1024
PLACE = "附件正文"


class ReadingState(StrEnum):
    """Whether the text of a file went through the screen."""

    CHECKED = "checked"
    NOT_CHECKED = "not_checked"


LABELS = {ReadingState.CHECKED: "已检", ReadingState.NOT_CHECKED: "未检"}


@dataclass(frozen=True, slots=True)
class Reading:
    """`why` says in Chinese what was read, or why nothing was and what the reviewer must do."""

    state: ReadingState
    why: str

    @property
    def label_zh(self) -> str:
        """已检 or 未检."""
        return LABELS[self.state]


@dataclass(frozen=True, slots=True)
class ScreenedFile:
    """The reading of one file, and the findings of its name and of what was read."""

    reading: Reading
    findings: tuple[Finding, ...]


def screen_file(kind: FileKind, name: str, opener: Opener, *, today: date) -> ScreenedFile:
    """Screen the name always and the content where a reader exists: plain text only, in this version.

    Never raises for what the file holds; a text that cannot be decoded or is over 4 MB is not checked.
    """
    reading, findings = _read(kind, opener, today)
    return ScreenedFile(reading, (*screen_filename(name, today=today), *findings))


def _read(kind: FileKind, opener: Opener, today: date) -> tuple[Reading, list[Finding]]:
    if kind.key != "txt":
        what = "图片没有做文字识别" if kind.image else f"这一版还不会读{kind.label_zh}"
        return _unread(f"{what}，请审核人打开原文件查看。"), []
    with opener() as stream:
        data = stream.read(LARGEST_READ_BYTES + 1)
    if len(data) > LARGEST_READ_BYTES:
        return _unread("文本超过 4 MB，没有机检，请审核人打开原文件查看。"), []
    try:
        text = decode(data).text
    except TextRefused as error:
        return _unread(f"文本读不出来：{error.problems[0].reason_zh}请审核人打开原文件查看。"), []
    findings = screen_text(text, place=PLACE, today=today)
    return Reading(ReadingState.CHECKED, "全文已过预检。"), findings


def _unread(why: str) -> Reading:
    return Reading(ReadingState.NOT_CHECKED, why)
