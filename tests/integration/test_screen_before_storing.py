"""What must not be stored is refused first: nothing of it is found anywhere in the home folder afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from publisher.cli.item_page import READING
from publisher.domain.errors import Reason, Refused
from tests.world import TEXT, World, item_file

ID_NUMBER = "510402190001010011"  # synthetic: a year before any living person's
MARKS = {"a full identity number": f"联系人证号{ID_NUMBER}", "a mark of secrecy": "机密★3年"}
SHORT = {"a full identity number": ID_NUMBER, "a mark of secrecy": "机密★3年"}
PDF = b"%PDF-1.4\n%%EOF\n"


def attached(name: str, title: str = "") -> str:
    line = f"\ntitle = '{title}'" if title else ""
    return f"[[attachments]]\nfile = '{name}'{line}"


Place = tuple[bytes, Mapping[str, bytes]]


def places(mark: str) -> dict[str, Place]:
    """Where a forbidden text can stand: an item file and what lies beside it."""
    noted = f"说明：{mark}，请注意。" if mark.startswith("联系人") else f"{mark}\n说明"
    return {
        "the title": (item_file(f"关于停水的通告 {mark}", short_title="停水"), {}),
        "the short title": (item_file(short_title=mark), {}),
        "the summary": (item_file(summary=mark), {}),
        "the text": (item_file(text=f"{TEXT}\n\n{noted}\n"), {}),
        "a plain text": (f"关于停水的通告\n\n{noted}\n\n2026年11月20日\n".encode(), {}),
        "a text in GB18030": (f"关于停水的通告\n\n{noted}\n\n2026年11月20日\n".encode("gb18030"), {}),
        "a keyword": (item_file(keywords=["停水", mark]), {}),
        "the source": (item_file(content_source=mark), {}),
        "the document number": (item_file(doc_no=mark), {}),
        "the issuing body": (item_file(issuing_body=mark), {}),
        "the responsible body": (item_file(responsible_body=mark), {}),
        "the subject class": (item_file(subject_class=mark), {}),
        "the editor's name": (item_file(responsible_editor=mark), {}),
        "a detail": (item_file(lists=f"[fields]\narea = '{mark}'"), {}),
        "the title of an attachment": (item_file(lists=attached("甲.pdf", mark)), {"甲.pdf": PDF}),
        "the name of an attachment": (item_file(lists=attached(f"{mark}.pdf")), {f"{mark}.pdf": PDF}),
        "the name of an attachment that is not there": (item_file(lists=attached(f"{mark}.pdf")), {}),
        "an attached text": (item_file(lists=attached("甲.txt")), {"甲.txt": f"名单\n{noted}\n".encode()}),
        "an attached text in GB18030": (
            item_file(lists=attached("甲.txt")),
            {"甲.txt": f"名单\n{noted}\n".encode("gb18030")},
        ),
        "a code of the header": (item_file(kind=mark), {}),
        "a value of the wrong kind": (item_file(formed_on=mark), {}),
    }


PLACES = list(places(""))


def found_in(home: Path, mark: str) -> list[str]:
    """Every file of the home folder that holds the text in some encoding."""
    encodings = [
        mark.encode(),
        mark.encode("gb18030"),
        mark.encode("utf-16-le"),
        json.dumps(mark)[1:-1].encode(),
    ]
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if any(one in path.name.encode() for one in encodings)
        or (path.is_file() and any(one in path.read_bytes() for one in encodings))
    ]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", MARKS)
def test_it_is_refused_and_stands_nowhere(shared_world: World, what: str, place: str) -> None:
    world = shared_world
    data, files = places(MARKS[what])[place]
    before = world.counts()
    with pytest.raises(Refused):
        world.draft(data, files=files)
    assert world.counts() == before
    assert world.last_refusal()["actor"] == "lu", "who tried stands in the log"
    assert found_in(world.home, SHORT[what]) == []


@pytest.mark.parametrize("what", MARKS)
def test_the_refusal_names_place_line_and_rule_and_quotes_nothing(shared_world: World, what: str) -> None:
    with pytest.raises(Refused) as caught:
        shared_world.draft(item_file(text=f"第一段。\n\n{MARKS[what]}\n"))
    assert caught.value.reason is Reason.SCREENED
    [problem] = caught.value.problems
    assert "行" in problem.why
    assert ("PII-ID18" if "联" in MARKS[what] else "SEC-MARK") in problem.why
    assert "没有保存" in problem.why
    assert problem.allowed
    assert SHORT[what] not in str(caught.value)


def test_the_search_of_the_home_folder_finds_what_is_really_there(shared_world: World) -> None:
    shared_world.draft(item_file("一个查得到的标题"))
    assert found_in(shared_world.home, "一个查得到的标题") != []


def test_a_good_attachment_kept_before_the_bad_one_is_gone_too(shared_world: World) -> None:
    world, before = shared_world, shared_world.counts()
    lists = "\n".join([attached("甲.txt"), attached("乙.txt")])
    with pytest.raises(Refused):
        world.draft(
            item_file(lists=lists),
            files={"甲.txt": "名单第一页\n".encode(), "乙.txt": "机密★3年".encode()},
        )
    assert world.counts() == before
    assert found_in(world.home, "名单第一页") == []


def test_an_edited_draft_is_screened_again_and_keeps_its_old_content(shared_world: World) -> None:
    world = shared_world
    item_id = world.draft()
    with pytest.raises(Refused):
        world.draft(item_file(text=f"证号{ID_NUMBER}\n"), item_id=item_id)
    [row] = world.rows("SELECT content, version FROM drafts WHERE item_id = ?", item_id)
    assert row["version"] == 1
    assert found_in(world.home, ID_NUMBER) == []


def test_what_nothing_read_is_kept_as_not_checked_and_shown_so(shared_world: World) -> None:
    world = shared_world
    lists = "\n".join([attached("范围图.pdf"), attached("名单.txt")])
    item_id = world.draft(
        item_file(lists=lists), files={"范围图.pdf": PDF, "名单.txt": "石渡镇镇区\n".encode()}
    )
    [row] = world.rows("SELECT content FROM drafts WHERE item_id = ?", item_id)
    readings = {file["name"]: READING[file["reading"]] for file in json.loads(row["content"])["files"]}
    assert readings == {"范围图.pdf": "未检", "名单.txt": "已检"}


def test_a_masked_number_and_plain_talk_of_secrecy_are_no_reason_to_refuse(shared_world: World) -> None:
    text = f"{TEXT}\n\n测试甲，证号510402**********11。\n\n严守国家机密，增强保密意识。\n"
    assert shared_world.draft(item_file(text=text))
