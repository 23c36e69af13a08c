"""Reminders: to whoever a thing waits for, in working hours, at most one an interval, then to the substitute."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from publisher.domain.alerting import Post, QuietHours, Target
from publisher.domain.errors import Refused
from publisher.domain.people import Role
from publisher.scheduler.messages import plan_once
from publisher.workflow import review
from publisher.workflow.alerts import send_notices
from publisher.workflow.staff import (
    AddUserRequest,
    ContactRequest,
    SubstituteRequest,
    add_user,
    name_substitute,
    set_contact,
)
from publisher.workflow.withdraw import ConfirmLeakRequest, WithdrawRequest, confirm_leak, order_withdrawal
from tests.world import World, item_file

HOUR, MINUTE = 3600, 60


@dataclass
class Reminders:
    """A world whose group target gets everything, unless a test says otherwise."""

    world: World
    targets: tuple[Target, ...] = (Target("group"),)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def pass_time(self, seconds: float, step: float = 30 * MINUTE) -> None:
        """Let time pass; messages are planned and sent all the while."""
        end = self.world.clock.now.timestamp() + seconds
        post = Post(self.targets, QuietHours(), lambda target, _title, text: self.sent.append((target, text)))
        while self.world.clock.now.timestamp() < end:
            self.world.clock.forward(min(step, end - self.world.clock.now.timestamp()))
            plan_once(self.world.office.store, self.world.clock.now, post)
            for target in self.targets:
                send_notices(self.world.office.store, self.world.clock, target, post)

    def lines(self, word: str = "") -> list[str]:
        return [line for _, text in self.sent for line in text.splitlines() if word in line]


@pytest.fixture
def reminders(quiet_world: World) -> Reminders:
    return Reminders(quiet_world)


@pytest.fixture
def full(quiet_world: World) -> Reminders:
    """With a second secrecy reviewer and a second editor."""
    for name, display, roles in (("tang", "唐一苇", ("secrecy_reviewer",)), ("bai", "白知行", ("editor",))):
        quiet_world.do("admin", add_user, AddUserRequest(name, display, roles))
    return Reminders(quiet_world)


def test_whoever_must_review_is_reminded_after_two_hours_and_then_each_half_day(reminders: Reminders) -> None:
    world = reminders.world  # 10:00 on a Tuesday
    world.submit(world.draft())
    reminders.pass_time(5 * HOUR + 50 * MINUTE)  # 15:50: 3 h 50 min of work
    assert len(reminders.lines("待初审")) == 1
    assert "请沈青禾办理" in reminders.lines()[0]
    reminders.pass_time(24 * HOUR)
    assert len(reminders.lines("待初审")) == 3


def test_nobody_is_reminded_at_night_or_on_a_day_off(reminders: Reminders) -> None:
    world = reminders.world
    world.clock.forward(3 * 24 * HOUR + 6.5 * HOUR)  # Friday 16:30
    world.submit(world.draft())
    reminders.pass_time(64 * HOUR, step=HOUR)  # until Monday 08:30
    assert reminders.lines() == []
    reminders.pass_time(2 * HOUR)
    assert len(reminders.lines("待初审")) == 1


def test_what_is_done_is_not_asked_for_any_more_and_the_next_one_is(reminders: Reminders) -> None:
    world = reminders.world
    revision_id = world.submit(world.draft()).revision_id
    reminders.pass_time(HOUR)
    world.do("shen", review.pass_content, review.SignRequest(revision_id))
    world.do("shen", review.clear_secrecy, review.SignRequest(revision_id))
    reminders.pass_time(5 * HOUR)
    assert [line[4:7] for line in reminders.lines()] == ["待签发"]
    assert "请秦知远办理" in reminders.lines()[0]


def test_a_reminder_that_waits_for_a_target_is_dropped_when_the_thing_is_done(reminders: Reminders) -> None:
    world = reminders.world
    revision_id = world.submit(world.draft()).revision_id
    world.clock.forward(5 * HOUR)  # 15:00
    post = Post(reminders.targets, QuietHours(), lambda *told: reminders.sent.append(told[1:]))  # type: ignore[arg-type]
    plan_once(world.office.store, world.clock.now, post)
    world.do("shen", review.pass_content, review.SignRequest(revision_id))
    reminders.pass_time(HOUR)
    assert reminders.lines("待初审") == []


def test_after_a_day_the_substitute_is_asked_too_and_once_an_interval(full: Reminders) -> None:
    world = full.world
    world.do("admin", name_substitute, SubstituteRequest("qin", "bai"))
    revision_id = world.submit(world.draft()).revision_id
    world.do("shen", review.pass_content, review.SignRequest(revision_id))
    world.do("shen", review.clear_secrecy, review.SignRequest(revision_id))
    full.pass_time(24 * HOUR + 30 * MINUTE)  # Wednesday 10:30: 7.5 h of work
    assert len(full.lines("请秦知远办理")) == 2
    assert len(full.lines("秦知远未办理，请白知行代为催办")) == 1


def test_the_drafter_is_not_reminded_to_sign_the_own_draft(full: Reminders) -> None:
    world = full.world
    roles = '["drafter", "editor", "secrecy_reviewer"]'
    world.tamper("UPDATE people SET roles = ? WHERE name = 'lu'", roles)
    revision_id = world.submit(world.draft()).revision_id
    world.do("shen", review.pass_content, review.SignRequest(revision_id))
    full.pass_time(6 * HOUR)
    assert {name for name in ("陆予安", "沈青禾", "唐一苇") if full.lines(f"请{name}")} == {
        "沈青禾",
        "唐一苇",
    }


def test_a_leak_is_asked_for_within_minutes_at_any_hour(reminders: Reminders) -> None:
    world = reminders.world
    item_id, _ = world.released()
    world.clock.forward(13 * HOUR)  # 23:00
    world.do("lu", order_withdrawal, WithdrawRequest(item_id, "内容有误", leak=True))
    reminders.pass_time(12 * MINUTE, step=MINUTE)
    assert len(reminders.lines("泄露撤下，待签发人确认")) == 1
    world.do("qin", confirm_leak, ConfirmLeakRequest(item_id))
    reminders.pass_time(HOUR)
    assert len(reminders.lines("泄露撤下，待签发人确认")) == 1


def test_a_failed_posting_and_an_unsettled_one_are_the_editors(reminders: Reminders) -> None:
    world = reminders.world
    item_id, _ = world.released()
    postings = world.postings(item_id)
    when = world.clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    world.tamper(
        "UPDATE postings SET state = 'failed', claimed_at = ? WHERE id = ?", when, postings["wechat"].id
    )
    world.tamper(
        "UPDATE postings SET state = 'unknown', unknown_since = ?, person_needed = '请看平台' WHERE id = ?",
        when,
        postings["weibo"].id,
    )
    reminders.pass_time(HOUR)
    assert len(reminders.lines("推送失败，待处理")) == 1
    assert len(reminders.lines("结果不明，待人工确认")) == 1
    assert all("请陆予安办理" in line for line in reminders.lines("待"))


def test_a_reminder_goes_to_the_persons_own_target_before_the_groups(reminders: Reminders) -> None:
    reminders.targets = (
        Target("group"),
        Target("reviewers", roles=frozenset({Role.CONTENT_REVIEWER})),
        Target("shen-mail"),
    )
    world = reminders.world
    world.submit(world.draft())
    reminders.pass_time(5 * HOUR)
    assert {target for target, text in reminders.sent if "待初审" in text} == {"reviewers"}
    world.do("admin", set_contact, ContactRequest("shen", "shen-mail"), targets=("group", "shen-mail"))
    reminders.sent.clear()
    reminders.pass_time(24 * HOUR)
    assert {target for target, text in reminders.sent if "待初审" in text} == {"shen-mail"}


def test_each_reminder_is_on_record_with_whom_it_went_to(reminders: Reminders) -> None:
    world = reminders.world
    revision_id = world.submit(world.draft()).revision_id
    reminders.pass_time(5 * HOUR)
    [row] = world.rows("SELECT subject, canonical FROM log_entries WHERE kind = 'system:nudge:sent'")
    assert row["subject"] == f"revision:{revision_id}"
    assert "pass_content" in row["canonical"]
    assert "shen" in row["canonical"]


def test_no_title_stands_in_a_reminder(reminders: Reminders) -> None:
    world = reminders.world
    world.submit(world.draft(item_file(title="关于不宜外传之事的通告")))
    reminders.pass_time(5 * HOUR)
    assert len(reminders.lines()) == 1
    assert "外传" not in reminders.lines()[0]
    assert "99000123-4/2026" in reminders.lines()[0]


@pytest.mark.parametrize(
    ("request_", "field_"),
    [
        (SubstituteRequest("nobody", "qin"), "name"),
        (SubstituteRequest("qin", "nobody"), "substitute"),
        (SubstituteRequest("qin", "qin"), "substitute"),
    ],
)
def test_a_substitute_is_another_person_who_exists(
    reminders: Reminders, request_: SubstituteRequest, field_: str
) -> None:
    with pytest.raises(Refused) as caught:
        reminders.world.do("admin", name_substitute, request_)
    assert caught.value.problems[0].field == field_


def test_only_an_administrator_names_substitutes(reminders: Reminders) -> None:
    with pytest.raises(Refused):
        reminders.world.do("qin", name_substitute, SubstituteRequest("qin", "shen"))
    reminders.world.do("admin", name_substitute, SubstituteRequest("qin", "shen"))
    with reminders.world.office.store.read() as reading:
        qin = reading.people.get("qin")
    assert qin is not None
    assert qin.substitute == "shen"
    assert reminders.world.kinds()[-1] == "person:user:substitute"
    reminders.world.do("admin", name_substitute, SubstituteRequest("qin", ""))
    with reminders.world.office.store.read() as reading:
        assert reading.people.get("qin").substitute == ""  # type: ignore[union-attr]


def test_a_contact_is_a_target_of_the_settings(reminders: Reminders) -> None:
    with pytest.raises(Refused) as caught:
        reminders.world.do("admin", set_contact, ContactRequest("qin", "moon"), targets=("group",))
    assert caught.value.problems[0].allowed == "group"
