"""What keeps an item from being submitted: one refusal for each kind of bad input, each with what is allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from publisher.domain.catalogue import WARNING_ELEMENTS, Bureau
from publisher.domain.errors import Reason, Refused
from publisher.domain.item import Content, content_problems, require_complete, with_defaults

BAD = [
    ({"title": ""}, "title", "1 至 120 字"),
    ({"title": " \u3000 "}, "title", "1 至 120 字"),
    ({"title": "长" * 200}, "title", "1 至 120 字"),
    ({"title": "𠮷" * 121}, "title", "1 至 120 字"),
    ({"body": ""}, "body", "至少一段文字"),
    ({"body": " \n "}, "body", "至少一段文字"),
    ({"body": "<p>&nbsp;</p>\n<p></p>"}, "body", "至少一段文字"),
    ({"summary": "概" * 101}, "summary", "至多 100 字"),
    ({"doc_no": "临水规[2026]3号"}, "doc_no", "如 临水规〔2026〕3号"),
    ({"responsible_editor": " "}, "responsible_editor", "姓名"),
    ({"kind": "gossip"}, "kind", "notice"),
    ({"column": "nope"}, "column", "tzgg、xxgknb"),
    ({"column": ""}, "column", "tzgg、xxgknb"),
    ({"channels": ("city-portal", "fax")}, "channels", "city-portal、wechat、weibo"),
    ({"channels": ()}, "channels", "city-portal"),
    ({"channels": ("wechat", "weibo")}, "channels", "city-portal"),
    ({"channels": ("city-portal", "weibo", "weibo")}, "channels", "每个渠道一次"),
    ({"disclosure_attribute": "依申请公开"}, "disclosure_attribute", "主动公开"),
    ({"disclosure_attribute": "不予公开"}, "disclosure_attribute", "主动公开"),
    ({"disclosure_attribute": ""}, "disclosure_attribute", "主动公开"),
    ({"disclosure_basis": "20-16"}, "disclosure_basis", "20-1"),
    ({"subject_class": "水利"}, "subject_class", "农业、林业、水利\\水利"),
    ({"subject_class": "农业、林业、水利\\航天"}, "subject_class", "农业、林业、水利\\水利"),
    ({"subject_class": "农业、林业、水利\\"}, "subject_class", "农业、林业、水利\\水利"),
    ({"placement": "front"}, "placement", "legal_content"),
    ({"validity": "也许"}, "validity", "有效、已修改、废止、失效"),
    ({"formed_on": date(2026, 11, 25), "expires_on": None}, "formed_on", "不晚于 2026-11-24"),
    ({"expires_on": date(2026, 11, 20)}, "expires_on", "晚于 2026-11-20"),
]


def warning(content: Content, details: tuple[tuple[str, str], ...]) -> Content:
    return replace(content, kind="warning", disclosure_basis="20-12", details=details)


def test_a_complete_item_has_no_problem(content: Content, bureau: Bureau, today: date) -> None:
    assert content_problems(content, bureau, today) == []


@pytest.mark.parametrize(
    ("change", "field", "allowed"), BAD, ids=[f"{f}-{n}" for n, (_, f, _) in enumerate(BAD)]
)
def test_bad_input_is_refused_by_field_with_what_is_allowed(
    content: Content, bureau: Bureau, today: date, change: dict[str, Any], field: str, allowed: str
) -> None:
    problems = content_problems(replace(content, **change), bureau, today)
    assert [problem.field for problem in problems] == [field]
    assert allowed in problems[0].allowed
    assert any("一" <= c <= "鿿" for c in problems[0].why)
    assert problems[0].english


def test_a_title_of_120_characters_is_taken_and_counted_in_code_points(
    content: Content, bureau: Bureau, today: date
) -> None:
    assert content_problems(replace(content, title="𠮷" * 119 + "🌊"), bureau, today) == []


def test_a_title_of_200_characters_is_told_its_length(content: Content, bureau: Bureau, today: date) -> None:
    (problem,) = content_problems(replace(content, title="长" * 200), bureau, today)
    assert problem.sentence() == "title：标题 200 字，太长。允许：1 至 120 字"


def test_an_item_formed_today_in_beijing_is_in_time(content: Content, bureau: Bureau, today: date) -> None:
    assert content_problems(replace(content, formed_on=today), bureau, today) == []


def test_a_body_of_pictures_alone_is_not_blank(content: Content, bureau: Bureau, today: date) -> None:
    body = f"<p>[[slot:image:{'b' * 64}]]</p>"
    assert content_problems(replace(content, body=body), bureau, today) == []


def test_a_class_without_a_sub_class_is_enough(content: Content, bureau: Bureau, today: date) -> None:
    assert content_problems(replace(content, subject_class="工业、交通"), bureau, today) == []


def test_a_warning_with_all_its_elements_is_complete(
    content: Content, bureau: Bureau, today: date, warning_details: tuple[tuple[str, str], ...]
) -> None:
    assert content_problems(warning(content, warning_details), bureau, today) == []


@pytest.mark.parametrize("element", sorted(WARNING_ELEMENTS))
@pytest.mark.parametrize("left", [None, " "], ids=["missing", "blank"])
def test_a_warning_without_one_of_its_elements_is_refused_by_name(
    content: Content,
    bureau: Bureau,
    today: date,
    warning_details: tuple[tuple[str, str], ...],
    element: str,
    left: str | None,
) -> None:
    rest = tuple((name, text) for name, text in warning_details if name != element)
    details = rest if left is None else (*rest, (element, left))
    (problem,) = content_problems(warning(content, details), bureau, today)
    assert problem.field == f"details.{element}"
    assert problem.why == f"缺少法定要素“{WARNING_ELEMENTS[element]}”"


def test_every_problem_is_told_at_once(content: Content, bureau: Bureau, today: date) -> None:
    bad = replace(content, title="", body="", column="nope", channels=("weibo",), disclosure_attribute="")
    with pytest.raises(Refused) as refusal:
        require_complete(bad, bureau, today)
    assert refusal.value.reason is Reason.BAD_INPUT
    fields = {problem.field for problem in refusal.value.problems}
    assert fields == {"title", "body", "column", "channels", "disclosure_attribute"}


def test_a_complete_item_passes(content: Content, bureau: Bureau, today: date) -> None:
    require_complete(content, bureau, today)


def test_the_bureau_fills_what_it_knows(bureau: Bureau, today: date) -> None:
    bare = Content("关于停水的通知", "notice", "<p>停水。</p>", date(2026, 11, 20), column="", channels=())
    full = with_defaults(bare, bureau, "苏禾")
    assert full.column == "tzgg"
    assert full.channels == ("city-portal", "wechat", "weibo")
    assert full.issuing_body == full.responsible_body == full.content_source == "临澜市水利局"
    assert full.disclosure_basis == "20-15"
    assert full.responsible_editor == "苏禾"
    assert full.summary == full.short_title == "关于停水的通知"
    assert content_problems(full, bureau, today) == []


def test_what_was_given_is_never_changed_by_a_default(content: Content, bureau: Bureau) -> None:
    assert with_defaults(content, bureau, "别人") == content


def test_an_unknown_kind_gets_no_basis_and_is_refused_later(
    content: Content, bureau: Bureau, today: date
) -> None:
    odd = with_defaults(replace(content, kind="gossip", disclosure_basis=""), bureau, "苏禾")
    assert {p.field for p in content_problems(odd, bureau, today)} == {"kind", "disclosure_basis"}


def test_files_are_told_apart_by_their_role(content: Content) -> None:
    assert [file.name for file in content.attachments()] == ["停水范围.pdf"]
    assert [file.name for file in content.images()] == ["渠道.jpg"]
    assert content.cover() == content.files[2]


def test_the_first_picture_is_the_cover_when_none_is_named(content: Content) -> None:
    assert replace(content, files=content.files[:2]).cover() == content.files[1]
    assert replace(content, files=content.files[:1]).cover() is None


def test_a_structured_field_that_was_not_given_is_empty(content: Content) -> None:
    assert content.detail("from") == "2026-12-01"
    assert content.detail("hazard") == ""
