"""Single things as plain values, the same for the command line's `--json` and the API. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from publisher.audit.entries import StoredEntry, parse_entry
from publisher.audit.tree import inclusion_proof, leaf_hash
from publisher.domain.labels import SIGNED
from publisher.domain.lifecycle import REVISION_LABELS
from publisher.domain.part import PART_LABELS
from publisher.domain.posting import CHANNEL_LABELS, POSTING_LABELS
from publisher.domain.review import Signature
from publisher.store.records import (
    DraftRecord,
    ItemRecord,
    OrderRecord,
    PartRecord,
    PostingRecord,
    RevisionRecord,
)
from publisher.store.unit_of_work import Reading
from publisher.workflow.content_words import content_labels
from publisher.workflow.people_words import people_words
from publisher.workflow.where import where


def etag_of(draft: DraftRecord) -> str:
    """A draft in one of its versions, as HTTP names it."""
    return f'"{draft.id}-{draft.version}"'


def item_document(reading: Reading, item: ItemRecord, now: datetime) -> dict[str, Any]:
    """Everything about one item, plain values."""
    place = where(reading, item, now)
    named = people_words(reading)
    draft = reading.items.open_draft(item.id)
    revisions = reading.items.revisions(item.id)
    content = revisions[-1].content if revisions else (draft.content if draft else {})
    if draft is not None:
        content = draft.content
    return {
        **asdict(place),
        "sentence": place.sentence,
        "draft": _draft(draft, named) if draft else None,
        "content": content,
        "labels": content_labels(content, reading.bureau, named),
        "revisions": [_revision(reading, revision, named) for revision in revisions],
        "parts": [asdict(part) for part in reading.parts.of_item(item.id)],
        "orders": [_order(reading, order, named) for order in reading.parts.orders(item.id)],
    }


def _draft(draft: DraftRecord, named: Callable[[str], str]) -> dict[str, Any]:
    return {
        "version": draft.version,
        "updated_by": draft.updated_by,
        "updater": named(draft.updated_by),
        "updated_at": draft.updated_at,
        "etag": etag_of(draft),
        "findings": draft.findings,
    }


def _order(reading: Reading, order: OrderRecord, named: Callable[[str], str]) -> dict[str, Any]:
    part = reading.parts.get(order.part_id) if order.part_id else None
    channel = order.channel or (part.channel if part else "")
    one = f"的一篇 {order.part_id}" if part else ""
    scope = f"{reading.bureau.label(channel)}{one}" if channel else "全部渠道"
    return {**asdict(order), "signer": named(order.signed_by), "scope_words": scope}


def signature_document(signature: Signature, named: Callable[[str], str]) -> dict[str, Any]:
    """A signature with the words for its act and its person."""
    words = SIGNED.get(signature.act, signature.act.value)
    return {**asdict(signature), "signer": named(signature.person), "words": words}


def _revision(reading: Reading, revision: RevisionRecord, named: Callable[[str], str]) -> dict[str, Any]:
    return {
        "digest": revision.id,
        "number": revision.number,
        "state": revision.state.value,
        "words": REVISION_LABELS[revision.state],
        "held": revision.held,
        "urgent": revision.urgent,
        "drafter": revision.drafter,
        "drafted_by": named(revision.drafter),
        "submitted_at": revision.submitted_at,
        "release_at": revision.release_at,
        "released_at": revision.released_at,
        "signatures": [signature_document(s, named) for s in reading.items.signatures(revision.id)],
    }


def revision_document(reading: Reading, revision: RevisionRecord) -> dict[str, Any]:
    """Everything that is signed, plain values; `messages` as a reader will find them, slots still empty."""
    item = reading.items.item(revision.item_id)
    named = people_words(reading)
    labels = content_labels(revision.content, reading.bureau, named)
    return {
        "revision": revision.id,
        "item": revision.item_id,
        "index_no": (item.index_no if item else "") or "",
        "number": revision.number,
        "state": revision.state.value,
        "words": REVISION_LABELS[revision.state],
        "held": revision.held,
        "urgent": revision.urgent,
        "drafter": revision.drafter,
        "drafted_by": named(revision.drafter),
        "submitted_at": revision.submitted_at,
        "release_at": revision.release_at,
        "released_at": revision.released_at,
        "due_on": revision.due_on,
        "due_provisional": revision.due_provisional,
        "content": revision.content,
        "labels": labels,
        "findings": revision.findings,
        "signatures": [signature_document(s, named) for s in reading.items.signatures(revision.id)],
        "messages": [_message(reading, revision, channel) for channel in revision.messages],
    }


def _message(reading: Reading, revision: RevisionRecord, channel: str) -> dict[str, Any]:
    from publisher.render.freeze import thaw

    plan = reading.bureau.channels.get(channel)
    articles = thaw(revision.messages[channel]).articles
    return {
        "channel": channel,
        "label": plan.label if plan else channel,
        "practice": bool(plan and plan.practice),
        "articles": [
            {
                "title": a.title,
                "summary": a.summary,
                "author": a.author,
                "text": a.text,
                "link": a.link,
                "cover": a.cover.name if a.cover else "",
                "images": [image.name for image in a.images],
                "attachments": [file.name for file in a.attachments],
            }
            for a in articles
        ],
    }


def posting_lines(reading: Reading, postings: Sequence[PostingRecord]) -> list[dict[str, Any]]:
    """Sendings as lines of a list; one question for all their titles."""
    titles = reading.items.titles([posting.revision_id for posting in postings])
    return [_posting(reading, posting, titles.get(posting.revision_id, "")) for posting in postings]


def _posting(reading: Reading, posting: PostingRecord, title: str) -> dict[str, Any]:
    plan = reading.bureau.channels.get(posting.channel)
    return {
        "posting": posting.id,
        "item": posting.item_id,
        "title": title,
        "channel": posting.channel,
        "label": plan.label if plan else posting.channel,
        "state": posting.state,
        "words": POSTING_LABELS[posting.state],
        "due_at": posting.due_at,
        "out_at": posting.out_at,
        "late_at": posting.late_at,
        "waits_for": posting.waits_for,
        "person_needed": posting.person_needed,
        "error": (posting.error or {}).get("words", ""),
        "attempts": posting.attempts,
    }


def posting_document(reading: Reading, posting: PostingRecord) -> dict[str, Any]:
    """One sending with its steps, parts and looks."""
    return {
        **posting_lines(reading, [posting])[0],
        "revision": posting.revision_id,
        "denied_by": posting.denied_by,
        "next_look_at": posting.next_look_at,
        "next_try_at": posting.next_try_at,
        "steps": [asdict(step) for step in reading.steps.of(posting.id)],
        "parts": [part_document(reading, part) for part in reading.parts.of_posting(posting.id)],
    }


def part_document(reading: Reading, part: PartRecord) -> dict[str, Any]:
    """One article with its words and every look at it."""
    titles = reading.items.titles([part.revision_id])
    plan = reading.bureau.channels.get(part.channel)
    return {
        **asdict(part),
        "title": titles.get(part.revision_id, ""),
        "label": plan.label if plan else part.channel,
        "words": PART_LABELS[part.state],
        "proofs": reading.parts.proofs(part.id),
    }


def channel_lines(reading: Reading) -> Iterator[dict[str, Any]]:
    """All configured channels: the portals first in the trip, and what each is waiting for."""
    known = {record.name: record for record in reading.accounts.channels()}
    for name, plan in reading.bureau.channels.items():
        record = known.get(name)
        yield {
            **asdict(plan),
            "state": record.state if record else None,
            "words": CHANNEL_LABELS[record.state] if record else "未登记",
            "reason": record.reason if record else "",
            "since": record.since if record else None,
            "next_probe_at": record.next_probe_at if record else None,
        }


def entry_lines(reading: Reading, stored: Sequence[StoredEntry], *, with_notes: bool) -> list[dict[str, Any]]:
    """Entries as they are sealed; beside them, where asked for, the words that are not erased."""
    notes = reading.log.notes_of([one.seq for one in stored]) if with_notes else {}
    return [_entry(one, notes.get(one.seq, {})) for one in stored]


def _entry(stored: StoredEntry, notes: Mapping[str, str | None]) -> dict[str, Any]:
    entry = parse_entry(stored.canonical)
    return {
        **asdict(entry),
        "note_digests": entry.notes,
        "notes": notes,
        "hash": stored.entry_hash,
        "prev": stored.prev_hash,
        "canonical": stored.canonical,
    }


def entry_proof(reading: Reading, seq: int, *, with_notes: bool) -> dict[str, Any] | None:
    """One entry and the proof that the newest checkpoint covers it; None where there is no such entry."""
    stored = [one for one in reading.log.entries(first=seq, limit=1) if one.seq == seq]
    if not stored:
        return None
    newest = reading.log.newest_checkpoint()
    size = newest[0] if newest else 0
    covered = seq <= size
    hashes = reading.log.hashes()[:size] if covered else []
    leaves = [leaf_hash(bytes.fromhex(one)) for one in hashes]
    return {
        "entry": entry_lines(reading, stored, with_notes=with_notes)[0],
        "checkpoint": reading.log.checkpoints()[-1] if covered else "",
        "size": size if covered else 0,
        "proof": [one.hex() for one in inclusion_proof(leaves, seq - 1)] if covered else [],
    }
