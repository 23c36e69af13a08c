"""The journal over the store: the end of a step that an adapter calls its last goes with the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from channels.contract import ChannelMessage, Journal, Kept, Receipt, Rejected, StepState, Unavailable
from publisher.domain.posting import PostingState
from publisher.store.records import PostingRecord
from publisher.workflow.deliver import claim, deliver_next
from publisher.workflow.journal import PUBLISH, LeaseLost, StoreJournal
from tests.world import World

CHANNEL = "city-portal"
DIGEST = "0" * 64


def journal(world: World) -> tuple[PostingRecord, StoreJournal]:
    world.released()
    taken = claim(world.office.store, world.office.outlets, CHANNEL)
    assert taken is not None
    return taken[0], world.office.outlets.journal_for(world.office.store, taken[0], PUBLISH)


def states(world: World, posting: PostingRecord) -> dict[str, str]:
    with world.office.store.read() as reading:
        return {step.name: step.state for step in reading.steps.of(posting.id)}


def test_a_last_step_stays_open_until_the_outcome_is_written_with_it(quiet_world: World) -> None:
    posting, steps = journal(quiet_world)
    assert steps.once("one", DIGEST, lambda: {"id": "1"}) == {"id": "1"}
    assert steps.once("two", DIGEST, lambda: {"id": "2"}, last=True) == {"id": "2"}
    assert states(quiet_world, posting) == {"one": StepState.DONE, "two": StepState.OPEN}
    with quiet_world.office.store.write() as uow:
        steps.end_last(uow)
    assert states(quiet_world, posting)["two"] == StepState.OPEN, "not committed, not written"


@pytest.mark.parametrize(
    "go_on",
    [
        lambda steps: steps.once("three", DIGEST, dict),
        lambda steps: steps.step("two"),
        lambda steps: steps.forget("nothing", "why"),
    ],
    ids=["another step", "a question", "forgetting"],
)
def test_what_was_not_the_last_after_all_is_ended_first(
    quiet_world: World, go_on: Callable[[StoreJournal], object]
) -> None:
    posting, steps = journal(quiet_world)
    steps.once("two", DIGEST, lambda: {"id": "2"}, last=True)
    go_on(steps)
    assert states(quiet_world, posting)["two"] == StepState.DONE
    kept = steps.step("two")
    assert kept is not None
    assert kept.result == {"id": "2"}


def test_a_last_step_that_was_refused_is_not_done_at_once(quiet_world: World) -> None:
    posting, steps = journal(quiet_world)

    def refuse() -> Kept:
        raise Unavailable("暂时不行")

    with pytest.raises(Unavailable):
        steps.once("two", DIGEST, refuse, last=True)
    assert states(quiet_world, posting)["two"] == StepState.NOT_DONE


def test_under_another_claim_nothing_is_begun_and_no_end_is_written(quiet_world: World) -> None:
    posting, steps = journal(quiet_world)
    steps.once("two", DIGEST, lambda: {"id": "2"}, last=True)
    with quiet_world.office.store.write() as uow:
        uow.postings.change(posting.id, fence=posting.fence + 1)
        uow.commit()
    with pytest.raises(LeaseLost):
        steps.step("two")
    with pytest.raises(LeaseLost):
        steps.once("three", DIGEST, dict)
    assert states(quiet_world, posting) == {"two": StepState.OPEN}


class Raising:
    """The real adapter, which fails after its last step."""

    def __init__(self, channel: object, why: BaseException) -> None:
        self._channel, self._why = channel, why

    def __getattr__(self, name: str) -> object:
        return getattr(self._channel, name)

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt:
        self._channel.publish(message, journal)  # type: ignore[attr-defined]
        raise self._why


@pytest.mark.parametrize("why", [Unavailable("暂时不行"), RuntimeError("oops")], ids=repr)
def test_an_adapter_that_fails_after_its_last_step_has_done_it_and_goes_on_behind_it(
    quiet_world: World, why: Exception
) -> None:
    world = quiet_world
    world.released()
    outlets, store = world.office.outlets, world.office.store
    failing = replace(
        outlets, channels={**outlets.channels, CHANNEL: Raising(outlets.channels[CHANNEL], why)}
    )
    assert deliver_next(store, failing, CHANNEL)
    with store.read() as reading:
        posting = next(p for p in reading.postings.all() if p.channel == CHANNEL)
    assert posting.state is PostingState.QUEUED
    assert set(states(world, posting).values()) == {StepState.DONE}
    world.clock.forward(3600)
    assert deliver_next(store, outlets, CHANNEL)
    with store.read() as reading:
        after = reading.postings.get(posting.id)
    assert after is not None
    assert after.state is PostingState.OUT


@pytest.mark.parametrize(
    ("rejected", "repeatable", "stored"),
    [
        (Rejected("内容不行", before_execution=True), False, StepState.NOT_DONE),
        (Rejected("内容不行"), True, StepState.NOT_DONE),
        (Rejected("内容不行"), False, StepState.OPEN),
    ],
    ids=["before execution", "may be repeated", "may have come too late"],
)
def test_a_refusal_that_may_have_come_too_late_counts_for_this_journal_until_it_is_confirmed(
    quiet_world: World, rejected: Rejected, *, repeatable: bool, stored: StepState
) -> None:
    posting, steps = journal(quiet_world)

    def refuse() -> Kept:
        raise rejected

    with pytest.raises(Rejected):
        steps.once("two", DIGEST, refuse, repeatable=repeatable)
    assert states(quiet_world, posting)["two"] == stored
    seen = steps.step("two")
    assert seen is not None
    assert seen.state is StepState.NOT_DONE
    with quiet_world.office.store.write() as uow:
        steps.end_refused(uow)
        uow.commit()
    assert states(quiet_world, posting)["two"] == StepState.NOT_DONE
