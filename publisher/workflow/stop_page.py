"""What is stopped and what may be: the freezes that stand, and what people say of strangers. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.domain.posting import ChannelState
from publisher.store.board import BoardColumn, Wanted
from publisher.store.records import FreezeRecord, StrangerRecord
from publisher.store.unit_of_work import Reading

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class StopRow:
    """One channel: whether it is stopped for itself, and how many postings wait there."""

    name: str
    label: str
    practice: bool
    state: ChannelState | None
    freeze: FreezeRecord | None
    waiting: int


@dataclass(frozen=True, slots=True)
class StopView:
    """What stands still. `everything` is the freeze of all channels; `names` are what people are called."""

    everything: FreezeRecord | None
    rows: tuple[StopRow, ...]
    names: Mapping[str, str]

    @property
    def waiting(self) -> int:
        """How many postings wait on all channels together."""
        return sum(row.waiting for row in self.rows)


def stops(reading: Reading) -> StopView:
    """The freezes that stand, and what each channel has waiting."""
    standing = {freeze.channel: freeze for freeze in reading.accounts.freezes()}
    states = {record.name: record.state for record in reading.accounts.channels()}
    channels = reading.bureau.channels
    places = reading.board.cells(Wanted(tuple(channels), out=False), 1)
    waiting = {place.channel: place.count for place in places if place.column is BoardColumn.WAITING}
    rows = tuple(
        StopRow(name, plan.label, plan.practice, states.get(name), standing.get(name), waiting.get(name, 0))
        for name, plan in channels.items()
    )
    return StopView(standing.get(""), rows, {one.name: one.display for one in reading.people.all()})


@dataclass(frozen=True, slots=True)
class StrangerPage:
    """What platforms list and we did not send, 50 at a time, what nobody has explained first.

    `before` and `after` are page numbers, 0 for none; `labels` and `names` are what channels and people are called.
    """

    rows: tuple[StrangerRecord, ...]
    unexplained: int
    number: int
    before: int
    after: int
    labels: Mapping[str, str]
    names: Mapping[str, str]


def stranger_page(reading: Reading, number: int) -> StrangerPage:
    """One page of them. Pages count from 1."""
    found = sorted(reading.strangers.all(), key=lambda one: one.explained_at is not None)
    skip = (number - 1) * A_PAGE
    return StrangerPage(
        tuple(found[skip : skip + A_PAGE]),
        sum(one.explained_at is None for one in found),
        number,
        number - 1,
        number + 1 if found[skip + A_PAGE :] else 0,
        {name: plan.label for name, plan in reading.bureau.channels.items()},
        {one.name: one.display for one in reading.people.all()},
    )
