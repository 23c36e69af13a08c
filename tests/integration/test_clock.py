"""A clock that is set back delays nothing by the jump and sends nothing twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.sandbox.call import Do, Fault
from publisher.scheduler.clock import HandClock, Tick
from publisher.scheduler.service import Service
from publisher.workflow import schedule
from tests.integration.test_quota_book import released, urgent
from tests.world import START, World

HOUR = 3600


def service_of(world: World) -> Service:
    office = world.office

    def fail(_part: str, why: BaseException) -> None:
        raise why

    return Service(office.store, office.outlets, office.seal, fail)


def set_back(world: World, seconds: float) -> None:
    """Our clock; the platforms keep theirs."""
    world.clock.forward(-seconds)
    for stage in world.practice.stages.values():
        stage.shift += timedelta(seconds=seconds)


def test_a_posting_that_waits_for_another_try_does_not_wait_for_the_jump_too(world: World) -> None:
    service = service_of(world)
    world.practice.stages["wechat"].script(Fault("draft/add", Do.ANSWER, status=502))
    item_id = released(world, 1)
    world.until(lambda: world.postings(item_id)["wechat"].attempts == 1)
    service.sweep_now()
    set_back(world, 6 * HOUR)
    service.sweep_now()
    world.until(lambda: set(world.states(item_id).values()) == {"verified"}, most_s=900)
    submits = [one for one in world.requests("wechat") if one.path.endswith("freepublish/submit")]
    assert len(submits) == 1
    assert "system:clock:set_back" in world.kinds()


@pytest.mark.parametrize("kind", ["ordinary", "urgent"])
def test_what_was_released_goes_on_at_once_after_the_clock_is_set_back(world: World, kind: str) -> None:
    service = service_of(world)
    item_id = urgent(world) if kind == "urgent" else released(world, 1)
    service.sweep_now()
    set_back(world, HOUR)
    service.sweep_now()
    world.until(lambda: set(world.states(item_id).values()) == {"verified"}, most_s=900)


def test_what_is_scheduled_keeps_its_time_and_goes_out_once(world: World) -> None:
    service = service_of(world)
    item_id, revision = world.approved()
    at = START + timedelta(minutes=30)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision, at))
    service.sweep_now()
    set_back(world, HOUR)
    service.sweep_now()
    world.pass_time(HOUR + 25 * 60, step_s=300)
    assert world.states(item_id) == {} or set(world.states(item_id).values()) == {"waiting"}
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    shares = [one for one in world.requests("weibo") if one.path.endswith("share.json")]
    assert len(shares) == 1


def test_the_next_start_notices_a_clock_that_was_set_back_meanwhile(world: World) -> None:
    world.practice.stages["wechat"].script(Fault("draft/add", Do.ANSWER, status=502))
    item_id = released(world, 1)
    world.until(lambda: world.postings(item_id)["wechat"].attempts == 1)
    set_back(world, 6 * HOUR)
    service_of(world).sweep_now()
    world.until(lambda: world.states(item_id)["wechat"] == "verified", most_s=900)


def test_ticks_of_virtual_time_do_not_wait_for_a_clock_that_was_set_back() -> None:
    ran = []
    clock = HandClock([Tick("checkpoint", timedelta(minutes=1), ran.append)])
    for minutes in (0, 0.5, 1, -60, -59.5, -59, 300):
        clock.run_due(START + timedelta(minutes=minutes))
    assert [(one - START).total_seconds() / 60 for one in ran] == [0, 1, -60, -59, 300]
