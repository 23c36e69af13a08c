"""What a plain text says about itself: title, date, kind, source. Read from its place, shown to a person.

Handles what comes out of web pages and word processors: traditional script, a header line with
發布時間 and 來源, and a closing date whose 年月日 were lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from publisher.screening.readers.dates import day_readings, read_day

HEAD_LINES = 8
TAIL_LINES = 12
LONGEST_BODY_NAME = 40

SOURCE = re.compile(r"(?:信息)?[来來]源 ?[::：] ?(\S{2,40})")
POSTED = re.compile(r"[发發][布佈][时時][间間] ?[:：] ?([12][0-9]{3}-[0-9]{1,2}-[0-9]{1,2})")
BODY_NAME = re.compile(
    r"\S{2,}(?:局|厅|廳|部|委|委员会|委員會|政府|办公室|辦公室|中心|处|處|站|院|会|會|所|公司)"
)
ANNUAL_REPORT = re.compile(r"公[开開].*年度[报報]告")
KINDS = ((ANNUAL_REPORT, "annual_report", "标题有“公开”和“年度报告”"),)


@dataclass(frozen=True, slots=True)
class Inference:
    """A value that nobody wrote into a header: which field, what, and from where (for the person who checks)."""

    field: str
    value: object
    from_zh: str


@dataclass(frozen=True, slots=True)
class Question:
    """A value that the text leaves open. `candidates` are the readings, as `YYYY-MM-DD` for days."""

    field: str
    words_zh: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should look at that stops nothing."""

    field: str
    words_zh: str


def infer_kind(title: str) -> Inference | None:
    """The kind of item that a title names, where it does."""
    for pattern, kind, why in KINDS:
        if pattern.search(title):
            return Inference("kind", kind, why)
    return None


def infer_source(body: str) -> Inference | None:
    """Whose content it is: the 来源 of the first lines, else the body that signs above the closing date."""
    lines = _lines(body)
    for line in lines[:HEAD_LINES]:
        if match := SOURCE.search(line):
            return Inference("content_source", match[1], "正文开头“来源”一栏")
    for above, (line, _) in _closing_dates(lines):
        if above and BODY_NAME.fullmatch(above) and len(above) <= LONGEST_BODY_NAME:
            return Inference("content_source", above, f"落款，日期“{line}”的上一行")
    return None


def infer_day(body: str) -> Inference | Question | None:
    """When it was formed, by the dates that stand alone on a line among the last twelve.

    One possible day is an inference. Several, of one line or of different lines, are a question.
    """
    found = [dated for _, dated in _closing_dates(_lines(body))]
    days = sorted({day for _, readings in found for day in readings})
    if len(days) == 1:
        return Inference("formed_on", days[0], f"文末“{found[-1][0]}”")
    if days:
        candidates = tuple(day.isoformat() for day in days)
        written = "、".join(dict.fromkeys(f"“{line}”" for line, _ in found))
        return Question(
            "formed_on", f"成文日期不明确：文末写的是{written}，可能是{'或'.join(candidates)}。", candidates
        )
    return None


def posted_day(body: str) -> date | None:
    """The day in 发布时间 of the first lines, if there is a real one."""
    for line in _lines(body)[:HEAD_LINES]:
        if match := POSTED.search(line):
            try:
                return read_day(match[1])
            except ValueError:
                return None
    return None


def _lines(body: str) -> list[str]:
    return [" ".join(line.split()) for line in body.split("\n") if line.strip()]


def _closing_dates(lines: list[str]) -> Iterator[tuple[str, tuple[str, tuple[date, ...]]]]:
    """The line above, and (line, readings), of each date that stands alone near the end."""
    tail = lines[-TAIL_LINES - 1 :]
    for number, line in enumerate(tail):
        in_reach = number > 0 or len(lines) <= TAIL_LINES
        if in_reach and (readings := day_readings(line)):
            yield tail[number - 1] if number else "", (line, readings)
