"""Tokens on the worst day (failure cases D1 to D12): no storm, no gap, no double, plain words, whole bodies."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from channels.contract import ChannelRefused, CredentialsRefused, RateLimited
from channels.sandbox.call import Do, Fault
from channels.wechat.token import NAME
from tests.contract.wechat_rig import World, says
from tests.world import World as Whole
from tests.worlds import MakeWorld

STABLE = "cgi-bin/stable_token"
STALE = says(40001, "invalid credential, access_token is invalid or not latest")


@pytest.fixture
def here() -> World:
    return World()


def asked(world: World) -> int:
    return sum(STABLE in line.path for line in world.stage.log.lines)


def all_at_once(count: int, run: Callable[[], object]) -> list[BaseException]:
    """Run in so many threads at once; what they raised."""
    raised: list[BaseException] = []
    gate = threading.Barrier(count)

    def one() -> None:
        gate.wait()
        try:
            run()
        except BaseException as why:  # noqa: BLE001 - told to the test
            raised.append(why)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_fifty_callers_whose_token_was_refused_ask_for_another_once(here: World) -> None:
    channel = here.channel()
    channel.probe()
    here.sim.gate.revoke()
    assert all_at_once(50, channel.probe) == []
    assert asked(here) == 2


def test_fifty_callers_of_a_token_that_stays_refused_ask_once_and_are_told(here: World) -> None:
    channel = here.channel()
    channel.probe()
    here.stage.script(Fault("batchget", Do.ANSWER, body=STALE, times=999))
    raised = all_at_once(50, channel.probe)
    assert {type(why) for why in raised} == {CredentialsRefused}
    assert len(raised) == 50
    assert asked(here) <= 3  # the first one, the renewal, and one by force


def test_while_the_new_token_is_fetched_the_old_one_is_not_taken_away(here: World) -> None:
    channel = here.channel()
    channel.probe()
    old = here.account.get(NAME)
    here.clock.advance(7200 - 59)
    here.stage.script(Fault(STABLE, Do.ANSWER, status=502, body="<html>", times=9))
    with pytest.raises(Exception, match="出错"):
        channel.probe()
    assert here.account.get(NAME) == old
    here.stage.faults.clear()
    channel.probe()


@pytest.mark.parametrize(("code", "seconds"), [(89507, 3600), (89506, 86_400), (45011, 60)])
def test_an_administrators_refusal_is_asked_about_again_when_its_time_is_over(
    here: World, code: int, seconds: int
) -> None:
    channel = here.channel()
    here.stage.script(Fault(STABLE, Do.ANSWER, body=says(code, "refused"), times=1))
    first = here.clock()
    for _ in range(5):
        with pytest.raises(RateLimited) as why:
            channel.probe()
        assert why.value.until == first + timedelta(seconds=seconds)
        assert why.value.code == str(code)
    assert asked(here) == 1
    here.clock.advance(seconds)
    channel.probe()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (says(40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist"), "203.0.113.7"),
        (says(89503, "this ip calls need administrator confirm"), "管理员在微信里确认"),
        (says(40125, "invalid appsecret"), "AppSecret"),
        (says(40243, "secret frozen"), "解冻"),
    ],
)
def test_what_a_person_must_mend_is_said_in_plain_chinese(here: World, body: str, words: str) -> None:
    here.stage.script(Fault(STABLE, Do.ANSWER, body=body))
    with pytest.raises(ChannelRefused) as why:
        here.channel().probe()
    assert words in why.value.words
    assert asked(here) == 1


def test_a_picture_is_sent_whole_again_after_a_renewal(here: World) -> None:
    rig = here.rig()
    sent: list[bytes] = []
    upload = here.sim._calls["media/uploadimg"]

    def spy(call: Any, body: Any) -> Any:
        sent.append(call.body)
        return upload(call, body)

    here.sim._calls["media/uploadimg"] = spy
    message = rig.message(key="k1")
    picture = here.files.contents[message.articles[0].images[0].digest]
    rig.channel.probe()
    here.sim.gate.revoke()
    rig.channel.publish(message, rig.journal())
    assert rig.asked("media/uploadimg") == 2
    assert [picture in body for body in sent] == [True]


def test_a_token_of_two_hours_serves_a_posting_in_three(here: World) -> None:
    rig = here.rig()
    rig.channel.probe()
    here.clock.advance(3 * 3600)
    rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert asked(here) == 2


# ---------------------------------------------------------------------------- the whole product

CHILD = """
import sys
from pathlib import Path
from publisher.bootstrap import open_office
office = open_office(Path(sys.argv[1]))
sys.stdin.readline()
office.outlets.channels["wechat"].probe()
office.close()
"""


@pytest.mark.long
def test_three_processes_that_need_a_token_at_once_fetch_one(make_world: MakeWorld) -> None:
    world = make_world()
    command = [sys.executable, "-c", CHILD, str(world.home)]
    children = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(3)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    for child in children:
        child.communicate()
    assert [child.returncode for child in children] == [0, 0, 0]
    assert sum(STABLE in line.path for line in world.requests("wechat")) == 1


def told(world: Whole) -> list[str]:
    return [alarm.cause for alarm in world.alarms()]


def test_a_token_refused_for_ever_is_one_alarm_and_the_item_waits(make_world: MakeWorld) -> None:
    world = make_world()
    stage = world.practice.stages["wechat"]
    stage.script(Fault("/cgi-bin/draft", Do.ANSWER, body=STALE, times=9999))
    stage.script(Fault("/cgi-bin/m", Do.ANSWER, body=STALE, times=9999))
    item_id, _ = world.released()
    world.until(lambda: world.postings(item_id)["wechat"].state == "waiting" and bool(told(world)))
    world.pass_time(2 * 3600, "wechat", step_s=600)
    assert told(world) == ["channel:wechat"]
    assert world.kinds().count("system:channel:paused") == 1
    assert world.postings(item_id)["wechat"].state == "waiting"
    assert sum(STABLE in line.path for line in world.requests("wechat")) <= 2 + 2 * 12
    stage.faults.clear()
    world.until(lambda: world.states(item_id)["wechat"] == "verified")
    assert told(world) == []


def test_an_address_that_is_not_listed_is_named_in_the_one_alarm(make_world: MakeWorld) -> None:
    world = make_world()
    world.practice.simulators["wechat"].gate.whitelist = frozenset({"203.0.113.7"})
    item_id, _ = world.released()
    world.until(lambda: "channel:wechat" in told(world))
    world.pass_time(3600, "wechat", step_s=600)
    assert told(world) == ["channel:wechat"]
    assert "127.0.0.1" in world.alarm_words()
    assert "白名单" in world.alarm_words()
    world.practice.simulators["wechat"].gate.whitelist = None
    world.until(lambda: world.states(item_id)["wechat"] == "verified")


def test_a_blip_in_the_token_call_pauses_nothing(make_world: MakeWorld) -> None:
    world = make_world()
    world.practice.stages["wechat"].script(Fault(STABLE, Do.ANSWER, status=502, body="<html>", times=3))
    item_id, _ = world.released()
    world.until(lambda: world.states(item_id)["wechat"] == "verified")
    assert "system:channel:paused" not in world.kinds()
