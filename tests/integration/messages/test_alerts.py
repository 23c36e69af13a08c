"""Alarms as messages: one a cause, grouped, repeated, ended; each target for itself; nothing lost, nothing shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from publisher.domain.alerting import CAUSES, GROUP_S, RESEND_S, Level, NotDelivered, Post, QuietHours, Target
from publisher.domain.people import Role
from publisher.scheduler.messages import Messages, plan_once
from publisher.store.records import AlarmRecord
from publisher.workflow.alerts import send_notices
from tests.integration.messages.receivers import web_hook
from tests.world import World
from tests.worlds import MakeWorld

GROUP, BOSS, KEEPER = Target("group"), Target("boss", roles=frozenset({Role.APPROVER})), Target("keeper")
MINUTE = GROUP_S[Level.ORDINARY]
URGENT_WAIT = GROUP_S[Level.URGENT]


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Out:
    """Stands at the border: keeps what each target was sent; fails or dies where a test says so."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    dies: bool = False

    def __call__(self, target: str, title: str, text: str) -> None:
        if target in self.broken:
            raise NotDelivered("连不上")
        self.sent.append((target, title, text))
        if self.dies:
            self.dies = False
            raise Killed

    def texts(self, target: str = "group") -> list[str]:
        return [text for name, _, text in self.sent if name == target]


@dataclass
class Desk:
    """A world and its messages, driven by hand."""

    world: World
    out: Out
    targets: tuple[Target, ...] = (GROUP,)
    quiet: QuietHours = field(default_factory=QuietHours)

    def raise_alarm(self, cause: str, words: str) -> None:
        with self.world.office.store.write() as uow:
            uow.accounts.raise_alarm(cause, words, self.world.clock.now)
            uow.commit()

    def close_alarm(self, cause: str) -> None:
        with self.world.office.store.write() as uow:
            uow.accounts.close_alarm(cause, self.world.clock.now)
            uow.commit()

    def tick(self, seconds: float = 0) -> int:
        """Let time pass, then plan and send once."""
        self.world.clock.forward(seconds)
        post = Post(self.targets, self.quiet, self.out)
        plan_once(self.world.office.store, self.world.clock.now, post)
        return sum(
            send_notices(self.world.office.store, self.world.clock, target, post) for target in self.targets
        )

    def open(self) -> list[AlarmRecord]:
        return self.world.alarms()


@pytest.fixture
def desk(quiet_world: World) -> Desk:
    return Desk(quiet_world, Out())


def test_one_cause_is_one_message_however_often_it_is_found(desk: Desk) -> None:
    for _ in range(5):
        desk.raise_alarm("channel:weibo", "微博已暂停：授权失效")
        desk.tick(MINUTE)
    assert len(desk.out.sent) == 1
    assert "微博已暂停：授权失效" in desk.out.texts()[0]


def test_causes_within_a_minute_are_one_message_and_the_urgent_stands_first(desk: Desk) -> None:
    desk.raise_alarm("channel:weibo", "微博已暂停")
    desk.raise_alarm("failed:abc", "微信公众号拒收")
    desk.raise_alarm("part:abc:0", "局门户网站上的内容不见了")
    desk.tick()
    assert desk.out.sent == []
    desk.tick(URGENT_WAIT)
    [(_, title, text)] = desk.out.sent
    assert "3 条，其中紧急 1 条" in title
    assert [line[:4] for line in text.splitlines()] == ["［紧急］", "［一般］", "［一般］"]


def test_what_mends_itself_before_the_message_leaves_is_not_sent(desk: Desk) -> None:
    desk.raise_alarm("channel:weibo", "微博已暂停")
    desk.tick()
    desk.close_alarm("channel:weibo")
    desk.tick(MINUTE)
    desk.tick(MINUTE)
    assert desk.out.sent == []


def test_it_is_said_again_only_after_its_time_and_its_end_once(desk: Desk) -> None:
    hours = CAUSES["part"].repeat_h
    desk.raise_alarm("part:abc:0", "局门户网站上的内容不见了")
    desk.tick()
    desk.tick(MINUTE)
    desk.tick(hours * 3600 - MINUTE)
    assert len(desk.out.sent) == 1
    desk.tick(MINUTE)
    desk.tick(MINUTE)
    desk.close_alarm("part:abc:0")
    for _ in range(3):
        desk.tick(MINUTE)
    assert [line for text in desk.out.texts() for line in text.splitlines()] == [
        "［紧急］局门户网站上的内容不见了（11-24 10:00）",
        "［紧急］仍未解决：局门户网站上的内容不见了（11-24 14:01）",
        "［紧急］已恢复：局门户网站上的内容不见了（11-24 14:03）",
    ]


def test_at_night_the_ordinary_waits_for_the_morning_and_the_urgent_goes(desk: Desk) -> None:
    desk.world.clock.forward(12 * 3600)  # 22:00
    desk.raise_alarm("channel:weibo", "微博已暂停")
    desk.raise_alarm("leak:1", "泄露撤下超过 1 小时没有签发人确认")
    desk.tick()
    desk.tick(MINUTE)
    assert len(desk.out.sent) == 1
    assert "泄露撤下" in desk.out.texts()[0]
    assert "微博" not in desk.out.texts()[0]
    desk.close_alarm("leak:1")
    desk.tick(9.5 * 3600)  # 07:31
    desk.tick(MINUTE)
    assert "微博已暂停" in desk.out.texts()[-1]


def test_an_alarm_about_an_urgent_posting_is_urgent(world: World) -> None:
    desk = Desk(world, Out())
    item_id, _ = world.released()
    posting = world.postings(item_id)["weibo"]
    desk.raise_alarm(f"failed:{posting.id}", "微博拒收")
    world.tamper("UPDATE postings SET urgent = true WHERE id = ?", posting.id)
    desk.tick()
    desk.tick(URGENT_WAIT)
    assert desk.out.texts() == ["［紧急］微博拒收（11-24 10:00）"]


def test_a_target_that_fails_does_not_send_again_to_those_that_took_it(desk: Desk) -> None:
    desk.targets = (GROUP, BOSS)
    desk.out.broken = {"boss"}
    desk.raise_alarm("part:abc:0", "局门户网站上的内容不见了")
    desk.tick()
    for wait in (MINUTE, *RESEND_S):
        desk.tick(wait)
    assert [name for name, _, text in desk.out.sent if "不见了" in text] == ["group"]
    desk.out.broken = set()
    desk.tick(RESEND_S[-1])
    assert [name for name, _, text in desk.out.sent if "不见了" in text] == ["group", "boss"]


def test_a_target_that_fails_is_an_alarm_for_the_others_and_ends_when_it_takes_one(desk: Desk) -> None:
    desk.targets = (KEEPER, GROUP)
    desk.out.broken = {"group"}
    desk.raise_alarm("channel:weibo", "微博已暂停")
    desk.tick()
    desk.tick(MINUTE)
    assert [alarm.cause for alarm in desk.open()] == ["channel:weibo", "alert:group"]
    desk.tick(1)
    desk.tick(MINUTE)
    assert any("“group”送不到：连不上" in text for text in desk.out.texts("keeper"))
    desk.out.broken = set()
    desk.tick(RESEND_S[1])
    assert [alarm.cause for alarm in desk.open()] == ["channel:weibo"]
    assert not any("送不到" in text for text in desk.out.texts("group"))


def test_a_failing_target_is_tried_less_and_less_often(desk: Desk) -> None:
    desk.out.broken = {"group"}
    desk.raise_alarm("part:abc:0", "内容不见了")
    tried = 0
    for _ in range(30):
        tried += desk.tick(60) > 0
    assert tried == 4  # after 2, 3, 8 and 23 minutes


def test_a_crash_between_sending_and_writing_it_down_may_repeat_a_message_but_never_loses_it(
    desk: Desk,
) -> None:
    desk.out.dies = True
    desk.raise_alarm("part:abc:0", "局门户网站上的内容不见了")
    desk.tick()
    with pytest.raises(Killed):
        desk.tick(URGENT_WAIT)
    desk.tick(1)
    assert len(desk.out.sent) == 1
    desk.tick(RESEND_S[0])
    assert len(desk.out.sent) == 2
    desk.tick(RESEND_S[0])
    assert len(desk.out.sent) == 2


def test_a_crash_before_sending_loses_nothing(desk: Desk) -> None:
    desk.raise_alarm("part:abc:0", "局门户网站上的内容不见了")
    desk.tick()
    desk.world.clock.forward(URGENT_WAIT)

    def dies(_target: str, _title: str, _text: str) -> None:
        raise Killed

    with pytest.raises(Killed):
        send_notices(desk.world.office.store, desk.world.clock, GROUP, Post((GROUP,), desk.quiet, dies))
    desk.tick(RESEND_S[0])
    assert len(desk.out.sent) == 1


def test_two_services_send_one_message(desk: Desk) -> None:
    desk.raise_alarm("part:abc:0", "局门户网站上的内容不见了")
    desk.tick()
    desk.world.clock.forward(URGENT_WAIT)
    both = threading.Barrier(2)

    def send(target: str, title: str, text: str) -> None:
        desk.out(target, title, text)

    def service() -> None:
        both.wait()
        send_notices(desk.world.office.store, desk.world.clock, GROUP, Post((GROUP,), desk.quiet, send))

    threads = [threading.Thread(target=service) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.out.sent) == 1


def test_a_number_that_may_stand_in_no_message_is_left_out(desk: Desk) -> None:
    desk.raise_alarm("failed:abc", "微博拒收：正文含 11010519491231002X")
    desk.tick()
    desk.tick(MINUTE)
    assert desk.out.texts() == ["［一般］平台拒收（11-24 10:00）"]


def test_an_alarm_goes_only_to_those_whom_it_concerns(desk: Desk) -> None:
    desk.targets = (BOSS, Target("an", people=frozenset({"an"})))
    desk.raise_alarm("channel:weibo", "微博已暂停")  # editors and administrators
    desk.raise_alarm("tampered:abc", "存储的内容与签发的内容不一致")  # also approvers and auditors
    desk.tick()
    desk.tick(MINUTE)
    assert ["不一致" in text for text in desk.out.texts("boss")] == [True]
    assert ["不一致" in text for text in desk.out.texts("an")] == [True]
    assert not any("微博" in text for _, _, text in desk.out.sent)


def test_something_overdue_is_an_alarm_that_ends_by_itself(world: World) -> None:
    desk = Desk(world, Out())
    _, revision_id = world.approved()
    from publisher.workflow import schedule

    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    desk.tick(299)
    assert desk.open() == []
    desk.tick(2)
    assert [alarm.cause for alarm in desk.open()] == ["overdue:postings"]
    world.turn()
    desk.tick(1)
    assert desk.open() == []


@pytest.fixture
def telling(make_world: MakeWorld) -> Iterator[Callable[..., World]]:
    """A world whose settings name targets."""

    def make(*targets: tuple[str, str]) -> World:
        lines = "".join(
            f'\n[[alerts.targets]]\nname = "{n}"\nurl_file = "secrets/{n}.url"\n' for n, _ in targets
        )
        world = make_world(practising=False)
        for name, url in targets:
            (world.home / "secrets" / f"{name}.url").write_text(url + "\n", "utf-8")
        settings = world.home / "gongkai.toml"
        settings.write_text(settings.read_text("utf-8") + lines, "utf-8")
        return world

    return make


def test_a_messenger_that_hangs_starves_neither_the_others_nor_the_service(quiet_world: World) -> None:
    desk = Desk(quiet_world, Out())
    hangs, other = threading.Event(), threading.Event()

    def send(target: str, _title: str, _text: str) -> None:
        if target == "group":
            hangs.wait(30)
        else:
            other.set()

    post = Post((GROUP, KEEPER), desk.quiet, send)
    desk.raise_alarm("part:abc:0", "局门户网站上的内容不见了")
    plan_once(quiet_world.office.store, quiet_world.clock.now, post)
    quiet_world.clock.now += timedelta(seconds=URGENT_WAIT)
    faults: list[tuple[str, BaseException]] = []
    messages = Messages(
        quiet_world.office.store, quiet_world.clock, post, lambda *told: faults.append(told), every_s=0.01
    )
    messages.start()
    assert other.wait(10)
    hangs.set()
    messages.stop()
    assert faults == []


def test_the_settings_lead_to_the_messenger_and_no_address_is_shown(telling: Callable[..., World]) -> None:
    from publisher.bootstrap import open_office

    with web_hook() as hook:
        world = telling(("group", f"json://127.0.0.1:{hook.port}/very-secret-key"))
        office = open_office(world.home, clock=world.clock)
        assert [target.name for target in office.post.targets] == ["group"]
        assert "very-secret-key" not in repr(office)
        assert any("very-secret-key" in secret for secret in office.secrets)  # blotted out of every log line
        office.post.send("group", "题", "文")
        office.close()
        assert hook.texts() == ["文"]
