"""The ledger as a file for a spreadsheet: comma-separated text, and a workbook. The only home of openpyxl."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import IO, TYPE_CHECKING

from publisher.domain.labels import SIGNED
from publisher.domain.spreadsheets import cell as inert
from publisher.workflow.people_words import did

if TYPE_CHECKING:
    from publisher.workflow.report import LedgerLine

COLUMNS = {
    "index_no": "索引号",
    "title": "标题",
    "kind": "类别",
    "channel": "渠道",
    "state": "状态",
    "formed_on": "成文日期",
    "due_on": "法定期限",
    "released_at": "下发时间",
    "out_at": "发出时间",
    "verified_at": "首次核验",
    "days_late": "超期天数",
    "drafter": "拟稿人",
    "signers": "签署",
    "url": "网址",
    "withdrawal_ordered_at": "撤下指令",
    "gone_at": "看到消失",
    "removal_minutes": "撤下用时（分钟）",
}
MARK = "\ufeff"
"""What spreadsheets look for at the beginning of a text file."""


def for_people(line: LedgerLine, named: Callable[[str], str]) -> LedgerLine:
    """The line with names beside the accounts and the words of the acts that were signed."""
    signed = [text.partition(":") for text in line.signers.split("、") if text]
    signers = "、".join(f"{did(named(person), SIGNED.get(act, act))}" for person, _, act in signed)
    return replace(line, drafter=named(line.drafter), signers=signers)


def csv_pieces(lines: Iterable[LedgerLine]) -> Iterator[str]:
    """The ledger as comma-separated text, a line at a time, the mark and the headings first."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS.values())
    yield MARK + text.getvalue()
    for line in lines:
        text.seek(0)
        text.truncate()
        writer.writerow([inert(getattr(line, name)) for name in COLUMNS])
        yield text.getvalue()


def write_workbook(file: IO[bytes], lines: Iterable[LedgerLine], title: str) -> None:
    """The ledger as a workbook of one sheet, written row by row. A text is a text there, never a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"

    def cell(value: object) -> object:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000])
        made.data_type = "s"
        return made

    sheet.append([cell(words) for words in COLUMNS.values()])
    for line in lines:
        sheet.append([cell(getattr(line, name)) for name in COLUMNS])
    book.save(file)
