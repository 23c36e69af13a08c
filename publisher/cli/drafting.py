"""From files and options to a draft: reading what lies on the disk, and nothing outside the item's own folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from publisher.cli.labels import system_words
from publisher.domain.errors import Problem, Reason, Refused, refuse

if TYPE_CHECKING:
    from publisher.workflow.item_files import ReadDraft

LARGEST_ITEM_FILE_BYTES = 4 * 1024 * 1024
LISTS = ("channels", "keywords")
DAYS = ("formed_on", "expires_on")


def read_bytes(path: Path) -> bytes:
    """The bytes of an item file, one more than the limit at most. Refused when it is not there or not readable."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_ITEM_FILE_BYTES + 1)
    except OSError as why:
        raise refuse(
            Reason.BAD_INPUT,
            f"打不开文件“{path.name}”：{system_words(why)}",
            field="file",
            allowed="本人可读的文本文件",
            english=f"cannot read {path.name}: {why.strerror}",
        ) from why


def opener_beside(folder: Path) -> Callable[[str], BinaryIO]:
    """Opens files below a folder by their relative paths; a link that leads out of it is refused."""
    root = folder.resolve()

    def open_beside(name: str) -> BinaryIO:
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise refuse(
                Reason.BAD_INPUT,
                f"“{name}”不在稿件所在的文件夹里",
                field="attachments",
                allowed="与稿件放在同一文件夹下的文件",
                english=f"{name} lies outside the item's folder",
            )
        if not path.is_file():
            raise FileNotFoundError(name)
        return path.open("rb")

    return open_beside


def given_values(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the command line in the types of an item file's header. Refused with every problem."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in fields.items():
        try:
            values[name] = _value(name, text)
        except ValueError as why:
            problems.append(Problem(name, str(why), "YYYY-MM-DD，如 2026-11-20", f"{name} cannot be read"))
    if problems:
        raise Refused(Reason.BAD_INPUT, *problems)
    return values


def _value(name: str, value: Any) -> object:
    if name in LISTS:
        return tuple(word.strip() for word in value.replace("，", ",").split(",") if word.strip())
    if name in DAYS:
        return _day(value)
    if name == "fields":
        return dict(_detail(pair) for pair in value)
    return str(value).strip()


def _day(words: str) -> date:
    from publisher.screening.readers.dates import read_day

    try:
        day = read_day(words)
    except ValueError:
        raise ValueError(f"“{words}”不是存在的日期") from None
    if day is None:
        raise ValueError(f"“{words}”不是日期")
    return day


def _detail(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        raise refuse(
            Reason.BAD_INPUT,
            f"“{pair}”不是 名称=值",
            field="detail",
            allowed="如 --detail level=一级",
            english="a detail is written name=value",
        )
    return name.strip(), value.strip()


def from_file(path: Path, now: datetime, fields: Mapping[str, Any], item_id: str) -> ReadDraft:
    """An item file or plain text as a draft."""
    from publisher.workflow.item_files import draft_from_file

    return draft_from_file(
        read_bytes(path),
        name=path.name,
        now=now,
        open_beside=opener_beside(path.parent),
        given=given_values(fields),
        item_id=item_id,
    )


def text_of(data: bytes) -> str:
    """Bytes of a text in whatever encoding it has. Raises `Refused`."""
    from publisher.screening.problems import Refused as ScreeningRefused
    from publisher.screening.readers.text import decode
    from publisher.workflow.screen import as_refused

    try:
        return decode(data, field="body").text
    except ScreeningRefused as why:
        raise as_refused(why) from why


def from_parts(
    body: bytes, now: datetime, fields: Mapping[str, Any], files: Sequence[tuple[str, Path]]
) -> ReadDraft:
    """A draft from a title, a text and files, each a role and a path. The text is read like a file's."""
    from publisher.workflow.incoming import IncomingFile
    from publisher.workflow.item_files import draft_from_file

    text = text_of(body)
    given = given_values(fields)
    title = " ".join(str(given.get("title", "")).split())
    read = draft_from_file(
        f"{title}\n\n{text}".encode(), name="text.txt", now=now, open_beside=_nothing_beside, given=given
    )
    incoming = tuple(IncomingFile(role, path.name, _opener(path), key=path.name) for role, path in files)
    remarks = tuple(r for r in read.remarks if not (title and r.startswith("title = ")))
    return replace(read, request=replace(read.request, files=incoming), remarks=remarks)


def _opener(path: Path) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        if not path.is_file():  # a pipe would be waited for
            raise FileNotFoundError(path.name)
        return path.open("rb")

    return opened


def _nothing_beside(name: str) -> BinaryIO:
    raise FileNotFoundError(name)
