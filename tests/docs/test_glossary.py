"""The glossary says what the code says: each state, kind and role stands there with the label that people see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from publisher.domain.catalogue import KINDS, Kind
from publisher.domain.clocks import DayUnit
from publisher.domain.lifecycle import REVISION_LABELS
from publisher.domain.part import PART_LABELS
from publisher.domain.people import ROLE_LABELS
from publisher.domain.posting import CHANNEL_LABELS, POSTING_LABELS

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
KIND_LABELS = {kind.name: kind.label for kind in KINDS.values()}
SECTIONS: dict[str, Mapping[Any, str]] = {
    "### Roles": ROLE_LABELS,
    "### Revision 版本": REVISION_LABELS,
    "### Posting 推送": POSTING_LABELS,
    "### Part 篇": PART_LABELS,
    "### Channel 渠道": CHANNEL_LABELS,
    "## Kinds": KIND_LABELS,
}
DESIGN_WORDS = [
    "item",
    "draft",
    "revision",
    "channel",
    "posting",
    "part",
    "occasion",
    "step",
    "order",
    "receipt",
    "proof",
    "slot",
    "note",
    "entry",
    "held",
    "gate",
    "checkpoint",
    "anchor",
    "epoch",
    "release",
    "verify",
    "withdraw",
    "supersede",
    "ledger",
]
FIELD_WORDS = [
    "索引号",
    "发文字号",
    "发布机构",
    "主题分类",
    "公开属性",
    "有效性",
    "政府信息条目",
    "版本",
    "拟稿人",
    "审核人",
    "保密审查",
    "签发",
    "责任编辑",
    "渠道",
    "推送",
    "篇",
    "指令",
    "回执",
    "核验",
    "撤下",
    "更正",
    "台账",
]


def rows(heading: str) -> dict[str, list[str]]:
    """The table under a heading: first cell (without marks) to the cells after it."""
    section = re.split(r"^#+ ", GLOSSARY.split(f"\n{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}


@pytest.mark.parametrize("heading", SECTIONS)
def test_each_code_stands_in_its_table_with_the_label_that_people_see(heading: str) -> None:
    written = {code: cells[0] for code, cells in rows(heading).items()}
    assert written == {str(code): label for code, label in SECTIONS[heading].items()}


@pytest.mark.parametrize("heading", SECTIONS)
def test_each_code_has_a_meaning(heading: str) -> None:
    assert [code for code, cells in rows(heading).items() if not cells[-1]] == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_legal_limit_of_each_kind_is_the_one_the_code_counts(kind: Kind) -> None:
    unit = "working days" if kind.clock.unit is DayUnit.WORKING else "days"
    assert rows("## Kinds")[kind.name][1].startswith(f"{kind.clock.days} {unit}")


def words() -> dict[str, list[str]]:
    """Every row of the word tables, once for each of the words in its first cell."""
    found: dict[str, list[str]] = {}
    for line in GLOSSARY.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 4:
            found |= {word.strip(): cells[1:] for word in cells[0].split(",")}
    return found


@pytest.mark.parametrize("word", DESIGN_WORDS)
def test_a_word_of_the_design_is_explained_with_chinese_and_source(word: str) -> None:
    chinese, meaning, source = words()[word]
    assert re.search(r"[一-鿿]", chinese)
    assert meaning
    assert source


@pytest.mark.parametrize("word", FIELD_WORDS)
def test_a_word_of_the_field_stands_in_the_glossary(word: str) -> None:
    cells = re.findall(r"\| ([^|]*) (?=\|)", GLOSSARY)
    assert any(word in re.split("、", cell) for cell in cells)
