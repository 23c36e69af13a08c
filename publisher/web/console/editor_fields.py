"""The editor's form read: fields, days, the text, files that stay and files that come. No rule is decided here."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, BinaryIO, cast

from starlette.datastructures import UploadFile

from publisher.domain.errors import Problem
from publisher.domain.item import Content
from publisher.render.body import from_text
from publisher.screening.readers.dates import read_day
from publisher.web.console.fields import Fields
from publisher.workflow.incoming import IncomingFile

TEXTS = (
    *("title", "short_title", "kind", "column", "summary", "doc_no", "issuing_body", "responsible_body"),
    *("content_source", "subject_class", "disclosure_attribute", "disclosure_basis", "placement", "validity"),
    "responsible_editor",
)
MARKUP = re.compile(r"<(?:/?(?:p|h[1-6]|ul|ol|li|table|div|figure|img|br|strong|a|span|b)\b)", re.IGNORECASE)
BETWEEN = re.compile(r"[，,、;；\s]+")
KEY = re.compile(r"(attachment|image|cover):([0-9a-f]{64})")


def content_in(fields: Fields, stored: Content | None) -> Content:
    """What the form says, over what is stored: a field that did not come stays as it is, a day that is none too."""
    old = stored or Content("", "notice", "", date.min, "", ())
    texts: dict[str, Any] = {name: _plain(fields[name]) for name in TEXTS if name in fields}
    details = dict(old.details)
    for name in fields.values:
        if name.startswith("detail:"):
            details[name.removeprefix("detail:")] = _plain(fields[name])
    return replace(
        old,
        **texts,
        channels=fields.all("channels") if "channels_shown" in fields else old.channels,
        keywords=tuple(filter(None, BETWEEN.split(_plain(fields["keywords"]))))
        if "keywords" in fields
        else old.keywords,
        formed_on=_day(fields["formed_on"]) or old.formed_on,
        expires_on=_day(fields["expires_on"]) if "expires_on" in fields else old.expires_on,
        details=tuple((name, text) for name, text in details.items() if text),
        body=body_in(fields, stored),
    )


def _plain(text: str) -> str:
    """Without characters that nobody sees and no database keeps."""
    return "".join(
        c for c in text.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")
    )


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text else None
    except ValueError:
        return None


def day_problems(fields: Fields) -> list[Problem]:
    """Days that are none: the rest would be kept without them, so nothing is."""
    allowed = "YYYY-MM-DD，如 2026-11-20"
    problems = [
        Problem(name, "不是存在的日期", allowed, f"{name} is no date")
        for name in ("formed_on", "expires_on")
        if fields[name] and _day(fields[name]) is None
    ]
    if "formed_on" in fields and not fields["formed_on"]:
        problems.append(Problem("formed_on", "没有填成文日期", allowed, "the formation date is missing"))
    return problems


def body_in(fields: Fields, stored: Content | None, name: str = "body") -> str:
    """The text as HTML, not cleaned. Words without markup are read as an item file's text is, a paragraph a line."""
    if name not in fields:
        return stored.body if stored else ""
    text = _plain(fields.raw(name))
    if MARKUP.search(text):
        return text
    return from_text("\n".join(line.replace("![", "! [") for line in text.split("\n")), {})


def answers_in(fields: Fields) -> dict[str, str]:
    """Answers to findings, by rule."""
    names = [name for name in fields.values if name.startswith("answer:")]
    return {name.removeprefix("answer:"): _plain(fields[name]) for name in names if fields[name]}


def lock_in(fields: Fields) -> tuple[str, int]:
    """The draft and the version that the page was made from; ("", 0) where none came."""
    version = fields["version"]
    return fields["draft"], int(version) if version.isascii() and version.isdigit() and len(
        version
    ) < 9 else 0


def files_in(fields: Fields) -> tuple[tuple[str, str, str], ...]:
    """The files that the page shows, in its order: role, digest, title."""
    keys = [found for key in fields.all("file") if (found := KEY.fullmatch(key))]
    return tuple((key[1], key[2], _plain(fields[f"title:{key[0]}"])) for key in keys)


def new_files(fields: Fields) -> tuple[IncomingFile, ...]:
    """Files that came with the form: attachments and pictures, each with the title beside it."""
    return tuple(
        IncomingFile(role, _name(file), _opener(file), _plain(fields[f"{role}_title"]), key=f"{role}-{n}")
        for role in ("attachment", "image")
        for n, file in enumerate(fields.uploads(role))
    )


def _name(file: UploadFile) -> str:
    return (file.filename or "").replace("\\", "/").rpartition("/")[2]


def _opener(file: UploadFile) -> Callable[[], BinaryIO]:
    """Opens the same bytes again and again: what was read is kept in memory or in a temporary file."""

    def opened() -> BinaryIO:
        file.file.seek(0)
        return cast(BinaryIO, _Kept(file.file))

    return opened


class _Kept(io.BufferedIOBase):
    """A stream whose end does not end the upload: it is read several times."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int | None = -1) -> bytes:
        return self._stream.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True
