"""Expunge 抹除: what must not be kept (a leak of personal data) is erased from our own store, by two people.

Texts, messages, files, opinions and the log's notes go; digests and entries stay, so that the log verifies
before and after and says who erased what. What has left the store is out of reach: backups, exports, copies
that readers made (docs/handbook.zh.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from publisher.audit.entries import StoredEntry, StoredNote, erasing_draft, parse_entry
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.item import Content, content_from_json, content_to_json
from publisher.domain.lifecycle import UNDER_WAY
from publisher.domain.order import OrderKind, OrderScope
from publisher.domain.part import CLOSED
from publisher.domain.people import Act, Role, require
from publisher.domain.posting import POSTING_FINAL
from publisher.store.records import OrderRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.intake import item
from publisher.workflow.withdraw import UNSETTLED, fulfil

ERASED = "（已抹除）"
KEPT_KINDS = frozenset({"person:order:withdraw", "person:order:expunge", "person:order:confirm_expunge"})
"""Entries whose notes stay: the reason of a withdrawal is public, that of the erasing explains it."""


@dataclass(frozen=True, slots=True)
class ExpungeRequest:
    """Erase an item. `reason` stays on record: it must not repeat what is to be erased."""

    item_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmExpungeRequest:
    """The second person's word."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Expunged:
    """What was erased: revisions and drafts, notes of the log, files."""

    texts: int
    notes: int
    files: int


def order_expunge(uow: UnitOfWork, now: datetime, actor: Actor, request: ExpungeRequest) -> int:
    """The first person's word; returns the order's number. Nothing is erased yet.

    Refused while anything of the item is out or on its way, unless its withdrawal was ordered as a leak.
    """
    require(Act.ORDER_EXPUNGE, actor.person)
    item(uow, request.item_id)
    require_words(request.reason, "要写明抹除的理由")
    if _open_order(uow, request.item_id) is not None:
        raise refuse(
            Reason.WRONG_STATE,
            "这个条目的抹除已在办理",
            field="item",
            allowed="由另一人用 item expunge --confirm 确认",
            english="already ordered, a second person confirms",
        )
    _require_ended(uow, request.item_id)
    order_id = uow.parts.add_order(
        kind=OrderKind.EXPUNGE,
        scope=OrderScope.ITEM,
        item_id=request.item_id,
        signed_by=actor.name,
        at=now,
        reason=request.reason,
    )
    uow.record(
        now,
        "person:order:expunge",
        actor.name,
        f"item:{request.item_id}",
        os_user=actor.os_user,
        facts={"order": order_id},
        notes={"reason": request.reason},
    )
    uow.commit()
    return order_id


def confirm_expunge(uow: UnitOfWork, now: datetime, actor: Actor, request: ConfirmExpungeRequest) -> Expunged:
    """The second person's word; everything is erased in one commit, its files right after it.

    One of the two is an approver. A crash after the commit leaves files that the sweep erases.
    """
    require(Act.CONFIRM_EXPUNGE, actor.person)
    order = _open_order(uow, request.item_id)
    if order is None or order.confirmed_by:
        raise refuse(
            Reason.WRONG_STATE,
            "没有待确认的抹除",
            field="item",
            allowed="先由一人下抹除指令",
            english="no expunge waits for confirmation",
        )
    _require_second(uow, actor, order)
    _require_ended(uow, request.item_id)
    uow.overwrite_what_is_freed()
    files = _files_of(uow, request.item_id)
    texts = _erase_texts(uow, request.item_id)
    notes = _erase_notes(uow, now, actor, order)
    uow.parts.change_order(order.id, confirmed_by=actor.name)
    uow.record(
        now,
        "person:order:confirm_expunge",
        actor.name,
        f"item:{request.item_id}",
        os_user=actor.os_user,
        facts={"order": order.id, "texts": texts, "notes": notes, "files": len(files)},
        digests={f"revision.{r.number}": r.id for r in uow.items.revisions(request.item_id)},
    )
    uow.commit()
    for digest in files:
        uow.blobs.discard(digest)
    return Expunged(texts, notes, len(files))


def advance_expunges(uow: UnitOfWork, now: datetime) -> int:
    """The sweep over confirmed orders to erase: files that are still there go, then the order is fulfilled."""
    done = 0
    for order in uow.parts.open_orders():
        if order.kind is not OrderKind.EXPUNGE or not order.confirmed_by:
            continue
        for digest in _files_of(uow, order.item_id):
            uow.blobs.discard(digest)
        uow.overwrite_what_is_freed()  # and once more what a reader kept in the write-ahead log
        fulfil(uow, now, order)
        done += 1
    uow.commit()
    return done


def _open_order(uow: UnitOfWork, item_id: str) -> OrderRecord | None:
    return next((o for o in uow.parts.open_orders(item_id) if o.kind is OrderKind.EXPUNGE), None)


def _require_second(uow: UnitOfWork, actor: Actor, order: OrderRecord) -> None:
    if order.signed_by in (actor.name, actor.person.behalf):
        raise refuse(
            Reason.NOT_PERMITTED,
            "要由另一人确认抹除",
            field="actor",
            allowed="第二个人",
            english="a second person must confirm",
        )
    first = uow.people.get(order.signed_by)
    if not any(person is not None and Role.APPROVER in person.roles for person in (actor.person, first)):
        raise refuse(
            Reason.NOT_PERMITTED,
            "两人中要有一位签发人",
            field="actor",
            allowed="由签发人确认",
            english="one of the two must be an approver",
        )


def _require_ended(uow: UnitOfWork, item_id: str) -> None:
    """Nothing of it is out or on its way. A leak may be erased while its removal still goes on."""
    leak = any(o.leak and o.scope is OrderScope.ITEM for o in uow.parts.open_orders(item_id))
    states = {p.state for p in uow.postings.of_item(item_id)}
    faults = (
        (
            any(r.state in UNDER_WAY for r in uow.items.revisions(item_id)),
            "还有版本在审或已排期",
            "先退回、撤回送审或撤回签发",
            "a revision is under way",
        ),
        (bool(states & UNSETTLED), "还有推送没有结果", "等它有结果，或请人确认", "a posting is not settled"),
        (
            not leak
            and (
                any(part.state not in CLOSED for part in uow.parts.of_item(item_id))
                or any(state not in POSTING_FINAL for state in states)
            ),
            "还有内容公开着，或正在发出",
            "先撤下并办结；泄密的用 item withdraw --leak",
            "something of the item is out",
        ),
    )
    for wrong, words, allowed, english in faults:
        if wrong:
            raise refuse(Reason.WRONG_STATE, words, field="item", allowed=allowed, english=english)


def _files_of(uow: UnitOfWork, item_id: str) -> list[str]:
    """Digests of files that this item alone has."""
    contents = [r.content for r in uow.items.revisions(item_id)]
    contents += [draft.content for draft in uow.items.drafts(item_id)]
    digests = {str(file["digest"]) for content in contents for file in content.get("files", ())}
    digests |= {digest for part in uow.parts.of_item(item_id) for digest in uow.parts.evidence(part.id)}
    digests |= set(uow.papers.scans(item_id))
    return sorted(digest for digest in digests if not uow.items.uses_file(digest, besides=item_id))


def _erase_texts(uow: UnitOfWork, item_id: str) -> int:
    drafts, revisions = uow.items.drafts(item_id), uow.items.revisions(item_id)
    for draft in drafts:
        uow.items.erase_draft(draft.id, content=_erased(draft.content))
    for revision in revisions:
        uow.items.erase_revision(revision.id, content=_erased(revision.content))
        uow.papers.erase(revision.id)
    for posting in uow.postings.of_item(item_id):
        uow.postings.change(posting.id, error=None)
    for order in uow.parts.orders(item_id):
        if order.kind is OrderKind.CORRECT:
            uow.parts.change_order(order.id, reason="")
    uow.parts.forget_sights(item_id)
    uow.strangers.erase_words([posting.id for posting in uow.postings.of_item(item_id)])
    uow.accounts.erase_alarms(_ids_of(uow, item_id), ERASED)
    return len(drafts) + len(revisions)


def _erased(value: dict[str, Any]) -> dict[str, Any]:
    """A content without a word of it: what kind of thing it was, where it was to go, and its files' digests."""
    try:
        old = content_from_json(value)
    except (KeyError, TypeError, ValueError):
        return content_to_json(Content(ERASED, "", "", date(1970, 1, 1), "", ()))
    return content_to_json(
        Content(
            title=ERASED,
            kind=old.kind,
            body="",
            formed_on=old.formed_on,
            column=old.column,
            channels=old.channels,
            disclosure_basis=old.disclosure_basis,
            placement=old.placement,
            validity=old.validity,
            short_title=ERASED,
            expires_on=old.expires_on,
            files=tuple(replace(file, name=ERASED, title="") for file in old.files),
        )
    )


def _ids_of(uow: UnitOfWork, item_id: str) -> list[str]:
    return [
        item_id,
        *(r.id for r in uow.items.revisions(item_id)),
        *(p.id for p in uow.postings.of_item(item_id)),
        *(part.id for part in uow.parts.of_item(item_id)),
    ]


def _erase_notes(uow: UnitOfWork, now: datetime, actor: Actor, order: OrderRecord) -> int:
    """Words beside the item's entries, each with an entry that says which note and by which two people."""
    erased = 0
    for note in list(_notes_of(uow, order.item_id)):
        uow.log.erase_note(note.seq, note.name)
        draft = erasing_draft(note, actor=order.signed_by, confirmed_by=actor.name, os_user=actor.os_user)
        uow.append_sealed(draft, now)
        erased += 1
    return erased


def _notes_of(uow: UnitOfWork, item_id: str) -> Iterator[StoredNote]:
    kinds = ("item", "revision", "posting", "part")
    subjects = {f"{kind}:{name}" for kind in kinds for name in _ids_of(uow, item_id)}
    entries: list[StoredEntry] = [e for subject in sorted(subjects) for e in uow.log.entries(subject=subject)]
    for entry in sorted(entries, key=lambda entry: entry.seq):
        if parse_entry(entry.canonical).kind in KEPT_KINDS:
            continue
        yield from (note for note in uow.log.notes(entry.seq) if note.text is not None)
