"""Review in the console: who may sign what when, stale and doubled forms, paper signatures, sheets."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from publisher.domain.lifecycle import RevisionState
from publisher.domain.people import Act
from publisher.domain.review import CHECK_LABELS, CHECKS, Check
from publisher.workflow.expunge import (
    ConfirmExpungeRequest,
    ExpungeRequest,
    confirm_expunge,
    order_expunge,
)
from publisher.workflow.review import SignRequest, pass_content, return_revision
from tests.seats import Seat, seats
from tests.world import TEXT, World, item_file

CONTENT = ["politics", "law", "policy", "language"]
SHOWN = re.compile(r'name="shown" value="([^"]+)"')


def submitted(world: World, reviewer: str = "shen", **file: object) -> tuple[str, str]:
    item_id = world.draft(item_file(**file) if file else None)  # type: ignore[arg-type]
    return item_id, world.submit(item_id, reviewer=reviewer).revision_id


def shown(seat: Seat, revision_id: str) -> str:
    found = SHOWN.search(seat.get(f"/review/{revision_id}"))
    assert found
    return found[1]


def scan() -> list[tuple[str, tuple[str, bytes, str]]]:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return [("scan", ("审批单.png", out.getvalue(), "image/png"))]


@pytest.fixture
def reviewer(quiet_world: World) -> World:
    """A bureau whose reviewers have passwords of their own."""
    return quiet_world


def test_every_check_belongs_to_exactly_one_signature_of_the_ordinary_path() -> None:
    ordinary = [check for act in (Act.PASS_CONTENT, Act.CLEAR_SECRECY) for check in CHECKS[act]]
    assert sorted(ordinary) == sorted(Check)
    assert set(CHECKS[Act.SECOND_LOOK]) == set(Check) == set(CHECK_LABELS)


def test_the_whole_chain_is_signed_through_the_pages(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, xu="content_reviewer", bao="secrecy_reviewer", ling="approver") as at:
        _, digest = submitted(world, reviewer="xu")
        assert "请您" not in at["bao"].get(f"/review/{digest}")
        page = at["xu"].get("/review")
        assert f"/review/{digest}" in page
        first = {"shown": shown(at["xu"], digest), "checks": CONTENT, "opinion": "核过"}
        assert "已签字，送保密审查" in at["xu"].done(f"/review/{digest}/pass", first)
        second = {"shown": shown(at["bao"], digest), "checks": ["secrecy"]}
        assert "已签字，送签发" in at["bao"].done(f"/review/{digest}/clear", second)
        page = at["ling"].done(f"/review/{digest}/sign", {"shown": shown(at["ling"], digest)})
        assert "已签发" in page
        for words in ("xu", "bao", "ling", "政治关", "保密关", "核过"):
            assert words in page
    assert world.revision(digest).state is RevisionState.APPROVED
    assert (
        "politics"
        in world.rows("SELECT canonical FROM log_entries WHERE kind = 'person:revision:pass_content'")[0][0]
    )


@pytest.mark.parametrize("ticked", [[], ["politics"], ["politics", "law", "policy"], ["secrecy", "nonsense"]])
def test_a_signature_without_every_check_is_refused_and_names_what_is_missing(
    quiet_world: World, ticked: list[str]
) -> None:
    world = quiet_world
    with seats(world, xu="content_reviewer") as at:
        _, digest = submitted(world, reviewer="xu")
        fields = {"shown": shown(at["xu"], digest), "checks": ticked, "opinion": "写好的意见"}
        page = at["xu"].refused(f"/review/{digest}/pass", fields, 422)
    assert "还没有核过" in page
    assert "文字关" in page
    assert "写好的意见" in page, "nothing that was written is lost"
    assert world.revision(digest).state is RevisionState.SUBMITTED


def test_a_form_sent_twice_signs_once(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, xu="content_reviewer") as at:
        _, digest = submitted(world, reviewer="xu")
        fields = {"shown": shown(at["xu"], digest), "checks": CONTENT}
        at["xu"].done(f"/review/{digest}/pass", fields)
        assert "已经有人办过" in at["xu"].refused(f"/review/{digest}/pass", fields, 409)
    assert world.rows("SELECT count(*) AS n FROM signatures")[0]["n"] == 1


def test_a_page_left_open_while_a_newer_version_came_signs_nothing(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, xu="content_reviewer") as at:
        item_id, digest = submitted(world, reviewer="xu")
        fields = {"shown": shown(at["xu"], digest), "checks": CONTENT}
        world.draft(item_file(title="改过的标题"), item_id=item_id)
        world.submit(item_id, reviewer="xu")
        page = at["xu"].refused(f"/review/{digest}/pass", fields, 409)
    assert "更新的版本" in page
    assert world.rows("SELECT count(*) AS n FROM signatures")[0]["n"] == 0


def test_what_changed_since_i_last_looked_is_shown_word_for_word(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, xu="content_reviewer") as at:
        item_id, digest = submitted(world, reviewer="xu", title="关于停水的通告")
        fields = {"shown": shown(at["xu"], digest), "opinion": "请写明是哪里停水"}
        at["xu"].done(f"/review/{digest}/return", fields)
        world.draft(item_file(title="关于石渡镇停水的通告"), item_id=item_id)
        newer = world.submit(item_id, reviewer="xu").revision_id
        page = at["xu"].get(f"/review/{newer}")
    assert "您上次看的是第 1 版" in page
    assert "<ins>石渡镇</ins>" in page


@pytest.mark.parametrize(
    ("role", "name"),
    [("editor", "pass"), ("content_reviewer", "clear"), ("secrecy_reviewer", "sign"), ("auditor", "pass")],
)
def test_a_signature_by_another_role_is_refused_and_on_record(
    quiet_world: World, role: str, name: str
) -> None:
    world = quiet_world
    with seats(world, mou=role) as at:
        _, digest = submitted(world)
        fields = {"shown": "submitted-", "checks": [*CONTENT, "secrecy"]}
        at["mou"].refused(f"/review/{digest}/{name}", fields)
    assert world.last_refusal()["kind"] == "person:act:refused"


def test_a_drafter_is_told_who_can_review_their_draft(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor") as at:
        item_id = world.draft()
        world.staff["zhou"] = world.staff["lu"]
        with world.office.store.write() as uow:
            uow.people.change("lu", password_hash=uow.people.password_hash("zhou"))
            uow.commit()
        digest = world.submit(item_id).revision_id
        with seats(world, lu="") as mine:
            page = mine["lu"].get(f"/review/{digest}")
        assert "拟稿人不能审自己的稿子" in page
        assert "沈青禾" in page
        assert 'id="sign"' not in page
        assert at["zhou"].get(f"/review/{digest}")


def test_a_signature_on_paper_counts_once_a_second_person_has_confirmed_it(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor", deng="editor", xu="content_reviewer") as at:
        _, digest = submitted(world, reviewer="xu")
        fields = {"act": "pass_content", "signer": "xu", "signed_on": "2026-11-24", "opinion": "同意"}
        page = at["zhou"].done(f"/review/{digest}/paper", fields, scan())
        assert "等第二人确认" in page
        assert world.revision(digest).state is RevisionState.SUBMITTED, "it does not count yet"
        (paper_id,) = (row["id"] for row in world.rows("SELECT id FROM paper_signatures"))
        confirm = f"/review/{digest}/paper/{paper_id}/confirm"
        assert "不能确认" in at["zhou"].refused(confirm), "not by whoever entered it"
        assert "不能确认" in at["xu"].refused(confirm), "not by the signer"
        got = at["deng"].client.get(f"/review/{digest}/paper/{paper_id}/scan")
        assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
        assert got.headers["content-disposition"].startswith("attachment")
        assert "已确认" in at["deng"].done(confirm)
        assert "纸签" in at["deng"].get(f"/review/{digest}")
        assert at["deng"].post(confirm).status_code == 409
    assert world.revision(digest).state is RevisionState.REVIEWED
    (row,) = world.rows("SELECT person, on_paper FROM signatures")
    assert (row["person"], bool(row["on_paper"])) == ("xu", True)


def test_a_scan_that_does_not_match_is_turned_down_with_a_reason(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor", deng="editor", xu="content_reviewer") as at:
        _, digest = submitted(world, reviewer="xu")
        fields = {"act": "pass_content", "signer": "xu", "signed_on": "2026-11-24"}
        at["zhou"].done(f"/review/{digest}/paper", fields, scan())
        (paper_id,) = (row["id"] for row in world.rows("SELECT id FROM paper_signatures"))
        path = f"/review/{digest}/paper/{paper_id}/refuse"
        at["deng"].refused(path, {"reason": ""}, 422)
        assert "不算数" in at["deng"].done(path, {"reason": "扫描件是第 1 版的"})
    assert world.rows("SELECT count(*) AS n FROM signatures")[0]["n"] == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"signer": "lu"}, 403),
        ({"signer": "nobody"}, 404),
        ({"act": "revoke"}, 422),
        ({"act": "sign_off", "signer": "qin"}, 409),
        ({"signed_on": "2026-11-25"}, 422),
        ({"signed_on": "昨天"}, 422),
    ],
    ids=str,
)
def test_a_paper_signature_is_refused_as_the_signature_itself_would_be(
    quiet_world: World, change: dict[str, str], status: int
) -> None:
    world = quiet_world
    with seats(world, zhou="editor") as at:
        _, digest = submitted(world)
        fields = {"act": "pass_content", "signer": "shen", "signed_on": "2026-11-24", **change}
        answer = at["zhou"].post(f"/review/{digest}/paper", fields, scan())
        assert answer.status_code == status
        assert at["zhou"].post(f"/review/{digest}/paper", fields).status_code == 422, "no scan"
    assert world.rows("SELECT count(*) AS n FROM paper_signatures")[0]["n"] == 0


def test_the_sheets_bear_the_digest_the_signatures_and_who_printed_them(quiet_world: World) -> None:
    world = quiet_world
    _, digest = world.approved()
    with seats(world, zhou="editor") as at:
        for path in ("sheet", "secrecy-sheet"):
            page = at["zhou"].get(f"/review/{digest}/{path}")
            assert digest in page
            for words in ("沈青禾", "秦知远", "zhou", "打印", "存证第"):
                assert words in page, (path, words)


def test_another_units_revision_is_not_there(quiet_world: World) -> None:
    world = quiet_world
    _, digest = submitted(world)
    with seats(world, li="drafter") as at:
        with world.office.store.write() as uow:
            uow.people.change("li", unit="gongshui")
            uow.commit()
        assert digest not in at["li"].get("/review")
        at["li"].get(f"/review/{digest}", 404)
        at["li"].refused(f"/review/{digest}/hold", {"shown": "submitted-"}, 404)


def test_a_returned_version_says_why_to_its_drafter(quiet_world: World) -> None:
    world = quiet_world
    item_id, digest = submitted(world)
    world.do("shen", return_revision, SignRequest(digest, opinion="日期写错了"))
    with seats(world, zhou="editor") as at:
        assert "日期写错了" in at["zhou"].get(f"/items/{item_id}")


def test_the_content_reviewer_says_what_they_found_of_each_finding_that_was_answered(
    quiet_world: World,
) -> None:
    item_id = quiet_world.draft(item_file(text=f"{TEXT}\n受理编号身份证号110105199003071233。"))
    with quiet_world.office.store.read() as reading:
        draft = reading.items.open_draft(item_id)
    assert draft is not None
    answered = {one["rule"]: "对外公布的值班电话" for one in draft.findings if one["level"] != "提示"}
    assert answered
    with seats(quiet_world, chu="content_reviewer") as at:
        revision_id = quiet_world.submit(item_id, reviewer="chu", answers=answered).revision_id
        fields = {"shown": shown(at["chu"], revision_id), "checks": CONTENT, "opinion": "可以"}
        page = at["chu"].refused(f"/review/{revision_id}/pass", fields, 422)
        assert "还没有写核对的情况" in page
        places = re.findall(r'name="(found-\d+)"', page)
        assert places
        at["chu"].done(f"/review/{revision_id}/pass", fields | dict.fromkeys(places, "已向科室核实"))
    (kept,) = quiet_world.rows("SELECT opinion FROM signatures")
    assert kept["opinion"].startswith("可以；")
    assert "已向科室核实" in kept["opinion"]


def test_withholding_takes_a_reason_of_the_list_into_the_record(quiet_world: World) -> None:
    _, revision_id = submitted(quiet_world)
    with seats(quiet_world, bao="secrecy_reviewer") as at:
        fields = {
            "shown": shown(at["bao"], revision_id),
            "opinion": "含企业报价",
            "reference": "条例第十五条",
        }
        at["bao"].refused(f"/review/{revision_id}/withhold", fields | {"reason": "whim"}, 422)
        at["bao"].done(f"/review/{revision_id}/withhold", fields | {"reason": "trade_secret"})
    assert quiet_world.revision(revision_id).state is RevisionState.WITHHELD


def test_a_scan_is_a_pdf_or_a_picture_and_goes_when_the_item_is_erased(quiet_world: World) -> None:
    item_id, revision_id = submitted(quiet_world)
    fields = {"act": "pass_content", "signer": "shen", "signed_on": "2026-11-24", "opinion": "同意"}
    text = [("scan", ("审批单.txt", "已签".encode(), "text/plain"))]
    with seats(quiet_world, luru="editor") as at:
        answer = at["luru"].post(f"/review/{revision_id}/paper", fields, text)
        assert (answer.status_code, "这不是扫描件" in answer.text) == (422, True)
        at["luru"].done(f"/review/{revision_id}/paper", fields, scan())
        (row,) = quiet_world.rows("SELECT id FROM paper_signatures")
        path = f"/review/{revision_id}/paper/{row['id']}/scan"
        at["luru"].get(path)
        quiet_world.do("shen", return_revision, SignRequest(revision_id, "有误"))
        quiet_world.do("shen", order_expunge, ExpungeRequest(item_id, "当事人要求"))
        quiet_world.do("qin", confirm_expunge, ConfirmExpungeRequest(item_id))
        at["luru"].get(path, 404)
    (left,) = quiet_world.rows("SELECT opinion, scan_name FROM paper_signatures")
    assert (left["opinion"], left["scan_name"]) == ("", "")


def test_what_was_ticked_cannot_be_changed_afterwards(quiet_world: World) -> None:
    _, revision_id = submitted(quiet_world)
    quiet_world.do("shen", pass_content, SignRequest(revision_id, checks=tuple(CONTENT)))
    with quiet_world.office.store.write() as uow, pytest.raises(sa.exc.DBAPIError):
        uow._connection.exec_driver_sql("UPDATE signatures SET opinion='', reference='', checks='[]'")
