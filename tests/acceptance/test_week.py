"""A week in virtual time: sixty items, faults and people, as a timetable, checked in the platforms' own log."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from channels.sandbox.call import Do, Fault
from publisher.audit.entries import time_text
from publisher.domain.clocks import BEIJING
from publisher.workflow import correct, desk, review, schedule
from publisher.workflow.correct import CorrectRequest
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal
from tests.integration.test_consent import authorise
from tests.virtual import VirtualService
from tests.world import SOCIAL, TEXT, World, fetch, item_file
from tests.worlds import MakeWorld

SETTINGS = {
    'label = "微信公众号"': 'label = "微信公众号"\nquotas = { "freepublish/submit" = 14 }',
    "[audit]": '[[windows]]\nchannels = ["wechat", "weibo"]\nhours = "08:00-22:00"\n\n[audit]',
}
DAYS = {"11-30": 8, "12-01": 15, "12-02": 10, "12-03": 10, "12-04": 8, "12-05": 2, "12-07": 4}
NIGHTS = ("12-01 02:30", "12-03 03:10", "12-05 23:40")
DOWN, UP = "12-04 09:00", "12-07 10:00"
BEGIN = "11-29 18:00"
CONSENT_ENDS, CONSENT_RENEWED = "12-02 12:00", "12-03 10:00"
CORRECTED = {3: "12-02 10:40", 30: "12-04 10:30"}  # the second while a portal is down
GONE = {1: "12-02 16:00", 12: "12-04 08:40"}
NOTE = "送水点由“两个”改为“三个”"
SPENT = "12-03 14:20"
END = "12-08 12:00"
FINE, MIDDLE, COARSE = timedelta(seconds=20), timedelta(minutes=15), timedelta(hours=6)
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
        world.clock.now = at(BEGIN)
        self.consent(at(CONSENT_ENDS) - at(BEGIN))
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
        for number, when in CORRECTED.items():
            self.add(when, f"更正第{number}号", lambda number=number: self.correct(number))  # type: ignore[misc]
        for number, when in GONE.items():
            self.add(when, f"撤下第{number}号", lambda number=number: self.withdraw(number))  # type: ignore[misc]
        self.add(DOWN, "局门户打不开", lambda: self.portal(False))
        self.add(UP, "局门户恢复", lambda: self.portal(True))
        self.add(CONSENT_ENDS, "微博授权到期", lambda: None)
        self.add(CONSENT_RENEWED, "微博重新授权", self.renew)
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

    def correct(self, number: int) -> None:
        world, item_id = self.world, self.items[number]
        request = CorrectRequest(item_id, NOTE, text=TEXT.replace("两个", "三个"))
        world.do("lu", correct.open_correction, request)
        revision = world.submit(item_id).revision_id
        world.sign(revision)
        world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision))

    def portal(self, up: bool) -> None:
        self.world.practice.stages["bureau-portal"].reader_open = up

    def consent(self, life: timedelta) -> None:
        """The account's owner says yes, for so long."""
        self.world.practice.simulators["weibo"].knobs.lifetime_s = int(life.total_seconds())
        authorise(self.world)

    def renew(self) -> None:
        self.consent(timedelta(days=30))
        late = self.world.postings(self.nights[1])["weibo"]  # past its hour, so that a person was asked
        self.world.do("lu", desk.resume_posting, desk.PostingRequest(late.id, "授权已恢复，补发"))

    def spend(self) -> None:
        said = '{"errcode": 45009, "errmsg": "reach max api daily quota limit"}'
        self.world.practice.stages["wechat"].script(Fault("freepublish/submit", Do.ANSWER, body=said))

    # ------------------------------------------------------------------ what became of it

    def timetable(self) -> str:
        """Everything that happened by its time, with where each part ended; then the calls of each day."""
        labels = {item: f"第{n}号" for n, item in self.items.items()}
        labels |= {item: f"紧急{n}" for n, item in enumerate(self.nights, 1)}
        rows = [(when, words, "") for when, words, _ in self.acts]
        for part in self.parts():
            rows.append(
                (
                    datetime.fromisoformat(part["out_at"]),
                    f"{labels[part['item_id']]} {part['channel']}",
                    part["state"],
                )
            )
        lines = [
            f"{when.astimezone(BEIJING):%m-%d %H:%M}  {words}  {state}" for when, words, state in sorted(rows)
        ]
        for (platform, path), most in LIMITS.items():
            used = {day: n for (p, q, day), n in sorted(self.calls().items()) if (p, q) == (platform, path)}
            lines.append(
                f"{platform} {path}，每天至多 {most}：" + "，".join(f"{d} {n}" for d, n in used.items())
            )
        return "\n".join(lines)

    def parts(self, *numbers: int) -> list[sqlite3.Row]:
        """Every part that went out, of all items or of these, oldest first."""
        wanted = {self.items[number] for number in numbers}
        rows = self.world.rows("SELECT * FROM parts ORDER BY out_at")
        return [row for row in rows if not numbers or row["item_id"] in wanted]

    def calls(self) -> Counter[tuple[str, str, str]]:
        """How often each call was made, by platform, path and Beijing day."""
        return Counter((one.platform, one.path, day_of(one.at)) for one in self.world.requests(*SOCIAL))


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
    gone = {week.items[number] for number in GONE}
    for item_id in (*week.items.values(), *week.nights):
        wanted = "withdrawn" if item_id in gone else "verified"
        assert set(week.world.states(item_id).values()) == {wanted}, item_id
    assert [alarm.cause for alarm in week.world.alarms()] == []


ENDS = {  # of the old part and of the correction
    "city-portal": ["replaced", "verified"],
    "bureau-portal": ["replaced", "verified"],
    "wechat": ["withdrawn", "verified"],
    "weibo": ["verified", "verified"],
}


@pytest.mark.parametrize("number", CORRECTED)
def test_a_correction_takes_the_old_ones_place_by_the_rule_of_each_channel(week: Week, number: int) -> None:
    ends: dict[str, list[str]] = {}
    for part in week.parts(number):
        ends.setdefault(part["channel"], []).append(part["state"])
    assert ends == ENDS
    assert NOTE in fetch(week.world.urls(week.items[number])["wechat"]).text


def test_between_two_consents_nothing_is_sent_to_weibo_and_then_everything(week: Week) -> None:
    shares = [
        datetime.fromisoformat(one.at)
        for one in week.world.requests("weibo")
        if one.path.endswith("share.json") and one.creates
    ]
    assert [when for when in shares if at(CONSENT_ENDS) <= when < at(CONSENT_RENEWED)] == []
    assert min(when for when in shares if when > at(CONSENT_ENDS)) < at(CONSENT_RENEWED) + timedelta(
        minutes=10
    )
    kinds = Counter(week.world.kinds())
    assert (kinds["person:channel:authorised"], kinds["system:channel:reopened"]) == (2, 1)


def test_no_platform_was_asked_more_than_it_allows(week: Week) -> None:
    calls = week.calls()
    over = {key: count for key, count in calls.items() if count > LIMITS.get(key[:2], 10**6)}
    assert over == {}
    weibo = Counter(day_of(one.at) for one in week.world.requests("weibo") if one.path.startswith("/2/"))
    assert {day: count for day, count in weibo.items() if count > WEIBO_DAY} == {}
    assert calls["wechat", "/cgi-bin/freepublish/submit", "12-01"] == 14, "the day was full, and used up"


def test_everything_was_sent_once(week: Week) -> None:
    made = Counter(one.path for one in week.world.requests(*SOCIAL) if one.creates)
    sent = 60 + len(CORRECTED)
    assert made["/2/statuses/share.json"] == sent
    assert len(week.world.practice.simulators["weibo"].public_posts()) == sent - len(GONE)
    submitted = [
        one
        for one in week.world.requests("wechat")
        if one.path.endswith("freepublish/submit") and not one.fault
    ]
    assert len(submitted) == sent


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
            if channel == "weibo" and at(CONSENT_ENDS) < at(night) < at(CONSENT_RENEWED):
                assert at(CONSENT_RENEWED) <= out <= at(CONSENT_RENEWED) + timedelta(minutes=10)
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
    # Thirteen and a correction waited for the portal.
    # While it was down the service came every six hours: three are not overdue yet.
    rows = week.world.rows(
        "SELECT claimed_at, due_at FROM postings WHERE channel = 'weibo' AND claimed_at >= ? AND NOT urgent",
        time_text(at(UP)),
    )
    assert len(rows) == 14
    limit = time_text(at(UP) - timedelta(minutes=15))
    overdue = sorted(datetime.fromisoformat(row["claimed_at"]) for row in rows if row["due_at"] < limit)
    assert len(overdue) == 11
    assert min(later - sooner for sooner, later in pairwise(overdue)) >= timedelta(seconds=120)
    shares = [one for one in week.world.requests("weibo") if one.path.endswith("share.json") and one.creates]
    assert sum(day_of(one.at) == "12-07" for one in shares) == 14


def test_the_log_of_the_week_verifies(week: Week) -> None:
    from publisher.workflow.seal import verify_log

    office = week.world.office
    with office.store.read() as reading:
        verdict = verify_log(reading, public_key=office.public_key, anchor=office.seal.anchor)
    assert verdict.ok
