"""Sending to all followers keeps every promise of a channel; the platform's own key makes it one sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.contract import (
    Accepted,
    CannotSee,
    Channel,
    ChannelRefused,
    Found,
    Gone,
    InboundEvent,
    LostTrack,
    NeedsHand,
    NotYet,
    OutcomeUnknown,
    PartReceipt,
    PollResult,
    QuotaSpent,
    Receipt,
    Rejected,
    SafeToRepeat,
    StepState,
    StillRunning,
    TakenDown,
    Withdrawn,
)
from channels.sandbox.call import Do, Fault
from channels.wechat.channel import WeChat
from channels.wechat.profile import quotas_of
from tests.contract.channel_contract import HttpChannelContract
from tests.contract.rig import HttpRig, arrived, deliver, settled
from tests.contract.wechat_rig import World, says
from tests.postman import mass_finished

SENDALL = "message/mass/sendall"


@pytest.fixture
def world() -> World:
    made = World(mode="mass")
    made.sim.mass.quotas = {}
    return made


def told(channel: WeChat, world: World, accepted: Accepted) -> Receipt:
    """What the event of a sent job says."""
    number = int(accepted.job_id.partition(":")[2])
    push = world.sim.mass.push_of(world.sim.mass.jobs[number])
    assert push is not None
    urls = [
        f"http://wechat.test{push.path(n, 'MzA5OTk5OTk5OQ==')}#rd" for n in range(1, len(push.articles) + 1)
    ]
    raw = mass_finished(number, "send success", urls, world.clock()).encode()
    news = channel.told(InboundEvent("k", "MASSSENDJOBFINISH", raw, sealed=True))
    assert news is not None
    assert accepted.job_id in news.job_ids
    assert isinstance(news.outcome, Receipt)
    return news.outcome


def mass_rig(world: World) -> HttpRig:
    rig = world.rig()

    def settle() -> None:
        world.clock.advance(max(world.sim.mass.job_s, 3))
        world.sim.run_jobs()

    def vanish(part: PartReceipt) -> None:
        job, _, idx = part.remote_id.removeprefix("mass:").rpartition(":")
        world.sim.mass.delete(world.sim.mass.jobs[int(job)], int(idx))

    def build() -> Channel:
        """The adapter with callbacks: a finished job's addresses have been told before anybody asks."""
        channel = world.channel()
        asked = channel.poll

        def poll(accepted: Accepted) -> PollResult:
            answer = asked(accepted)
            return told(channel, world, accepted) if isinstance(answer, Receipt) else answer

        channel.poll = poll  # type: ignore[method-assign]
        return channel

    changed = replace(
        rig,
        build=build,
        settle=settle,
        vanish=vanish,
        changing=("media/uploadimg", "material/add_material", "draft/add", SENDALL),
        write=SENDALL,
        answers={
            **rig.answers,
            "quota": (200, says(45028, "has no masssend quota")),
            "content_refused": (200, says(87014, "risky content")),
        },
    )
    return changed


@pytest.fixture
def rig(world: World) -> HttpRig:
    return mass_rig(world)


class TestMass(HttpChannelContract):
    @pytest.fixture
    def rig(self, world: World) -> HttpRig:  # type: ignore[override]
        return mass_rig(world)


# ---------------------------------------------------------------------------- once


def test_the_same_key_is_sent_for_every_try_of_a_posting(rig: HttpRig, world: World) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault(SENDALL, Do.DROP_AFTER))
    with pytest.raises(OutcomeUnknown):
        rig.channel.publish(message, journal)
    assert isinstance(rig.channel.find(message, journal), NotYet)
    rig.clock.advance(301)
    assert isinstance(rig.channel.find(message, journal), SafeToRepeat)
    journal.deny()
    again = rig.channel.publish(message, journal)
    assert isinstance(again, Accepted)
    assert len(world.sim.mass.jobs) == 1
    assert again.job_id == f"mass:{next(iter(world.sim.mass.jobs))}"


def test_a_key_that_the_platform_forgets_is_not_used_again(rig: HttpRig) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault(SENDALL, Do.DROP_AFTER))
    with pytest.raises(OutcomeUnknown):
        rig.channel.publish(message, journal)
    rig.clock.at += timedelta(hours=23, seconds=1)
    assert isinstance(rig.channel.find(message, journal), NeedsHand)


def test_a_key_lasts_from_its_first_use_however_often_it_is_used(rig: HttpRig) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault(SENDALL, Do.DROP_AFTER, times=2))
    for hours in (22, 2):
        with pytest.raises(OutcomeUnknown):
            rig.channel.publish(message, journal)
        rig.clock.at += timedelta(hours=hours)
        if hours == 22:
            assert isinstance(rig.channel.find(message, journal), SafeToRepeat)
            journal.deny()
    assert isinstance(rig.channel.find(message, journal), NeedsHand)


def test_a_key_is_not_used_again_when_the_settings_no_longer_want_it_sent_to_all(
    rig: HttpRig, world: World
) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault(SENDALL, Do.DROP_AFTER))
    with pytest.raises(OutcomeUnknown):
        rig.channel.publish(message, journal)
    rig.clock.advance(301)
    assert isinstance(world.channel(mode="publish").find(message, journal), NeedsHand)


def test_a_job_that_failed_has_used_its_key_up_and_the_retry_takes_the_next(
    rig: HttpRig, world: World
) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    world.sim.mass.outcome = "err(20001)"
    with pytest.raises(Rejected):
        arrived(rig, rig.channel.publish(message, journal))
    world.sim.mass.outcome = "send success"
    for step in journal.steps.values():
        if not step.repeatable:
            journal.steps[step.name] = replace(step, state=StepState.NOT_DONE, result={})
    rig.clock.advance(120)
    arrived(rig, rig.channel.publish(message, journal))
    assert rig.public_things() == 1
    assert len(world.sim.mass.jobs) == 2


# ---------------------------------------------------------------------------- the administrator


@pytest.mark.parametrize("code", [89505, 0])
def test_a_job_that_waits_for_the_administrator_is_taken_and_says_so(
    rig: HttpRig, world: World, code: int
) -> None:
    world.sim.mass.confirm, world.sim.mass.confirm_code = True, code
    accepted = rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert isinstance(accepted, Accepted)
    assert ("管理员" in accepted.words) is bool(code)
    assert isinstance(rig.channel.poll(accepted), StillRunning)
    world.sim.mass.confirm_by_hand(next(iter(world.sim.mass.jobs)), yes=True)
    rig.settle()
    assert isinstance(rig.channel.poll(accepted), Receipt)


def test_a_job_that_nobody_confirmed_is_rejected(rig: HttpRig, world: World) -> None:
    world.sim.mass.confirm = True
    accepted = rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert isinstance(accepted, Accepted)
    rig.clock.advance(1801)
    with pytest.raises(Rejected):
        rig.channel.poll(accepted)
    assert rig.public_things() == 0


def test_while_another_sending_waits_for_the_administrator_the_outcome_is_unknown(
    rig: HttpRig, world: World
) -> None:
    world.sim.mass.confirm = True
    rig.channel.publish(rig.message(key="k1"), rig.journal())
    with pytest.raises(OutcomeUnknown):
        rig.channel.publish(rig.message(key="k2"), rig.journal())


# ---------------------------------------------------------------------------- quota, right, jobs


def test_a_spent_right_to_send_is_open_again_tomorrow(rig: HttpRig, world: World) -> None:
    rig.stage.script(Fault(SENDALL, Do.ANSWER, body=says(45028, "has no masssend quota")))
    with pytest.raises(QuotaSpent) as why:
        rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert why.value.until.isoformat() == "2026-07-07T00:05:00+08:00"
    assert world.meter.until == {SENDALL: why.value.until}


def test_every_call_of_mass_sending_is_counted_together(rig: HttpRig, world: World) -> None:
    deliver(rig, rig.message(key="k1"), rig.journal())
    rig.channel.probe()
    calls = rig.asked("message/mass/")
    assert world.meter.taken["message/mass"] == calls == 3
    assert world.meter.taken[SENDALL] == 1


@pytest.mark.parametrize(
    ("mode", "sending"), [("publish", {"freepublish/submit"}), ("draft", set()), ("mass", {SENDALL})]
)
def test_only_the_call_that_sends_is_planned_for(mode: str, sending: set[str]) -> None:
    assert {quota.call for quota in quotas_of(mode) if quota.sending} == sending


def test_an_account_that_may_not_send_to_followers_pauses(rig: HttpRig, world: World) -> None:
    world.sim.gate.kind = "uncertified"
    with pytest.raises(ChannelRefused) as why:
        rig.channel.probe()
    assert why.value.code == "48001"


def test_without_a_callback_a_sent_job_is_out_without_an_address(world: World) -> None:
    channel, rig = world.channel(), mass_rig(world)
    accepted = channel.publish(world.message("k1"), rig.journal())
    assert isinstance(accepted, Accepted)
    rig.settle()
    receipt = channel.poll(accepted)
    assert isinstance(receipt, Receipt)
    assert [part.url for part in receipt.parts] == [""] * 8
    assert isinstance(channel.see(receipt.parts[0]), CannotSee)
    assert channel.withdraw(receipt.parts[0], rig.journal()) == Withdrawn()
    assert rig.public_things() == 0


def test_a_job_that_is_not_known_yet_is_asked_again_and_at_last_lost_track_of(
    rig: HttpRig, world: World
) -> None:
    world.sim.mass.known_after_s = 10**6
    accepted = rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert isinstance(accepted, Accepted)
    answers = [rig.channel.poll(accepted) for _ in range(6)]
    assert [type(answer) for answer in answers] == [StillRunning] * 5 + [LostTrack]


def test_a_job_that_was_deleted_since_was_taken_down(rig: HttpRig, world: World) -> None:
    accepted = rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert isinstance(accepted, Accepted)
    rig.settle()
    world.sim.mass.delete(next(iter(world.sim.mass.jobs.values())), 0)
    assert isinstance(rig.channel.poll(accepted), TakenDown)


# ---------------------------------------------------------------------------- taking back, finding


def test_an_article_known_by_its_address_only_is_withdrawn(rig: HttpRig) -> None:
    part = deliver(rig, rig.message(key="k1"), rig.journal()).parts[0]
    assert rig.channel.withdraw(PartReceipt("", part.url), rig.journal()) == Withdrawn()
    assert isinstance(rig.channel.see(part), Gone)


def test_a_known_job_is_found_without_asking(rig: HttpRig) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    accepted = rig.channel.publish(message, journal)
    before = len(rig.stage.log.lines)
    found = settled(rig, message, journal)
    assert isinstance(found, Found)
    assert found.job is not None
    assert isinstance(accepted, Accepted)
    assert found.job.job_id == accepted.job_id
    assert len(rig.stage.log.lines) == before
