"""People: who adds, changes and confirms, what leaving hands over, and what a unit sees."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event

from publisher.domain.errors import Reason, Refused
from publisher.domain.people import Role
from publisher.workflow import sight
from publisher.workflow.intake import DiscardRequest, discard_draft
from publisher.workflow.personnel import ChangePersonRequest, change_person
from publisher.workflow.staff import AddUserRequest, add_user
from tests.seats import PASSWORD, Seat, console, employ, form_in, seats, sign_in
from tests.world import World
from tests.worlds import MakeWorld

NEW = {"name": "tang", "display": "唐一宁", "role": "drafter"}
UNITS = {"[audit]": '[[units]]\nname = "shuichang"\ntitle = "自来水厂"\n\n[audit]'}
OWN = "柳湾村口的老槐树 2003"


def one_time(page: str) -> str:
    found = re.search(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", page)
    assert found
    return found[0]


def person(world: World, name: str) -> dict[str, object]:
    (row,) = world.rows("SELECT * FROM people WHERE name = ?", name)
    return dict(row)


def test_an_added_person_signs_in_with_a_password_shown_once_and_sets_their_own(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at, console(quiet_world) as client:
        answer = at["guan"].post("/people/new", NEW)
        assert answer.status_code == 200
        made = one_time(answer.text)
        assert made not in at["guan"].get("/people/tang")
        assert sign_in(client, "tang", made).status_code == 303
        page = client.get("/own/password").text
        fields = {"form": form_in(page), "old": made, "new": OWN, "again": OWN}
        assert client.post("/own/password", data=fields).status_code == 303
        assert "唐一宁" in client.get("/").text


def test_where_somebody_is_security_administrator_a_new_account_waits_for_their_yes(
    quiet_world: World,
) -> None:
    with seats(quiet_world, guan="administrator", he="security_administrator") as at:
        made = one_time(at["guan"].post("/people/new", NEW).text)
        assert "待确认" in at["guan"].get("/people")
        with console(quiet_world) as client:
            assert sign_in(client, "tang", made).status_code == 403
            at["guan"].refused("/people/tang/confirm", {"answer": "agree"})
            page = at["he"].get("/people/tang")
            assert "同意这项变动" in page
            assert "已确认" in at["he"].done("/people/tang/confirm", {"answer": "agree"})
            assert sign_in(client, "tang", made).status_code == 303


def test_changed_roles_wait_too_and_may_be_declined_with_a_reason(quiet_world: World) -> None:
    change = {"display": "周编辑", "role": "approver"}
    with seats(quiet_world, zhou="editor", guan="administrator", he="security_administrator") as at:
        employ(quiet_world, "xu", "drafter")
        change["display"] = str(person(quiet_world, "xu")["display"])
        assert "等安全管理员确认" in at["guan"].done("/people/xu", change)
        assert "drafter" in str(person(quiet_world, "xu")["roles"])
        at["he"].refused("/people/xu/confirm", {"answer": "decline"}, 422)
        at["he"].done("/people/xu/confirm", {"answer": "decline", "reason": "还没有培训"})
        assert "approver" not in str(person(quiet_world, "xu")["roles"])
    kinds = quiet_world.kinds()
    assert "person:user:asked" in kinds
    assert "person:user:declined" in kinds


def test_without_a_security_administrator_a_change_holds_at_once(quiet_world: World) -> None:
    employ(quiet_world, "xu", "drafter", display="许某")
    with seats(quiet_world, guan="administrator") as at:
        page = at["guan"].done("/people/xu", {"display": "许某", "role": "approver"})
    assert "改好了" in page
    assert "approver" in str(person(quiet_world, "xu")["roles"])


def test_nobody_changes_their_own_roles_and_the_last_administrator_stays(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, guan="administrator") as at:
        own = {"display": "guan", "role": "auditor"}
        assert "不能自己改" in at["guan"].refused("/people/guan", own)
        at["guan"].done("/people/admin/leave", {"reason": "调离"})
        with pytest.raises(Refused):
            world.do("admin", change_person, ChangePersonRequest("guan", "guan", ("auditor",)))
        at["guan"].refused("/people/guan/leave", {"reason": "退休"})


@pytest.mark.parametrize("role", ["editor", "approver", "disclosure_office"])
def test_people_who_publish_have_no_part_in_accounts(quiet_world: World, role: str) -> None:
    with seats(quiet_world, zhou=role) as at:
        at["zhou"].get("/people", 403)
        for path in ("/people/new", "/people/lu", "/people/lu/reset", "/people/lu/leave"):
            at["zhou"].refused(path, {"display": "x", "reason": "x", "role": "approver"})


def test_an_auditor_looks_and_changes_nothing(quiet_world: World) -> None:
    with seats(quiet_world, shen2="auditor") as at:
        page = at["shen2"].get("/people")
        assert "新增人员</a>" not in page
        assert "重设口令</button>" not in at["shen2"].get("/people/lu")
        for path in (
            "/people/new",
            "/people/lu",
            "/people/lu/reset",
            "/people/lu/leave",
            "/people/lu/unlock",
        ):
            at["shen2"].refused(path, {"display": "x", "reason": "x", "role": "approver"})


def test_leaving_says_what_is_open_and_hands_it_over(quiet_world: World) -> None:
    world = quiet_world
    employ(world, "xu", "drafter", display="许某")
    employ(world, "tang", "drafter editor", display="唐一宁")
    employ(world, "qi", "approver", display="齐某")
    world.staff["xu"] = world.office.prove("xu", password=PASSWORD)
    item_id = world.draft(who="xu")
    with seats(world, guan="administrator") as at:
        at["guan"].done("/people/qi", {"display": "齐某", "role": "approver", "substitute": "xu"})
        page = at["guan"].get("/people/xu/leave")
        assert item_id in page
        assert "齐某" in page
        assert "停用，交接 2 件" in page
        assert "退休" in at["guan"].refused("/people/xu/leave", {"reason": "退休"}, 422), (
            "with what was written"
        )
        at["guan"].refused("/people/xu/leave", {"reason": "退休", "successor": "qi"}, 422)
        assert "停用" in at["guan"].done("/people/xu/leave", {"reason": "退休", "successor": "tang"})
    (draft,) = world.rows("SELECT updated_by FROM drafts WHERE item_id = ?", item_id)
    assert draft["updated_by"] == "tang"
    assert person(world, "qi")["substitute"] == "tang"
    assert not person(world, "xu")["active"]
    assert world.kinds()[-2:] == ["person:user:handed_over", "person:user:deactivated"]


def test_the_account_of_who_watches_is_closed_only_with_a_second_yes(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator", he="security_administrator") as at:
        alone = at["guan"].refused("/people/he/leave", {"reason": "调离"}, 409)
        assert "唯一的安全管理员" in alone
        assert "等安全管理员确认" in at["guan"].done("/people/an/leave", {"reason": "调离"})
        assert person(quiet_world, "an")["active"]


def test_who_is_closed_is_signed_out_and_may_come_back(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator", zhou="editor") as at:
        at["guan"].done("/people/zhou/leave", {"reason": "借调结束"})
        assert at["zhou"].client.get("/").status_code == 303
        assert "已恢复" in at["guan"].done("/people/zhou/return")
        assert person(quiet_world, "zhou")["active"]


def test_bad_input_is_refused_and_what_was_written_stays(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        for fields, words in (
            ({**NEW, "name": "Tang"}, "不能用"),
            ({**NEW, "name": "new"}, "不能用"),
            ({**NEW, "name": "lu"}, "已存在"),
            ({**NEW, "role": ""}, "至少要有一个角色"),
            ({**NEW, "role": ["approver", "auditor"]}, "审签链上的角色"),
            ({**NEW, "unit": "nowhere"}, "没有单位"),
        ):
            answer = at["guan"].post("/people/new", fields)
            assert answer.status_code in (409, 422)
            assert words in answer.text
            assert 'value="唐一宁"' in answer.text


def test_people_of_a_unit_draft_and_edit_only(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings=UNITS)
    with pytest.raises(Refused) as refused:
        world.do("admin", add_user, AddUserRequest("xu", "许某", ("approver",), unit="shuichang"))
    assert refused.value.problems[0].field == "roles"
    world.do("admin", add_user, AddUserRequest("xu", "许某", (Role.DRAFTER.value,), unit="shuichang"))
    with seats(world, guan="administrator") as at:
        assert "自来水厂" in at["guan"].get("/people/xu")


def test_a_unit_does_not_see_the_drafts_of_others(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings=UNITS)
    token = world.do("admin", add_user, AddUserRequest("xu", "许某", ("drafter",), unit="shuichang"))
    world.staff["xu"] = world.office.prove("xu", token=token)
    theirs, ours = world.draft(who="xu"), world.draft()
    xu, lu = world.staff["xu"].person, world.staff["lu"].person
    with world.office.store.read() as reading:
        assert sight.item_for(reading, xu, theirs).id == theirs
        assert sight.item_for(reading, lu, theirs).id == theirs, "the bureau sees all"
        for missing in (ours, "0" * 12):
            with pytest.raises(Refused) as refused:
                sight.item_for(reading, xu, missing)
            assert refused.value.reason is Reason.NOT_FOUND
    with pytest.raises(Refused) as refused:
        world.do("xu", discard_draft, DiscardRequest(ours))
    assert refused.value.reason is Reason.NOT_FOUND


def test_the_list_asks_the_same_questions_however_many_people(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        counts = []
        for more in (0, 5):
            for number in range(more):
                add = AddUserRequest(f"p{number}x", f"人{number}", ("drafter",))
                quiet_world.do("admin", add_user, add)
            counts.append(questions(quiet_world, at["guan"]))
    assert counts[0] == counts[1]


def questions(world: World, seat: Seat) -> int:
    """How many statements the list needs."""
    asked: list[str] = []

    def note(*row: Any) -> None:
        asked.append(row[2])

    event.listen(world.office.store.reader, "before_cursor_execute", note)
    seat.get("/people")
    event.remove(world.office.store.reader, "before_cursor_execute", note)
    return len(asked)
