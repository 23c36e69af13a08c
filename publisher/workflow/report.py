"""Report 台账: where each item is, computed the same for every place that shows it, and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.domain.clocks import business_day, shown_minute
from publisher.domain.lifecycle import REVISION_LABELS, UNDER_WAY, RevisionState
from publisher.domain.order import OrderKind
from publisher.domain.part import PART_LABELS, PUBLIC, PartState
from publisher.domain.posting import POSTING_LABELS, PostingState
from publisher.store.records import ItemRecord, PartRecord, PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading

SETTLED = frozenset(
    {
        RevisionState.RELEASED,
        RevisionState.WITHDRAWING,
        RevisionState.WITHDRAWN,
        RevisionState.WITHHELD,
        RevisionState.SUPERSEDED,
    }
)
"""No legal limit runs any more: it was released, must not be disclosed, or another revision took its place."""


@dataclass(frozen=True, slots=True)
class ChannelWhere:
    """Where one item is on one channel. `words` are for people; `state` is the part's, else the posting's."""

    channel: str
    label: str
    state: str
    words: str
    url: str = ""
    posting_id: str = ""
    part_id: str = ""
    verified_at: str = ""
    error: str = ""
    practice: bool = False


@dataclass(frozen=True, slots=True)
class ItemWhere:
    """Where one item is. `state` is the newest revision's, `draft` when there is none."""

    item_id: str
    index_no: str
    title: str
    kind: str
    state: str
    words: str
    held: bool
    drafter: str
    revision_id: str
    release_at: str
    due_on: str
    overdue: bool
    channels: tuple[ChannelWhere, ...]

    @property
    def sentence(self) -> str:
        """One line: never “published” while a channel is not."""
        return " · ".join(f"{c.label}{c.words}" for c in self.channels) or self.words


def where(reading: Reading, item: ItemRecord, now: datetime) -> ItemWhere:
    """Compute where an item is, per channel. `now` decides what is overdue."""
    revision = _speaking(reading.items.revisions(item.id))
    draft = reading.items.open_draft(item.id)
    content = revision.content if revision else (draft.content if draft else {"title": "", "kind": ""})
    due = revision.due_on if revision else ""
    settled = revision is not None and revision.state in SETTLED
    kind = reading.bureau.kinds.get(content["kind"])
    return ItemWhere(
        item_id=item.id,
        index_no=item.index_no or "",
        title=content["title"],
        kind=kind.label if kind else content["kind"],
        state=revision.state.value if revision else "draft",
        words=_words(reading, revision),
        held=bool(revision and revision.held),
        drafter=revision.drafter if revision else (draft.updated_by if draft else ""),
        revision_id=revision.id if revision else "",
        release_at=shown_minute(revision.release_at) if revision and revision.release_at else "",
        due_on=f"{due}（暂定）" if revision and revision.due_provisional else due,
        overdue=bool(due) and not settled and business_day(now).isoformat() > due,
        channels=_channels(reading, item),
    )


def _speaking(revisions: Sequence[RevisionRecord]) -> RevisionRecord | None:
    """The revision whose state is the item's: the newest, but never an ended one while an older one is out."""
    out = [r for r in revisions if r.state in (RevisionState.RELEASED, RevisionState.WITHDRAWING)]
    newest = revisions[-1] if revisions else None
    ended = newest is not None and newest.state in (RevisionState.RETURNED, RevisionState.WITHHELD)
    return out[-1] if ended and out else newest


def _words(reading: Reading, revision: RevisionRecord | None) -> str:
    if revision is None:
        return "草稿"
    words = REVISION_LABELS[revision.state]
    corrects = bool(revision.content.get("correction"))
    if corrects and revision.state in UNDER_WAY:
        words = f"更正稿{words}"
    if corrects and revision.state is RevisionState.RELEASED and _correcting(reading, revision.item_id):
        words = "更正中"
    return f"{words}（暂停）" if revision.held else words


def _correcting(reading: Reading, item_id: str) -> bool:
    return any(order.kind is OrderKind.CORRECT for order in reading.parts.open_orders(item_id))


def _channels(reading: Reading, item: ItemRecord) -> tuple[ChannelWhere, ...]:
    found = reading.parts.of_item(item.id)
    parts = {part.posting_id: part for part in found}
    older = {part.channel: part for part in found if part.state in PUBLIC}
    revisions = {r.id: r for r in reading.items.revisions(item.id)}
    postings = reading.postings.of_item(item.id)
    postings.sort(key=lambda p: (revisions[p.revision_id].number, p.occasion))
    newest = {posting.channel: posting for posting in postings}
    return tuple(
        _channel(
            reading,
            newest[name],
            parts.get(newest[name].id),
            older.get(name),
            superseded=revisions[newest[name].revision_id].state is RevisionState.SUPERSEDED,
        )
        for name in _order(reading, newest)
    )


def _order(reading: Reading, postings: dict[str, PostingRecord]) -> list[str]:
    return [name for name in reading.bureau.channels if name in postings]


def _channel(
    reading: Reading,
    posting: PostingRecord,
    part: PartRecord | None,
    older: PartRecord | None,
    *,
    superseded: bool,
) -> ChannelWhere:
    """`older` is what of the item is public on this channel; `superseded` says that the posting's revision is."""
    plan = reading.bureau.channels[posting.channel]
    words = POSTING_LABELS[posting.state]
    if part is not None:
        words = PART_LABELS[part.state]
    elif posting.state is PostingState.WAITING and posting.waits_for:
        words = f"等待：{posting.waits_for}"
    elif posting.person_needed:
        words = f"待人工：{posting.person_needed}"
    if part is None and older is not None and posting.state is not PostingState.CANCELLED:
        words = f"更正{words}，旧版本{PART_LABELS[older.state]}"
    elif part is not None and part.state in PUBLIC and superseded:
        words = f"{words}（旧版本）"
    proofs = reading.parts.proofs(part.id) if part else []
    matched = [p for p in proofs if p["outcome"] == "match"]
    return ChannelWhere(
        channel=posting.channel,
        label=plan.label,
        state=part.state.value if part else posting.state.value,
        words=words,
        url=part.url if part else (older.url if older else ""),
        posting_id=posting.id,
        part_id=part.id if part else "",
        verified_at=shown_minute(matched[-1]["at"]) if matched else "",
        error=(posting.error or {}).get("words", ""),
        practice=plan.practice,
    )


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
