"""A week in virtual time: sixty items, faults and people, as a timetable, checked in the platforms' own log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from channels.sandbox.stage import Do, Fault
from publisher.domain.clocks import BEIJING
from publisher.store.columns import FORM
from publisher.workflow import desk, review, schedule
from publisher.workflow.desk import ChannelRequest
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal
from tests.virtual import VirtualService
from tests.world import SOCIAL, World, item_file
from tests.worlds import MakeWorld

SETTINGS = {
    'label = "微信公众号"': 'label = "微信公众号"\nquotas = { "freepublish/submit" = 14 }',
    "[audit]": '[[windows]]\nchannels = ["wechat", "weibo"]\nhours = "08:00-22:00"\n\n[audit]',
}
DAYS = {"11-30": 8, "12-01": 15, "12-02": 10, "12-03": 10, "12-04": 8, "12-05": 2, "12-07": 4}
NIGHTS = ("12-01 02:30", "12-03 03:10", "12-05 23:40")
DOWN, UP = "12-04 09:00", "12-07 10:00"
TOKEN_ENDS, TOKEN_RENEWED = "12-02 12:00", "12-03 10:00"
SPENT = "12-03 14:20"
END = "12-08 12:00"
FINE, MIDDLE, COARSE = timedelta(seconds=20), timedelta(minutes=6), timedelta(hours=3)
LIMITS = {  # calls a Beijing day that the platforms allow, and what we promise ourselves
    ("wechat", "/cgi-bin/freepublish/submit"): 14,
    ("wechat", "/cgi-bin/freepublish/get"): 100,
    ("wechat", "/cgi-bin/freepublish/batchget"): 100,
    ("wechat", "/cgi-bin/freepublish/delete"): 10,
    ("wechat", "/cgi-bin/draft/add"): 1000,
    ("weibo", "/2/statuses/share.json"): 20,
}
WEIBO_DAY = 100


def at(text: str) -> datetime:
    """`MM-DD HH:MM` of 2026, Beijing."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING).astimezone(UTC)


class Week:
    """The items by number, what happens when, and the service that lives through it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.items: dict[int, str] = {}
        self.nights: list[str] = []
        self.service = VirtualService(world)
        self.acts: list[tuple[datetime, str, Callable[[], None]]] = []

    def plan(self) -> None:
        world, number = self.world, 0
        world.clock.now = at("11-29 18:00")
        for day, count in DAYS.items():
            for nth in range(count):
                number += 1
                item_id, revision = world.approved(item_file(f"第{number}号供水通告"))
                hour, minute = divmod(9 * 60 + nth * 30, 60)
                when = at(f"{day} {hour:02}:{minute:02}")
                world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision, when))
                self.items[number] = item_id
        for nth, night in enumerate(NIGHTS, 1):
            self.add(night, f"夜间紧急发布{nth}", lambda nth=nth: self.warn(nth))  # type: ignore[misc]
            morning = at(night) + timedelta(hours=9)
            self.acts.append((morning, f"紧急{nth}事后复核", lambda nth=nth: self.second_look(nth)))  # type: ignore[misc]
        self.add("12-02 16:00", "撤下第1号", lambda: self.withdraw(1))
        self.add("12-04 08:40", "撤下第12号", lambda: self.withdraw(12))
        self.add(DOWN, "局门户打不开", lambda: self.portal(False))
        self.add(UP, "局门户恢复", lambda: self.portal(True))
        self.add(TOKEN_ENDS, "微博授权到期", lambda: self.token(-1))
        self.add(TOKEN_RENEWED, "微博重新授权", self.renew)
        self.add(SPENT, "微信说额度已用完", self.spend)

    def add(self, when: str, words: str, act: Callable[[], None]) -> None:
        self.acts.append((at(when), words, act))

    def live(self, check: Callable[[], None]) -> None:
        clock = self.world.clock
        for when, _, act in [*sorted(self.acts, key=lambda row: row[0]), (at(END), "", lambda: None)]:
            self.service.run_until(min(when, clock.now + timedelta(minutes=20)), check, least=FINE)
            while clock.now < when:
                down = at(DOWN) <= clock.now < at(UP)
                step = min(when, clock.now + (COARSE if down else timedelta(hours=1)))
                self.service.run_until(step, check, least=COARSE if down else MIDDLE)
            act()

    # ------------------------------------------------------------------ what happens

    def warn(self, nth: int) -> None:
        world = self.world
        item_id = world.draft(item_file(f"关于网传停水消息的澄清之{nth}", kind="clarification"))
        revision = world.submit(item_id, urgent=True, reviewer="秦知远").revision_id
        world.do("qin", review.sign_off_urgent, review.SignRequest(revision, reference="常设〔2026〕1号"))
        self.nights.append(item_id)

    def second_look(self, nth: int) -> None:
        with self.world.office.store.read() as reading:
            revision = reading.items.latest_revision(self.nights[nth - 1])
        assert revision is not None
        self.world.do("shen", review.second_look, review.SignRequest(revision.id, opinion="无误"))

    def withdraw(self, number: int) -> None:
        self.world.do("qin", order_withdrawal, WithdrawRequest(self.items[number], "内容有误"))

    def portal(self, up: bool) -> None:
        self.world.practice.stages["bureau-portal"].reader_open = up

    def token(self, life_s: int) -> None:
        for token in self.world.practice.simulators["weibo"].world.tokens.values():
            token.created_at, token.lifetime_s = self.world.clock.now, life_s

    def renew(self) -> None:
        self.token(30 * 86_400)
        self.world.do("lu", desk.reopen_by_hand, ChannelRequest("weibo", "已重新授权"))
        late = self.world.postings(self.nights[1])["weibo"]  # past its hour, so that a person was asked
        self.world.do("lu", desk.resume_posting, desk.PostingRequest(late.id, "授权已恢复，补发"))

    def spend(self) -> None:
        said = '{"errcode": 45009, "errmsg": "reach max api daily quota limit"}'
        self.world.practice.stages["wechat"].script(Fault("freepublish/submit", Do.ANSWER, body=said))

    # ------------------------------------------------------------------ what became of it

    def timetable(self) -> str:
        labels = {item: f"第{n}号" for n, item in self.items.items()}
        labels |= {item: f"紧急{n}" for n, item in enumerate(self.nights, 1)}
        rows = [(when, words, "") for when, words, _ in self.acts]
        for item, label in labels.items():
            postings = self.world.postings(item)
            for channel, state in self.world.states(item).items():
                out = postings[channel].out_at
                assert out is not None, (label, channel, state)
                rows.append((out, f"{label} {channel}", state))
        return "\n".join(
            f"{when.astimezone(BEIJING):%m-%d %H:%M}  {words}  {state}" for when, words, state in sorted(rows)
        )


@pytest.fixture(scope="module")
def week(make_week: MakeWorld) -> Week:
    world = make_week(settings=SETTINGS)
    week = Week(world)
    week.plan()
    week.live(lambda: book_balances(world))
    print(week.timetable())
    week.service.close()
    return week


@pytest.fixture(scope="module")
def make_week(template, tmp_path_factory):  # type: ignore[no-untyped-def]
    from contextlib import ExitStack

    from tests.worlds import _maker

    with ExitStack() as stack:
        yield _maker(template, tmp_path_factory.mktemp("week"), stack)


def book_balances(world: World) -> None:
    """At every instant: what the windows count as planned are the places that stand, and none is over its limit."""
    wrong = world.rows(
        "SELECT * FROM quotas q WHERE used + reserved > maximum OR reserved != (SELECT count(*) FROM reservations r "
        "WHERE r.account = q.account AND r.call = q.call AND r.period = q.period "
        "AND r.window_start = q.window_start AND r.used_at IS NULL)"
    )
    assert [tuple(row) for row in wrong] == []


def day_of(when: str) -> str:
    return datetime.fromisoformat(when).astimezone(BEIJING).strftime("%m-%d")


def test_sixty_items_went_through_the_week(week: Week) -> None:
    assert len(week.items) + len(week.nights) == 60
    assert week.service.faults == []


def test_each_item_ends_where_it_should(week: Week) -> None:
    gone = {week.items[1], week.items[12]}
    for item_id in (*week.items.values(), *week.nights):
        wanted = "withdrawn" if item_id in gone else "verified"
        assert set(week.world.states(item_id).values()) == {wanted}, item_id
    assert [alarm.cause for alarm in week.world.alarms()] == []


def test_no_platform_was_asked_more_than_it_allows(week: Week) -> None:
    calls = Counter((one.platform, one.path, day_of(one.at)) for one in week.world.requests(*SOCIAL))
    over = {key: count for key, count in calls.items() if count > LIMITS.get(key[:2], 10**6)}
    assert over == {}
    weibo = Counter(day_of(one.at) for one in week.world.requests("weibo") if one.path.startswith("/2/"))
    assert {day: count for day, count in weibo.items() if count > WEIBO_DAY} == {}
    assert calls["wechat", "/cgi-bin/freepublish/submit", "12-01"] == 14, "the day was full, and used up"


def test_everything_was_sent_once(week: Week) -> None:
    made = Counter(one.path for one in week.world.requests(*SOCIAL) if one.creates)
    assert made["/2/statuses/share.json"] == 60
    assert len(week.world.practice.simulators["weibo"].public_posts()) == 58
    submitted = [
        one
        for one in week.world.requests("wechat")
        if one.path.endswith("freepublish/submit") and not one.fault
    ]
    assert len(submitted) == 60


def test_while_a_portal_is_down_only_urgent_items_go_out(week: Week) -> None:
    between = [
        one
        for one in week.world.requests("weibo")
        if one.path.endswith("share.json")
        and at(DOWN) + timedelta(minutes=5) < datetime.fromisoformat(one.at) < at(UP)
    ]
    assert [day_of(one.at) for one in between] == ["12-05"]


def test_urgent_items_go_out_at_night_within_minutes(week: Week) -> None:
    for night, item_id in zip(NIGHTS, week.nights, strict=True):
        postings = week.world.postings(item_id)
        for channel in ("city-portal", *SOCIAL):
            out = postings[channel].out_at
            assert out is not None
            if channel == "weibo" and at(TOKEN_ENDS) < at(night) < at(TOKEN_RENEWED):
                assert at(TOKEN_RENEWED) <= out <= at(TOKEN_RENEWED) + timedelta(minutes=10)
                continue
            assert out - at(night) <= timedelta(minutes=10), (night, channel)


def test_ordinary_items_keep_to_the_hours_of_the_settings(week: Week) -> None:
    nights = set(week.nights)
    rows = week.world.rows("SELECT item_id, channel, claimed_at FROM postings")
    hours = {
        datetime.fromisoformat(row["claimed_at"]).astimezone(BEIJING).hour
        for row in rows
        if row["item_id"] not in nights and row["channel"] in SOCIAL
    }
    assert hours <= set(range(8, 22))


def test_after_the_outage_nothing_bursts(week: Week) -> None:
    # Thirteen waited for the portal. While it was down the service came every three hours: three are not overdue yet.
    rows = week.world.rows(
        "SELECT claimed_at, due_at FROM postings WHERE channel = 'weibo' AND claimed_at >= ? AND NOT urgent",
        at(UP).strftime(FORM),
    )
    assert len(rows) == 13
    limit = (at(UP) - timedelta(minutes=15)).strftime(FORM)
    overdue = sorted(datetime.fromisoformat(row["claimed_at"]) for row in rows if row["due_at"] < limit)
    assert len(overdue) == 10
    assert min(later - sooner for sooner, later in pairwise(overdue)) >= timedelta(seconds=120)
    shares = [one for one in week.world.requests("weibo") if one.path.endswith("share.json") and one.creates]
    assert sum(day_of(one.at) == "12-07" for one in shares) == 13


def test_the_log_of_the_week_verifies(week: Week) -> None:
    from publisher.workflow.seal import verify_log

    office = week.world.office
    with office.store.read() as reading:
        verdict = verify_log(reading, public_key=office.public_key, anchor=office.seal.anchor)
    assert verdict.ok
