"""Report 台账: the ledger, and what should be out and is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from publisher.domain.clocks import business_day, shown_minute
from publisher.domain.part import PART_LABELS, PartState
from publisher.domain.people import Act
from publisher.domain.posting import POSTING_LABELS, PostingState
from publisher.store.figures import Scope
from publisher.store.ledger import LedgerPart, LedgerRow
from publisher.store.unit_of_work import Reading

CHUNK = 400
"""How many lines are read at once."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line of the ledger 台账: one article on one channel."""

    index_no: str
    title: str
    kind: str
    channel: str
    state: str
    formed_on: str
    due_on: str
    released_at: str
    out_at: str
    verified_at: str
    days_late: int
    drafter: str
    signers: str
    url: str
    withdrawal_ordered_at: str
    gone_at: str
    removal_minutes: int | None


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """A line of the ledger and where it belongs: its posting, its item, the unit, the state that it shows."""

    posting_id: str
    item_id: str
    unit: str
    state: PostingState | PartState
    line: LedgerLine


def ledger(
    reading: Reading, since: datetime, until: datetime, *, unit: str = "", channel: str = ""
) -> Sequence[LedgerLine]:
    """Every posting that was planned in [since, until), oldest first, with who signed and when it was seen."""
    return list(ledger_lines(reading, Scope(since, until, unit, channel)))


def ledger_lines(reading: Reading, scope: Scope) -> Iterator[LedgerLine]:
    """The same, line by line, while the transaction of `reading` is open.

    Read in chunks, with a fixed number of questions for each.
    """
    after = ""
    while places := ledger_places(reading, scope, after=after, limit=CHUNK):
        yield from (place.line for place in places)
        after = places[-1].posting_id


def ledger_places(
    reading: Reading, scope: Scope, *, after: str = "", limit: int = 50, newest: bool = False
) -> list[LedgerPlace]:
    """At most `limit` lines behind the posting `after`, oldest or newest first."""
    rows = reading.ledgers.rows(scope, after=after, limit=limit, newest=newest)
    parts = reading.ledgers.first_parts([row.posting_id for row in rows])
    sights = reading.ledgers.sights([part.id for part in parts.values()])
    signers = reading.ledgers.signers({row.revision_id for row in rows})
    return [
        _place(reading, row, part, sights.get(part.id, []) if part else [], signers.get(row.revision_id, []))
        for row in rows
        for part in [parts.get(row.posting_id)]
    ]


def _place(
    reading: Reading,
    row: LedgerRow,
    part: LedgerPart | None,
    sights: Sequence[tuple[str, datetime]],
    signers: Sequence[tuple[str, Act]],
) -> LedgerPlace:
    state = part.state if part else row.state
    late = (business_day(row.out_at) - date.fromisoformat(row.due_on)).days if row.out_at else 0
    seen = next((at for outcome, at in sights if outcome == "match"), None)
    kind = reading.bureau.kinds.get(row.kind)
    line = LedgerLine(
        index_no=row.index_no or "",
        title=row.title,
        kind=kind.label if kind else row.kind,
        channel=reading.bureau.label(row.channel),
        state=PART_LABELS[part.state] if part else POSTING_LABELS[row.state],
        formed_on=row.formed_on,
        due_on=row.due_on,
        released_at=_shown(row.released_at),
        out_at=_shown(row.out_at),
        verified_at=_shown(seen),
        days_late=max(0, late),
        drafter=row.drafter,
        signers="、".join(f"{person}:{act}" for person, act in signers),
        url=part.url if part else "",
        **_removal(part, sights),
    )
    return LedgerPlace(row.posting_id, row.item_id, row.unit, state, line)


def _shown(instant: datetime | None) -> str:
    return shown_minute(instant) if instant else ""


def _removal(part: LedgerPart | None, sights: Sequence[tuple[str, datetime]]) -> dict[str, Any]:
    """From the order to the look that found nothing any more: time to removal."""
    if part is None or part.ordered_at is None:
        return {"withdrawal_ordered_at": "", "gone_at": "", "removal_minutes": None}
    ordered = part.ordered_at
    looks = sights if part.state is PartState.WITHDRAWN else []
    gone = next((at for outcome, at in looks if outcome == "gone" and at >= ordered), None)
    return {
        "withdrawal_ordered_at": shown_minute(ordered),
        "gone_at": _shown(gone),
        "removal_minutes": -(-int((gone - ordered).total_seconds()) // 60) if gone else None,
    }


def oldest_overdue(reading: Reading, now: datetime) -> datetime | None:
    """When the oldest posting that should be out and is not fell due; None when nothing waits unduly.

    `doctor` and readiness go red on its age, not on whether a process is alive.
    """
    due = [
        p.due_at
        for p in reading.postings.in_state(PostingState.QUEUED, PostingState.SENDING)
        if p.due_at <= now and (p.next_try_at is None or p.next_try_at <= now)
    ]
    scheduled = [r.release_at for r in reading.items.due_for_release(now) if r.release_at]
    return min([*due, *scheduled], default=None)


def waiting_for_people(reading: Reading) -> list[str]:
    """What only a person can settle now, one sentence each."""
    tasks = [
        f"{p.id[:8]} {reading.bureau.label(p.channel)}：{p.person_needed}"
        for p in reading.postings.unfinished()
        if p.person_needed
    ]
    tasks += [
        f"{part.id[:8]} {reading.bureau.label(part.channel)}：待人工撤下"
        for part in reading.parts.in_state(PartState.WITHDRAW_BY_HAND)
    ]
    return tasks
