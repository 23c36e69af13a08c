"""Report 台账: the ledger, and what should be out and is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.domain.clocks import business_day, shown_minute
from publisher.domain.part import PART_LABELS, PartState
from publisher.domain.posting import POSTING_LABELS, PostingState
from publisher.store.records import PartRecord, PostingRecord
from publisher.store.unit_of_work import Reading


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


def ledger(reading: Reading, since: datetime, until: datetime) -> Sequence[LedgerLine]:
    """Every posting that was planned in [since, until), oldest first, with who signed and when it was seen."""
    lines = []
    for posting in sorted(reading.postings.all(limit=100_000), key=lambda p: (p.created_at, p.channel)):
        if since <= posting.created_at < until:
            lines.append(_line(reading, posting))
    return lines


def _line(reading: Reading, posting: PostingRecord) -> LedgerLine:
    revision = reading.items.revision(posting.revision_id)
    item = reading.items.item(posting.item_id)
    if revision is None or item is None:
        raise LookupError(posting.id)
    part = next(iter(reading.parts.of_posting(posting.id)), None)
    proofs = [p for p in reading.parts.proofs(part.id) if p["outcome"] == "match"] if part else []
    kind = reading.bureau.kinds.get(revision.content["kind"])
    state = PART_LABELS[part.state] if part else POSTING_LABELS[posting.state]
    late = (business_day(posting.out_at) - revision.due_day()).days if posting.out_at else 0
    signatures = reading.items.signatures(revision.id)
    return LedgerLine(
        index_no=item.index_no or "",
        title=revision.content["title"],
        kind=kind.label if kind else revision.content["kind"],
        channel=reading.bureau.label(posting.channel)
        if posting.channel in reading.bureau.channels
        else posting.channel,
        state=state,
        formed_on=revision.content["formed_on"],
        due_on=revision.due_on,
        released_at=shown_minute(revision.released_at) if revision.released_at else "",
        out_at=shown_minute(posting.out_at) if posting.out_at else "",
        verified_at=shown_minute(proofs[0]["at"]) if proofs else "",
        days_late=max(0, late),
        drafter=revision.drafter,
        signers="、".join(f"{s.person}:{s.act}" for s in signatures),
        url=part.url if part else "",
        **_removal(reading, part),
    )


def _removal(reading: Reading, part: PartRecord | None) -> dict[str, Any]:
    """From the order to the look that found nothing any more: time to removal."""
    order = reading.parts.order(part.order_id) if part is not None and part.order_id else None
    if part is None or order is None:
        return {"withdrawal_ordered_at": "", "gone_at": "", "removal_minutes": None}
    looks = reading.parts.proofs(part.id) if part.state is PartState.WITHDRAWN else []
    gone = next((p["at"] for p in looks if p["outcome"] == "gone" and p["at"] >= order.at), None)
    return {
        "withdrawal_ordered_at": shown_minute(order.at),
        "gone_at": shown_minute(gone) if gone else "",
        "removal_minutes": -(-int((gone - order.at).total_seconds()) // 60) if gone else None,
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
