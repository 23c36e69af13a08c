"""A posting of which nobody knows whether it is out, settled through the page; and words of hostile platforms."""

from __future__ import annotations

from typing import Any

from channels.sandbox.call import Do, Fault
from channels.weibo.wire import base62
from publisher.domain.posting import PostingState
from tests.integration.console.test_deliveries import FOUR, put, released, shown, state_of
from tests.seats import Seat, seats
from tests.world import World, item_file

S = PostingState
CHANNELS = ["bureau-portal", "weibo"]
SHARE, LIST = "statuses/share", "user_timeline"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}'


def unknown(world: World, do: Do) -> str:
    """A posting to Weibo whose answer was lost, after every look passed in vain: its key."""
    stage = world.practice.stages["weibo"]
    stage.script(Fault(SHARE, do), Fault(LIST, Do.ANSWER, status=502, body="<html>", times=999))
    item_id, _ = world.released(item_file(channels=CHANNELS))
    world.until(lambda: world.states(item_id).get("weibo") == "unknown")
    world.until(lambda: bool(world.postings(item_id)["weibo"].person_needed), step_s=120)
    return world.postings(item_id)["weibo"].id


def posts(world: World) -> int:
    return len(world.practice.simulators["weibo"].public_posts())


def deny(seat: Seat, key: str, status: int = 0, **more: Any) -> str:
    fields = {"shown": shown(seat.get(f"/postings/{key}")), "looked": "1", "reason": "主页上没有", **more}
    fields = {name: value for name, value in fields.items() if value is not None}
    if status:
        return seat.refused(f"/postings/{key}/deny", fields, status)
    return seat.done(f"/postings/{key}/deny", fields)


def test_two_people_say_that_it_is_not_out_and_it_goes_out_once(world: World) -> None:
    key = unknown(world, Do.DROP_BEFORE)
    with seats(world, **FOUR) as at:
        page = at["zhou"].get(f"/postings/{key}")
        assert "发出去了没有？请您看一眼" in page
        assert "石渡片区" in page
        assert "没能查看平台" in deny(at["zhou"], key, 409)
        world.practice.stages["weibo"].faults.clear()
        assert "请先到平台上看过" in deny(at["zhou"], key, 422, looked=None)
        assert "请第二个人确认" in at["zhou"].get(f"/postings/{key}")
        stale = shown(at["shen2"].get(f"/postings/{key}"))
        assert "还要另一个人再看一眼" in deny(at["zhou"], key)
        assert state_of(world, key) is S.UNKNOWN
        page = at["zhou"].get(f"/postings/{key}")
        assert "您已经确认过" in page
        assert f'action="/postings/{key}/deny"' not in page
        mark = f"unknown.1.{page.partition('unknown.1.')[2].partition(chr(34))[0]}"
        assert "另一人" in deny(at["zhou"], key, 403, shown=mark)
        assert "情况变了" in deny(at["shen2"], key, 409, shown=stale), (
            "meant as the first word, not as the second"
        )
        assert "无权" in deny(at["lu2"], key, 403, shown=mark)
        assert "您是第二个人" in at["shen2"].get(f"/postings/{key}")
        assert "两个人都看过" in deny(at["shen2"], key)
    assert state_of(world, key) is S.QUEUED
    world.until(lambda: state_of(world, key) is S.OUT)
    assert posts(world) == 1


def test_what_the_look_at_the_moment_of_denying_finds_is_adopted_and_nothing_is_sent_again(
    world: World,
) -> None:
    key = unknown(world, Do.DROP_AFTER)
    world.practice.stages["weibo"].faults.clear()
    with seats(world, zhou="editor") as at:
        assert "平台上有这一条" in deny(at["zhou"], key)
    assert state_of(world, key) is S.OUT
    assert posts(world) == 1


def test_that_it_is_out_is_believed_only_of_an_address_that_shows_it(world: World) -> None:
    other, _ = world.out_everywhere(item_file("关于柳湾村供水管道检修的通告", channels=CHANNELS))
    key = unknown(world, Do.DROP_AFTER)
    (mine,) = [p for p in world.practice.simulators["weibo"].public_posts() if "石渡" in p.written]
    theirs = world.urls(other)["weibo"]
    url = theirs.rpartition("/")[0] + f"/{base62(str(mine.number))}"
    with seats(world, **FOUR) as at:
        mark = shown(at["zhou"].get(f"/postings/{key}"))
        path = f"/postings/{key}/confirm"
        asked = len(world.requests())
        for odd in (
            "",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://",
            "http://[",
            "https://a b/",
            "x" * 9,
        ):
            page = at["zhou"].refused(path, {"shown": mark, "url": odd}, 422)
            assert "这不是一个网址" in page
            assert 'href="javascript' not in page
        assert len(world.requests()) == asked, "nothing was fetched"
        page = at["zhou"].refused(path, {"shown": mark, "url": theirs}, 422)
        assert "不是批准的内容" in page
        assert f'value="{theirs}"' in page, "what was pasted is kept"
        for who in ("shen2", "qin2", "lu2"):
            assert path not in at[who].get(f"/postings/{key}")
            at[who].refused(path, {"shown": mark, "url": url}, 403)
            assert world.last_refusal()["actor"] == who
        assert "已按发出记下" in at["zhou"].done(path, {"shown": mark, "url": url})
        assert state_of(world, key) is S.OUT
        at["zhou"].refused(path, {"shown": mark, "url": url}, 409)
    assert posts(world) == 2


def test_what_is_published_by_hand_or_accepted_is_confirmed_and_cannot_be_denied(quiet_world: World) -> None:
    key = released(quiet_world)["wechat"]
    with seats(quiet_world, **FOUR) as at:
        for state in (S.BY_HAND, S.ACCEPTED):
            put(quiet_world, key, state=state, person_needed="请到公众号后台点发布")
            page = at["zhou"].get(f"/postings/{key}")
            assert f"/postings/{key}/confirm" in page
            assert f"/postings/{key}/deny" not in page
            assert "请到公众号后台点发布" in page
            at["zhou"].refused(f"/postings/{key}/deny", {"shown": shown(page), "looked": "1"}, 409)


def test_whatever_a_platform_says_is_shown_as_words(quiet_world: World) -> None:
    key = released(quiet_world, title="关于<b>停水</b>的通告")["weibo"]
    error = {"words": HOSTILE, "code": HOSTILE, "answer": HOSTILE, "field": "body", "class": "Rejected"}
    with seats(quiet_world, zhou="editor") as at:
        for state in S:
            put(
                quiet_world,
                key,
                state=state,
                error=error,
                person_needed=HOSTILE,
                waits_for=HOSTILE,
                receipt={"remote_id": HOSTILE},
                slots={"portal_url": f"javascript:alert(1)//{HOSTILE}"},
            )
            for path in ("/postings", f"/postings/{key}", "/postings?state=person"):
                page = at["zhou"].get(path)
                assert "<script>alert" not in page
                assert "<img src=x" not in page
                assert "<b>停水" not in page
                assert 'href="javascript' not in page
                assert "49" not in page.partition("onerror")[2][:40]
