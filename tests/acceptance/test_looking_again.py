"""What went out is looked at again: at once, after ten minutes, after a day; and what is there that we do not know."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from channels.sandbox.call import Do, Fault
from channels.sandbox.wechat_press import Push
from publisher.cli import main
from publisher.domain.errors import Refused
from publisher.domain.timing import STRANGERS_S
from publisher.workflow import expunge, strangers, withdraw
from publisher.workflow.compare import side_by_side
from publisher.workflow.strangers import ExplainRequest
from tests.world import World, item_file

UID = "1000000001"
DAY = 86_400
WEIBO, WECHAT = ["bureau-portal", "weibo"], ["bureau-portal", "wechat"]


def press(world: World) -> Any:
    return world.practice.simulators["wechat"].press


def weibo(world: World) -> Any:
    return world.practice.simulators["weibo"]


def proofs(world: World, item_id: str, channel: str) -> list[tuple[int, str, str]]:
    """Every look at a part: seconds after it went out, level, outcome."""
    part = world.parts(item_id)[channel]
    with world.office.store.read() as reading:
        rows = reading.parts.proofs(part.id)
    return [(round((r["at"] - part.out_at).total_seconds()), r["level"], r["outcome"]) for r in rows]


# ---------------------------------------------------------------------------- three looks


def test_each_part_is_looked_at_as_a_reader_at_once_after_ten_minutes_and_after_a_day(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.pass_time(600, step_s=60)
    world.pass_time(DAY, step_s=3600)
    for channel in world.parts(item_id):
        looks = proofs(world, item_id, channel)
        assert [(level, outcome) for _, level, outcome in looks] == [("public", "match")] * 3, channel
        first, second, third = (after for after, _, _ in looks)
        assert first < 60 <= 600 <= second < 660 < DAY <= third < DAY + 3601
        assert world.parts(item_id)[channel].next_look_at is None


@pytest.mark.parametrize("status", [pytest.param(5, marks=pytest.mark.long), 6])
def test_what_the_platform_takes_down_later_is_missing_at_the_next_look_with_an_alarm(
    world: World, status: int
) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=WECHAT))
    press(world).later, press(world).later_s = status, 3600
    world.pass_time(DAY + 7200, "wechat", step_s=7200)
    assert world.states(item_id)["wechat"] == "missing"
    part = world.parts(item_id)["wechat"]
    assert f"part:{part.id}: 微信公众号上的内容不见了" in world.alarm_words()
    assert "system:part:missing" in world.kinds()


# ---------------------------------------------------------------------------- side by side


def test_a_difference_is_kept_beside_what_was_approved(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=WECHAT))
    (push,) = press(world).pushes
    push.articles[0]["content"] = push.articles[0]["content"].replace("22时", "23时")
    world.pass_time(660, "wechat")
    part = world.parts(item_id)["wechat"]
    assert part.state == "differs"
    with world.office.store.read() as reading:
        found = side_by_side(reading, part)
    assert found is not None
    (changed,) = [side for side in found.sides if not side.same]
    assert (changed.what, "28日22时" in changed.approved, "28日23时" in changed.seen) == ("正文", True, True)
    assert any(side.same and "送水点" in side.approved for side in found.sides)

    assert main(["part", "compare", part.id, "--json", "--home", str(world.home)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [side["same"] for side in shown["sides"]].count(False) == 1
    assert main(["part", "compare", part.id, "--home", str(world.home)]) == 0
    assert "23时" in capsys.readouterr().out


def test_a_part_that_never_differed_has_nothing_to_compare(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal"]))
    with world.office.store.read() as reading:
        assert side_by_side(reading, world.parts(item_id)["bureau-portal"]) is None


# ---------------------------------------------------------------------------- strangers


def causes(world: World) -> list[str]:
    return [alarm.cause for alarm in world.alarms() if alarm.cause.startswith("stranger:")]


def next_look(world: World, channel: str) -> None:
    world.pass_time(STRANGERS_S + 60, channel, step_s=STRANGERS_S / 2 + 30)


def by_console(world: World, title: str, key: str = "") -> Push:
    """An article that somebody publishes in WeChat's console; with a key it says it came from us."""
    link = f"http://127.0.0.1/?m={key}" if key else ""
    fields = {
        **dict.fromkeys(("author", "digest", "thumb_media_id", "thumb_path"), ""),
        "title": title,
        "content": "<p>正文</p>",
        "content_source_url": link,
    }
    made = press(world)
    number = hashlib.sha256(title.encode()).hexdigest()[:20]
    push = Push(f"Ar{number}", made.next_mid(), [fields], world.clock.now, 0)
    made.pushes.append(push)
    return push


def test_an_article_that_nobody_here_sent_raises_one_alarm_and_what_we_sent_none(world: World) -> None:
    world.out_everywhere(item_file(channels=WECHAT))
    by_console(world, "某某代理招商")
    next_look(world, "wechat")
    next_look(world, "wechat")
    (cause,) = causes(world)
    assert "不是本系统发出的内容：某某代理招商" in world.alarm_words()
    assert cause.startswith("stranger:wechat:Ar")
    assert world.kinds().count("system:channel:stranger") == 1


def test_a_post_that_nobody_here_sent_raises_one_alarm_and_what_we_sent_none(world: World) -> None:
    world.out_everywhere(item_file(channels=WEIBO))
    world.clock.forward(5)
    number = weibo(world).post_by_hand(UID, "今天天气真好")
    next_look(world, "weibo")
    assert causes(world) == [f"stranger:weibo:{number}"]
    assert "今天天气真好" in world.alarm_words()


def test_a_stranger_that_turns_out_to_be_ours_is_one_no_longer_though_the_list_shows_it_no_more(
    world: World,
) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=WECHAT))
    push = by_console(world, "关于石渡片区临时停水的通告")
    next_look(world, "wechat")
    assert len(causes(world)) == 1
    press(world).pushes.remove(push)
    next_look(world, "wechat")
    assert len(causes(world)) == 1
    with world.office.store.read() as reading:
        (stranger,) = reading.strangers.all("wechat")
    part = world.parts(item_id)["wechat"]
    world.tamper("UPDATE parts SET remote_id = ? WHERE id = ?", stranger.remote_id, part.id)
    next_look(world, "wechat")
    assert causes(world) == []


def test_what_stood_there_before_the_account_was_joined_counts_for_nothing(world: World) -> None:
    weibo(world).post_by_hand(UID, "早就有的")
    by_console(world, "早就有的文章")
    world.clock.forward(1)
    world.turn()
    for channel in ("weibo", "wechat"):
        next_look(world, channel)
    assert causes(world) == []


def test_the_same_words_a_second_time_are_reported_as_a_double(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal", "weibo", "wechat"]))
    (post,) = weibo(world).public_posts()
    weibo(world).post_by_hand(UID, post.written)
    by_console(world, "关于石渡片区临时停水的通告", key=world.postings(item_id)["wechat"].id)
    for channel in ("weibo", "wechat"):
        next_look(world, channel)
    postings = world.postings(item_id)
    doubled = {alarm.cause for alarm in world.alarms()}
    assert doubled == {f"doubled:{postings[name].id}" for name in ("weibo", "wechat")}
    assert world.kinds().count("system:posting:doubled") == 2
    for channel in ("weibo", "wechat"):
        with world.office.store.read() as reading:
            (second,) = reading.strangers.all(channel)
        world.do("qin", strangers.explain_stranger, ExplainRequest(channel, second.remote_id, "已在后台删除"))
    assert world.alarms() == []


def test_what_is_still_being_looked_for_is_no_stranger(world: World) -> None:
    world.turn("weibo")
    stage = world.practice.stages["weibo"]
    stage.script(Fault("statuses/share", Do.DROP_AFTER))
    item_id, _ = world.released(item_file(channels=WEIBO))
    world.until(lambda: world.states(item_id).get("weibo") == "unknown")
    world.tamper("UPDATE account_values SET expires_at = NULL WHERE name = ?", strangers.LOOK)
    assert strangers.watch_strangers(world.office.store, world.office.outlets, "weibo") == 1
    assert causes(world) == []
    world.until(lambda: world.states(item_id)["weibo"] == "verified")
    next_look(world, "weibo")
    assert causes(world) == []


def test_who_explains_a_stranger_ends_its_alarm_for_good(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.turn("weibo")
    world.clock.forward(5)
    number = weibo(world).post_by_hand(UID, "转发：防汛知识")
    next_look(world, "weibo")
    assert main(["channel", "strangers", "--json", "--home", str(world.home)]) == 0
    listed = json.loads(capsys.readouterr().out)["strangers"]
    assert [(one["channel"], one["remote_id"], one["words"]) for one in listed] == [
        ("weibo", number, "转发：防汛知识")
    ]
    request = ExplainRequest("weibo", number, "宣传科手工转发")
    with pytest.raises(Refused):
        world.do("lu", strangers.explain_stranger, replace(request, reason=" "))
    with pytest.raises(Refused):
        world.do("an", strangers.explain_stranger, request)
    world.do("lu", strangers.explain_stranger, request)
    next_look(world, "weibo")
    assert causes(world) == []
    assert "person:channel:stranger_explained" in world.kinds()


def test_an_account_that_may_not_ask_for_its_list_is_not_asked_for_strangers(world: World) -> None:
    world.turn("wechat")
    world.practice.simulators["wechat"].gate.kind = "uncertified"
    by_console(world, "某某代理招商")
    next_look(world, "wechat")
    assert causes(world) == []
    assert world.alarms() == []


def test_what_was_seen_of_an_item_goes_when_the_item_is_expunged(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=WEIBO))
    (post,) = weibo(world).public_posts()
    world.clock.forward(5)
    weibo(world).post_by_hand(UID, post.written)
    next_look(world, "weibo")
    part = world.parts(item_id)["weibo"]
    with world.office.store.write() as uow:
        uow.parts.keep_sight(part.id, "0" * 64, {"title": "", "text": "看到的话"}, world.clock.now)
        uow.commit()
    world.do("qin", withdraw.order_withdrawal, withdraw.WithdrawRequest(item_id, "内容有误"))
    world.until(lambda: set(world.states(item_id).values()) == {"withdrawn"}, step_s=30)
    world.do("shen", expunge.order_expunge, expunge.ExpungeRequest(item_id, "含个人信息"))
    world.do("qin", expunge.confirm_expunge, expunge.ConfirmExpungeRequest(item_id))
    assert world.rows("SELECT * FROM sights") == []
    assert [row["words"] for row in world.rows("SELECT words FROM strangers")] == [""]
    assert "system:posting:doubled" in world.kinds()
    assert post.written[:10] not in world.alarm_words()
