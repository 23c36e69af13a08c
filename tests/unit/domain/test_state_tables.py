"""Every pair of state and event is decided as the design page decides it, for each of the four machines.

The tables below are written from the design page, one line a row of it, in words and not in the
code's names: from → {event: to}. What stands in no row is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import pytest

from publisher.domain.errors import IllegalTransition
from publisher.domain.lifecycle import (
    FINAL,
    REVISION_LABELS,
    UNDER_WAY,
    RevisionEvent,
    RevisionState,
    advance_revision,
)
from publisher.domain.part import CLOSED, PART_LABELS, PUBLIC, PartEvent, PartState, advance_part
from publisher.domain.posting import (
    CHANNEL_LABELS,
    POSTING_FINAL,
    POSTING_LABELS,
    ChannelEvent,
    ChannelState,
    PostingEvent,
    PostingState,
    advance_channel,
    advance_posting,
)

REVISION = {
    "submitted": {
        "pass_content": "reviewed",
        "sign_off_urgent": "approved",
        "withhold": "withheld",
        "return": "returned",
        "recall": "returned",
        "supersede": "superseded",
    },
    "reviewed": {
        "clear_secrecy": "cleared",
        "refer_up": "referred",
        "withhold": "withheld",
        "return": "returned",
        "recall": "returned",
        "supersede": "superseded",
    },
    "referred": {
        "clear_secrecy": "cleared",
        "withhold": "withheld",
        "return": "returned",
        "recall": "returned",
        "supersede": "superseded",
    },
    "cleared": {
        "sign_off": "approved",
        "withhold": "withheld",
        "return": "returned",
        "recall": "returned",
        "supersede": "superseded",
    },
    "approved": {
        "schedule": "scheduled",
        "withhold": "withheld",
        "revoke": "returned",
        "supersede": "superseded",
    },
    "scheduled": {
        "reschedule": "scheduled",
        "unschedule": "approved",
        "withhold": "withheld",
        "revoke": "returned",
        "supersede": "superseded",
        "release": "released",
    },
    "released": {"supersede": "superseded", "order_withdrawal": "withdrawing"},
    "withdrawing": {"all_gone": "withdrawn"},
    "withdrawn": {},
    "withheld": {},
    "returned": {},
    "superseded": {},
}

POSTING = {
    "waiting": {"ready": "queued", "late": "held", "hold": "held", "cancel": "cancelled", "doubt": "unknown"},
    "queued": {
        "unready": "waiting",
        "late": "held",
        "hold": "held",
        "cancel": "cancelled",
        "claim": "sending",
        "doubt": "unknown",
    },
    "held": {"resume": "waiting", "cancel": "cancelled", "doubt": "unknown"},
    "sending": {
        "publish": "out",
        "accept": "accepted",
        "postpone": "queued",
        "refuse_channel": "waiting",
        "reject": "failed",
        "need_hand": "by_hand",
        "lose_answer": "unknown",
        "lose_lease_open": "unknown",
        "lose_lease": "queued",
    },
    "unknown": {
        "look_again": "unknown",
        "found": "out",
        "found_running": "accepted",
        "surely_absent": "queued",
        "deny_by_hand": "queued",
        "confirm_by_hand": "out",
    },
    "accepted": {
        "appear": "out",
        "refuse_later": "failed",
        "lose_track": "unknown",
        "confirm_by_hand": "out",
        "doubt": "unknown",
    },
    "by_hand": {"confirm_by_hand": "out", "found": "out", "cancel": "cancelled"},
    "failed": {"requeue": "queued", "hold": "held", "cancel": "cancelled", "doubt": "unknown"},
    "out": {},
    "cancelled": {},
}

PART = {
    "published": {
        "match": "verified",
        "differ": "differs",
        "vanish": "missing",
        "cannot_see": "published",
        "attest": "verified",
        "replace": "replaced",
        "withdraw": "withdrawing",
    },
    "verified": {
        "match": "verified",
        "differ": "differs",
        "vanish": "missing",
        "cannot_see": "verified",
        "replace": "replaced",
        "withdraw": "withdrawing",
    },
    "differs": {
        "match": "verified",
        "differ": "differs",
        "vanish": "missing",
        "cannot_see": "differs",
        "accept_difference": "verified",
        "replace": "replaced",
        "withdraw": "withdrawing",
    },
    "missing": {
        "match": "verified",
        "differ": "differs",
        "cannot_see": "missing",
        "replace": "replaced",
        "write_off": "lost",
        "withdraw": "withdrawing",
    },
    "withdrawing": {
        "confirm_gone": "withdrawn",
        "postpone": "withdrawing",
        "lose_answer": "withdrawing",
        "needs_hand": "withdraw_by_hand",
        "reject": "withdraw_by_hand",
    },
    "withdraw_by_hand": {"confirm_gone": "withdrawn", "cannot_remove": "unremovable"},
    "withdrawn": {"reappear": "withdrawing"},
    "replaced": {},
    "lost": {},
    "unremovable": {},
}

CHANNEL = {
    "open": {"refuse_channel": "paused", "pause": "paused", "freeze": "frozen"},
    "paused": {"freeze": "frozen", "probe_succeeds": "open", "reopen": "open"},
    "frozen": {"unfreeze": "open"},
}


class Machine(NamedTuple):
    """One state table as the code has it, beside the design's."""

    name: str
    design: dict[str, dict[str, str]]
    states: type[StrEnum]
    events: type[StrEnum]
    advance: Callable[..., StrEnum]
    labels: Mapping[Any, str]
    ends: set[str]


MACHINES = (
    Machine(
        "revision",
        REVISION,
        RevisionState,
        RevisionEvent,
        advance_revision,
        REVISION_LABELS,
        {"withdrawn", "withheld", "returned", "superseded"},
    ),
    Machine(
        "posting",
        POSTING,
        PostingState,
        PostingEvent,
        advance_posting,
        POSTING_LABELS,
        {"out", "cancelled"},
    ),
    Machine(
        "part",
        PART,
        PartState,
        PartEvent,
        advance_part,
        PART_LABELS,
        {"replaced", "lost", "unremovable"},
    ),
    Machine("channel", CHANNEL, ChannelState, ChannelEvent, advance_channel, CHANNEL_LABELS, set()),
)
PAIRS = [(m, state, event) for m in MACHINES for state in m.states for event in m.events]
machines = pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)


@pytest.mark.parametrize(
    ("machine", "state", "event"), PAIRS, ids=[f"{m.name}:{state}+{event}" for m, state, event in PAIRS]
)
def test_every_pair_of_state_and_event_is_decided_as_designed(
    machine: Machine, state: StrEnum, event: StrEnum
) -> None:
    designed = machine.design[state.value].get(event.value)
    if designed is None:
        with pytest.raises(IllegalTransition) as refusal:
            machine.advance(state, event)
        assert (refusal.value.machine, refusal.value.state, refusal.value.event) == (
            machine.name,
            state,
            event,
        )
    else:
        assert machine.advance(state, event).value == designed


@machines
def test_the_code_and_the_design_name_the_same_states(machine: Machine) -> None:
    assert {state.value for state in machine.states} == set(machine.design)


@machines
def test_the_code_and_the_design_name_the_same_events(machine: Machine) -> None:
    designed = {event for row in machine.design.values() for event in row}
    assert {event.value for event in machine.events} == designed


@machines
def test_every_state_has_a_chinese_label_of_its_own(machine: Machine) -> None:
    labels = [machine.labels[state] for state in machine.states]
    assert len(set(labels)) == len(labels)
    assert all(any("一" <= c <= "鿿" for c in label) for label in labels)


@machines
def test_a_final_state_has_no_way_out_and_no_other_state_is_without_one(machine: Machine) -> None:
    def has_way_out(state: StrEnum) -> bool:
        for event in machine.events:
            try:
                machine.advance(state, event)
            except IllegalTransition:
                continue
            return True
        return False

    assert {state.value for state in machine.states if not has_way_out(state)} == machine.ends


def test_the_final_sets_of_the_code_are_those_of_the_design() -> None:
    assert {state.value for state in FINAL} == {"withdrawn", "withheld", "returned", "superseded"}
    assert {state.value for state in POSTING_FINAL} == {"out", "cancelled"}


def test_a_closed_part_is_replaced_lost_withdrawn_or_declared_unremovable() -> None:
    assert {state.value for state in CLOSED} == {"replaced", "lost", "withdrawn", "unremovable"}


def test_a_part_is_closed_public_or_being_withdrawn_and_never_two_of_them() -> None:
    between = {PartState.WITHDRAWING, PartState.WITHDRAW_BY_HAND}
    assert not CLOSED & PUBLIC
    assert not between & (CLOSED | PUBLIC)
    assert CLOSED | PUBLIC | between == set(PartState)


def test_a_revision_is_under_way_out_or_at_its_end() -> None:
    out = {RevisionState.RELEASED, RevisionState.WITHDRAWING}
    assert not UNDER_WAY & FINAL
    assert UNDER_WAY | FINAL | out == set(RevisionState)


@pytest.mark.parametrize("state", sorted(RevisionState))
def test_only_a_scheduled_revision_can_be_released(state: RevisionState) -> None:
    if state is RevisionState.SCHEDULED:
        assert advance_revision(state, RevisionEvent.RELEASE) is RevisionState.RELEASED
    else:
        with pytest.raises(IllegalTransition):
            advance_revision(state, RevisionEvent.RELEASE)


@pytest.mark.parametrize("event", sorted(set(PostingEvent) - {PostingEvent.CLAIM}))
def test_nothing_but_a_claim_begins_to_send(event: PostingEvent) -> None:
    for state in PostingState:
        try:
            after = advance_posting(state, event)
        except IllegalTransition:
            continue
        assert after is not PostingState.SENDING


def test_an_unknown_outcome_is_never_sent_again_before_it_is_surely_absent_or_denied() -> None:
    back = {event for event in PostingEvent if POSTING["unknown"].get(event.value) == "queued"}
    assert back == {PostingEvent.SURELY_ABSENT, PostingEvent.DENY_BY_HAND}
    with pytest.raises(IllegalTransition):
        advance_posting(PostingState.UNKNOWN, PostingEvent.REQUEUE)
