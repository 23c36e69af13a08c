"""Answers that never come: what the platform did is found out, not guessed."""

from __future__ import annotations

import pytest

from channels.http import Http, open_client
from channels.sandbox.call import Call, Do, Fault, Reply
from publisher.domain.posting import PostingState
from publisher.workflow.desk import PostingRequest, retry_posting
from tests.fault.house import person, reopen
from tests.fault.killing import (
    Scene,
    all_verified,
    all_withdrawn,
    log_verifies,
    only_one,
    order,
)
from tests.fault.person import answer
from tests.fault.rest import serve_on, serve_round, serve_to_rest
from tests.fault.steps import PUBLIC_REQUESTS, WECHAT, WEIBO


@pytest.fixture
def at(at_portals: Scene) -> Scene:
    """Each case begins when both portals are verified."""
    return at_portals


REFUSALS = {
    WECHAT: '{"errcode":87014,"errmsg":"risky content"}',
    WEIBO: '{"error_code":20017,"error":"too similar"}',
}
DONE_BUT_UNSAID = (Do.DROP_AFTER, Do.TRUNCATE)


def states(at: Scene) -> dict[str, PostingState]:
    return {posting.channel: posting.state for posting in at.postings()}


@pytest.mark.parametrize("fault", DONE_BUT_UNSAID, ids=str)
@pytest.mark.parametrize("channel", PUBLIC_REQUESTS)
def test_an_answer_lost_after_execution_is_unknown_and_then_found(at: Scene, channel: str, fault: Do) -> None:
    at.practice.stages[channel].script(Fault(PUBLIC_REQUESTS[channel], fault))
    while states(at).get(channel) is not PostingState.UNKNOWN:
        assert serve_round(at.office)
    serve_on(at.office, at.clock)
    all_verified(at)
    log_verifies(at)


def test_a_request_lost_before_execution_goes_out_on_weibo_when_two_looks_miss_it(at: Scene) -> None:
    at.practice.stages[WEIBO].script(Fault(PUBLIC_REQUESTS[WEIBO], Do.DROP_BEFORE))
    serve_to_rest(at.office, at.clock)
    all_verified(at)
    asked = [line for line in at.practice.log.lines if line.path == "/2/statuses/user_timeline.json"]
    assert len(asked) >= 2


def test_a_request_lost_before_execution_is_a_persons_task_on_wechat(at: Scene) -> None:
    at.practice.stages[WECHAT].script(Fault(PUBLIC_REQUESTS[WECHAT], Do.DROP_BEFORE))
    serve_to_rest(at.office, at.clock)
    (task,) = at.hand_tasks()
    assert answer(at.office, at.house, task, at.practice.readers[WECHAT]) == "denied by two people"
    serve_on(at.office, at.clock)
    all_verified(at)


LISTS = {WECHAT: "/cgi-bin/freepublish/batchget", WEIBO: "/2/statuses/user_timeline.json"}


@pytest.mark.parametrize("channel", LISTS)
def test_what_only_a_reader_can_find_is_confirmed_by_a_person_and_can_be_taken_back(
    at: Scene, channel: str
) -> None:
    stage = at.practice.stages[channel]
    stage.script(Fault(PUBLIC_REQUESTS[channel], Do.DROP_AFTER))
    stage.script(Fault(LISTS[channel], Do.ANSWER, times=50, status=502))
    serve_to_rest(at.office, at.clock)
    (task,) = at.hand_tasks()
    stage.faults.clear()
    assert answer(at.office, at.house, task, at.practice.readers[channel]) == "confirmed by a person"
    serve_on(at.office, at.clock)
    all_verified(at)
    order(at)
    serve_on(at.office, at.clock)
    all_withdrawn(at)
    log_verifies(at)


@pytest.mark.parametrize("channel", PUBLIC_REQUESTS)
def test_a_platform_that_answers_after_our_time_out_has_it_once(at: Scene, channel: str) -> None:
    at.practice.stages[channel].script(Fault(PUBLIC_REQUESTS[channel], Do.DELAY_AFTER, seconds=2.0))
    client = open_client(timeout_s=1.0)
    office = reopen(at.home, at.clock, http=Http(client))
    while states(at).get(channel) is not PostingState.UNKNOWN:
        if not serve_round(office):  # a look at the portal took too long, too: it is looked at again
            at.clock.advance(60)
    client.close()
    office.close()
    serve_to_rest(at.office, at.clock)
    all_verified(at)


@pytest.mark.parametrize("channel", PUBLIC_REQUESTS)
def test_a_platform_that_executes_long_after_its_gateway_gave_up_has_it_once(at: Scene, channel: str) -> None:
    late = _swallowed(at, channel)
    while states(at).get(channel) is not PostingState.UNKNOWN:
        assert serve_round(at.office)
    at.clock.advance(60)
    serve_round(at.office)
    assert states(at)[channel] is PostingState.UNKNOWN  # a look that misses it proves nothing yet
    at.clock.advance(30)
    at.practice.simulators[channel].play(*late)
    serve_on(at.office, at.clock)
    all_verified(at)


def _swallowed(at: Scene, channel: str) -> list[Call]:
    """The next public request is answered by a gateway, and kept for the platform to execute later."""
    kept: list[Call] = []
    stage, play = at.practice.stages[channel], at.practice.simulators[channel].play

    def gateway(call: Call) -> Reply:
        if call.path == PUBLIC_REQUESTS[channel] and not kept:
            kept.append(call)
            return Reply.html("<title>504</title>", 504)
        return play(call)

    stage.play = gateway
    return kept


@pytest.mark.parametrize("channel", PUBLIC_REQUESTS)
def test_an_editors_retry_of_what_was_refused_and_yet_done_does_not_post_twice(
    at: Scene, channel: str
) -> None:
    fault = Fault(PUBLIC_REQUESTS[channel], Do.ANSWER_AFTER, body=REFUSALS[channel])
    at.practice.stages[channel].script(fault)
    serve_to_rest(at.office, at.clock)
    for task in at.hand_tasks():
        at.office.perform(person(at.office, at.house, "lu"), retry_posting, PostingRequest(task.id))
    serve_on(at.office, at.clock)
    only_one(at)
    all_verified(at)
