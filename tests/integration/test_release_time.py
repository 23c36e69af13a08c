"""When things go out: windows, days without releases, freezes, catching up, a clock that jumps, the calendar file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from publisher.bootstrap import diagnose, open_office
from publisher.bootstrap.calendar import announced_calendar
from publisher.domain.errors import Refused
from publisher.settings import SettingsRefused
from publisher.workflow.freeze import FreezeRequest, freeze, unfreeze
from tests.integration.test_quota_book import released, urgent, waits
from tests.world import World
from tests.worlds import MakeWorld

WECHAT = 'label = "微信公众号"'
AUDIT = "[audit]"


def rules(text: str) -> dict[str, str]:
    return {AUDIT: f"{text}\n{AUDIT}"}


OFFICE_HOURS = rules('[[windows]]\nchannels = ["wechat"]\nworking_days = true\nhours = "14:00-17:30"')
MOURNING = rules(
    '[[blackouts]]\nfirst = 2026-11-24\nlast = 2026-11-25\nkinds = ["notice"]\nreason = "全国哀悼日"'
)


def test_outside_its_window_a_posting_waits_and_says_until_when(make_world: MakeWorld) -> None:
    world = make_world(settings=OFFICE_HOURS)  # it is ten in the morning
    item_id = released(world, 1)
    world.until(lambda: world.states(item_id)["weibo"] == "verified")
    assert waits(world, item_id) == "不在发布时段，排到 11-24 14:00"
    world.until(lambda: world.states(item_id)["wechat"] == "verified", step_s=600, most_s=5 * 3600)
    assert world.postings(item_id)["wechat"].out_at >= datetime(2026, 11, 24, 6, tzinfo=UTC)  # type: ignore[operator]


def test_on_a_day_without_releases_nothing_of_the_kind_goes_out_and_urgent_items_do(
    make_world: MakeWorld,
) -> None:
    world = make_world(settings=MOURNING)
    item_id, warned = released(world, 1), urgent(world)
    world.until(lambda: set(world.states(warned).values()) == {"verified"})
    assert set(world.states(item_id).values()) == {"waiting"}
    assert waits(world, item_id, "city-portal") == "停发日（全国哀悼日），排到 11-26 00:00"
    posting = world.postings(item_id)["city-portal"]
    assert posting.late_at == datetime(2026, 11, 30, 16, tzinfo=UTC), "lateness counts from when it may go"
    world.clock.now = datetime(2026, 11, 25, 16, 1, tzinfo=UTC)
    world.until(lambda: world.states(item_id)["city-portal"] == "verified")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('[[windows]]\nhours = "17:00-08:00"', "windows.0.hours"),
        ('[[windows]]\nhours = "8:00-17:00"', "windows.0.hours"),
        ('[[windows]]\nkinds = ["warning"]\nhours = "08:00-17:00"', "windows[1].kinds"),
        ('[[windows]]\nchannels = ["qq"]\nhours = "08:00-17:00"', "windows[1].channels"),
        ('[[blackouts]]\nfirst = 2026-12-13\nlast = 2026-12-12\nreason = "x"', "blackouts.0.last"),
        ("[[blackouts]]\nfirst = 2026-12-13\nlast = 2026-12-13", "blackouts.0.reason"),
        ('[[blackouts]]\nfirst = "soon"\nlast = 2026-12-13\nreason = "x"', "blackouts.0.first"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_at_start(
    make_world: MakeWorld, text: str, field: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        make_world(practising=False, settings=rules(text))
    assert field in [problem.field for problem in refused.value.problems]


def test_an_account_s_own_quota_names_a_call_that_exists(make_world: MakeWorld) -> None:
    with pytest.raises(SettingsRefused, match="没有这一项额度"):
        make_world(practising=False, settings={WECHAT: f"{WECHAT}\nquotas = {{ submit = 2 }}"})


# ---------------------------------------------------------------- freeze


def test_a_frozen_channel_sends_nothing_until_the_approver_lifts_it(world: World) -> None:
    world.do("shen", freeze, FreezeRequest("wechat", "账号被盗"))
    item_id, warned = released(world, 1), urgent(world)
    world.until(lambda: {world.states(one)["weibo"] for one in (item_id, warned)} == {"verified"})
    assert {world.states(one)["wechat"] for one in (item_id, warned)} == {"waiting"}
    assert waits(world, item_id) == waits(world, warned) == "渠道已冻结"
    assert [alarm.cause for alarm in world.alarms()] == ["freeze:wechat"]
    with pytest.raises(Refused, match="无权解除冻结"):
        world.do("shen", unfreeze, FreezeRequest("wechat"))
    world.do("qin", unfreeze, FreezeRequest("wechat"))
    world.until(lambda: {world.states(one)["wechat"] for one in (item_id, warned)} == {"verified"})
    assert world.alarms() == []
    assert {"person:channel:frozen", "person:channel:unfrozen"} <= set(world.kinds())


@pytest.mark.parametrize("urgent_too", [False, True])
def test_a_freeze_of_everything_lets_urgent_items_pass_unless_it_says_otherwise(
    world: World, urgent_too: bool
) -> None:
    item_id = released(world, 1)
    world.do("lu", freeze, FreezeRequest(reason="上级要求暂停发布", urgent_too=urgent_too))
    warned = urgent(world)
    world.pass_time(600, step_s=60)
    assert set(world.states(warned).values()) == ({"waiting"} if urgent_too else {"verified"})
    assert set(world.states(item_id).values()) == {"waiting"}
    assert waits(world, item_id) == "全部渠道已冻结"
    world.do("qin", unfreeze, FreezeRequest())
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})


def test_what_is_queued_when_everything_is_frozen_is_not_claimed(world: World) -> None:
    item_id = released(world, 1)
    world.sweep()
    assert world.states(item_id)["city-portal"] == "queued"
    world.do("lu", freeze, FreezeRequest(reason="停"))
    assert world.serve("city-portal") == 0
    assert world.requests("city-portal") == []


def test_a_freeze_needs_a_reason_and_stands_once(quiet_world: World) -> None:
    with pytest.raises(Refused, match="冻结要写明理由"):
        quiet_world.do("lu", freeze, FreezeRequest("wechat", " "))
    quiet_world.do("lu", freeze, FreezeRequest("wechat", "停"))
    with pytest.raises(Refused, match="已经冻结"):
        quiet_world.do("lu", freeze, FreezeRequest("wechat", "停"))
    with pytest.raises(Refused, match="没有冻结"):
        quiet_world.do("qin", unfreeze, FreezeRequest())


# ---------------------------------------------------------------- after an outage


def test_after_an_outage_overdue_items_go_out_a_gap_apart_and_urgent_ones_at_once(world: World) -> None:
    items = [released(world, number) for number in (1, 2, 3)]
    world.until(lambda: all(world.states(one)["city-portal"] == "verified" for one in items), "city-portal")
    world.clock.forward(6 * 3600)  # the service stood still
    warned = urgent(world)
    world.until(
        lambda: all(set(world.states(one).values()) == {"verified"} for one in (*items, warned)), step_s=10
    )
    shares = [one for one in world.requests("weibo") if one.path.endswith("share.json")]
    times = [datetime.fromisoformat(one.at) for one in shares]
    assert len(times) == 4
    ordinary = sorted(world.postings(one)["weibo"].out_at for one in items)  # type: ignore[type-var]
    assert all(
        later - sooner >= timedelta(seconds=120)  # type: ignore[operator]
        for sooner, later in pairwise(ordinary)
    )
    assert world.postings(warned)["weibo"].out_at <= ordinary[1]  # type: ignore[operator]


def test_what_was_overdue_past_its_limit_waits_for_a_person(world: World) -> None:
    item_id = released(world, 1)
    world.clock.forward(5 * 86_400)
    world.turn()
    assert set(world.states(item_id).values()) == {"held"}
    assert [one for one in world.requests() if one.creates] == []


# ---------------------------------------------------------------- calendar file

NEXT_YEAR = """
[[years]]
year = 2027
source = "国务院办公厅通知（练习）"
holidays = ["2027-01-01/2027-01-03", "2027-02-05/2027-02-11"]
workdays = ["2027-02-20"]
"""


def test_a_file_adds_the_holidays_of_a_year_that_is_not_known(tmp_path: Path) -> None:
    known = announced_calendar()
    year = known.last_year + 1
    (tmp_path / "holidays.toml").write_text(NEXT_YEAR.replace("2027", str(year)), "utf-8")
    calendar = announced_calendar(tmp_path)
    assert calendar.is_announced(date(year, 6, 1))
    assert not known.is_announced(date(year, 6, 1))
    assert not calendar.is_announced(date(year + 1, 1, 1)), (
        "past the file's last year the answer is provisional"
    )
    assert not calendar.is_workday(date(year, 1, 1))


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("year = 2027", "year = 1999", "年份不对"),
        ('source = "国务院办公厅通知（练习）"', "", "要写明依据"),
        ('"2027-01-01/2027-01-03"', '"2026-01-01/2026-01-03"', "不是 2027 年的日期"),
        ('"2027-01-01/2027-01-03"', '"元旦"', "不是 2027 年的日期"),
        ('workdays = ["2027-02-20"]', 'workdays = ["2027-02-22"]', "本来就是工作日"),
        ('workdays = ["2027-02-20"]', 'workdays = ["2027-02-06"]', "写了两次"),
        ("[[years]]", "[[years", "读不懂"),
        ("[[years]]", "[years]", "没有年份"),
    ],
)
def test_a_calendar_file_with_a_fault_is_refused_at_start(
    tmp_path: Path, before: str, after: str, why: str
) -> None:
    assert before in NEXT_YEAR
    (tmp_path / "holidays.toml").write_text(NEXT_YEAR.replace(before, after), "utf-8")
    with pytest.raises(SettingsRefused, match=why):
        announced_calendar(tmp_path)


@pytest.mark.parametrize(
    ("days_before_its_end", "level", "words"),
    [
        (61, "ok", "到 {year} 年底"),
        (60, "warn", "还有 60 天"),
        (0, "warn", "还有 0 天"),
        (-1, "warn", "{year} 年底已经到头"),
    ],
)
def test_the_doctor_warns_two_months_before_the_calendar_ends_and_ever_after(
    quiet_world: World, days_before_its_end: int, level: str, words: str
) -> None:
    year = quiet_world.office.store.bureau.calendar.last_year
    last_noon = datetime(year, 12, 31, 4, tzinfo=UTC)
    quiet_world.clock.now = last_noon - timedelta(days=days_before_its_end)
    check = next(check for check in diagnose(quiet_world.office) if check.name == "工作日历")
    assert (check.level, words.format(year=year) in check.words) == (level, True), check.words
    assert (f"holidays.toml 写上 {year + 1} 年" in check.words) is (level == "warn")


def test_a_file_that_adds_a_year_ends_the_doctors_warning(make_world: MakeWorld) -> None:
    world = make_world(practising=False)
    year = world.office.store.bureau.calendar.last_year
    world.clock.now = datetime(year, 12, 31, 4, tzinfo=UTC)
    (world.home / "holidays.toml").write_text(NEXT_YEAR.replace("2027", str(year + 1)), "utf-8")
    office = open_office(world.home, clock=world.clock)
    try:
        levels = {check.name: check.level for check in diagnose(office)}
    finally:
        office.close()
    assert levels["工作日历"] == "ok"
