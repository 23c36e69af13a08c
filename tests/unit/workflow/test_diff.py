"""What differs between two contents, told to a reader of Chinese."""

from __future__ import annotations

import time
from typing import Any

from publisher.workflow.diff import Block, Op, changes


def content(body: str = "<p>甲</p>", **more: Any) -> dict[str, Any]:
    return {"title": "标题", "body": body, "details": [], "files": [], **more}


def file(role: str, digest: str, name: str = "表.pdf", title: str = "表") -> dict[str, Any]:
    return {"role": role, "digest": digest, "name": name, "title": title}


def marked(block: Block) -> str:
    signs = {Op.ADDED: "+", Op.REMOVED: "-", Op.SAME: "="}
    return " ".join(f"{signs[run.op]}{run.text}" for run in block.runs)


def test_the_same_content_has_no_differences() -> None:
    assert not changes(content(), content()).any


def test_a_changed_number_is_told_as_a_whole_and_the_words_around_it_stay() -> None:
    found = changes(
        content("<p>发放资金 25,200 元，由一卡通发放。</p>"),
        content("<p>发放资金 25,300 元，由一卡通发放。</p>"),
    )
    assert [marked(block) for block in found.body] == ["=发放资金  -25,200 +25,300 = 元，由一卡通发放。"]
    assert found.body[0].op is Op.CHANGED


def test_a_new_paragraph_is_added_and_the_others_are_the_same() -> None:
    found = changes(
        content("<p>一段话</p><p>二段话</p>"), content("<p>一段话</p><p>完全另外写的内容</p><p>二段话</p>")
    )
    assert [block.op for block in found.body] == [Op.SAME, Op.ADDED, Op.SAME]


def test_paragraphs_that_have_nothing_in_common_are_one_gone_and_one_new() -> None:
    found = changes(content("<p>春天的河水</p>"), content("<p>12月10日前到账</p>"))
    assert {block.op for block in found.body} == {Op.REMOVED, Op.ADDED}


def test_fields_and_structured_fields_are_told_by_their_labels() -> None:
    old = content(details=[["reason", "检修"]], keywords=["水", "库"])
    new = content(details=[["reason", "抢修"]], keywords=["水"], title="新标题")
    assert {field.label for field in changes(old, new).fields} == {"标题", "主题词", "原因"}


def test_files_come_go_and_are_retitled() -> None:
    old = content(files=[file("attachment", "a"), file("image", "b")])
    new = content(files=[file("attachment", "a", title="名单"), file("attachment", "c")])
    told = {(one.op, one.digest): one for one in changes(old, new).files}
    assert set(told) == {(Op.CHANGED, "a"), (Op.ADDED, "c"), (Op.REMOVED, "b")}
    assert told[Op.CHANGED, "a"].was == "表"


def test_a_picture_that_went_from_the_text_is_told_by_its_words() -> None:
    old = content('<p>甲</p><figure><img src="[[slot:image:x]]" alt="水库大坝"></figure>')
    assert [marked(b) for b in changes(old, content()).body if b.op is Op.REMOVED] == ["-〔图片：水库大坝〕"]


def test_a_long_text_is_compared_in_seconds() -> None:
    long = "".join(f"<p>第{n}段，本段说明第{n}项水利工程的进展情况和下一步的安排。</p>" for n in range(3000))
    started = time.monotonic()
    found = changes(content(long), content(long.replace("第7段", "第七段")))
    assert found.text_changed
    assert time.monotonic() - started < 20


def test_a_draft_that_has_no_reviewer_yet_has_not_lost_one() -> None:
    assert not changes(content(reviewer="沈青禾"), content(reviewer="")).any
    assert changes(content(reviewer="沈青禾"), content(reviewer="陆予安")).any
