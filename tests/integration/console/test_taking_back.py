"""Taking back, correcting and erasing through the page: what it says first, who may, and what then happens."""

from __future__ import annotations

from publisher.domain.order import OrderScope
from publisher.domain.people import Person, Role
from publisher.workflow.taking_back import Way, WithdrawalPlan, withdrawal_plan
from publisher.workflow.withdraw import WithdrawRequest
from tests.integration.console.test_deliveries import FOUR
from tests.seats import seats
from tests.world import World, item_file

ANYBODY = Person("x", "x", frozenset({Role.DRAFTER}))
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def plan(world: World, request: WithdrawRequest) -> WithdrawalPlan:
    with world.office.store.read() as reading:
        return withdrawal_plan(reading, world.clock.now, ANYBODY, world.office.outlets, request)


def orders(world: World) -> list[tuple[str, int, str]]:
    rows = world.rows("SELECT kind, scope, leak, signed_by FROM orders ORDER BY id")
    return [(f"{row['kind']} {row['scope']}", row["leak"], row["signed_by"]) for row in rows]


def test_the_plan_takes_portals_last_counts_removals_and_cancels_what_waits(world: World) -> None:
    item_id, _ = world.out_everywhere()
    made = plan(world, WithdrawRequest(item_id, ""))
    assert made.scope is OrderScope.ITEM
    turns = {line.channel: line.turn for line in made.lines}
    assert turns == {"wechat": 1, "weibo": 1, "city-portal": 2, "bureau-portal": 2}
    assert [line.portal for line in made.lines] == [False, False, True, True]
    social = {line.channel: line.quota for line in made.lines if not line.portal}
    assert all(quota is not None and quota.used == 0 and quota.limit == 10 for quota in social.values())
    assert made.lines[-1].seconds > made.lines[0].seconds
    assert made.touched == 4
    leak = plan(world, WithdrawRequest(item_id, "", leak=True))
    assert {line.turn for line in leak.lines} == {1}
    one = plan(world, WithdrawRequest(item_id, "", channel="weibo"))
    assert [(line.channel, line.way, line.turn) for line in one.lines] == [("weibo", Way.REMOVE, 1)]


def test_what_has_not_gone_out_is_cancelled_and_what_is_unknown_is_settled_first(quiet_world: World) -> None:
    item_id, _ = quiet_world.released()
    keys = quiet_world.postings(item_id)
    with quiet_world.office.store.write() as uow:
        uow.postings.change(keys["weibo"].id, state="unknown")
        uow.commit()
    ways = {line.channel: line.way for line in plan(quiet_world, WithdrawRequest(item_id, "")).lines}
    assert ways.pop("weibo") is Way.SETTLE
    assert set(ways.values()) == {Way.CANCEL}


def test_the_approver_takes_an_item_back_after_the_page_said_what_will_happen(world: World) -> None:
    item_id, _ = world.out_everywhere()
    path = f"/items/{item_id}/withdraw"
    with seats(world, **FOUR, an2="auditor") as at:
        for who in ("zhou", "shen2", "lu2", "an2"):
            page = at[who].get(path)
            assert "前面都看不到了再办" in page
            assert 'form="order"' not in page
            at[who].refused(path, {"reason": "停水取消"}, 403)
        page = at["qin2"].get(path)
        assert "撤下，4 个渠道" in page
        assert page.index(">不撤<") < page.index("撤下，4 个渠道"), "the safe choice stands left"
        assert "今天已用 0 / 10" in page
        at["qin2"].refused(path, {"reason": " "}, 422)
        assert orders(world) == []
        page = at["qin2"].done(path, {"reason": f"停水取消{HOSTILE}"})
        assert "撤下指令已签发" in page
        assert "<script>alert" not in page
        assert 'form="order"' not in page
        at["qin2"].refused(path, {"reason": "再撤一次"}, 409)
        world.until(lambda: set(world.states(item_id).values()) == {"withdrawn"})
        assert "没有公开着的内容" in at["qin2"].get(path)
    assert orders(world) == [("withdraw item", 0, "qin2")]


def test_one_channel_or_one_part_is_taken_back_alone(world: World) -> None:
    item_id, _ = world.out_everywhere()
    part = world.parts(item_id)["wechat"].id
    path = f"/items/{item_id}/withdraw"
    with seats(world, qin2="approver") as at:
        assert "只撤下一个渠道" in at["qin2"].get(f"{path}?channel=weibo")
        at["qin2"].done(path, {"channel": "weibo", "reason": "发重了"})
        assert "撤下，1 个渠道" in at["qin2"].get(f"{path}?part={part}")
        at["qin2"].done(path, {"part": part, "reason": "封面错了"})
        at["qin2"].refused(path, {"channel": "none", "reason": "x"}, 422)
        at["qin2"].refused(path, {"part": "none:0", "reason": "x"}, 404)
        world.until(lambda: world.states(item_id)["weibo"] == world.states(item_id)["wechat"] == "withdrawn")
    assert world.states(item_id)["bureau-portal"] == "verified"


def test_anyone_in_the_chain_takes_back_a_leak_and_the_approver_confirms_it(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal", "weibo"]))
    path = f"/items/{item_id}/withdraw"
    with seats(world, **FOUR, an2="auditor") as at:
        assert "同时撤" in at["lu2"].get(f"{path}?leak=1")
        at["an2"].refused(path, {"leak": "1", "reason": "身份证号泄露"}, 403)
        at["lu2"].done(path, {"leak": "1", "reason": "身份信息泄露"})
        assert orders(world) == [("withdraw item", 1, "lu2")]
        for who in ("zhou", "shen2", "lu2", "an2"):
            assert f"/items/{item_id}/confirm-leak" not in at[who].get(path)
            at[who].refused(f"/items/{item_id}/confirm-leak", {}, 403)
        assert "等签发人确认" in at["qin2"].get(path)
        assert "已确认泄露撤下" in at["qin2"].done(f"/items/{item_id}/confirm-leak", {})
        at["qin2"].refused(f"/items/{item_id}/confirm-leak", {}, 409)
    world.until(lambda: set(world.states(item_id).values()) == {"withdrawn"})


def test_a_correction_is_opened_with_a_public_note_and_leads_to_the_editor(world: World) -> None:
    item_id, _ = world.out_everywhere()
    path = f"/items/{item_id}/correct"
    with seats(world, **FOUR) as at:
        page = at["lu2"].get(path)
        for words in ("在原来的网址上改正", "旧的留着，另发一条更正", "撤下旧的，另发新的"):
            assert words in page
        for who in ("shen2", "qin2"):
            assert 'name="note"' not in at[who].get(path, 403)
            at[who].refused(path, {"note": "时间更正"}, 403)
        at["lu2"].refused(path, {"note": " "}, 422)
        answer = at["lu2"].post(path, {"note": "停水时间更正为 22 时"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/items/{item_id}/edit")
        assert "已经有一份打开的草稿" in at["zhou"].get(path)
        assert "再改一次" not in at["zhou"].refused(path, {"note": "再改"}, 409)
    with world.office.store.read() as reading:
        draft = reading.items.open_draft(item_id)
    assert draft is not None
    assert draft.content["correction"] == "停水时间更正为 22 时"


def test_erasing_takes_two_people_one_of_them_an_approver_and_says_what_stays(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal", "weibo"]))
    path = f"/items/{item_id}/expunge"
    with seats(world, **FOUR, mi="secrecy_reviewer") as at:
        assert "篇没有撤下" in at["shen2"].get(path)
        at["shen2"].refused(path, {"reason": "含个人信息"}, 409)
        at["qin2"].done(f"/items/{item_id}/withdraw", {"reason": "内容有误"})
        world.until(lambda: set(world.states(item_id).values()) == {"withdrawn"})
        for who in ("zhou", "lu2"):
            assert 'form="expunge"' not in at[who].get(path)
            at[who].refused(path, {"reason": "含个人信息"}, 403)
        page = at["shen2"].get(path)
        assert "存证的每一条" in page
        assert "备份、导出的文件" in page
        at["shen2"].refused(path, {"reason": ""}, 422)
        assert "什么都没有抹除" in at["shen2"].done(path, {"reason": "含个人信息"})
        assert "要另一个人确认" in at["shen2"].get(path)
        at["shen2"].refused(f"{path}/confirm", {}, 403)
        at["mi"].refused(f"{path}/confirm", {}, 403)
        assert "石渡" in at["qin2"].get(path)
        page = at["qin2"].done(f"{path}/confirm", {})
        assert "已抹除" in page
        assert "石渡" not in page
        at["qin2"].refused(f"{path}/confirm", {}, 409)


def test_what_there_is_not_is_not_there(quiet_world: World) -> None:
    with seats(quiet_world, qin2="approver", wang="administrator") as at:
        for name in ("withdraw", "correct", "expunge"):
            at["qin2"].get(f"/items/none/{name}", 403 if name == "correct" else 404)
            at["wang"].get(f"/items/none/{name}", 403)
        at["qin2"].refused("/items/none/withdraw", {"reason": "x"}, 404)
        at["qin2"].refused("/items/none/confirm-leak", {}, 404)


def test_a_subordinate_unit_sees_and_touches_none_of_what_is_not_its_own(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal", "weibo"]))
    posting, part = world.postings(item_id)["weibo"].id, world.parts(item_id)["weibo"].id
    with seats(world, zhan="editor content_reviewer secrecy_reviewer approver", zhou="editor") as at:
        assert 'class="pcard' in at["zhou"].get("/postings")
        with world.office.store.write() as uow:
            uow.people.change("zhan", unit="shuizhan")
            uow.commit()
        for path in ("/postings", "/postings?window=week", "/postings?state=out", "/postings/board"):
            assert 'class="pcard' not in at["zhan"].get(path)
        for path in (f"/postings/{posting}", f"/parts/{part}", f"/parts/{part}/evidence/{'0' * 64}"):
            at["zhan"].get(path, 404)
        for name in ("withdraw", "correct", "expunge"):
            at["zhan"].get(f"/items/{item_id}/{name}", 404)
            fields = {"reason": "不是我的", "note": "不是我的"}
            at["zhan"].refused(f"/items/{item_id}/{name}", fields, 404)
        at["zhan"].refused(f"/items/{item_id}/confirm-leak", {}, 404)
        for path in (
            f"/postings/{posting}/cancel",
            f"/postings/{posting}/deny",
            f"/postings/{posting}/confirm",
        ):
            at["zhan"].refused(path, {"reason": "x", "url": "https://a.example/", "looked": "1"}, 404)
        for name in ("accept", "gone", "unremovable"):
            at["zhan"].refused(f"/parts/{part}/{name}", {"reason": "x"}, 404)
    assert orders(world) == []
