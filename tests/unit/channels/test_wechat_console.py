"""What persons do in the practice WeChat's console, and what the platform does later by itself."""

from __future__ import annotations

import pytest

from tests.contract.wechat_rig import World
from tests.unit.channels.sandbox_caller import Caller


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


@pytest.mark.parametrize("code", [53500, 53501, 53503, 53504, 53505])
def test_a_submit_is_answered_with_the_code_that_was_set(world: World, caller: Caller, code: int) -> None:
    world.sim.press.held = code
    media_id = caller.draft()
    assert caller.ask("freepublish/submit", {"media_id": media_id})["errcode"] == code
    assert caller.ask("draft/get", {"media_id": media_id})["news_item"]


@pytest.mark.parametrize(("code", "then"), [(53503, 0), (53505, 0), (53504, 53504)])
def test_saving_by_hand_helps_where_the_code_says_so(
    world: World, caller: Caller, code: int, then: int
) -> None:
    world.sim.press.held = code
    media_id = caller.draft()
    world.sim.press.save_by_hand(media_id)
    assert caller.ask("freepublish/submit", {"media_id": media_id})["errcode"] == then


def test_a_person_publishes_from_the_console_and_the_api_lists_it(world: World, caller: Caller) -> None:
    world.sim.gate.kind = "uncertified"
    media_id = caller.draft()
    push = world.sim.press.publish_by_hand(media_id)
    assert "停水通告" in caller.page()
    assert caller.ask("draft/get", {"media_id": media_id})["errcode"] == 40007
    world.sim.gate.kind = "certified"
    (item,) = caller.ask("freepublish/batchget", {"offset": 0, "count": 20})["item"]
    assert item["article_id"] == push.article_id
    assert caller.ask("freepublish/delete", {"article_id": push.article_id})["errcode"] == 0
    assert "停水通告" not in caller.page()


@pytest.mark.parametrize("status", [5, 6])
def test_a_publication_may_get_its_later_status_by_itself(world: World, caller: Caller, status: int) -> None:
    world.sim.press.later = status
    job = caller.ask("freepublish/submit", {"media_id": caller.draft()})["publish_id"]
    world.clock.advance(3)
    assert caller.ask("freepublish/get", {"publish_id": job})["publish_status"] == 0
    world.clock.advance(60)
    assert caller.ask("freepublish/get", {"publish_id": job})["publish_status"] == status
    assert "停水通告" not in caller.page()


def test_quotas_are_cleared_ten_times_a_month(world: World, caller: Caller) -> None:
    world.sim.gate.daily["freepublish/get"] = 1
    ask = {"publish_id": 1}
    codes = [caller.ask("freepublish/get", ask)["errcode"] for _ in range(2)]
    assert codes == [53502, 45009]
    clear = {"appid": world.sim.appid}
    assert caller.ask("clear_quota", clear)["errcode"] == 0
    assert caller.ask("freepublish/get", ask)["errcode"] == 53502
    assert [caller.ask("clear_quota", clear)["errcode"] for _ in range(10)] == [0] * 9 + [48006]


def test_a_frozen_secret_and_a_list_that_holds_for_every_call(world: World, caller: Caller) -> None:
    world.sim.gate.whitelist = frozenset({"203.0.113.7"})
    assert caller.ask("draft/get", {"media_id": "x"})["errcode"] == 40007
    world.sim.gate.listed_everywhere = True
    assert caller.ask("draft/get", {"media_id": "x"})["errcode"] == 40164
    world.sim.gate.frozen = True
    assert caller.stable()["errcode"] == 40243


@pytest.mark.parametrize(("knob", "there"), [("usual", False), ("always", True), ("never", False)])
def test_a_success_carries_a_code_or_not(world: World, caller: Caller, knob: str, there: bool) -> None:
    world.sim.success_code = knob
    added = caller.ask("draft/add", {"articles": [caller.article()]})
    assert ("errcode" in added) is there
    submitted = caller.ask("freepublish/submit", {"media_id": added["media_id"]})
    assert ("errcode" in submitted) is (knob != "never")


def test_temporary_pictures_are_no_covers(caller: Caller) -> None:
    from tests.contract.wechat_rig import picture

    made = caller.upload("media/upload", picture("t"), type="image")
    article = {"title": "t", "content": "c", "thumb_media_id": made["media_id"]}
    assert caller.ask("draft/add", {"articles": [article]})["errcode"] == 40007
