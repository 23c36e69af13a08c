"""What the screen found: where, how grave, what to do. Never the matched text itself.

Rule names and levels follow the bureau's case table; `tests/unit/screening/cases.py` carries it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.screening.problems import Problem


class Level(StrEnum):
    """How grave: stops the item, must be answered by a reviewer, or is only shown."""

    BLOCK = "阻断"
    CONFIRM = "须确认"
    HINT = "提示"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `[start, end)` are Unicode code points of the original text; `line` counts from 1.

    `place` names the part that was looked at (正文, 标题, 文件名 …). `masked` is a preview that shows at most
    six leading and two trailing characters of a number, and is empty for secrecy marks.
    """

    rule: str
    level: Level
    start: int
    end: int
    place: str
    advice_zh: str
    line: int = 1
    masked: str = ""


@dataclass(frozen=True, slots=True)
class RuleCard:
    """What a person is told about a rule. `hard`: at level 阻断 nothing of the item may be stored."""

    found_zh: str
    advice_zh: str
    found_en: str
    hard: bool = False


OUTSIDE = "请停止上传，不要转存，交保密负责人在系统外处理。"
MASK = "请整列删除；确需区分同名者，只保留前 6 位和后 2 位。"

RULES = {  # screening rules 1.2 and 1.3; hard = refused before storing (R7.01, G-PRIVACY)
    "SEC-MARK": RuleCard("有国家秘密标志", OUTSIDE, "state secret mark", hard=True),
    "SEC-NAME": RuleCard("文件名带密级字样", OUTSIDE, "secrecy level in a file name", hard=True),
    "SEC-MARK-OCR": RuleCard(
        "识别出的文字像密级标志", "请看原图，确认是密级标志的，退回。", "likely mark in a scan"
    ),
    "INT-MARK": RuleCard("有内部或工作秘密标志", "请退回拟稿人核实。", "internal mark"),
    "INT-PROP": RuleCard(
        "标明不予公开或依申请公开", "请退回，核对公开属性。", "not for proactive disclosure"
    ),
    "INT-DRAFT": RuleCard("标明是过程稿", "请换成正式稿；公开征求意见的，核对后继续。", "draft mark"),
    "PII-ID18": RuleCard("有完整的身份证号", MASK, "full resident ID number", hard=True),
    "PII-ID15": RuleCard("有完整的 15 位身份证号", MASK, "full 15-digit resident ID number", hard=True),
    "PII-DISCERT": RuleCard(
        "有完整的残疾人证号（含身份证号）", "请整列删除。", "full disability certificate number", hard=True
    ),
    "PII-ID-BAD": RuleCard(
        "标为身份证号，但校验不符", "请经办人核对；录入有误的也要遮蔽。", "ID with a wrong check digit"
    ),
    "PII-WEAKMASK": RuleCard(
        "身份证号遮蔽不足，看得出出生日期", "请改为遮住出生日期段。", "birth date left unmasked"
    ),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A match before it is told: a rule, its level and a span in the original text."""

    rule: str
    level: Level
    start: int
    end: int
    masked: str = ""


def settle(hits: Iterable[Hit]) -> list[Hit]:
    """The hits in order of place, without overlaps: of two that overlap, the one named first stays."""
    kept: list[Hit] = []
    starts: list[int] = []
    for hit in hits:
        at = bisect_left(starts, hit.start)
        free_before = at == 0 or kept[at - 1].end <= hit.start
        free_after = at == len(kept) or hit.end <= kept[at].start
        if free_before and free_after:
            kept.insert(at, hit)
            starts.insert(at, hit.start)
    return kept


def tell(hits: Sequence[Hit], text: str, place: str) -> list[Finding]:
    """Findings for settled hits of `text`, each with its line and the advice of its rule."""
    findings = []
    line, counted = 1, 0
    for hit in hits:
        line += text.count("\n", counted, hit.start)
        counted = hit.start
        advice = RULES[hit.rule].advice_zh
        findings.append(Finding(hit.rule, hit.level, hit.start, hit.end, place, advice, line, hit.masked))
    return findings


def hard(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those for which nothing of the item may be stored: secrecy marks and full resident ID numbers."""
    return tuple(f for f in findings if RULES[f.rule].hard and f.level is Level.BLOCK)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings of one item, from every place that was looked at."""

    findings: tuple[Finding, ...]

    @property
    def hard(self) -> tuple[Finding, ...]:
        """The findings for which the item is refused before anything is stored."""
        return hard(self.findings)

    @property
    def refused(self) -> bool:
        """Whether nothing may be stored."""
        return bool(self.hard)

    def of(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level, in the order they were found."""
        return tuple(f for f in self.findings if f.level is level)


def as_problem(finding: Finding, *, field: str) -> Problem:
    """The refusal that a finding means: where it stands and what to do, without the matched text."""
    card = RULES[finding.rule]
    where = finding.place if finding.place == "文件名" else f"{finding.place}第 {finding.line} 行"
    return Problem(
        field,
        f"{where}{card.found_zh}（{finding.rule}）。",
        finding.advice_zh,
        f"{card.found_en} ({finding.rule}) in line {finding.line}, characters {finding.start} to {finding.end}",
    )
