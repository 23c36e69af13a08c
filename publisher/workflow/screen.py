"""Screen 预检: what the detectors say of a whole item, before anything of it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from channels.reading import plain
from publisher.domain.errors import Problem, Reason, Refused
from publisher.domain.item import Content
from publisher.screening.findings import RULES, Finding, Level, hard
from publisher.screening.problems import Refused as ScreeningRefused
from publisher.screening.screen import screen_filename, screen_text


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to a finding that blocks: the rule, and why it is no fault here."""

    rule: str
    why: str


def as_refused(error: ScreeningRefused, *, about: str = "") -> Refused:
    """What a reader refused, as a refusal of ours with the same words; `about` names one file of several."""
    lead = f"“{about}”：" if about else ""
    problems = (
        Problem(p.field, lead + p.reason_zh.rstrip("。"), p.allowed_zh.rstrip("。"), p.reason_en)
        for p in error.problems
    )
    return Refused(Reason.BAD_INPUT, *problems)


def screen_content(content: Content, today: date) -> list[Finding]:
    """Every finding in fields, text and file names, in reading order."""
    texts = [
        ("标题", content.title),
        ("短标题", content.short_title),
        ("内容概述", content.summary),
        ("正文", plain(content.body)),
        ("关键词", "、".join(content.keywords)),
        ("来源", content.content_source),
        ("发文字号", content.doc_no),
        ("发文机关", content.issuing_body),
        ("发布机构", content.responsible_body),
        ("主题分类", content.subject_class),
        ("栏目", content.column),
        ("责任编辑", content.responsible_editor),
        (
            "其他字段",
            "\n".join((content.kind, content.disclosure_basis, content.placement, content.validity)),
        ),
        *((f"要素 {name}", value) for name, value in content.details),
        *(("附件标题", file.title) for file in content.files),
    ]
    found = [
        finding for place, text in texts if text for finding in screen_text(text, place=place, today=today)
    ]
    for file in content.files:
        found.extend(screen_filename(file.name, today=today))
    return found


def refuse_hard(findings: Iterable[Finding]) -> None:
    """Refuse what may not be stored at all: secrecy marks and full identity numbers. Quotes nothing of the text."""
    problems = [
        Problem(
            finding.place,
            f"第 {finding.line} 行：{RULES[finding.rule].found_zh}（{finding.rule}），稿件没有保存",
            finding.advice_zh,
            f"{RULES[finding.rule].found_en} ({finding.rule}); nothing was stored",
        )
        for finding in hard(findings)
    ]
    if problems:
        raise Refused(Reason.SCREENED, *problems)


def refuse_unanswered(findings: Iterable[Finding], answers: Mapping[str, str]) -> None:
    """Before a submit every finding that blocks or must be confirmed has a person's answer."""
    problems = [
        Problem(
            finding.place,
            f"第 {finding.line} 行：{RULES[finding.rule].found_zh}（{finding.rule}，{finding.level}）",
            f"{finding.advice_zh}确认无误的，写明理由再送审",
            f"{RULES[finding.rule].found_en} ({finding.rule}) needs an answer",
        )
        for finding in findings
        if finding.level is not Level.HINT and not answers.get(finding.rule, "").strip()
    ]
    if problems:
        raise Refused(Reason.SCREENED, *problems)


def kept_findings(findings: Iterable[Finding], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Findings as they are stored beside a draft or revision, with the answers."""
    return [
        {**asdict(finding), "level": finding.level.value, "answer": answers.get(finding.rule, "")}
        for finding in findings
    ]
