"""Killed at the steps that an adapter makes only after a platform's refusal; and adapters that retry blindly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from channels.sandbox.call import Do, Fault
from tests.fault.killing import (
    Scene,
    SecondPublicThing,
    all_verified,
    die_when_asked,
    kill_and_recover,
    log_verifies,
    only_one,
)
from tests.fault.listing import KILLED
from tests.fault.person import answer
from tests.fault.rest import serve_on, serve_to_rest
from tests.fault.steps import AFTER_FAULTS, PUBLIC_REQUESTS, PUBLISHING, WECHAT, WEIBO, Point, Step
from tests.fault.test_lost_answers import LISTS, REFUSALS


@pytest.fixture
def at(at_portals: Scene) -> Scene:
    """Each case begins when both portals are verified."""
    return at_portals


SHARE = "/2/statuses/share.json"


def _too_fast(at: Scene) -> None:
    """Weibo asks to wait an hour; the second attempt keeps when the first one was."""
    at.practice.stages[WEIBO].script(
        Fault(SHARE, Do.ANSWER, status=400, body='{"error_code":20016,"error":"out of limit"}')
    )


def _slow(at: Scene) -> None:
    """Weibo posts and answers "update success, but server slow"."""
    at.practice.simulators[WEIBO].knobs.slow_posts = 1


def _said_to_be_there(at: Scene) -> None:
    """Weibo refuses to repeat what never was there; two people deny it; then Weibo is slow."""
    refusal = '{"error_code":20019,"error":"repeat content!"}'
    at.practice.stages[WEIBO].script(Fault(SHARE, Do.ANSWER, status=400, body=refusal))
    serve_to_rest(at.office, at.clock)
    (task,) = at.hand_tasks()
    assert answer(at.office, at.house, task, at.practice.readers[WEIBO]) == "denied by two people"
    _slow(at)


def _cover_lost(at: Scene) -> None:
    """WeChat is busy until the cover should have arrived, and then does not know it."""
    wechat, path = at.practice.stages[WECHAT], "/cgi-bin/draft/add"
    wechat.script(Fault(path, Do.ANSWER, times=2, body='{"errcode":-1,"errmsg":"system error"}'))
    wechat.script(Fault(path, Do.ANSWER, body='{"errcode":40007,"errmsg":"invalid media_id"}'))


PREPARED = {
    "first-try": (_too_fast, 0),
    "answer-1": (_slow, 0),
    "answer-2": (_said_to_be_there, 0),
    "cover-again": (_cover_lost, 1),
}
NOTES = (Point.BEFORE_INTENT, Point.AFTER_INTENT, Point.ANSWERED)


@pytest.mark.parametrize(
    ("step", "point"),
    [(step, point) for step in AFTER_FAULTS.values() for point in (Point if step.request else NOTES)],
    ids=str,
)
def test_killed_after_a_refusal_one_thing_is_out_and_verified(
    at: Scene, step: Step, point: Point, record_property: Callable[[str, object], None]
) -> None:
    prepare, skip = PREPARED[step.name]
    prepare(at)
    said = kill_and_recover(at, step, point, skip=skip)
    record_property(KILLED, f"{step}, {point}: {said}")


@pytest.mark.parametrize("point", [Point.RECEIVED, Point.EXECUTED], ids=str)
@pytest.mark.parametrize("channel", LISTS)
def test_killed_while_a_refusal_that_came_too_late_is_looked_into_one_thing_is_out(
    at: Scene, channel: str, point: Point
) -> None:
    status = {WECHAT: 200, WEIBO: 400}[channel]
    path, body = PUBLIC_REQUESTS[channel], REFUSALS[channel]
    at.practice.stages[channel].script(Fault(path, Do.ANSWER_AFTER, status=status, body=body))
    die_when_asked(at, channel, LISTS[channel], point)
    only_one(at)
    with at.at_work():
        serve_to_rest(at.office, at.clock)
        only_one(at)
        assert at.hand_tasks() == []
        serve_on(at.office, at.clock)
    all_verified(at)
    log_verifies(at)


ONCE_ONLY = [step for step in PUBLISHING if step.name in ("submit", "share")]


@pytest.mark.parametrize("point", [Point.EXECUTED, Point.ANSWERED])
@pytest.mark.parametrize("step", ONCE_ONLY, ids=str)
def test_an_adapter_that_retries_blindly_is_caught_by_the_same_check(
    at: Scene, step: Step, point: Point
) -> None:
    with pytest.raises(SecondPublicThing):
        kill_and_recover(at, step, point, mutant="blind")
