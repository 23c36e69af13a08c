"""What the service still has before it, read from its database: only to know when time may be skipped."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime

from publisher.domain.lifecycle import RevisionState
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.store.unit_of_work import Reading

UNSEEN = (PartState.PUBLISHED, PartState.DIFFERS, PartState.MISSING)
OVERDUE = "overdue:postings"
SETTLING = (PostingState.UNKNOWN, PostingState.ACCEPTED)


def rests(reading: Reading) -> bool:
    """Whether every item has all its postings, each of them is out or cancelled, each part was seen, and the
    service, which looks every few seconds, has seen that nothing is overdue any more."""
    overdue = any(alarm.cause == OVERDUE for alarm in reading.accounts.open_alarms())
    return (
        not overdue
        and not reading.postings.unfinished()
        and not reading.parts.in_state(*UNSEEN)
        and not reading.items.in_state(RevisionState.SCHEDULED)
    )


def looks_left(reading: Reading) -> bool:
    """Whether a part is to be looked at again."""
    return any(part.next_look_at is not None for part in reading.parts.all())


def is_sending(reading: Reading) -> bool:
    """Whether something is on its way out, or could be."""
    return bool(reading.postings.in_state(PostingState.SENDING, PostingState.QUEUED))


def is_idle(reading: Reading, now: datetime) -> bool:
    """Whether nobody sends anything, and nothing is due: all that is left waits for a later time."""
    if reading.postings.in_state(PostingState.SENDING) or reading.items.due_for_release(now):
        return False
    return all(moment is not None and moment > now for moment in _moments(reading))


def next_moment(reading: Reading, now: datetime, dues: Sequence[datetime]) -> datetime | None:
    """When something becomes due that is not due now. `dues` are the times of all items, in order."""
    moments = [*_moments(reading), *_openings(reading, now), *dues[bisect_right(dues, now) :][:1]]
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _moments(reading: Reading) -> Iterator[datetime | None]:
    for posting in reading.postings.in_state(*SETTLING):
        yield posting.next_look_at
    for posting in reading.postings.in_state(PostingState.QUEUED):
        yield max(filter(None, (posting.next_try_at, posting.due_at)))
    for part in reading.parts.in_state(*UNSEEN):
        yield part.next_look_at


def _openings(reading: Reading, now: datetime) -> Iterator[datetime | None]:
    for channel in reading.accounts.channels():
        yield channel.next_probe_at
    for place in reading.quotas.reservations():
        yield place.planned_at
    for window in reading.quotas.windows(now):
        yield window.blocked_until
