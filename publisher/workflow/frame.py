"""What stands around every page of the console: how much waits, up to where the log is signed, is the service alive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.domain.people import Person
from publisher.store.unit_of_work import Reading
from publisher.workflow.nudges import TURNS


@dataclass(frozen=True, slots=True)
class Seal:
    """Up to which entry the log is signed, and when; size 0 before the first signature."""

    size: int
    at: datetime | None
    entries: int


@dataclass(frozen=True, slots=True)
class Frame:
    """`to_sign` revisions wait for a role of this person, `hot` postings and parts for any person's hand; `frozen` is
    why everything is stopped, "" when it is not."""

    seal: Seal
    services: int
    to_sign: int
    hot: int
    frozen: str


def frame_of(reading: Reading, person: Person) -> Frame:
    """A fixed number of small questions, however much there is."""
    newest, entries = reading.log.newest_checkpoint(), reading.log.head(reading.log_id).size
    channels = list(reading.bureau.channels)
    stop = reading.accounts.freeze()
    return Frame(
        Seal(newest[0] if newest else 0, newest[1] if newest else None, entries),
        sum(worker.lives for worker in reading.workers.all()),
        reading.items.count_in([state for state, (_, _, role) in TURNS.items() if role in person.roles]),
        reading.postings.hot(channels) + reading.parts.hot(channels),
        stop.reason if stop else "",
    )
