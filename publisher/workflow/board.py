"""The board of postings 推送: each channel for itself, by what it needs. Reads only, a fixed number of questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from publisher.domain.clocks import BEIJING, business_day
from publisher.domain.part import PartState
from publisher.domain.people import Person
from publisher.domain.posting import ChannelState, PostingState
from publisher.store.board import HOT_PARTS, BoardColumn, Wanted
from publisher.store.records import PartRecord, PostingRecord
from publisher.store.unit_of_work import Reading

SHOWN = 6
"""So many cards stand in one cell; a link leads to the others."""
A_PAGE = 50

S, P = PostingState, PartState


class Window(StrEnum):
    """How far the board looks: what is due today and what went out today, this week, or all that is unfinished."""

    TODAY = "today"
    WEEK = "week"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Card:
    """One posting in a few words. `state` is the part's where something is out; `at` (aware) goes with `say`."""

    posting_id: str
    title: str
    more: int
    label: str
    practice: bool
    state: PostingState | PartState
    hot: bool
    urgent: bool
    say: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One channel's column: how many stand there, and the first of them."""

    column: BoardColumn
    count: int
    cards: tuple[Card, ...]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.cards)


@dataclass(frozen=True, slots=True)
class Row:
    """One channel with its cells, in the order of the columns."""

    name: str
    label: str
    practice: bool
    state: ChannelState | None
    reason: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """The board at one moment (`at`, aware). `counts` are the whole columns'; `first_hot` is what to do next."""

    at: datetime
    window: Window
    channel: str
    rows: tuple[Row, ...]
    counts: Mapping[BoardColumn, int]
    first_hot: str


@dataclass(frozen=True, slots=True)
class CardPage:
    """One page of a list of cards; `before` and `after` are page numbers, 0 for none."""

    cards: tuple[Card, ...]
    number: int
    before: int
    after: int


def board(reading: Reading, now: datetime, person: Person, window: Window, channel: str = "") -> BoardView:
    """What is on its way, out and in need of somebody, as this person may see it."""
    wanted = _wanted(reading, now, person, window, channel)
    places = reading.board.cells(wanted, SHOWN)
    cards = _cards(reading, [place.posting_id for place in places])
    counts: Counter[tuple[str, BoardColumn]] = Counter()
    shown: dict[tuple[str, BoardColumn], list[Card]] = {}
    for place in places:
        counts[place.channel, place.column] = place.count
        shown.setdefault((place.channel, place.column), []).append(cards[place.posting_id])
    states = {record.name: record for record in reading.accounts.channels()}
    rows = []
    for name in wanted.channels:
        plan, record = reading.bureau.channels[name], states.get(name)
        cells = tuple(Cell(col, counts[name, col], tuple(shown.get((name, col), ()))) for col in BoardColumn)
        state, reason = (record.state, record.reason) if record else (None, "")
        rows.append(Row(name, plan.label, plan.practice, state, reason, cells))
    return BoardView(
        now,
        window,
        channel,
        tuple(rows),
        {col: sum(counts[name, col] for name in wanted.channels) for col in BoardColumn},
        next((card.posting_id for row in rows for card in row.cells[-1].cards), ""),
    )


def card_page(
    reading: Reading,
    now: datetime,
    person: Person,
    window: Window,
    channel: str,
    column: BoardColumn | None,
    number: int,
) -> CardPage:
    """One page of a column's postings, 50 at a time. Pages count from 1."""
    wanted = _wanted(reading, now, person, window, channel)
    skip = (number - 1) * A_PAGE
    keys = reading.board.page(wanted, column, skip=skip, count=A_PAGE + 1)
    cards = _cards(reading, keys[:A_PAGE])
    return CardPage(
        tuple(cards[key] for key in keys[:A_PAGE]), number, number - 1, number + 1 if keys[A_PAGE:] else 0
    )


def _wanted(reading: Reading, now: datetime, person: Person, window: Window, channel: str) -> Wanted:
    names = tuple(name for name in reading.bureau.channels if channel in ("", name))
    today = business_day(now)
    first = today if window is Window.TODAY else today - timedelta(days=today.weekday())
    last = today if window is Window.TODAY else first + timedelta(days=6)
    if window is Window.ALL:
        return Wanted(names, out=False, unit=person.unit)
    since = datetime.combine(first, time(), BEIJING)
    until = datetime.combine(last + timedelta(days=1), time(), BEIJING)
    return Wanted(names, since=since, until=until, unit=person.unit)


def _cards(reading: Reading, keys: Sequence[str]) -> dict[str, Card]:
    postings = reading.board.postings(keys)
    titles = reading.board.titles({p.revision_id for p in postings.values()})
    parts = reading.board.parts(keys)
    bundled = reading.board.bundled(keys)
    return {
        key: _card(
            reading, posting, titles.get(posting.revision_id, ""), parts.get(key, []), bundled.get(key, 1)
        )
        for key, posting in postings.items()
    }


WORST = (
    *HOT_PARTS,
    P.PUBLISHED,
    P.WITHDRAWING,
    P.UNREMOVABLE,
    P.VERIFIED,
    P.LOST,
    P.WITHDRAWN,
    P.REPLACED,
)
"""Of several parts the one that says most about what is left to do comes first."""


def _card(
    reading: Reading, posting: PostingRecord, title: str, parts: Sequence[PartRecord], articles: int
) -> Card:
    plan = reading.bureau.channels.get(posting.channel)
    part = min(parts, key=lambda one: WORST.index(one.state), default=None)
    hot = needs_person(posting) or (part is not None and part.state in HOT_PARTS)
    say, at = said_of(posting, part)
    return Card(
        posting.id,
        title,
        articles - 1,
        reading.bureau.label(posting.channel),
        bool(plan and plan.practice),
        part.state if part else posting.state,
        hot,
        posting.urgent,
        say,
        at,
    )


def needs_person(posting: PostingRecord) -> bool:
    """Whether a posting goes on only when somebody does something."""
    asked = bool(posting.person_needed)
    return posting.state in (S.BY_HAND, S.FAILED, S.HELD) or (
        asked and posting.state in (S.UNKNOWN, S.ACCEPTED)
    )


def said_of(posting: PostingRecord, part: PartRecord | None) -> tuple[str, datetime | None]:
    """What is known of a posting in the record's own words ("" where its state says all), and the time that counts."""
    if part is not None:
        return "；".join(part.differences), part.out_at
    error = (posting.error or {}).get("words", "")
    at = {
        S.WAITING: posting.due_at,
        S.QUEUED: posting.next_try_at or posting.due_at,
        S.SENDING: posting.claimed_at,
        S.ACCEPTED: posting.claimed_at,
        S.UNKNOWN: posting.unknown_since,
        S.OUT: posting.out_at,
    }.get(posting.state, posting.claimed_at)
    return posting.person_needed or error or posting.waits_for, at
