"""The quota book: a place is kept when planned, moves, is given back, becomes used, and is never overrun."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.contract import QuotaSpent
from channels.sandbox.call import Do, Fault
from publisher.domain.quota import CallQuota
from publisher.workflow import desk, review, schedule
from publisher.workflow.account import StoreMeter, sending
from publisher.workflow.journal import LeaseLost
from publisher.workflow.quota_report import QuotaLine, quota_book
from tests.world import START, World, item_file
from tests.worlds import MakeWorld

SUBMIT, SHARE = "freepublish/submit", "statuses/share"
WEIBO = ["bureau-portal", "weibo"]
TWO = {'label = "微信公众号"': 'label = "微信公众号"\nquotas = { "freepublish/submit" = 2 }'}
TOMORROW = datetime(2026, 11, 24, 16, 5, tzinfo=UTC)  # 00:05 in Beijing


def book(world: World, call: str = SUBMIT) -> list[QuotaLine]:
    with world.office.store.read() as reading:
        return [line for line in quota_book(reading, world.clock.now) if line.call == call]


def today(world: World, call: str = SUBMIT) -> tuple[int, int, int]:
    """Used, planned, free."""
    line = book(world, call)[0]
    return line.used, line.reserved, line.free


def notice(number: int, **header: object) -> bytes:
    return item_file(f"第{number}号停水通告", **header)


def released(world: World, number: int, **header: object) -> str:
    return world.released(notice(number, **header))[0]


def waits(world: World, item_id: str, channel: str = "wechat") -> str:
    return world.postings(item_id)[channel].waits_for


def test_a_scheduled_item_keeps_its_place_and_the_place_moves_with_it(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings=TWO)
    _, revision = world.approved()
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision, START + timedelta(hours=1)))
    assert today(world) == (0, 1, 1)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision, START + timedelta(days=2)))
    assert today(world) == (0, 0, 2)
    assert [(line.window_start.day, line.reserved) for line in book(world)[1:]] == [(25, 1)]
    world.do("lu", schedule.unschedule, schedule.UnscheduleRequest(revision))
    assert [line.reserved for line in book(world)] == [0, 0]


@pytest.mark.parametrize("act", ["held", "revoked"])
def test_what_will_not_be_released_keeps_no_place(make_world: MakeWorld, act: str) -> None:
    world = make_world(practising=False, settings=TWO)
    _, revision = world.approved()
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision, START + timedelta(hours=1)))
    if act == "held":
        world.do("lu", review.hold, review.SignRequest(revision, opinion="数字待核"))
    else:
        world.do("qin", review.revoke, review.SignRequest(revision, opinion="数字不对"))
    assert today(world) == (0, 0, 2)


def test_a_place_becomes_used_when_the_call_is_made_and_looks_spend_nothing_of_it(
    make_world: MakeWorld,
) -> None:
    world = make_world(settings=TWO)
    item_id = released(world, 1)
    assert today(world) == (0, 1, 1)
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    assert today(world) == (1, 0, 1)
    world.pass_time(3600, step_s=600)
    assert today(world) == (1, 0, 1)
    assert book(world, "freepublish/get")[0].used > 0
    assert [line.path for line in world.requests("wechat") if "freepublish/submit" in line.path] == [
        "/cgi-bin/freepublish/submit"
    ]


def test_a_full_day_sends_the_rest_tomorrow_says_so_and_fails_nothing(make_world: MakeWorld) -> None:
    world = make_world(settings=TWO)
    items = [released(world, number) for number in (1, 2, 3)]
    world.turn()
    assert waits(world, items[2]) == "微信公众号今天的额度已排满，排到 11-25 00:05"
    world.until(lambda: {world.states(one)["wechat"] for one in items[:2]} == {"verified"})
    world.pass_time(3600, step_s=1200)
    assert [world.states(one)["wechat"] for one in items] == ["verified", "verified", "waiting"]
    assert {world.states(items[2])[name] for name in ("city-portal", "bureau-portal", "weibo")} == {
        "verified"
    }
    assert today(world) == (2, 0, 0)
    world.clock.now = TOMORROW
    world.until(lambda: world.states(items[2])["wechat"] == "verified")
    assert today(world) == (1, 0, 1)
    assert world.alarms() == []


def test_an_urgent_item_takes_the_place_of_what_is_not_urgent(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings=TWO)
    first = released(world, 1)
    world.clock.forward(60)
    second = released(world, 2)
    warned = urgent(world)
    world.sweep()
    assert today(world) == (0, 2, 0)
    assert "额度" not in waits(world, warned)
    assert "额度" not in waits(world, first)
    assert waits(world, second) == "微信公众号今天的额度已排满，排到 11-25 00:05"
    assert "system:posting:moved" in world.kinds()


def urgent(world: World) -> str:
    item_id = world.draft(item_file("关于网传停水消息的澄清", kind="clarification", column="tzgg"))
    revision_id = world.submit(item_id, urgent=True, reviewer="秦知远").revision_id
    asked = review.SignRequest(revision_id, reference="常设〔2026〕1号")
    world.do("qin", review.sign_off_urgent, asked)
    world.sweep()
    return item_id


def test_a_cancelled_posting_gives_its_place_to_the_next(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings=TWO)
    items = [released(world, number) for number in (1, 2, 3)]
    key = world.postings(items[0])["wechat"].id
    world.do("lu", desk.cancel_posting, desk.PostingRequest(key, "不发微信了"))
    assert today(world) == (0, 1, 1)
    world.sweep()
    assert today(world) == (0, 2, 0)
    assert "额度" not in waits(world, items[2])


def test_a_held_posting_gives_its_place_back_and_gets_one_again(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings=TWO)
    item_id = released(world, 1)
    key = world.postings(item_id)["wechat"].id
    world.do("lu", desk.hold_posting, desk.PostingRequest(key, "等一等"))
    assert today(world) == (0, 0, 2)
    world.do("qin", desk.resume_posting, desk.PostingRequest(key))
    world.sweep()
    assert today(world) == (0, 1, 1)


def test_the_platforms_word_goes_before_our_count_and_stops_only_that_channel(make_world: MakeWorld) -> None:
    world = make_world(settings=TWO)
    said = '{"errcode": 45009, "errmsg": "reach max api daily quota limit"}'
    world.practice.stages["wechat"].script(Fault(SUBMIT, Do.ANSWER, body=said))
    first, second = released(world, 1), released(world, 2)
    world.until(lambda: {world.states(one)["weibo"] for one in (first, second)} == {"verified"}, step_s=60)
    assert {world.states(one)["wechat"] for one in (first, second)} == {"waiting"}
    assert waits(world, second) == "微信公众号说额度已用完，排到 11-25 00:05"
    assert book(world)[0].closed_until == TOMORROW
    assert today(world)[2] == 0
    submits = [line for line in world.requests("wechat") if SUBMIT in line.path]
    assert len(submits) == 1, "nothing is tried while the platform says no"
    world.clock.now = TOMORROW + timedelta(minutes=1)
    world.until(lambda: {world.states(one)["wechat"] for one in (first, second)} == {"verified"})
    assert world.alarms() == []


@pytest.mark.parametrize("code", [pytest.param(10022, marks=pytest.mark.long), 10023])
def test_a_limit_of_weibo_closes_posting_until_it_ends_and_what_waited_goes_out_by_itself(
    make_world: MakeWorld, code: int
) -> None:
    world = make_world()
    said = f'{{"error":"out of limit","error_code":{code},"request":"/2/statuses/share.json"}}'
    world.practice.stages["weibo"].script(Fault(SHARE, Do.ANSWER, status=403, body=said))
    first, second = released(world, 1, channels=WEIBO), released(world, 2, channels=WEIBO)
    ends = START + timedelta(hours=1)
    world.until(lambda: bool(book(world, SHARE)[0].closed_until))
    assert book(world, SHARE)[0].closed_until == ends
    assert [line.closed_until for line in book(world, "reading")] == [None]
    world.pass_time(1800, step_s=300)
    assert [world.states(one)["weibo"] for one in (first, second)] == ["waiting", "waiting"]
    assert "微博说额度已用完" in waits(world, second, "weibo")
    assert sum(SHARE in line.path for line in world.requests("weibo")) == 1
    world.until(lambda: {world.states(one)["weibo"] for one in (first, second)} == {"verified"}, step_s=300)
    assert world.clock.now < ends + timedelta(minutes=15)
    assert world.alarms() == []


def test_looks_that_have_spent_their_calls_hold_no_posting_up(make_world: MakeWorld) -> None:
    world = make_world(settings={'label = "微博"': 'label = "微博"\nquotas = { "reading" = 1 }'})
    item_id = released(world, 1, channels=WEIBO)
    world.until(lambda: world.states(item_id)["weibo"] == "verified")
    assert today(world, "reading") == (1, 0, 0)


def test_a_look_that_the_platform_puts_off_is_made_later_and_counts_for_nothing(
    make_world: MakeWorld,
) -> None:
    world = make_world()
    stage = world.practice.stages["weibo"]
    stage.script(Fault(SHARE, Do.DROP_AFTER))
    item_id = released(world, 1, channels=WEIBO)
    world.until(lambda: world.states(item_id)["weibo"] == "unknown")
    said = '{"error":"out of rate limit!","error_code":10023,"request":"/2/statuses/user_timeline.json"}'
    stage.script(Fault("user_timeline", Do.ANSWER, status=403, body=said))
    world.pass_time(1800, "weibo", step_s=120)
    posting = world.postings(item_id)["weibo"]
    assert (posting.state, posting.looks, posting.person_needed) == ("unknown", 0, "")
    world.until(lambda: world.states(item_id)["weibo"] == "verified", step_s=300)
    assert len(world.practice.simulators["weibo"].public_posts()) == 1


def test_many_takers_at_once_never_overrun_a_window(quiet_world: World) -> None:
    meter = StoreMeter(
        quiet_world.office.store, "wechat", [CallQuota("x", "day", 5, sending=True)], quiet_world.clock
    )

    def take(_: int) -> bool:
        try:
            meter.take("x")
        except QuotaSpent:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(20))) == 5


def test_nobody_takes_a_call_that_is_kept_for_another_posting(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings=TWO)
    one, _ = released(world, 1), released(world, 2)
    meter = StoreMeter(
        world.office.store, "wechat", world.office.store.bureau.channels["wechat"].quotas, world.clock
    )
    with pytest.raises(QuotaSpent):
        meter.take(SUBMIT)
    posting, worker = world.postings(one)["wechat"], world.office.outlets.worker
    with sending(replace(posting, fence=posting.fence + 1), worker), pytest.raises(LeaseLost):
        meter.take(SUBMIT)  # somebody else has the posting by now: nothing is asked and nothing counted
    assert today(world) == (0, 2, 0)
    with sending(posting, worker):
        meter.take(SUBMIT)
    assert today(world) == (1, 1, 0)
    assert kept_rows(world) == 1


def kept_rows(world: World) -> int:
    query = "SELECT count(*) AS n FROM reservations WHERE call = ? AND used_at IS NULL"
    return int(world.rows(query, SUBMIT)[0]["n"])


def test_a_place_of_yesterday_moves_on_with_a_posting_that_still_waits_for_its_gate(
    make_world: MakeWorld,
) -> None:
    world = make_world(practising=False, settings=TWO)
    item_id = released(world, 1)
    world.clock.now = TOMORROW + timedelta(hours=1)
    world.sweep()
    assert today(world) == (0, 1, 1)
    assert "等待门户" in waits(world, item_id)


def test_one_call_may_have_an_hourly_and_a_daily_limit(quiet_world: World) -> None:
    quotas = [CallQuota("y", "hour", 1), CallQuota("y", "day", 2)]
    meter = StoreMeter(quiet_world.office.store, "wechat", quotas, quiet_world.clock)
    meter.take("y")
    with pytest.raises(QuotaSpent) as hourly:
        meter.take("y")
    assert hourly.value.until == START + timedelta(minutes=65)
    quiet_world.clock.forward(3900)
    meter.take("y")
    quiet_world.clock.forward(3900)
    with pytest.raises(QuotaSpent) as daily:
        meter.take("y")
    assert daily.value.until == TOMORROW
