"""A short text: whole pieces go until it fits, nothing is cut, the link stays last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.contract import weibo_length
from publisher.domain.item import Content
from publisher.render.limits import limits
from publisher.render.pieces import Pieces, states
from tests.unit.render.conftest import LONGEST, PLANS, PROFILES, Render
from tests.unit.render.items import EXPLAIN, ITEMS, NEWS, NORMATIVE, NOTICE, REPORT, WARNING

LINK = " [[slot:portal_url]]"


def post(render: Render, content: Content, **details: str) -> str:
    """The text of a post, with some details changed."""
    changed = tuple({**dict(content.details), **details}.items())
    return render(replace(content, details=changed), "weibo").articles[0].body


def length(body: str) -> int:
    return weibo_length(body.replace("[[slot:portal_url]]", LONGEST))


@pytest.mark.parametrize(
    ("name", "count"),
    [("notice", 103), ("normative", 100), ("news", 91), ("warning", 108), ("explain", 98), ("report", 62)],
)
def test_each_sample_has_its_counted_length(render: Render, name: str, count: int) -> None:
    assert length(post(render, ITEMS[name])) == count


@pytest.mark.parametrize("name", ITEMS)
def test_the_link_stands_last_and_once(render: Render, name: str) -> None:
    body = post(render, ITEMS[name])
    assert body.endswith(LINK)
    assert body.count("[[slot:") == 1
    assert "\n" not in body


@pytest.mark.parametrize("name", ITEMS)
def test_a_reader_must_find_the_words_without_the_link(render: Render, name: str) -> None:
    article = render(ITEMS[name], "weibo").articles[0]
    assert article.text == article.body.removesuffix(LINK)


def test_a_notice_loses_relief_then_scale_then_reason(render: Render) -> None:
    full = post(render, NOTICE)
    assert all(word in full for word in ("送水点", "4300户", "更换阀门"))
    first = post(render, NOTICE, advice="请" * 45)
    assert "送水点" not in first
    assert "4300户" in first
    second = post(render, NOTICE, advice="请" * 62)
    assert "4300户" not in second
    assert "更换阀门" in second
    third = post(render, NOTICE, advice="请" * 70)
    assert "更换阀门" not in third
    for body in (first, second, third):
        assert length(body) <= 140
        assert "7月11日22:00至7月12日6:00" in body
        assert "0000-0000000" in body


def test_an_empty_field_goes_with_its_punctuation(render: Render) -> None:
    body = post(render, NOTICE, reason="", scale="", relief="", phone="", advice="")
    assert body == (
        "【停水通告】7月11日22:00至7月12日6:00，石渡镇镇区及柳湾村、上渡村、沙坪村停水。全文 [[slot:portal_url]]"
    )


def test_points_go_from_the_end_and_the_number_stays(render: Render) -> None:
    body = post(render, NORMATIVE, points=f"第一点{'一' * 20}\n第二点{'二' * 20}\n第三点{'三' * 40}")
    assert "第二点" in body
    assert "第三点" not in body
    assert "临水规〔2026〕3号" in body
    none = post(render, NORMATIVE, points="点" * 100)
    assert "要点" not in none


def test_a_long_document_title_gives_way_to_the_approved_short_one(render: Render) -> None:
    long = replace(NORMATIVE, title=f"关于印发《{'长' * 110}》的通知")
    body = post(render, long)
    assert NORMATIVE.short_title in body
    assert "长" not in body
    assert length(body) <= 140


def test_only_a_cover_notice_of_one_document_gives_its_name(render: Render) -> None:
    body = post(render, replace(NORMATIVE, title="关于废止《甲办法》和《乙办法》的决定"))
    assert body.startswith("【新规】关于废止《甲办法》和《乙办法》的决定（临水规〔2026〕3号）")


def test_facts_of_news_go_from_the_end(render: Render) -> None:
    body = post(render, NEWS, facts=f"甲事{'一' * 30}\n乙事{'二' * 70}")
    assert "甲事" in body
    assert "乙事" not in body


def test_news_carries_its_picture_and_a_warning_none(render: Render) -> None:
    assert [image.name for image in render(NEWS, "weibo").articles[0].images] == ["levee.jpg"]
    assert render(replace(WARNING, files=NEWS.files), "weibo").articles[0].images == ()


def test_an_answer_that_does_not_fit_gives_way_to_the_next_question(render: Render) -> None:
    body = post(render, EXPLAIN, qa=f"问一？答：{'长' * 140}\n问二？答：短")
    assert body == "【问答】问二？答：短。更多问答 [[slot:portal_url]]"


def test_a_summary_is_dropped_before_the_title(render: Render) -> None:
    body = render(replace(REPORT, summary="概" * 110), "weibo").articles[0].body
    assert body == f"【信息公开年报】{REPORT.title}。全文 [[slot:portal_url]]"


def test_a_summary_that_repeats_the_title_is_not_said_twice(render: Render) -> None:
    body = render(replace(REPORT, summary=REPORT.title[:12]), "weibo").articles[0].body
    assert body == f"【信息公开年报】{REPORT.title}。全文 [[slot:portal_url]]"


def test_a_warning_drops_nothing_and_is_refused_when_too_long(render: Render) -> None:
    details = tuple({**dict(WARNING.details), "area": "村" * 80}.items())
    message = render(replace(WARNING, details=details), "weibo")
    body = message.articles[0].body
    for word in ("村" * 80, "警戒水位", "转移通知", "4级", "本局转发"):
        assert word in body
    assert [fault.field for fault in limits(message, PROFILES["weibo"], PLANS["weibo"])] == ["body"]


def test_lifting_a_warning_is_said_in_its_first_words(render: Render) -> None:
    body = post(render, WARNING, lifts="临水文预〔2026〕7号", advice="请继续留意水情")
    assert body == (
        "【临澜水文中心07月08日14时00分发布】解除洪水蓝色预警（本局转发）。请继续留意水情。最新 [[slot:portal_url]]"
    )


def test_no_topic_and_no_call_to_an_account_is_made(render: Render) -> None:
    body = render(replace(REPORT, title="#临澜水利#年报@某人"), "weibo").articles[0].body
    assert "#" not in body
    assert "@" not in body
    assert "＃临澜水利＃年报＠某人" in body


def test_punctuation_is_full_width_after_chinese_and_ends_are_the_templates(render: Render) -> None:
    body = render(replace(REPORT, summary="要点,全在这里;2026.1,2。"), "weibo").articles[0].body
    assert "要点，全在这里；2026.1,2。全文" in body


def test_pieces_go_in_the_stated_order() -> None:
    pieces = Pieces(a="甲", b="1\n2\n3", c="x\ny")
    seen = [(state["a"], state["b"], state["c"]) for state in states(pieces, ["b[]", "a", "[]c", "none"])]
    assert seen == [
        ("甲", "1\n2\n3", "x\ny"),
        ("甲", "1\n2", "x\ny"),
        ("甲", "1", "x\ny"),
        ("甲", "", "x\ny"),
        ("", "", "x\ny"),
        ("", "", "y"),
    ]
