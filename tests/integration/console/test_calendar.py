"""The calendar in the console: what stands on which day, setting and moving times, conflicts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from publisher.domain.clocks import business_day
from publisher.domain.posting import PostingState
from publisher.domain.quota import window_at
from publisher.workflow.calendar import today_times
from publisher.workflow.freeze import FreezeRequest, freeze, unfreeze
from publisher.workflow.schedule import ScheduleRequest, schedule
from publisher.workflow.silence import silent_soon
from publisher.workflow.slots import stamp
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal
from tests.seats import Seat, seats
from tests.world import World, item_file

FRIDAY = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)  # 09:00 in Beijing


def cell(page: str, day: str) -> str:
    found = re.search(rf'<td class="[^"]*" data-day="{day}">.*?</td>', page, re.S)
    assert found, day
    return found[0]


def planned(world: World, at: datetime = FRIDAY) -> str:
    _, revision_id = world.approved()
    world.do("lu", schedule, ScheduleRequest(revision_id, at))
    return revision_id


def put(seat: Seat, world: World, revision_id: str, day: str, time: str = "09:00", **more: str) -> str:
    shown = stamp(world.revision(revision_id).release_at)
    return seat.done(f"/calendar/{revision_id}/time", {"day": day, "time": time, "shown": shown, **more})


def test_a_scheduled_item_stands_on_its_day_at_its_time(quiet_world: World) -> None:
    planned(quiet_world)
    with seats(quiet_world, zhou="editor") as at:
        page = at["zhou"].get("/calendar?month=2026-11")
        assert "09:00" in cell(page, "2026-11-27")
        assert "临时停水" in cell(page, "2026-11-27")
        assert "临时停水" not in cell(page, "2026-11-26")
        assert "临时停水" in at["zhou"].get("/calendar?week=2026-W48")
        assert "临时停水" in at["zhou"].get("/calendar?view=list")


def test_holidays_and_make_up_days_are_those_announced(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at:
        page = at["zhou"].get("/calendar?month=2026-10")
        assert "休" in cell(page, "2026-10-01")
        assert "班" in cell(page, "2026-10-10"), "a Saturday that is worked"
        assert "休" not in cell(page, "2026-10-14")
        assert "2031 年的节假日安排还没有公布" in at["zhou"].get("/calendar?month=2031-03")


def test_what_is_not_signed_stands_at_its_limit_and_says_that_it_will_not_go(quiet_world: World) -> None:
    world = quiet_world
    due = world.revision(world.submit(world.draft()).revision_id).due_on
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get(f"/calendar?month={due[:7]}")
    assert "还没签完，到点不会发" in cell(page, due)


def test_a_signed_item_gets_the_free_slot_that_is_offered(quiet_world: World) -> None:
    world = quiet_world
    _, revision_id = world.approved()
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get("/calendar")
        offered = re.search(r'name="at" value="([^"]+)"', page)
        assert offered
        page = at["zhou"].done(f"/calendar/{revision_id}/time", {"at": offered[1], "shown": ""})
    assert "时间已经排好" in page
    release_at = world.revision(revision_id).release_at
    assert release_at is not None
    assert release_at > world.clock.now


def test_a_time_is_moved_and_taken_off_by_plain_forms(quiet_world: World) -> None:
    world = quiet_world
    revision_id = planned(world)
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get(f"/calendar?month=2026-11&revision={revision_id}&day=2026-11-30")
        assert "时间改到 2026-11-30 09:00，确认后才算数" in page
        page = put(at["zhou"], world, revision_id, "2026-11-30")
        assert "临时停水" in cell(page, "2026-11-30")
        shown = stamp(world.revision(revision_id).release_at)
        page = at["zhou"].done(f"/calendar/{revision_id}/unschedule", {"shown": shown})
    assert "签字还有效" in page
    assert world.revision(revision_id).state == "approved"


def test_a_time_that_somebody_else_moved_meanwhile_is_not_moved_again(quiet_world: World) -> None:
    world = quiet_world
    revision_id = planned(world)
    seen = stamp(world.revision(revision_id).release_at)
    world.do("lu", schedule, ScheduleRequest(revision_id, FRIDAY + timedelta(hours=2)))
    with seats(world, zhou="editor") as at:
        fields = {"day": "2026-11-30", "time": "10:00", "shown": seen}
        page = at["zhou"].refused(f"/calendar/{revision_id}/time", fields, 409)
        assert "现在排在 2026-11-27 11:00" in page
        assert 'value="2026-11-30"' in page, "what was put in is kept"
        at["zhou"].refused(f"/calendar/{revision_id}/unschedule", {"shown": seen}, 409)
    assert world.revision(revision_id).release_at == FRIDAY + timedelta(hours=2)


def fill_the_day(world: World, day: datetime) -> None:
    """The account's day is full."""
    with world.office.store.write() as uow:
        for name, plan in uow.bureau.channels.items():
            for quota in plan.quotas:
                if quota.sending and quota.period == "day":
                    window = window_at(name, quota, day)
                    for _ in range(quota.maximum):
                        uow.quotas.take(window, day)
        uow.commit()


def test_a_day_whose_quota_is_full_is_refused_with_the_free_slot(quiet_world: World) -> None:
    world = quiet_world
    _, revision_id = world.approved()
    fill_the_day(world, FRIDAY)
    fields = {"day": "2026-11-27", "time": "09:00", "shown": ""}
    with seats(world, zhou="editor") as at:
        page = at["zhou"].refused(f"/calendar/{revision_id}/time", fields, 409)
        assert "额度已排满" in page
        assert "最近的空位 2026-11-28 00:05" in page
        page = at["zhou"].done(f"/calendar/{revision_id}/time", {**fields, "anyway": "1"})
    assert "次数已经排满" in page, "the conflict is explained at the top"


def test_what_is_no_time_is_refused_and_nothing_changes(quiet_world: World) -> None:
    world = quiet_world
    _, revision_id = world.approved()
    with seats(world, zhou="editor") as at:
        for fields in ({"day": "2026-11-31", "time": "09:00"}, {"day": "morgen"}, {"at": "2026-11-27"}, {}):
            at["zhou"].refused(f"/calendar/{revision_id}/time", {**fields, "shown": ""}, 422)
        for past in ("2026-11-20", "2031-01-01"):
            fields = {"day": past, "time": "09:00", "shown": ""}
            at["zhou"].refused(f"/calendar/{revision_id}/time", fields, 422)
    assert world.revision(revision_id).release_at is None


def test_only_the_editor_sets_times(quiet_world: World) -> None:
    world = quiet_world
    _, revision_id = world.approved()
    with seats(world, ye="auditor") as at:
        page = at["ye"].get(f"/calendar?revision={revision_id}")
        assert "排期由责任编辑办理" in page
        assert 'name="day"' not in page
        fields = {"day": "2026-11-27", "time": "09:00", "shown": ""}
        at["ye"].refused(f"/calendar/{revision_id}/time", fields, 403)
    assert world.last_refusal()["kind"] == "person:act:refused"


def test_another_units_items_are_not_in_the_calendar(quiet_world: World) -> None:
    world = quiet_world
    revision_id = planned(world)
    with seats(world, li="drafter editor") as at:
        with world.office.store.write() as uow:
            uow.people.change("li", unit="gongshui")
            uow.commit()
        assert "临时停水" not in at["li"].get("/calendar?month=2026-11")
        at["li"].get(f"/calendar?revision={revision_id}", 404)
        fields = {"day": "2026-11-30", "time": "09:00", "shown": ""}
        at["li"].refused(f"/calendar/{revision_id}/time", fields, 404)


def test_a_freeze_and_a_limit_before_the_time_are_explained(quiet_world: World) -> None:
    world = quiet_world
    revision_id = planned(world)
    world.do("lu", freeze, FreezeRequest("", "汛情核实中"))
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get("/calendar")
        assert "有 1 处冲突" in page
        assert "没有解除就到点不发" in page
        world.do("qin", unfreeze, FreezeRequest(""))
        due = world.revision(revision_id).due_day()
        late = datetime(due.year, due.month, due.day, 1, tzinfo=UTC) + timedelta(days=3)
        world.do("lu", schedule, ScheduleRequest(revision_id, late))
        assert f"法定期限 {due}" in at["zhou"].get("/calendar")


def test_bad_addresses_show_this_month(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at:
        for query in ("month=2026-13", "month=0000-01", "week=2026-W60", "week=9999-W52", "view=list&from=x"):
            assert 'data-day="2026-11-24"' in at["zhou"].get(f"/calendar?{query}"), query
        at["zhou"].get("/calendar?revision=nothing", 404)


def test_today_is_told_with_each_channel_for_itself(world: World) -> None:
    world.out_everywhere()
    _, later = world.approved(item_file(title="关于今天晚些时候的通告"))
    world.do("lu", schedule, ScheduleRequest(later, world.clock.now + timedelta(hours=1)))
    with world.office.store.read() as reading:
        times = today_times(reading, world.clock.now, world.staff["lu"].person)
    assert [one.past for one in times] == [True, False]
    assert {state for _, state in times[0].channels} == {"verified"}
    assert times[1].title == "关于今天晚些时候的通告"


def test_a_column_and_an_account_about_to_fall_silent_are_named_with_the_rule(world: World) -> None:
    world.out_everywhere()
    with world.office.store.read() as reading:
        assert silent_soon(reading, world.clock.now) == ()
        near = silent_soon(reading, world.clock.now + timedelta(days=11))
        assert {(one.account, one.left, one.source) for one in near} == {(True, 3, "R4.04")}
        later = silent_soon(reading, world.clock.now + timedelta(days=180))
    assert {(one.title, one.source) for one in later if not one.account} == {("通知公告", "R4.01")}
    assert business_day(world.clock.now) == later[-1].last


def test_a_quota_bar_is_described_in_words_without_markup(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at:
        at["zhou"].client.cookies.set("gongkai-lang", "en")
        labels = re.findall(r'role="img" aria-label="([^"]*)"', at["zhou"].get("/calendar"))
    assert labels
    assert [one for one in labels if "<" in one or "span" in one] == []


def test_a_withdrawal_reads_as_under_way_until_everything_is_gone(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.do("qin", order_withdrawal, WithdrawRequest(item_id, "数据有误，更正后另行发布"))
    with seats(world, zhou="editor") as at:
        page = cell(at["zhou"].get("/calendar?month=2026-11"), "2026-11-24")
    assert "#s-withdrawing" in page
    assert "#s-withdrawn" not in page


def test_an_item_of_which_a_channel_still_waits_does_not_read_as_verified(world: World) -> None:
    item_id, _ = world.out_everywhere()
    posting = world.postings(item_id)["weibo"]
    with world.office.store.write() as uow:
        uow.postings.change(posting.id, state=PostingState.WAITING)
        uow.commit()
    with seats(world, zhou="editor") as at:
        page = cell(at["zhou"].get("/calendar?month=2026-11"), "2026-11-24")
    assert "#s-waiting" in page
    assert "#s-verified" not in page
