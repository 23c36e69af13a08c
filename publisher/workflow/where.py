"""Where each item is, computed the same for every place that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.domain.catalogue import Bureau
from publisher.domain.clocks import business_day, shown_minute
from publisher.domain.lifecycle import REVISION_LABELS, UNDER_WAY, RevisionState
from publisher.domain.order import OrderKind, OrderState
from publisher.domain.part import PART_LABELS, PUBLIC
from publisher.domain.posting import POSTING_LABELS, PostingState
from publisher.store.records import DraftRecord, ItemRecord, PartRecord, PostingRecord, RevisionRecord
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
    """Where one item is on one channel. `words` are for people; `state` is the part's, else the posting's;
    `machine` says which of the two."""

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
    machine: str = "posting"


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


@dataclass(frozen=True, slots=True)
class _Held:
    """Everything of one item that says where it is."""

    revisions: Sequence[RevisionRecord]
    draft: DraftRecord | None
    postings: Sequence[PostingRecord]
    parts: Sequence[PartRecord]
    correcting: bool
    matched: Mapping[str, datetime]


def where(reading: Reading, item: ItemRecord, now: datetime) -> ItemWhere:
    """Compute where an item is, per channel. `now` decides what is overdue."""
    (place,) = places(reading, [item], now)
    return place


def places(reading: Reading, items: Sequence[ItemRecord], now: datetime) -> list[ItemWhere]:
    """Where each of these items is, in their order; six questions to the database, however many they are."""
    ids = [item.id for item in items]
    revisions, drafts = reading.many.revisions(ids), reading.many.open_drafts(ids)
    postings, parts = reading.many.postings(ids), reading.many.parts(ids)
    orders = reading.many.orders(ids)
    matched = reading.many.last_matches([part.id for found in parts.values() for part in found])
    return [
        _place(
            reading.bureau,
            item,
            _Held(
                revisions.get(item.id, []),
                drafts.get(item.id),
                postings.get(item.id, []),
                parts.get(item.id, []),
                any(
                    o.kind is OrderKind.CORRECT and o.state is OrderState.OPEN
                    for o in orders.get(item.id, ())
                ),
                matched,
            ),
            now,
        )
        for item in items
    ]


def _place(bureau: Bureau, item: ItemRecord, held: _Held, now: datetime) -> ItemWhere:
    revision = speaking(held.revisions)
    draft = held.draft
    content = revision.content if revision else (draft.content if draft else {"title": "", "kind": ""})
    due = revision.due_on if revision else ""
    settled = revision is not None and revision.state in SETTLED
    kind = bureau.kinds.get(content["kind"])
    return ItemWhere(
        item_id=item.id,
        index_no=item.index_no or "",
        title=content["title"],
        kind=kind.label if kind else content["kind"],
        state=revision.state.value if revision else "draft",
        words=_words(held, revision),
        held=bool(revision and revision.held),
        drafter=revision.drafter if revision else (draft.updated_by if draft else ""),
        revision_id=revision.id if revision else "",
        release_at=shown_minute(revision.release_at) if revision and revision.release_at else "",
        due_on=f"{due}（暂定）" if revision and revision.due_provisional else due,
        overdue=bool(due) and not settled and business_day(now).isoformat() > due,
        channels=tuple(_channels(bureau, held)),
    )


def speaking(revisions: Sequence[RevisionRecord]) -> RevisionRecord | None:
    """The revision whose state is the item's: the newest, but never an ended one while an older one is out."""
    out = [r for r in revisions if r.state in (RevisionState.RELEASED, RevisionState.WITHDRAWING)]
    newest = revisions[-1] if revisions else None
    ended = newest is not None and newest.state in (RevisionState.RETURNED, RevisionState.WITHHELD)
    return out[-1] if ended and out else newest


def _words(held: _Held, revision: RevisionRecord | None) -> str:
    if revision is None:
        return "草稿"
    words = REVISION_LABELS[revision.state]
    corrects = bool(revision.content.get("correction"))
    if corrects and revision.state in UNDER_WAY:
        words = f"更正稿{words}"
    if corrects and revision.state is RevisionState.RELEASED and held.correcting:
        words = "更正中"
    return f"{words}（暂停）" if revision.held else words


def _channels(bureau: Bureau, held: _Held) -> Iterable[ChannelWhere]:
    parts = {part.posting_id: part for part in held.parts}
    older = {part.channel: part for part in held.parts if part.state in PUBLIC}
    revisions = {r.id: r for r in held.revisions}
    postings = sorted(held.postings, key=lambda p: (revisions[p.revision_id].number, p.occasion))
    newest = {posting.channel: posting for posting in postings}
    for name in bureau.channels:
        if name in newest:
            posting = newest[name]
            superseded = revisions[posting.revision_id].state is RevisionState.SUPERSEDED
            part = parts.get(posting.id)
            yield _channel(bureau, held, posting, part, older.get(name), superseded=superseded)


def _channel(
    bureau: Bureau,
    held: _Held,
    posting: PostingRecord,
    part: PartRecord | None,
    older: PartRecord | None,
    *,
    superseded: bool,
) -> ChannelWhere:
    """`older` is what of the item is public on this channel; `superseded` says that the posting's revision is."""
    plan = bureau.channels[posting.channel]
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
    seen = held.matched.get(part.id) if part else None
    return ChannelWhere(
        channel=posting.channel,
        label=plan.label,
        state=part.state.value if part else posting.state.value,
        words=words,
        url=part.url if part else (older.url if older else ""),
        posting_id=posting.id,
        part_id=part.id if part else "",
        verified_at=shown_minute(seen) if seen else "",
        error=(posting.error or {}).get("words", ""),
        practice=plan.practice,
        machine="part" if part else "posting",
    )
