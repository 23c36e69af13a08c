"""The editor: drafts from nothing and from files, saved by hand and by themselves, and everything that is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.seats import Seat, seats
from tests.word_files import W, drawing, paragraph, png, usual_word_file, word_file
from tests.world import World, item_file

ONCE = "0123456789abcdef0123456789abcdef"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EVIL = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
ID_NUMBER = "110105194912310038"


@pytest.fixture
def desk(quiet_world: World) -> Iterator[Seat]:
    with seats(quiet_world, zhou="drafter editor") as found:
        yield found["zhou"]


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send of the editor's form."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        kind, name = re.search(r'type="(\w+)"', tag), re.search(r'name="([^"]*)"', tag)
        if not name or name[1] in ("form", "q") or (kind and kind[1] == "file"):
            continue
        if kind and kind[1] == "checkbox" and "checked" not in tag:
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(unescape(value[1] if value else "on"))
    for name, inner in re.findall(r'<select\b[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner) or re.search(r'value="([^"]*)"', inner)
        found[name] = [unescape(chosen[1] if chosen else "")]
    for name, inner in re.findall(r'<textarea\b[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        found[name] = [unescape(inner)]
    return found


def handlers(page: str) -> list[str]:
    """What runs on a page but the scripts that we ship, as a browser's parser sees it."""
    found: list[str] = []

    class Eye(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            found.extend(name for name in given if name.startswith("on"))
            if tag == "script" and not str(given.get("src", "")).startswith("/static/"):
                found.append(tag)
            if any(str(value).strip().lower().startswith("javascript:") for value in given.values()):
                found.append("javascript:")

    Eye().feed(page)
    return found


def begin(seat: Seat, **more: str) -> str:
    """A new empty draft; its item's id."""
    answer = seat.post("/items/new", {"once": ONCE, "title": "关于停水的通告", "kind": "notice", **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("/")[2]


def bring(seat: Seat, data: bytes, name: str = "稿件.docx", once: str = ONCE) -> Any:
    return seat.post("/items/import", {"once": once}, [("file", (name, data, DOCX))])


def saved(seat: Seat, item: str, do: str = "save", files: Any = None, **more: Any) -> Any:
    """The form as it stands, with some fields changed, sent."""
    fields = {**fields_of(seat.get(f"/items/{item}/edit")), "do": do, **more}
    return seat.post(f"/items/{item}/edit", fields, files)


def draft(world: World, item: str) -> Any:
    with world.office.store.read() as reading:
        return reading.items.open_draft(item)


# ---------------------------------------------------------------- new


def test_a_new_draft_may_be_empty_and_is_found_again(desk: Seat, quiet_world: World) -> None:
    item = begin(desk, title="")
    page = desk.get(f"/items/{item}/edit")
    assert "（还没有标题）" in page
    assert "还不能送审" in page
    assert draft(quiet_world, item).content["body"] == ""


def test_the_form_sent_twice_makes_one_item(desk: Seat, quiet_world: World) -> None:
    assert begin(desk) == begin(desk)
    assert quiet_world.counts()["items"] == 1
    assert quiet_world.kinds().count("person:draft:saved") == 1


def test_the_same_once_of_another_person_is_another_item(quiet_world: World) -> None:
    with seats(quiet_world, zhou="drafter", zhao="drafter") as found:
        assert begin(found["zhou"]) != begin(found["zhao"])


def test_a_form_without_its_once_makes_nothing(desk: Seat, quiet_world: World) -> None:
    desk.refused("/items/new", {"once": "", "title": "甲"}, 422)
    assert quiet_world.counts()["items"] == 0


def test_who_does_not_draft_is_told_and_refused_on_record(quiet_world: World) -> None:
    with seats(quiet_world, shen2="content_reviewer") as found:
        assert "无权拟稿" in found["shen2"].get("/items/new", 403)
        found["shen2"].refused("/items/new", {"once": ONCE, "title": "甲"}, 403)
        assert bring(found["shen2"], usual_word_file()).status_code == 403
    quiet_world.last_refusal()
    assert quiet_world.counts()["items"] == 0


# ---------------------------------------------------------------- Word


def test_a_word_file_becomes_a_draft_with_its_structure(desk: Seat, quiet_world: World) -> None:
    answer = bring(desk, usual_word_file())
    assert answer.status_code == 303, answer.text
    content = draft(quiet_world, answer.headers["location"].split("/")[2]).content
    assert content["title"] == "水库移民后期扶持直补资金公示"
    assert content["formed_on"] == "2026-11-20"
    assert "<h2>发放情况</h2>" in content["body"]
    assert '<td rowspan="2">柳林镇</td>' in content["body"]
    assert re.search(r'<th[^>]* colspan="2"|<th colspan="2"', content["body"])
    (picture,) = content["files"]
    assert (picture["role"], picture["title"]) == ("image", "大坝全景")
    assert f'<img src="[[slot:image:{picture["digest"]}]]" alt="大坝全景">' in content["body"]
    assert "水库移民后期扶持直补资金公示" not in content["body"], "the title stands once"


def test_the_same_word_file_sent_twice_is_one_item(desk: Seat, quiet_world: World) -> None:
    first, second = bring(desk, usual_word_file()), bring(desk, usual_word_file())
    assert first.headers["location"] == second.headers["location"]
    assert quiet_world.counts()["items"] == 1


HEAD = f'<w:hdr xmlns:w="{W}">{paragraph("机密★10年")}</w:hdr>'
COMMENT = f'<w:comments xmlns:w="{W}">{paragraph(ID_NUMBER)}</w:comments>'


@pytest.mark.parametrize(
    "part",
    [{"word/header1.xml": HEAD}, {"word/comments9.xml": COMMENT}],
    ids=["a secrecy mark in the page head", "an identity number in a comment"],
)
def test_what_mammoth_leaves_out_is_screened_too_and_nothing_is_kept(
    part: dict[str, str], desk: Seat, quiet_world: World
) -> None:
    answer = bring(desk, usual_word_file(parts=part))
    assert answer.status_code == 422
    assert ID_NUMBER not in answer.text
    counts = quiet_world.counts()
    assert (counts["items"], counts["blobs"]) == (0, 0)
    quiet_world.last_refusal()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b"PK\x03\x04 not a zip"),
        ("a.docx", png()),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("a.exe", b"MZ"),
        ("a.docx", b""),
        ("机密 a.docx", b"x"),
        ("a.docx", word_file(paragraph("甲"), parts={"word/vbaProject.bin": b"x"})),
        ("a.docx", word_file("<w:p>", parts={})),
        (
            "a.docx",
            word_file(paragraph("甲"), parts={"word/extra.xml": b"<a>" + b"0" * 30_000_000 + b"</a>"}),
        ),
        (
            "a.docx",
            word_file(paragraph("甲"), parts={"word/x.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        ),
        ("a.txt", b""),
        ("a.html", b"\x00\x00"),
    ],
)
def test_a_file_that_is_wrong_is_refused_whole(
    name: str, data: bytes, desk: Seat, quiet_world: World
) -> None:
    answer = bring(desk, data, name)
    assert answer.status_code == 422, answer.text
    assert (quiet_world.counts()["items"], quiet_world.counts()["blobs"]) == (0, 0)


def test_a_word_file_opens_nothing_outside_itself(desk: Seat, quiet_world: World) -> None:
    outside = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        'Target="file:///etc/hostname" TargetMode="External"/></Relationships>'
    )
    data = word_file(
        paragraph("标题一行", "a3") + paragraph("正文。") + drawing("x"),
        parts={"word/_rels/document.xml.rels": outside},
    )
    answer = bring(desk, data)
    assert answer.status_code == 422
    assert quiet_world.counts()["items"] == 0


def test_text_markdown_and_html_become_drafts(desk: Seat, quiet_world: World) -> None:
    made = {
        "a.html": "<html><title>不要</title><body><h1>网页的标题</h1><p>正文。</p><script>x</script>",
        "b.md": "# 文档的标题\n\n正文**要紧**。\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n",
        "c.txt": "纯文本的标题\n\n正文一段。\n",
    }
    for n, (name, text) in enumerate(made.items()):
        answer = bring(desk, text.encode(), name, once=f"{n:032x}")
        assert answer.status_code == 303, answer.text
        content = draft(quiet_world, answer.headers["location"].split("/")[2]).content
        assert content["title"].endswith("标题")
        assert "正文" in content["body"]
        assert "script" not in content["body"]
    page = desk.get("/items/import")
    assert "从文件新建" in page


# ---------------------------------------------------------------- saving


def test_saving_keeps_every_field_and_goes_on(desk: Seat, quiet_world: World) -> None:
    item = begin(desk)
    answer = saved(
        desk, item, title="新标题", body="第一段\n第二段", keywords="水库、移民", doc_no="临水规〔2026〕3号"
    )
    assert answer.status_code == 303
    content = draft(quiet_world, item).content
    assert content["title"] == "新标题"
    assert content["body"] == "<p>第一段</p>\n<p>第二段</p>"
    assert content["keywords"] == ["水库", "移民"]
    assert "已保存" in desk.get(answer.headers["location"])


def test_what_is_pasted_is_cleaned_by_the_server(desk: Seat) -> None:
    item = begin(desk)
    answer = desk.post(
        f"/items/{item}/clean", {"html": "<p style='x'>甲<script>alert(1)</script><b>乙</b></p>"}
    )
    assert answer.text == "<p>甲<strong>乙</strong></p>"


@pytest.mark.parametrize(
    "name",
    [
        *("title", "short_title", "summary", "doc_no", "issuing_body", "responsible_body", "content_source"),
        *("keywords", "responsible_editor", "detail:area", "detail:what", "kind", "column", "subject_class"),
        *("validity", "body", "answer:INT-DRAFT", "formed_on"),
    ],
)
def test_no_field_brings_markup_onto_the_page(name: str, desk: Seat) -> None:
    item = begin(desk)
    first = (
        saved(desk, item, body="<p>正文</p>", **{name: EVIL})
        if name != "body"
        else saved(desk, item, body=EVIL)
    )
    page = desk.get(f"/items/{item}/edit") if first.status_code == 303 else first.text
    for text in (page, desk.post(f"/items/{item}/preview", {**fields_of(page), name: EVIL}).text):
        assert handlers(text) == []
        assert "<script>alert" not in text


def test_a_hard_finding_is_refused_and_the_value_is_not_repeated_as_kept(
    desk: Seat, quiet_world: World
) -> None:
    item = begin(desk)
    before = draft(quiet_world, item)
    answer = saved(desk, item, body=f"<p>身份证号：{ID_NUMBER}</p>")
    assert answer.status_code == 422
    found = re.search(r'id="found".*?</article>', answer.text, re.DOTALL)
    assert found
    assert "不能放行" in found[0]
    assert ID_NUMBER not in found[0]
    assert ID_NUMBER in fields_of(answer.text)["body"][0], "what was typed stays on the page"
    assert draft(quiet_world, item) == before


def test_a_hard_finding_in_an_answer_is_refused_too(desk: Seat, quiet_world: World) -> None:
    item = begin(desk)
    assert saved(desk, item, **{"answer:INT-DRAFT": f"见 {ID_NUMBER}"}).status_code == 422
    assert not draft(quiet_world, item).findings


def test_a_day_that_is_none_is_told_and_nothing_is_lost(desk: Seat, quiet_world: World) -> None:
    item = begin(desk)
    answer = saved(desk, item, formed_on="2026-02-31", body="写了很久的正文")
    assert answer.status_code == 422
    assert "写了很久的正文" in answer.text
    assert 'value="2026-02-31"' in answer.text


# ---------------------------------------------------------------- two people, two tabs


def test_nobody_overwrites_somebody_else(quiet_world: World) -> None:
    with seats(quiet_world, zhou="drafter", zhao="editor") as found:
        item = begin(found["zhou"])
        mine = {**fields_of(found["zhou"].get(f"/items/{item}/edit")), "do": "save", "title": "周的标题"}
        assert saved(found["zhao"], item, title="赵的标题").status_code == 303
        answer = found["zhou"].post(f"/items/{item}/edit", mine)
        assert answer.status_code == 409
        assert "被别人改过" in answer.text
        assert "zhao" in answer.text, "who saved meanwhile"
        assert fields_of(answer.text)["title"] == ["周的标题"], "nothing typed is lost"
        assert draft(quiet_world, item).content["title"] == "赵的标题"
        again = found["zhou"].post(f"/items/{item}/edit", mine)
        assert again.status_code == 409, "until they decide"
        over = re.search(r'value="(overwrite \d+)"', answer.text)
        assert over
        assert found["zhou"].post(f"/items/{item}/edit", {**mine, "do": over[1]}).status_code == 303
        assert draft(quiet_world, item).content["title"] == "周的标题"


def test_an_automatic_save_keeps_an_incomplete_draft_and_tells_the_new_version(
    desk: Seat, quiet_world: World
) -> None:
    item = begin(desk)
    fields = {**fields_of(desk.get(f"/items/{item}/edit")), "title": "", "body": "半句"}
    answer = desk.post(f"/items/{item}/autosave", fields)
    assert answer.status_code == 200, answer.text
    assert 'id="version" value="2"' in answer.text
    assert draft(quiet_world, item).content["body"] == "<p>半句</p>"
    assert quiet_world.kinds().count("person:draft:saved") == 1, "a quiet save is no entry of its own"
    stale = desk.post(f"/items/{item}/autosave", {**fields, "body": "旧的一页"})
    assert stale.status_code == 409
    assert "您写的还在这一页" in stale.text
    assert draft(quiet_world, item).content["body"] == "<p>半句</p>"


def test_an_automatic_save_after_somebody_else_is_on_record(quiet_world: World) -> None:
    with seats(quiet_world, zhou="drafter", zhao="editor") as found:
        item = begin(found["zhou"])
        fields = fields_of(found["zhao"].get(f"/items/{item}/edit"))
        assert found["zhao"].post(f"/items/{item}/autosave", fields).status_code == 200
    assert quiet_world.kinds().count("person:draft:saved") == 2


def test_a_tab_from_before_the_submit_is_refused_and_the_revision_never_changes(quiet_world: World) -> None:
    item = quiet_world.draft(item_file())
    with seats(quiet_world, zhou="drafter editor") as found:
        old = {**fields_of(found["zhou"].get(f"/items/{item}/edit")), "do": "save", "title": "偷换的标题"}
        revision = quiet_world.submit(item).revision_id
        for path in ("edit", "autosave"):
            answer = found["zhou"].post(f"/items/{item}/{path}", old)
            assert answer.status_code == 409
            assert "已经送审或废弃" in answer.text
        closed = found["zhou"].post(f"/items/{item}/edit", {**old, "body": "<p>要留的话</p>"})
        assert "要留的话" in closed.text
    assert quiet_world.revision(revision).content["title"] != "偷换的标题"
    quiet_world.last_refusal()


def test_a_draft_opened_anew_is_not_the_one_of_the_old_tab(quiet_world: World) -> None:
    from publisher.workflow.review import SignRequest, recall

    item = quiet_world.draft(item_file())
    with seats(quiet_world, zhou="drafter editor") as found:
        old = {**fields_of(found["zhou"].get(f"/items/{item}/edit")), "do": "save"}
        quiet_world.do("lu", recall, SignRequest(quiet_world.submit(item).revision_id, "要改"))
        assert "继续修改" in found["zhou"].get(f"/items/{item}/edit")
        page = found["zhou"].done(f"/items/{item}/reopen")
        assert "可以继续修改" in page
        assert found["zhou"].post(f"/items/{item}/edit", old).status_code == 409


# ---------------------------------------------------------------- files


def test_files_are_added_retitled_ordered_and_removed_without_losing_the_text(
    desk: Seat, quiet_world: World
) -> None:
    item = begin(desk)
    files = [
        ("attachment", ("甲.txt", "一份文件".encode(), "text/plain")),
        ("image", ("图.png", png(), "image/png")),
    ]
    answer = saved(desk, item, "add", files, body="<p>写到一半</p>", image_title="大坝全景")
    assert answer.status_code == 303, answer.text
    content = draft(quiet_world, item).content
    assert [f["role"] for f in content["files"]] == ["attachment", "image"]
    assert content["body"].startswith("<p>写到一半</p>")
    assert 'alt="大坝全景"' in content["body"]
    first = f"attachment:{content['files'][0]['digest']}"
    saved(desk, item, f"down {first}", **{f"title:{first}": "公示名单"})
    content = draft(quiet_world, item).content
    assert [(f["role"], f["title"]) for f in content["files"]] == [
        ("image", "大坝全景"),
        ("attachment", "公示名单"),
    ]
    image = f"image:{content['files'][0]['digest']}"
    saved(desk, item, f"cover {image}")
    assert [f["role"] for f in draft(quiet_world, item).content["files"]] == ["image", "attachment", "cover"]
    saved(desk, item, f"remove cover:{image.partition(':')[2]}")
    saved(desk, item, f"remove {image}")
    content = draft(quiet_world, item).content
    assert [f["role"] for f in content["files"]] == ["attachment"]
    assert "<img" not in content["body"], "a picture that is gone stands in no text"


def test_a_file_that_is_wrong_is_refused_and_the_text_stays_on_the_page(
    desk: Seat, quiet_world: World
) -> None:
    item = begin(desk)
    page = b"<html><script>alert(1)</script></html>"
    for name in ("x.html", "x.svg", "x.png", "x.pdf"):
        answer = saved(desk, item, "add", [("attachment", (name, page, "text/html"))], body="<p>还在</p>")
        assert answer.status_code == 422, name
        assert "还在" in answer.text
    assert quiet_world.counts()["blobs"] == 0


def test_a_file_of_another_draft_cannot_be_named_into_this_one(desk: Seat, quiet_world: World) -> None:
    item = begin(desk)
    assert saved(desk, item, file=["attachment:" + "a" * 64]).status_code == 422


def test_the_files_of_an_item_are_handed_out_as_downloads_and_only_of_that_item(quiet_world: World) -> None:
    data = item_file(lists="[[attachments]]\nfile = '甲.txt'")
    item = quiet_world.draft(data, files={"甲.txt": "内容".encode()})
    other = quiet_world.draft(item_file(title="另一个"))
    digest = draft(quiet_world, item).content["files"][0]["digest"]
    with seats(quiet_world, zhou="drafter", admin2="administrator") as found:
        answer = found["zhou"].client.get(f"/items/{item}/files/{digest}")
        assert answer.status_code == 200
        assert answer.content == "内容".encode()
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"].startswith("text/plain")
        assert "sandbox" in answer.headers["content-security-policy"]
        for guess in (
            f"/items/{other}/files/{digest}",
            f"/items/{item}/files/{'0' * 64}",
            f"/items/x/files/{digest}",
        ):
            assert found["zhou"].client.get(guess).status_code == 404, guess
        assert found["admin2"].client.get(f"/items/{item}/files/{digest}").status_code == 403
        assert found["zhou"].client.get(f"/items/{item}/files/..%2f..%2fgongkai.toml").status_code == 404


def test_a_picture_is_shown_only_when_its_bytes_are_one(desk: Seat, quiet_world: World) -> None:
    item = begin(desk)
    saved(desk, item, "add", [("image", ("图.png", png(), "image/png"))])
    digest = draft(quiet_world, item).content["files"][0]["digest"]
    answer = desk.client.get(f"/items/{item}/files/{digest}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline")
    assert f'src="/items/{item}/files/{digest}"' in unescape(desk.get(f"/items/{item}/edit"))


# ---------------------------------------------------------------- beside the text


def test_counters_and_previews_are_those_of_the_channels(quiet_world: World) -> None:
    item = quiet_world.draft(item_file())
    with seats(quiet_world, zhou="drafter editor") as found:
        page = found["zhou"].get(f"/items/{item}/edit")
        for shape in ("pv-portal", 'class="phone"', 'class="wb"'):
            assert shape in page
        long = {**fields_of(page), "short_title": "停" * 70, "title": "停" * 70}
        live = found["zhou"].post(f"/items/{item}/preview", long).text
        assert "超出" in live
        assert 'id="e-title"' in live
    assert draft(quiet_world, item).version == 1, "a preview stores nothing"


def test_a_finding_stands_beside_the_text_with_room_for_an_answer_that_is_kept(
    desk: Seat, quiet_world: World
) -> None:
    item = begin(desk)
    saved(desk, item, body="<p>关于供水的通知（征求意见稿）</p>")
    page = desk.get(f"/items/{item}/edit")
    assert 'name="answer:INT-DRAFT"' in page
    saved(desk, item, **{"answer:INT-DRAFT": "已核对为正式稿"})
    assert "已核对为正式稿" in desk.get(f"/items/{item}/edit")


# ---------------------------------------------------------------- submit, discard, go on, compare


def test_a_complete_draft_is_submitted_and_the_page_goes_to_the_item(quiet_world: World) -> None:
    item = quiet_world.draft(item_file())
    with seats(quiet_world, zhou="drafter editor") as found:
        answer = saved(found["zhou"], item, "submit", reviewer="shen", title="送审的标题")
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == f"/items/{item}?done=submitted"
    with quiet_world.office.store.read() as reading:
        revision = reading.items.latest_revision(item)
    assert revision is not None
    assert revision.content["title"] == "送审的标题", "what is on the page is what is submitted"


def test_a_submit_that_is_refused_keeps_the_words_and_shows_everything_at_once(
    desk: Seat, quiet_world: World
) -> None:
    item = begin(desk)
    answer = saved(
        desk, item, "submit", title="", doc_no="不是文号", body="写了的正文", responsible_editor=""
    )
    assert answer.status_code == 422
    for name in ("title", "doc_no", "responsible_editor"):
        at = re.search(rf'id="e-{name}"[^>]*>(.*?)</span>', answer.text, re.DOTALL)
        assert at
        assert at[1].strip(), name
    assert "写了的正文" in answer.text
    assert draft(quiet_world, item).content["body"] == "<p>写了的正文</p>", "saved, though not submitted"
    assert quiet_world.counts()["revisions"] == 0


def test_an_unanswered_finding_keeps_a_draft_from_the_submit_and_an_answer_lets_it_go(
    quiet_world: World,
) -> None:
    item = quiet_world.draft(item_file(title="关于供水的通知（讨论稿）"))
    with seats(quiet_world, zhou="drafter editor") as found:
        assert saved(found["zhou"], item, "submit", reviewer="shen").status_code == 422
        answer = saved(found["zhou"], item, "submit", reviewer="shen", **{"answer:INT-DRAFT": "标题引用原名"})
        assert answer.status_code == 303, answer.text


def test_a_draft_is_discarded_after_a_question(desk: Seat, quiet_world: World) -> None:
    item = begin(desk)
    assert "不能恢复" in desk.get(f"/items/{item}/discard")
    answer = desk.post(f"/items/{item}/discard")
    assert answer.status_code == 303
    assert draft(quiet_world, item) is None
    assert "没有打开的草稿" in desk.get(f"/items/{item}/edit")


def test_two_versions_are_compared_word_by_word(quiet_world: World) -> None:
    item = quiet_world.draft(item_file())
    quiet_world.submit(item)
    quiet_world.draft(item_file(title="改过的标题"), item_id=item)
    with seats(quiet_world, zhou="drafter editor") as found:
        page = found["zhou"].get(f"/items/{item}/compare")
        assert "<ins>" in page
        assert "<del>" in page
        assert "对照：第 1 版 和 草稿" in page
        found["zhou"].get(f"/items/{item}/compare?a=9&b=draft", 404)
        found["zhou"].get("/items/none/compare", 404)


def test_markup_in_a_compared_title_is_only_words(desk: Seat, quiet_world: World) -> None:
    item = begin(desk, title=EVIL)
    saved(desk, item, body="<p>正文</p>")
    assert "<script>alert" not in desk.get(f"/items/{item}/edit")


def test_a_unit_edits_its_own_items_and_others_are_not_there(quiet_world: World) -> None:
    item = quiet_world.draft(item_file())
    with seats(quiet_world, duan="drafter") as found:
        with quiet_world.office.store.write() as uow:
            quiet_world_unit(uow, "duan", "灌区管理处")
            uow.commit()
        for path in ("edit", "compare", "discard", f"files/{'a' * 64}"):
            found["duan"].get(f"/items/{item}/{path}", 404)
        for path in ("edit", "autosave", "preview", "clean", "discard", "reopen"):
            assert found["duan"].post(f"/items/{item}/{path}", {"version": "1"}).status_code == 404, path


def quiet_world_unit(uow: Any, name: str, unit: str) -> None:
    import sqlalchemy as sa

    from publisher.store import schema

    uow._connection.execute(sa.update(schema.people).where(schema.people.c.name == name).values(unit=unit))


def test_a_picture_of_a_word_file_without_words_is_told_and_keeps_the_draft_from_review(
    desk: Seat, quiet_world: World
) -> None:
    item = bring(desk, usual_word_file(alt="")).headers["location"].split("/")[2]
    assert "正文里有图片没有说明" in desk.get(f"/items/{item}/edit")
    assert saved(desk, item, "submit", reviewer="shen").status_code == 422
    key = f"image:{draft(quiet_world, item).content['files'][0]['digest']}"
    saved(desk, item, **{f"title:{key}": "大坝全景"})
    assert "正文里有图片没有说明" not in desk.get(f"/items/{item}/edit")
    assert 'alt="大坝全景"' in draft(quiet_world, item).content["body"]
    saved(desk, item, **{f"title:{key}": "大坝和溢洪道"})
    assert 'alt="大坝和溢洪道"' in draft(quiet_world, item).content["body"], (
        "what is changed there changes the page"
    )
