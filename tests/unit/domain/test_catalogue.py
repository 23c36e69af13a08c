"""The lists of the field agree with each other and with the design; refusals and log kinds have their words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from publisher.domain.catalogue import (
    DISCLOSURE_BASIS,
    KINDS,
    PLACEMENTS,
    SUBJECT_CLASSES,
    VALIDITY,
    WARNING_ELEMENTS,
    Bureau,
    Gate,
    Kind,
    is_subject_class,
)
from publisher.domain.clocks import DayUnit
from publisher.domain.errors import IllegalTransition, Problem, Reason, Refused, refuse
from publisher.domain.events import ENTRY_KINDS, entry_label

kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)


@kinds
def test_every_kind_has_a_chinese_name_and_a_legal_basis(kind: Kind) -> None:
    assert re.search(r"[一-鿿]", kind.label)
    assert kind.basis in DISCLOSURE_BASIS


@kinds
def test_urgent_kinds_need_any_portal_within_ten_minutes_and_others_all_within_four_hours(kind: Kind) -> None:
    if kind.urgent:
        assert (kind.gate, kind.gate_limit) == (Gate.ANY, timedelta(minutes=10))
    else:
        assert (kind.gate, kind.gate_limit) == (Gate.ALL, timedelta(hours=4))


@kinds
def test_an_urgent_kind_is_late_after_an_hour_and_others_after_three_working_days(kind: Kind) -> None:
    if kind.urgent:
        assert kind.late_after == timedelta(hours=1)
    else:
        assert (kind.late_after, kind.late_working_days) == (None, 3)


def test_warnings_and_clarifications_are_urgent_and_nothing_else_is() -> None:
    assert {kind.name for kind in KINDS.values() if kind.urgent} == {"warning", "clarification"}


def test_a_warning_needs_eight_elements_of_the_law_and_the_colour_of_its_level() -> None:
    assert len(WARNING_ELEMENTS) == 9
    assert set(KINDS["warning"].required_details) == set(WARNING_ELEMENTS)


def test_limits_are_twenty_working_days_seven_for_decisions_and_twenty_plain_days_for_budgets() -> None:
    special = {
        "permit": (7, DayUnit.WORKING),
        "penalty": (7, DayUnit.WORKING),
        "budget": (20, DayUnit.CALENDAR),
    }
    for kind in KINDS.values():
        expected = special.get(kind.name, (20, DayUnit.WORKING))
        assert (kind.clock.days, kind.clock.unit) == expected
        assert kind.clock.source


def test_no_two_kinds_share_a_name_or_a_label() -> None:
    assert len({kind.label for kind in KINDS.values()}) == len(KINDS)
    assert all(name == kind.name for name, kind in KINDS.items())


def test_article_20_has_fifteen_items_and_article_21_seven_for_a_city() -> None:
    assert [key for key in DISCLOSURE_BASIS if key.startswith("20-")] == [f"20-{n}" for n in range(1, 16)]
    assert [key for key in DISCLOSURE_BASIS if key.startswith("21-")] == [f"21-{n}" for n in range(1, 8)]


def test_there_are_22_subject_classes_and_ours_is_among_them(bureau: Bureau) -> None:
    assert len(SUBJECT_CLASSES) == 22
    assert is_subject_class(bureau.default_subject)


def test_placements_and_validity_are_the_fields_own_words() -> None:
    assert PLACEMENTS["legal_content"] == "法定主动公开内容"
    assert VALIDITY == ("有效", "已修改", "废止", "失效")


def test_the_portals_are_named_in_configured_order(bureau: Bureau) -> None:
    assert bureau.portals() == ("city-portal",)


@pytest.mark.parametrize("kind", sorted(ENTRY_KINDS))
def test_every_kind_of_log_entry_says_source_subject_and_action_and_has_chinese_words(kind: str) -> None:
    assert re.fullmatch(r"(person|system|log):[a-z_]+:[a-z_]+", kind)
    assert re.search(r"[一-鿿]", entry_label(kind))


def test_an_unlisted_kind_of_entry_has_no_label() -> None:
    with pytest.raises(KeyError):
        entry_label("person:item:poked")


def test_a_problem_reads_as_one_sentence_in_chinese() -> None:
    assert Problem("title", "标题为空", "1 至 120 字").sentence() == "title：标题为空。允许：1 至 120 字"
    assert Problem("", "服务忙").sentence() == "服务忙"


def test_a_refusal_carries_its_reason_and_all_its_problems() -> None:
    refusal = Refused(Reason.BAD_INPUT, Problem("title", "空"), Problem("body", "空"))
    assert str(refusal) == "title：空；body：空"
    assert (refusal.reason, len(refusal.problems)) == (Reason.BAD_INPUT, 2)
    assert refuse(Reason.BUSY, "忙").problems == (Problem("", "忙"),)


def test_an_illegal_transition_names_machine_state_and_event() -> None:
    assert str(IllegalTransition("part", "lost", "match")).startswith("part: “match”")
