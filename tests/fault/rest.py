"""Drive an office by hand, one thread, until everything is settled or waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from publisher.bootstrap import Office
from publisher.domain.lifecycle import RevisionState
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.scheduler.service import serve_once, sweep_once
from publisher.store.records import PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.reconcile import recover
from tests.fault.moments import Clock

ROUNDS = 200
UNSEEN = (PartState.PUBLISHED, PartState.DIFFERS, PartState.MISSING, PartState.WITHDRAWING)
SEEN = (PartState.VERIFIED, PartState.REPLACED, PartState.WITHDRAWN)
BY_PEOPLE = (PostingState.HELD, PostingState.BY_HAND, PostingState.FAILED)


def serve_to_rest(office: Office, clock: Clock) -> None:
    """What the daemon does from its start on, until everything rests."""
    recover(office.store, office.outlets)
    serve_on(office, clock)


def serve_on(office: Office, clock: Clock) -> None:
    """What a running daemon does. Time jumps to the next thing that is due, never further.

    Raises `AssertionError` when something is neither settled, nor due, nor a person's task.
    """
    for _ in range(ROUNDS):
        if serve_round(office):
            continue
        with office.store.read() as reading:
            if at_rest(reading):
                return
            clock.set(_next_moment(reading, clock()))
    raise AssertionError("it never comes to rest")


def serve_round(office: Office) -> int:
    """One sweep and one turn of each channel; how much was done."""
    done = sweep_once(office.store, office.now())
    return done + sum(serve_once(office.store, office.outlets, name) for name in office.outlets.channels)


def serve_portals(office: Office) -> None:
    """Release, and let the portals alone have their turn."""
    sweep_once(office.store, office.now())
    for name in office.store.bureau.portals():
        serve_once(office.store, office.outlets, name)
    with office.store.read() as reading:
        states = {part.channel: part.state for part in reading.parts.all()}
    if states != dict.fromkeys(office.store.bureau.portals(), PartState.VERIFIED):
        raise AssertionError(f"the portals are not verified: {states}")


def at_rest(reading: Reading) -> bool:
    """Whether nothing is left for the product: each posting is seen, withdrawn, cancelled, or a person's task."""
    if any(r.state is RevisionState.WITHDRAWING for r in _revisions(reading)):
        return False
    postings = reading.postings.all()
    return bool(postings) and all(_settled(reading, posting) for posting in postings)


def _revisions(reading: Reading) -> Iterator[RevisionRecord]:
    for posting in reading.postings.all():
        yield from reading.items.revisions(posting.item_id)


def _settled(reading: Reading, posting: PostingRecord) -> bool:
    if needs_person(posting):
        return True
    if posting.state is PostingState.CANCELLED:
        return True
    parts = reading.parts.of_posting(posting.id)
    return posting.state is PostingState.OUT and all(part.state in SEEN for part in parts)


def needs_person(posting: PostingRecord) -> bool:
    """Whether this posting is a hand task."""
    waits = posting.state in (PostingState.UNKNOWN, PostingState.ACCEPTED) and bool(posting.person_needed)
    return waits or posting.state in BY_PEOPLE


def _next_moment(reading: Reading, now: datetime) -> datetime:
    moments: list[datetime | None] = []
    for posting in reading.postings.unfinished():
        moments += [posting.next_try_at, posting.next_look_at, posting.due_at]
    moments += [part.next_look_at for part in reading.parts.in_state(*UNSEEN)]
    for channel in reading.accounts.channels():
        moments += [channel.next_probe_at, channel.catch_up_at]
    later = [moment for moment in moments if moment is not None and moment > now]
    if not later:
        states = [(p.channel, p.state.value, p.waits_for) for p in reading.postings.all()]
        raise AssertionError(f"nothing is due and nobody is asked: {states}")
    return min(later)
