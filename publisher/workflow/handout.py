"""The hand-out 导出给检查组: one archive that holds the log, what proves it, and the log for people. Streams."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from publisher.audit.keys import PublicKey
from publisher.domain.clocks import BEIJING
from publisher.domain.labels import field_label
from publisher.domain.spreadsheets import cell as inert
from publisher.store.unit_of_work import Reading
from publisher.workflow.log_words import OUTCOMES
from publisher.workflow.record import Line, lines_of
from publisher.workflow.seal import export_lines

ENTRIES, CHECKPOINTS, KEY = "entries.jsonl", "checkpoints.txt", "public-key.txt"
VERIFIER, README = "verify_gongkai_log.py", "README.txt"
LEDGER_CSV, LEDGER_HTML = "ledger.csv", "ledger.html"
AT_ONCE = 500
"""Entries that are read and written together."""

COLUMNS = ("序号", "时间（北京）", "谁", "账号", "事", "结果", "对象", "标题", "渠道", "附注", "哈希")
ERASED = "（已抹除）"
HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; style-src 'unsafe-inline'"><title>存证台账</title>
<style>body{font:16px/1.5 sans-serif;margin:1.5em}table{border-collapse:collapse}
th,td{border:1px solid #999;padding:.3em .5em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
td:last-child{font:12px monospace}</style></head><body>
"""
TAIL = "</tbody></table>\n</body></html>\n"


@dataclass(frozen=True, slots=True)
class Kit:
    """What goes along with the log so that nobody needs the product: the key, the verifier, how to use it."""

    key: PublicKey
    verifier: bytes
    readme: str
    scratch: Path
    """A folder of ours on a disk with room."""


def write_handout(reading: Reading, now: datetime, file: BinaryIO, kit: Kit) -> int:
    """Write the archive into a seekable file; the number of entries in it. One moment of the log, little memory."""
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        _member(archive, ENTRIES, (line.encode() for line in export_lines(reading, now)))
        _member(archive, CHECKPOINTS, (f"{note}\n".encode() for note in reading.log.checkpoints()))
        archive.writestr(KEY, f"{kit.key.text}\n")
        archive.writestr(VERIFIER, kit.verifier)
        archive.writestr(README, _for_any_editor(kit.readme))
        with TemporaryFile(dir=kit.scratch) as page:
            size = _ledger(archive, reading, now, page)
            page.seek(0)
            with archive.open(LEDGER_HTML, "w", force_zip64=True) as member:
                shutil.copyfileobj(page, member)
    return size


def _member(archive: ZipFile, name: str, parts: Iterable[bytes]) -> None:
    with archive.open(name, "w", force_zip64=True) as member:
        for part in parts:
            member.write(part)


def _for_any_editor(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _ledger(archive: ZipFile, reading: Reading, now: datetime, page: BinaryIO) -> int:
    """The ledger as CSV into the archive and, at the same time, as a page into `page`."""
    size, head = 0, reading.log.head(reading.log_id)
    title = f"{reading.bureau.name}存证台账"
    at = now.astimezone(BEIJING)
    said = f"共 {head.size} 条，{at:%Y-%m-%d %H:%M:%S} 导出。只为好读；要证明没有改过，按 README.txt 核验。"
    page.write(f"{HEAD}<h1>{escape(title)}</h1>\n<p>{escape(said)}</p>\n".encode())
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in COLUMNS)
    page.write(f"<table><thead><tr>{heads}</tr></thead><tbody>\n".encode())
    with archive.open(LEDGER_CSV, "w", force_zip64=True) as member:
        member.write("\ufeff".encode() + _csv([COLUMNS]))
        for cells in _rows(reading):
            member.write(_csv(cells))
            page.write("".join(map(_html, cells)).encode())
            size += len(cells)
    page.write(TAIL.encode())
    return size


def _rows(reading: Reading) -> Iterator[list[tuple[str, ...]]]:
    entries = reading.log.entries()
    while stored := list(islice(entries, AT_ONCE)):
        lines = lines_of(reading, stored)
        yield [_cells(line, row.entry_hash) for line, row in zip(lines, stored, strict=True)]


def _cells(line: Line, entry_hash: str) -> tuple[str, ...]:
    notes = (f"{field_label(note.name)}：{ERASED if note.text is None else note.text}" for note in line.notes)
    words = f"{line.words}：{line.attempt}" if line.attempt and line.attempt not in line.words else line.words
    return (
        str(line.seq),
        f"{line.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        line.who,
        line.account,
        words,
        OUTCOMES.get(line.outcome, line.outcome) or "办成",
        line.about.words,
        line.about.title,
        line.channel,
        "\n".join(notes),
        entry_hash,
    )


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _html(cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n"
