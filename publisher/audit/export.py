"""The export: one UTF-8 file of JSON lines that holds the whole log, for people who have only the file.

Lines: `header`, then for each entry `entry` and its `note`s, then `checkpoint`s, then `end` with the counts.
Reader and writer stream; a line of a type that this version does not know is passed on as such.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from publisher.audit.chain import Head
from publisher.audit.entries import StoredEntry, StoredNote, time_text

FORMAT = "gongkai-audit-export"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: what log, how far, when it was written."""

    log_id: str
    size: int
    head: str
    exported_at: str = ""


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A signed checkpoint as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Line `line` of the file (from 1; 0: the file as a whole) is not what the format says."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line of a type that a later version brought; passed over."""

    line: int
    type: str


Row = Header | StoredEntry | StoredNote | StoredCheckpoint | Unreadable | UnknownLine


def write_export(
    head: Head,
    entries: Iterable[StoredEntry],
    notes: Iterable[StoredNote],
    checkpoints: Iterable[str],
    *,
    exported_at: datetime,
) -> Iterator[str]:
    """The lines of an export, each with its newline. Entries and notes come in ascending sequence."""
    count: Counter[str] = Counter()
    waiting = iter(notes)
    note = next(waiting, None)
    yield _line(
        type="header",
        format=FORMAT,
        version=VERSION,
        log_id=head.log_id,
        size=head.size,
        head=head.entry_hash,
        exported_at=time_text(exported_at),
    )
    for entry in entries:
        count["entries"] += 1
        yield _line(
            type="entry", seq=entry.seq, prev=entry.prev_hash, hash=entry.entry_hash, entry=entry.canonical
        )
        while note is not None and note.seq <= entry.seq:
            count["notes"] += 1
            yield _note_line(note)
            note = next(waiting, None)
    while note is not None:
        count["notes"] += 1
        yield _note_line(note)
        note = next(waiting, None)
    for text in checkpoints:
        count["checkpoints"] += 1
        yield _line(type="checkpoint", checkpoint=text)
    yield _line(type="end", entries=count["entries"], notes=count["notes"], checkpoints=count["checkpoints"])


def read_export(lines: Iterable[bytes]) -> Iterator[Row]:
    """The rows of an export, opened in binary. Never raises for bad content: that is a row too."""
    count: Counter[str] = Counter()
    number, ended = 0, False
    for number, data in enumerate(lines, 1):
        if ended:
            yield Unreadable(number, "end 行之后还有内容")
            return
        row, kind = _row(data, number)
        if (number == 1) != isinstance(row, Header) and not isinstance(row, Unreadable):
            row = Unreadable(number, "header 必须是第一行，也只有一行") if row or number == 1 else None
        if row is None:
            ended = True
            yield from _check_end(data, number, count)
        else:
            count[kind] += 1
            yield row
    if not ended:
        yield Unreadable(0, "没有 end 行，文件不完整" if number else "文件是空的")


def _row(data: bytes, number: int) -> tuple[Row | None, str]:
    """The row of a line and what it counts as; None for the end line."""
    try:
        fields = json.loads(data.decode("utf-8"))
        kind = fields["type"]
        if kind == "end":
            return None, kind
        make = _ROWS.get(kind)
        return (UnknownLine(number, str(kind)) if make is None else make(fields)), kind
    except (ValueError, KeyError, TypeError, RecursionError):
        return Unreadable(number, "不是导出格式的一行"), "unreadable"


def _check_end(data: bytes, number: int, count: Counter[str]) -> Iterator[Row]:
    end = json.loads(data)
    told = tuple(end.get(name) for name in ("entries", "notes", "checkpoints"))
    if told != (count["entry"], count["note"], count["checkpoint"]):
        yield Unreadable(number, "end 行的条数与文件不符，文件不完整")


def _header(fields: Mapping[str, object]) -> Row:
    if fields["format"] != FORMAT or fields["version"] != VERSION:
        return Unreadable(1, f"只认识 {FORMAT} 第 {VERSION} 版")
    return Header(
        _text(fields, "log_id"), _number(fields, "size"), _text(fields, "head"), _text(fields, "exported_at")
    )


def _entry(fields: Mapping[str, object]) -> Row:
    return StoredEntry(
        _number(fields, "seq"), _text(fields, "entry"), _text(fields, "hash"), _text(fields, "prev")
    )


def _note(fields: Mapping[str, object]) -> Row:
    text = None if fields["text"] is None else _text(fields, "text")
    return StoredNote(_number(fields, "seq"), _text(fields, "name"), _text(fields, "salt"), text)


def _checkpoint(fields: Mapping[str, object]) -> Row:
    return StoredCheckpoint(_text(fields, "checkpoint"))


_ROWS: Mapping[str, Callable[[Mapping[str, object]], Row]] = {
    "header": _header,
    "entry": _entry,
    "note": _note,
    "checkpoint": _checkpoint,
}


def _note_line(note: StoredNote) -> str:
    return _line(type="note", seq=note.seq, name=note.name, salt=note.salt, text=note.text)


def _line(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError(name)
    value.encode()  # a lone surrogate is a ValueError here and nowhere later
    return value


def _number(fields: Mapping[str, object], name: str) -> int:
    value = fields[name]
    if type(value) is not int:
        raise TypeError(name)
    return value
