"""Drafts that staff publish, and sending to all followers: the whole trip in both, told and untold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from channels.sandbox.call import Do, Fault
from publisher.workflow import desk, settle_by_hand, withdraw
from publisher.workflow.report import waiting_for_people
from tests.callback_world import Called, called
from tests.postman import AES_KEY, TOKEN, mass_finished, published
from tests.worlds import MakeWorld

BIZ = "MzA5OTk5OTk5OQ=="
KIND = 'appid = "wx0000000000000001"'


@contextmanager
def in_mode(make_world: MakeWorld, mode: str) -> Iterator[Called]:
    with called(make_world, settings={KIND: f'{KIND}\npublish_mode = "{mode}"'}) as here:
        yield here


@pytest.fixture
def drafts(make_world: MakeWorld) -> Iterator[Called]:
    with in_mode(make_world, "draft") as here:
        yield here


@pytest.fixture
def mass(make_world: MakeWorld) -> Iterator[Called]:
    with in_mode(make_world, "mass") as here:
        yield here


def state(here: Called, item_id: str) -> str:
    return here.world.postings(item_id)["wechat"].state.value


def tasks(here: Called) -> str:
    with here.world.office.store.read() as reading:
        return "\n".join(waiting_for_people(reading))


def by_staff(here: Called) -> str:
    """Staff press 发表 in the console; the address of what is out."""
    (media_id,) = here.press.drafts
    push = here.press.publish_by_hand(media_id)
    return f"{here.world.practice.simulators['wechat'].base}{push.path(1, BIZ)}#rd"


# ---------------------------------------------------------------------------- drafts


def test_a_draft_waits_for_staff_with_one_task_and_is_seen_when_they_published_it(drafts: Called) -> None:
    item_id = drafts.sent()
    assert state(drafts, item_id) == "by_hand"
    assert "点“发表”" in tasks(drafts)
    assert drafts.press.public() == 0
    drafts.world.pass_time(1800, "wechat", step_s=300)
    assert state(drafts, item_id) == "by_hand"
    by_staff(drafts)
    drafts.world.until(lambda: drafts.world.states(item_id)["wechat"] == "verified", "wechat", step_s=600)
    assert tasks(drafts) == ""
    assert "person:" not in drafts.world.alarm_words()
    assert drafts.press.public() == 1


def test_an_account_without_the_list_is_told_and_recognises_its_own_words(drafts: Called) -> None:
    drafts.world.practice.simulators["wechat"].gate.kind = "uncertified"
    item_id = drafts.sent()
    url = by_staff(drafts)
    drafts.send(published(2_247_512_345, "ArStaff", [url], drafts.world.clock.now))
    drafts.world.turn("wechat")
    assert drafts.world.states(item_id)["wechat"] == "verified"
    assert drafts.world.urls(item_id)["wechat"] == url


@pytest.mark.long
def test_without_list_and_callback_a_person_pastes_the_link(drafts: Called) -> None:
    drafts.world.practice.simulators["wechat"].gate.kind = "uncertified"
    item_id = drafts.sent()
    url = by_staff(drafts)
    drafts.world.pass_time(1200, "wechat", step_s=300)
    assert "请贴上文章网址确认" in tasks(drafts)
    posting = drafts.world.postings(item_id)["wechat"]
    request = settle_by_hand.ConfirmRequest(posting.id, url)
    seen = settle_by_hand.look_at_claimed(drafts.world.office.outlets, "wechat", request)
    drafts.world.do("lu", settle_by_hand.confirm_by_hand, request, seen=seen)
    drafts.world.turn("wechat")
    assert drafts.world.states(item_id)["wechat"] == "verified"


def test_what_staff_changed_before_publishing_is_seen_to_differ(drafts: Called) -> None:
    item_id = drafts.sent()
    (draft,) = drafts.press.drafts.values()
    draft.articles[0]["content"] = draft.articles[0]["content"].replace("22时", "23时")
    by_staff(drafts)
    drafts.world.until(lambda: drafts.world.states(item_id)["wechat"] == "differs", "wechat", step_s=300)


@pytest.mark.long
def test_a_task_that_is_cancelled_is_looked_for_no_more(drafts: Called) -> None:
    item_id = drafts.sent()
    posting = drafts.world.postings(item_id)["wechat"]
    drafts.world.do("lu", desk.cancel_posting, desk.PostingRequest(posting.id, "不发了"))
    before = len(drafts.world.requests("wechat"))
    drafts.world.pass_time(3600, "wechat", step_s=600)
    assert len(drafts.world.requests("wechat")) == before
    assert tasks(drafts) == ""


def test_a_right_that_is_gone_pauses_once_and_then_leaves_drafts_to_staff(make_world: MakeWorld) -> None:
    with in_mode(make_world, "publish") as here:
        here.world.practice.simulators["wechat"].gate.kind = "uncertified"
        item_id = here.sent()
        assert [a.cause for a in here.world.alarms()] == ["channel:wechat"]
        assert state(here, item_id) == "waiting"
        here.world.until(lambda: state(here, item_id) == "by_hand", step_s=120)
        assert [a.cause.partition(":")[0] for a in here.world.alarms()] == ["person"]
        assert here.world.kinds().count("system:channel:paused") == 1


@pytest.mark.parametrize("code", [53504, 53505])
def test_what_the_platform_wants_published_in_the_console_is_a_task(make_world: MakeWorld, code: int) -> None:
    with in_mode(make_world, "publish") as here:
        here.press.held = code
        item_id = here.sent()
        assert state(here, item_id) == "by_hand"
        assert "failed:" not in here.world.alarm_words()
        by_staff(here)
        here.world.until(lambda: here.world.states(item_id)["wechat"] == "verified", "wechat", step_s=300)
        assert here.press.public() == 1


# ---------------------------------------------------------------------------- to all followers


def sent_event(here: Called) -> str:
    """The event of the only mass job, with its addresses."""
    sim = here.world.practice.simulators["wechat"]
    sim.run_jobs()
    (job,) = sim.mass.jobs.values()
    push = sim.mass.push_of(job)
    urls = [f"{sim.base}{push.path(1, BIZ)}#rd"] if push else []
    return mass_finished(job.msg_id, job.outcome, urls, here.world.clock.now)


@pytest.mark.long
def test_a_mass_sending_that_was_told_is_out_and_verified(mass: Called) -> None:
    item_id = mass.sent()
    assert state(mass, item_id) == "accepted"
    mass.world.clock.forward(4)
    mass.send(sent_event(mass))
    mass.world.turn("wechat")
    assert mass.world.states(item_id)["wechat"] == "verified"


def test_a_mass_sending_that_the_platform_itself_pushes_is_out_and_verified(mass: Called) -> None:
    sim = mass.world.practice.simulators["wechat"]
    assert sim.callback.configure(mass.postman.base, TOKEN, AES_KEY, "safe")
    item_id = mass.sent()
    mass.world.clock.forward(4)
    sim.pump()
    mass.world.turn("wechat")
    assert mass.world.states(item_id)["wechat"] == "verified"


@pytest.mark.long
def test_addresses_that_are_told_after_the_poll_are_filled_in(mass: Called) -> None:
    item_id = mass.sent()
    mass.world.pass_time(80, "wechat", step_s=20)
    part = mass.world.parts(item_id)["wechat"]
    assert (part.url, part.state.value) == ("", "published")
    mass.send(sent_event(mass))
    mass.world.turn("wechat")
    assert mass.world.states(item_id)["wechat"] == "verified"
    assert mass.world.urls(item_id)["wechat"].startswith("http")


@pytest.mark.parametrize("do", [Do.DROP_BEFORE, Do.DROP_AFTER])
def test_a_lost_answer_is_asked_again_under_the_same_key_and_sent_once(mass: Called, do: Do) -> None:
    mass.world.practice.stages["wechat"].script(Fault("message/mass/sendall", do))
    item_id = mass.sent()
    assert state(mass, item_id) == "unknown"
    mass.world.until(lambda: state(mass, item_id) in ("accepted", "out"), "wechat", step_s=30)
    mass.world.clock.forward(4)
    mass.send(sent_event(mass))
    mass.world.turn("wechat")
    assert mass.world.states(item_id)["wechat"] == "verified"
    assert len(mass.world.practice.simulators["wechat"].mass.jobs) == 1


def test_the_administrators_confirmation_is_a_task_and_no_failure(mass: Called) -> None:
    sim = mass.world.practice.simulators["wechat"]
    sim.mass.confirm = True
    item_id = mass.sent()
    assert state(mass, item_id) == "accepted"
    assert "管理员" in tasks(mass)
    sim.mass.confirm_by_hand(next(iter(sim.mass.jobs)), yes=True)
    mass.world.clock.forward(4)
    mass.send(sent_event(mass))
    mass.world.turn("wechat")
    assert mass.world.states(item_id)["wechat"] == "verified"
    assert tasks(mass) == ""


@pytest.mark.long
def test_a_refused_confirmation_fails_with_its_words_and_the_task_ends(mass: Called) -> None:
    sim = mass.world.practice.simulators["wechat"]
    sim.mass.confirm = True
    item_id = mass.sent()
    sim.mass.confirm_by_hand(next(iter(sim.mass.jobs)), yes=False)
    mass.send(sent_event(mass))
    mass.world.turn("wechat")
    posting = mass.world.postings(item_id)["wechat"]
    assert posting.state.value == "failed"
    assert posting.error is not None
    assert "管理员拒绝" in posting.error["words"]
    assert tasks(mass) == ""


def test_the_second_sending_of_a_day_waits_for_the_next(mass: Called) -> None:
    first, second = mass.sent(), ""
    mass.world.clock.forward(120)
    mass.send(sent_event(mass))
    second, _ = mass.world.released()
    mass.world.until(lambda: mass.world.states(second)["bureau-portal"] == "verified")
    mass.world.pass_time(600)
    assert mass.world.states(first)["wechat"] == "verified"
    assert state(mass, second) == "waiting"
    assert "额度" in mass.world.postings(second)["wechat"].waits_for
    assert len(mass.world.practice.simulators["wechat"].mass.jobs) == 1


def test_a_mass_sending_is_withdrawn(mass: Called) -> None:
    item_id = mass.sent()
    mass.world.clock.forward(4)
    mass.send(sent_event(mass))
    mass.world.turn("wechat")
    request = withdraw.WithdrawRequest(item_id, "内容有误", channel="wechat")
    mass.world.do("qin", withdraw.order_withdrawal, request)
    mass.world.until(lambda: mass.world.states(item_id)["wechat"] == "withdrawn", step_s=30)
    assert mass.press.public() == 0
