"""The first screen against the case table."""

import re
import sys
from types import FrameType
from typing import Any

import pytest

from publisher.screening import identity, secrecy
from publisher.screening.digit_runs import candidates
from publisher.screening.findings import RULES, Level, Verdict, as_problem, hard
from publisher.screening.screen import screen_filename, screen_text
from tests.unit.screening.cases import FURTHER_CASES, ID_CASES, MARK_CASES, TODAY, Case

ID_A01 = "测试甲，身份证号510402190001010011，低保对象"


@pytest.mark.parametrize("case", [*ID_CASES, *MARK_CASES, *FURTHER_CASES], ids=lambda case: case.name)
def test_a_case_finds_exactly_what_its_row_says(case: Case) -> None:
    if case.place == "文件名":
        findings = screen_filename(case.text, today=TODAY)
    else:
        findings = screen_text(case.text, place=case.place, header=case.header, today=TODAY)
    assert tuple((f.rule, f.start, f.end, f.level.value) for f in findings) == case.expected
    assert all(f.place == case.place for f in findings)


def test_the_table_has_every_row_of_the_two_families() -> None:
    assert [case.name[:3] for case in ID_CASES] == [f"A{n:02}" for n in range(1, 24)]
    assert [case.name[:3] for case in MARK_CASES] == [f"D{n:02}" for n in range(1, 20)]


def test_full_numbers_and_marks_are_refused_before_anything_is_stored() -> None:
    refused = {"SEC-MARK", "SEC-NAME", "PII-ID18", "PII-ID15", "PII-DISCERT"}
    assert {rule for rule, card in RULES.items() if card.hard} == refused
    assert Verdict(tuple(screen_text(ID_A01, today=TODAY))).refused


def test_a_number_that_may_be_a_credit_code_is_left_to_the_reviewer() -> None:
    findings = screen_text("统一社会信用代码：115104190001010077", today=TODAY)
    assert hard(findings) == ()
    assert Verdict(tuple(findings)).of(Level.CONFIRM) == tuple(findings)


def test_a_finding_never_holds_the_number_or_the_mark() -> None:
    for text, secret in ((ID_A01, "510402190001010011"), ("机密★5年\n510402 1900 0101 0011", "机密")):
        for finding in screen_text(text, today=TODAY):
            problem = as_problem(finding, field="body")
            for words in (repr(finding), repr(problem)):
                assert secret not in words
                assert "19000101" not in words


def test_the_preview_shows_the_first_six_and_the_last_two() -> None:
    assert [f.masked for f in screen_text(ID_A01, today=TODAY)] == ["510402**********11"]
    assert [f.masked for f in screen_text("绝密★30年", today=TODAY)] == [""]


def test_a_finding_names_its_line() -> None:
    (finding,) = screen_text(f"第一行\r\n\r\n{ID_A01}", today=TODAY)
    assert finding.line == 3
    assert "正文第 3 行" in as_problem(finding, field="body").reason_zh


def test_every_rule_that_is_found_has_its_card() -> None:
    expected = {rule for case in [*ID_CASES, *MARK_CASES, *FURTHER_CASES] for rule, *_ in case.expected}
    assert expected == set(RULES)


HEAVY = ("1 ", "1", "机 ", "5104", "510402 ", "身份证号", "密级：", "内部资料 ", "\n1", "(", "秘密★")


@pytest.mark.parametrize("unit", HEAVY)
def test_the_work_grows_only_with_the_length(unit: str) -> None:
    steps_small, steps_large = (_steps(unit * (size // len(unit))) for size in (6_000, 12_000))
    assert steps_large <= 2.3 * steps_small + 500
    assert steps_large <= 120 * 12_000


@pytest.mark.parametrize("pattern", [*identity.PATTERNS, *secrecy.PATTERNS], ids=lambda p: p.pattern[:40])
def test_every_pattern_looks_at_a_bounded_stretch(pattern: re.Pattern[str]) -> None:
    _, longest = re._parser.parse(pattern.pattern).getwidth()  # type: ignore[attr-defined]
    assert longest <= 150


@pytest.mark.parametrize("unit", ["1 ", "1", "机 "])
def test_a_million_characters_are_read_to_the_end(unit: str) -> None:
    text = unit * (1_000_000 // len(unit)) + "，510402190001010011"
    assert [f.rule for f in screen_text(text, today=TODAY)] == ["PII-ID18"]


@pytest.mark.parametrize("unit", ["1 ", "1", "510402 ", "5104 02"])
def test_a_digit_group_begins_at_most_four_candidates(unit: str) -> None:
    text = unit * 5_000
    assert sum(1 for _ in candidates(text)) <= 4 * len(re.findall("[0-9]+", text))


def _steps(text: str) -> int:
    """Lines of Python that screening `text` executes: the same on every machine, unlike a clock."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        screen_text(text, today=TODAY)
    finally:
        sys.settrace(before)
    return count
