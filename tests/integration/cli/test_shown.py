"""What people see: labels instead of codes, names beside accounts, lists in the language asked for."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from publisher.bootstrap import open_office
from publisher.cli import main
from publisher.cli.help_words import SENTENCES, usage_words
from publisher.domain.catalogue import KINDS
from publisher.workflow.content_words import remark_words, size_words
from publisher.workflow.release import release_due
from tests.integration.cli.conftest import TEXT, Bureau

HEADER = """+++
title = "停水通告"
kind = "notice"
column = "tzgg"
formed_on = 2026-01-20
disclosure_basis = "20-10"
[fields]
kind_word = "停水通告"
area = "石渡镇镇区"
[[attachments]]
file = "范围.txt"
+++
"""
LISTS = (
    ("item", "list"),
    ("review", "list"),
    ("posting", "list"),
    ("part", "list"),
    ("channel", "list"),
    ("user", "list"),
    ("report", "ledger"),
    ("audit", "list", "--limit", "3"),
)


@pytest.fixture
def item(bureau: Bureau, tmp_path: Path) -> str:
    """A submitted item with a file and structured fields."""
    (tmp_path / "范围.txt").write_text("镇区\n" * 600, encoding="utf-8")
    (tmp_path / "a.txt").write_text(HEADER + TEXT, encoding="utf-8")
    draft = bureau.get("item", "import", tmp_path / "a.txt", by="nigao")["drafts"][0]["item"]
    bureau.get("item", "submit", draft, by="nigao")
    bureau.get("review", "pass", draft, by="shenhe")
    return str(draft)


def released(bureau: Bureau) -> None:
    """An item whose postings are planned."""
    bureau.get("item", "schedule", bureau.approved(), by="nigao")
    office = open_office(bureau.home)
    with office.store.write() as uow:
        release_due(uow, office.now())
        uow.commit()
    office.close()


@pytest.mark.parametrize("page", [("item", "show"), ("review", "show")])
def test_a_page_says_codes_in_words_and_accounts_with_names(
    bureau: Bureau, item: str, page: tuple[str, str]
) -> None:
    shown = bureau.do(*page, item).out
    for words in (
        "20-10 重大建设项目的批准和实施情况",
        "法定主动公开内容",
        "市政府门户网站、局门户网站",
        "公告名称  停水通告",
        "范围      石渡镇镇区",
        "纯文本",
        "4 KB",
        "测试nigao（nigao）",
        "测试shenhe（shenhe）初审通过",
    ):
        assert words in shown
    assert [code for code in ("legal_content", "kind_word", "tzgg", "city-portal") if code in shown] == []


def test_programs_get_the_codes_and_the_labels_beside(bureau: Bureau, item: str) -> None:
    document = bureau.get("item", "show", item)
    assert document["content"]["kind"] == "notice"
    assert document["labels"]["kind"] == "通知公告"
    assert document["revisions"][0]["signatures"][0]["person"] == "shenhe"


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_headings_are_english_when_english_is_asked_for(
    bureau: Bureau, item: str, words: tuple[str, ...]
) -> None:
    first = bureau.do(*words, "--lang", "en").out.splitlines()[:2]
    assert re.search("[一-鿿]", "".join(first)) is None


def test_a_state_is_its_own_word_in_english(bureau: Bureau, item: str) -> None:
    bureau.get("item", "hold", item, "--reason", "等一等", by="shenhe")
    assert "reviewed, held" in bureau.do("item", "list", "--lang", "en").out
    assert "ok" in bureau.do("doctor", "--lang", "en").out


def test_postings_that_are_out_are_listed_and_counted(bureau: Bureau) -> None:
    shown = bureau.do("posting", "list").out
    assert "未完成 0 条，已发出 0 条" in shown


def test_practice_is_said_once_in_the_list_of_items(bureau: Bureau) -> None:
    released(bureau)
    shown = bureau.do("item", "list").out
    assert shown.count("练习") == 1
    assert "局门户网站：" in shown


def test_a_refused_act_is_named_in_the_list_of_entries(bureau: Bureau, item: str) -> None:
    assert bureau.do("review", "sign", item, by="nigao").code == 5
    shown = bureau.do("audit", "list", "--kind", "person:act:refused").out
    assert "操作被拒绝：签发" in shown
    assert "办理人：测试nigao（nigao）无权签发" in shown


def test_the_spreadsheet_names_people_and_acts(bureau: Bureau, tmp_path: Path) -> None:
    released(bureau)
    bureau.get("report", "ledger", "--csv", tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as lines:
        line = next(csv.DictReader(lines))
    assert line["拟稿人"] == "测试nigao（nigao）"
    assert line["签署"].endswith("测试qianfa（qianfa）签发")
    assert line["索引号"] in bureau.do("report", "ledger").out


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_to_be_checked_names_the_kind_by_its_label(kind: str) -> None:
    assert remark_words(f"kind = {kind}（取自标题，请核对）") == f"类别 = {KINDS[kind].label}（取自标题）"


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 字节"), (1023, "1023 字节"), (160_477, "157 KB"), (2_500_000, "2.4 MB")]
)
def test_a_size_is_told_in_the_unit_that_fits(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("item", "show"), "缺少参数 ID"),
        (("item", "shw"), "没有命令 shw，是不是 show"),
        (("item", "list", "--jso"), "没有选项 --jso，是不是 --json"),
        (("item", "list", "--foo"), "没有选项 --foo"),
        (("item", "list", "--json=3"), "选项 --json 后面不写值"),
        (("item", "list", "--state"), "选项 --state 后面要写一个值"),
        (("item", "list", "a", "b"), "多出来的参数：a b"),
        (("item", "list", "--lang", "fr"), "--lang 的值“fr”不对，只能是 zh, en"),
        (("audit", "list", "--limit", "x"), "--limit 的值不对，要写整数"),
        (("audit", "list", "--limit", "0"), "--limit 的值太小，至少为 1"),
        (("channel", "pause", "weibo", "--as", "a"), "缺少选项 --reason"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(
    typed: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed) == 2
    assert f"✗ {told} " in capsys.readouterr().err


def test_a_sentence_that_nobody_translated_is_shown_as_it_is() -> None:
    assert usage_words("Something new.") == "命令写错了：Something new."
    assert len({pattern for pattern, _ in SENTENCES}) == len(SENTENCES)


@pytest.mark.parametrize("path", [[], ["item"], ["item", "import"], ["audit", "list"], ["init"], ["demo"]])
def test_the_help_in_chinese_has_no_english_around_it(
    path: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*path, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "用法：" in shown
    assert [word for word in ("Usage", "OPTIONS", "COMMAND", "<bool>", "<str>", "{") if word in shown] == []
