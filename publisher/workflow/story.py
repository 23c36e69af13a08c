"""An item's story: the nine stations of its trip, each channel for itself, content, signatures, record. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from publisher.domain.events import ENTRY_KINDS
from publisher.domain.labels import SIGNED
from publisher.domain.lifecycle import UNDER_WAY, RevisionState
from publisher.domain.part import CLOSED, PartState
from publisher.domain.posting import POSTING_FINAL, PostingState
from publisher.render.subset import shown_body
from publisher.store.records import (
    DraftRecord,
    ItemRecord,
    OrderRecord,
    PartRecord,
    PostingRecord,
    RevisionRecord,
    SignedRecord,
)
from publisher.store.unit_of_work import Reading
from publisher.workflow.content_words import content_labels, content_pairs
from publisher.workflow.people_words import people_words
from publisher.workflow.where import ChannelWhere, ItemWhere, speaking, where

RECENT = 40
"""So many entries stand on the page; the rest is found in the log."""

STATIONS = ("登记", "预检", "三审", "排期", "下发", "推送", "核验", "存证", "台账")
HOT_POSTINGS = frozenset({PostingState.FAILED, PostingState.UNKNOWN, PostingState.HELD, PostingState.BY_HAND})
HOT_PARTS = frozenset({PartState.DIFFERS, PartState.MISSING, PartState.WITHDRAW_BY_HAND})


class Reached(StrEnum):
    """Whether the trip has passed a station, stands there, or has it before it."""

    DONE = "done"
    NOW = "now"
    TODO = "todo"


@dataclass(frozen=True, slots=True)
class Station:
    """One station: its name, how far, and one line about it. `bad` when something there needs a person."""

    name: str
    reached: Reached
    words: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One channel: where the item is there, the record's own state, one sentence, whether a person is needed."""

    where: ChannelWhere
    state: StrEnum
    say: str
    hot: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature as it is shown."""

    act: str
    who: str
    said: str
    at: datetime
    on_paper: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the record as it is shown: its number, its words, who, and a reason where one was given."""

    seq: int
    at: datetime
    words: str
    who: str
    reason: str
    about: str


@dataclass(frozen=True, slots=True)
class Version:
    """One revision in the list: number, state, when submitted, by whom."""

    digest: str
    number: int
    state: RevisionState
    held: bool
    submitted_at: datetime
    drafter: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything on the page of one item at one moment. `revision` is the one that speaks for the item."""

    item: ItemRecord
    place: ItemWhere
    draft: DraftRecord | None
    revision: RevisionRecord | None
    stations: tuple[Station, ...]
    rows: tuple[Row, ...]
    pairs: tuple[tuple[str, str], ...]
    body: str
    files: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    signed: tuple[Signed, ...]
    versions: tuple[Version, ...]
    orders: tuple[OrderRecord, ...]
    told: tuple[Told, ...]
    named: dict[str, str]


def story(reading: Reading, item: ItemRecord, now: datetime) -> Story:
    """The page of one item. A fixed number of questions to the database."""
    ids = [item.id]
    revisions = reading.many.revisions(ids).get(item.id, [])
    draft = reading.many.open_drafts(ids).get(item.id)
    postings = reading.many.postings(ids).get(item.id, [])
    parts = reading.many.parts(ids).get(item.id, [])
    orders = tuple(reading.many.orders(ids).get(item.id, ()))
    signed = reading.many.signatures([r.id for r in revisions])
    place, revision, named = where(reading, item, now), speaking(revisions), people_words(reading)
    shown = revision.content if revision else (draft.content if draft else {})
    rows = tuple(_rows(place, postings, parts))
    return Story(
        item,
        place,
        draft,
        revision,
        tuple(_stations(item, revision, draft, signed, rows)),
        rows,
        tuple(pair for pair in content_pairs(shown, content_labels(shown, reading.bureau, named)) if pair[1])
        if shown
        else (),
        shown_body(str(shown.get("body", "")), lambda digest: f"/items/{item.id}/files/{digest}"),
        tuple(shown.get("files", ())),
        tuple(_findings(revision, draft)),
        tuple(_signed(s, named(s.person)) for s in signed if revision and s.revision_id == revision.id),
        tuple(Version(r.id, r.number, r.state, r.held, r.submitted_at, named(r.drafter)) for r in revisions),
        orders,
        tuple(_told(reading, named, item, revisions, postings, parts)),
        {order.signed_by: named(order.signed_by) for order in orders},
    )


def _rows(place: ItemWhere, postings: Sequence[PostingRecord], parts: Sequence[PartRecord]) -> Iterator[Row]:
    by_id, part_of = {p.id: p for p in postings}, {p.id: p for p in parts}
    for one in place.channels:
        posting, part = by_id[one.posting_id], part_of.get(one.part_id)
        if part is not None:
            at = part.out_at
            say = "；".join(part.differences) or (f"最近核验 {one.verified_at}" if one.verified_at else "")
            yield Row(one, part.state, say, part.state in HOT_PARTS, at)
        else:
            say = posting.person_needed or one.error or posting.waits_for
            hot = posting.state in HOT_POSTINGS or bool(posting.person_needed)
            yield Row(one, posting.state, say, hot, posting.next_try_at or posting.due_at)


def _stations(
    item: ItemRecord,
    revision: RevisionRecord | None,
    draft: DraftRecord | None,
    signed: Sequence[SignedRecord],
    rows: Sequence[Row],
) -> Iterator[Station]:
    state = revision.state if revision else None
    mine = [s for s in signed if revision and s.revision_id == revision.id]
    ended = state in (RevisionState.RETURNED, RevisionState.WITHHELD, RevisionState.SUPERSEDED)
    passed = 1 if revision is None else _passed(state, ended=ended)
    out = [r for r in rows if r.where.machine == "part"]
    seen = [r for r in out if r.state in (PartState.VERIFIED, *CLOSED)]
    settled = bool(rows) and all(r.where.machine == "part" or r.state in POSTING_FINAL for r in rows)
    if passed == 5 and settled:
        passed = 9 if len(seen) == len(out) else 6
    findings = _findings(revision, draft)
    hot = any(r.hot for r in rows)
    words = (
        "",
        f"{len(findings)}" if findings else "0",
        f"{len(mine)}",
        "",
        "",
        f"{len(out)} / {len(rows)}" if rows else "",
        f"{len(seen)} / {len(out)}" if out else "",
        "",
        "",
    )
    for number, (name, line) in enumerate(zip(STATIONS, words, strict=True)):
        reached = Reached.DONE if number < passed else Reached.NOW if number == passed else Reached.TODO
        bad = (hot and number in (5, 6) and reached is not Reached.TODO) or (ended and reached is Reached.NOW)
        yield Station(name, reached, line, bad)


def _findings(revision: RevisionRecord | None, draft: DraftRecord | None) -> list[dict[str, Any]]:
    source = revision or draft
    return source.findings if source else []


def _passed(state: RevisionState | None, *, ended: bool) -> int:
    """How many stations lie behind a revision in this state."""
    if ended:
        return 2
    if state is RevisionState.APPROVED:
        return 3
    if state is RevisionState.SCHEDULED:
        return 4
    return 2 if state in UNDER_WAY else 5


def _signed(signature: SignedRecord, who: str) -> Signed:
    said = "；".join(filter(None, (signature.opinion, signature.reference)))
    return Signed(SIGNED.get(signature.act, signature.act), who, said, signature.at, signature.on_paper)


def _told(
    reading: Reading,
    named: Callable[[str], str],
    item: ItemRecord,
    revisions: Sequence[RevisionRecord],
    postings: Sequence[PostingRecord],
    parts: Sequence[PartRecord],
) -> Iterator[Told]:
    bureau = reading.bureau
    about = {f"item:{item.id}": ""}
    about |= {f"revision:{r.id}": f"第 {r.number} 版" for r in revisions}
    about |= {f"posting:{p.id}": bureau.label(p.channel) for p in postings}
    about |= {f"part:{p.id}": bureau.label(p.channel) for p in parts}
    for line in reading.log.story(list(about), RECENT):
        reason = line.notes.get("reason") or line.notes.get("opinion") or line.notes.get("why") or ""
        yield Told(
            line.seq,
            line.at,
            ENTRY_KINDS.get(line.kind, line.kind),
            named(line.actor),
            reason,
            about[line.subject],
        )
