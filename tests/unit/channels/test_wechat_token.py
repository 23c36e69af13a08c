"""One token for all, renewed by one at a time, and never a storm of requests for it."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest

from channels.contract import ChannelRefused, CredentialsRefused, Unavailable
from channels.sandbox.call import Do, Fault
from channels.wechat.profile import FORCED_TOKEN
from channels.wechat.settings import WeChatSettings
from channels.wechat.token import NAME, Token
from tests.contract.wechat_rig import SECRET, World, says

STABLE = "cgi-bin/stable_token"
STALE = says(40001, "invalid credential, access_token is invalid or not latest")


@pytest.fixture
def world() -> World:
    return World()


def asked(world: World) -> int:
    return sum(STABLE in line.path for line in world.stage.log.lines)


def test_two_processes_share_one_token(world: World) -> None:
    world.channel().probe()
    world.channel().probe()
    assert asked(world) == 1


def test_a_token_is_renewed_before_its_end(world: World) -> None:
    world.channel().probe()
    world.clock.advance(7200 - 59)
    world.channel().probe()
    assert asked(world) == 2


def test_fifty_threads_at_the_end_of_a_token_fetch_one(world: World) -> None:
    channel = world.channel()
    faults: list[BaseException] = []

    def probe() -> None:
        try:
            channel.probe()
        except BaseException as why:  # noqa: BLE001 - told to the test
            faults.append(why)

    threads = [threading.Thread(target=probe) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert asked(world) == 1


def test_a_late_refusal_of_an_old_token_leaves_the_newer_one(world: World) -> None:
    channel = world.channel()
    channel.probe()
    old = world.account.get(NAME)
    assert old
    world.sim.gate.revoke()
    channel.probe()
    newer = world.account.get(NAME)
    assert newer
    assert newer.value != old.value
    before = asked(world)
    assert channel._wire._tokens.renewed(Token(old.value)).value == newer.value
    assert asked(world) == before
    assert world.account.get(NAME) == newer


def test_a_token_that_another_system_replaced_is_fetched_and_not_forced(world: World) -> None:
    channel = world.channel()
    channel.probe()
    fresh = world.sim.gate.stable_token(
        {
            "appid": world.sim.appid,
            "secret": SECRET,
            "grant_type": "client_credential",
            "force_refresh": True,
        },
        "127.0.0.1",
    )
    channel.probe()
    kept = world.account.get(NAME)
    assert kept
    assert kept.value == fresh["access_token"]


def test_a_token_refused_for_ever_costs_one_request_a_try(world: World) -> None:
    channel = world.channel()
    world.stage.script(Fault("batchget", Do.ANSWER, body=STALE, times=999))
    for number in range(1, 31):
        with pytest.raises(CredentialsRefused):
            channel.probe()
        assert asked(world) == number + 1
        world.clock.advance(600)


def test_a_token_is_forced_only_when_it_was_refused_twice_and_the_budget_allows(world: World) -> None:
    forced = []
    real = world.sim.gate.stable_token

    def spy(body: dict[str, object], client: str) -> dict[str, object]:
        forced.append(body["force_refresh"])
        return real(body, client)

    world.sim.gate.stable_token = spy  # type: ignore[method-assign,assignment]
    channel = world.channel()
    world.stage.script(Fault("batchget", Do.ANSWER, body=STALE, times=6))
    for number in range(3):
        if number == 2:
            world.meter.spent(FORCED_TOKEN, world.clock() + timedelta(days=1))
        with pytest.raises(CredentialsRefused):
            channel.probe()
        world.clock.advance(31)
    assert forced == [False, False, True, False]
    channel.probe()


def test_a_blip_at_the_token_call_is_no_refusal(world: World) -> None:
    world.stage.script(Fault(STABLE, Do.ANSWER, status=502, body="<html>", times=9))
    with pytest.raises(Unavailable):
        world.channel().probe()


def test_an_unreadable_token_answer_is_unavailable(world: World) -> None:
    world.stage.script(Fault(STABLE, Do.ANSWER, body='{"expires_in":7200}'))
    with pytest.raises(Unavailable):
        world.channel().probe()


def test_a_wrong_secret_is_told_once_and_not_tried_again(world: World) -> None:
    with pytest.raises(CredentialsRefused) as why:
        world.channel(secret="falsch").probe()
    assert "AppSecret" in why.value.words
    assert asked(world) == 1


def test_an_unknown_code_at_the_token_call_pauses_the_channel(world: World) -> None:
    world.stage.script(Fault(STABLE, Do.ANSWER, body=says(77777, "new")))
    with pytest.raises(ChannelRefused) as why:
        world.channel().probe()
    assert why.value.code == "77777"


def test_an_expired_token_is_not_used_after_a_stop_of_three_hours(world: World) -> None:
    world.channel().probe()
    world.clock.at += timedelta(hours=3)
    world.channel().probe()
    assert not any("40001" in line.query for line in world.stage.log.lines)
    assert asked(world) == 2


def test_neither_token_nor_secret_reaches_a_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        world.channel().probe()
    assert "80_" not in caplog.text
    assert SECRET not in caplog.text


def test_settings_show_no_secret_and_refuse_unknown_keys() -> None:
    settings = WeChatSettings(appid="wx1", secret=SECRET)
    assert SECRET not in repr(settings)
    with pytest.raises(ValueError, match="app_secret"):
        WeChatSettings.model_validate({"appid": "wx1", "secret": SECRET, "app_secret": "x"})
