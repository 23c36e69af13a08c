"""Mass sending on the practice WeChat: the client's key, quotas, the administrator's word, what is out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.wechat_rig import World
from tests.unit.channels.sandbox_caller import Caller

KEY = "k" * 32


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


def test_a_mass_sending_runs_and_then_readers_have_it_and_the_draft_is_gone(
    world: World, caller: Caller
) -> None:
    media_id = caller.draft()
    answer = caller.send_all(media_id)
    assert (answer["errcode"], answer["errmsg"]) == (0, "send job submission success")
    assert caller.mass_state(answer["msg_id"]) == "SENDING"
    world.clock.advance(3)
    assert caller.mass_state(answer["msg_id"]) == "SEND_SUCCESS"
    assert "停水通告" in caller.page()
    assert caller.ask("draft/get", {"media_id": media_id})["errcode"] == 40007
    assert caller.ask("freepublish/batchget", {"offset": 0, "count": 1})["total_count"] == 0


def test_the_same_key_gives_the_earlier_job_for_a_day(world: World, caller: Caller) -> None:
    world.sim.gate.daily["message/mass"] = 1000
    first = caller.send_all(caller.draft(), clientmsgid=KEY)
    assert caller.send_all(caller.draft(), clientmsgid=KEY)["errcode"] == 45066
    world.clock.advance(61)
    again = caller.send_all(caller.draft(title="别的"), clientmsgid=KEY)
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    world.clock.at += timedelta(hours=24)
    caller.token = caller.get_token()["access_token"]
    assert caller.send_all(caller.draft(), clientmsgid=KEY)["errcode"] == 0


def test_without_a_key_the_same_content_to_the_same_people_is_the_same_sending(caller: Caller) -> None:
    first = caller.send_all(caller.draft())
    again = caller.send_all(caller.draft())
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])


@pytest.mark.parametrize(("key", "code"), [("k" * 33, 45067), ("水" * 11, 45067), (KEY, 0)])
def test_a_key_has_at_most_32_bytes(caller: Caller, key: str, code: int) -> None:
    assert caller.send_all(caller.draft(), clientmsgid=key)["errcode"] == code


def test_an_account_sends_once_a_day(world: World, caller: Caller) -> None:
    caller.send_all(caller.draft())
    refused = caller.send_all(caller.draft(title="第二篇"))
    assert refused["errcode"] == 45028
    assert refused["errmsg"].startswith("has no masssend quota")
    world.clock.at += timedelta(days=1)
    caller.token = caller.get_token()["access_token"]
    assert caller.send_all(caller.draft(title="第二篇"))["errcode"] == 0


def test_a_service_account_sends_four_times_a_month(world: World, caller: Caller) -> None:
    world.sim.gate.kind = "service"
    codes = []
    for number in range(5):
        caller.token = caller.get_token()["access_token"]
        codes.append(caller.send_all(caller.draft(title=f"第{number}篇"))["errcode"])
        world.clock.at += timedelta(days=1)
    assert codes == [0, 0, 0, 0, 45028]


def test_a_failed_sending_uses_no_quota(world: World, caller: Caller) -> None:
    world.sim.mass.outcome = "err(20001)"
    failed = caller.send_all(caller.draft())
    world.clock.advance(3)
    assert caller.mass_state(failed["msg_id"]) == "SEND_FAIL"
    assert "停水通告" not in caller.page()
    world.sim.mass.outcome = "send success"
    assert caller.send_all(caller.draft(title="再来"))["errcode"] == 0


@pytest.mark.parametrize(("yes", "state"), [(True, "SEND_SUCCESS"), (False, "SEND_FAIL")])
def test_a_sending_to_everybody_waits_for_the_administrator(
    world: World, caller: Caller, yes: bool, state: str
) -> None:
    world.sim.mass.confirm = True
    answer = caller.send_all(caller.draft())
    assert answer["errcode"] == 89505
    world.clock.advance(60)
    assert caller.mass_state(answer["msg_id"]) == "SENDING"
    assert caller.send_all(caller.draft(title="第二篇"))["errcode"] == 89504
    world.sim.mass.confirm_by_hand(answer["msg_id"], yes=yes)
    world.clock.advance(3)
    assert caller.mass_state(answer["msg_id"]) == state


def test_half_an_hour_of_silence_is_a_failure(world: World, caller: Caller) -> None:
    world.sim.mass.confirm = True
    answer = caller.send_all(caller.draft())
    world.clock.advance(1800)
    assert caller.mass_state(answer["msg_id"]) == "SEND_FAIL"
    assert world.sim.mass.jobs[answer["msg_id"]].outcome == "err(40002)"


@pytest.mark.parametrize(("found", "ignore", "state"), [(2, 0, "FAIL"), (2, 1, "SUCCESS"), (3, 1, "FAIL")])
def test_a_reprint_is_sent_only_when_it_may_be_and_is_wanted(
    world: World, caller: Caller, found: int, ignore: int, state: str
) -> None:
    world.sim.mass.check_state = found
    answer = caller.send_all(caller.draft(), send_ignore_reprint=ignore)
    world.clock.advance(3)
    assert caller.mass_state(answer["msg_id"]) == f"SEND_{state}"


def test_what_was_sent_can_be_deleted_by_number_or_by_address(world: World, caller: Caller) -> None:
    sent = caller.send_all(caller.draft())
    world.clock.advance(3)
    world.sim.run_jobs()
    push = world.sim.press.newest()[0]
    url = f"http://wechat.test{push.path(1, 'x')}"
    assert caller.ask("message/mass/delete", {"msg_id": sent["msg_id"], "article_idx": 2})["errcode"] == 40060
    assert caller.ask("message/mass/delete", {"url": url})["errcode"] == 0
    assert "停水通告" not in caller.page()
    assert caller.mass_state(sent["msg_id"]) == "DELETE"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"msgtype": "mpnews", "mpnews": {"media_id": "x"}, "filter": {"is_to_all": True}}, 40007),
        ({"msgtype": "text", "text": {}, "filter": {"is_to_all": True}}, 44004),
        ({"msgtype": "text", "text": {"content": "a"}, "filter": {}}, 40152),
        ({"msgtype": "text", "text": {"content": "a"}}, 47003),
        ({"msgtype": "video", "filter": {"is_to_all": True}}, 40008),
    ],
)
def test_a_wrong_sending_has_its_code(caller: Caller, body: dict[str, object], code: int) -> None:
    assert caller.ask("message/mass/sendall", body)["errcode"] == code


def test_a_list_of_people_is_for_service_accounts_and_has_at_least_two(world: World, caller: Caller) -> None:
    text = {"msgtype": "text", "text": {"content": "停水"}}
    assert caller.ask("message/mass/send", {**text, "touser": ["a", "b"]})["errcode"] == 48001
    world.sim.gate.kind = "service"
    assert caller.ask("message/mass/send", {**text, "touser": ["a"]})["errcode"] == 40130
    assert caller.ask("message/mass/send", {**text, "touser": ["a", "b"]})["errcode"] == 0
    world.clock.advance(3)
    assert "停水" in caller.page()


def test_all_mass_calls_share_one_count(world: World, caller: Caller) -> None:
    world.sim.gate.per_minute.clear()
    codes = [caller.ask("message/mass/get", {"msg_id": 1})["errcode"] for _ in range(100)]
    assert set(codes) == {40059}
    assert caller.send_all("x")["errcode"] == 45009


def test_sixty_mass_calls_a_minute(world: World, caller: Caller) -> None:
    codes = [caller.ask("message/mass/get", {"msg_id": 1})["errcode"] for _ in range(61)]
    assert codes[59:] == [40059, 45011]
    world.clock.advance(60)
    assert caller.ask("message/mass/get", {"msg_id": 1})["errcode"] == 40059


def test_speed_and_previews(caller: Caller) -> None:
    assert caller.ask("message/mass/speed/set", {"speed": 3})["errcode"] == 0
    assert caller.ask("message/mass/speed/get", {})["realspeed"] == 30
    assert caller.ask("message/mass/speed/set", {"speed": 5})["errcode"] == 45083
    body = {"msgtype": "mpnews", "mpnews": {"media_id": caller.draft()}}
    assert caller.ask("message/mass/preview", {**body, "touser": "o" * 28})["errcode"] == 0
    assert caller.ask("message/mass/preview", {**body, "touser": "x"})["errcode"] == 40003
    assert caller.ask("message/mass/preview", {**body, "towxname": "1"})["errcode"] == 40132
    assert "停水通告" not in caller.page()
