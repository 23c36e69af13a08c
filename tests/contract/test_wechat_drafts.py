"""Drafts that staff publish: the draft is made and read back once, and the product sees when it was published."""

from __future__ import annotations

import pytest

from channels.contract import Absent, Found, NeedsHand, NotYet, Receipt, Unavailable
from channels.sandbox.call import Do, Fault
from tests.contract.rig import HttpRig
from tests.contract.wechat_rig import World, says


@pytest.fixture(params=["certified", "uncertified"])
def world(request: pytest.FixtureRequest) -> World:
    made = World(mode="draft")
    made.sim.gate.kind = request.param
    return made


@pytest.fixture
def rig(world: World) -> HttpRig:
    return world.rig()


def test_a_draft_is_made_once_and_left_to_staff(rig: HttpRig, world: World) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    first = rig.channel.publish(message, journal)
    rig.restart()
    assert rig.channel.publish(message, journal) == first
    assert isinstance(first, NeedsHand)
    assert "草稿箱" in first.words
    assert len(world.sim.press.drafts) == 1
    assert (rig.asked("draft/add"), rig.asked("freepublish/submit"), rig.public_things()) == (1, 0, 0)


def test_the_account_is_well_without_any_right_to_publish(rig: HttpRig) -> None:
    assert "草稿" in dict(rig.channel.probe().facts)["发布方式"]


def test_a_draft_that_waits_is_no_publication(rig: HttpRig, world: World) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.channel.publish(message, journal)
    known = world.sim.gate.kind == "certified"
    assert isinstance(rig.channel.find(message, journal), Absent if known else NotYet)
    rig.channel.find(message, journal)
    assert rig.asked("freepublish/batchget") == (2 if known else 1)


def test_a_draft_that_staff_published_is_found_where_the_account_may_look(rig: HttpRig, world: World) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.channel.publish(message, journal)
    rig.clock.advance(300)
    world.sim.press.publish_by_hand(next(iter(world.sim.press.drafts)))
    found = rig.channel.find(message, journal)
    if world.sim.gate.kind == "certified":
        assert isinstance(found, Found)
        assert isinstance(found.receipt, Receipt)
        return
    assert isinstance(found, NeedsHand)
    assert "网址" in found.words
    again = rig.channel.publish(message, journal)
    assert isinstance(again, NeedsHand), "a second draft could be published too"
    assert rig.asked("draft/add") == 1


@pytest.mark.parametrize("code", [53504, 53505])
def test_what_must_be_published_in_the_console_is_a_task_and_no_failure(code: int) -> None:
    world = World()
    rig = world.rig()
    world.sim.press.held = code
    message, journal = rig.message(key="k1"), rig.journal()
    asked = rig.channel.publish(message, journal)
    assert isinstance(asked, NeedsHand)
    assert "公众号后台" in asked.words
    rig.clock.advance(300)
    assert isinstance(rig.channel.find(message, journal), Absent)
    world.sim.press.publish_by_hand(next(iter(world.sim.press.drafts)))
    assert isinstance(rig.channel.find(message, journal), Found)
    assert rig.public_things() == 1


def test_a_draft_that_cannot_be_read_back_yet_waits(rig: HttpRig) -> None:
    rig.stage.script(Fault("draft/get", Do.ANSWER, body=says(40007, "invalid media_id")))
    with pytest.raises(Unavailable):
        rig.channel.publish(rig.message(key="k1"), rig.journal())
