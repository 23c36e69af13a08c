"""Correct 更正: a newer revision takes the place of one that is out, on each channel as its rule says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from publisher.domain.correction import CorrectionRule
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.item import Content, content_from_json, with_defaults
from publisher.domain.lifecycle import UNDER_WAY, RevisionState
from publisher.domain.order import OrderKind
from publisher.domain.part import CLOSED, PUBLIC
from publisher.domain.people import Act, require
from publisher.domain.posting import POSTING_FINAL
from publisher.render.body import from_text
from publisher.store.records import OrderRecord, PartRecord, PostingRecord, RevisionRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.gate import look_at_gate
from publisher.workflow.intake import item, write_draft
from publisher.workflow.release import plan_posting
from publisher.workflow.withdraw import CANCELLABLE, cancel_by_order, fulfil, start_removal


@dataclass(frozen=True, slots=True)
class CorrectRequest:
    """Open a correction of what is out. `note` 更正说明 is public.

    `changes` are fields of the content that differ from the released revision; `text` a new body (as in an
    item file), empty to keep the old one. Files stay; new ones come by replacing the draft.
    """

    item_id: str
    note: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


def open_correction(uow: UnitOfWork, now: datetime, actor: Actor, request: CorrectRequest) -> str:
    """A draft made from the released revision with its public note; returns the draft's id.

    It goes through the same review as any revision and takes the old one's place when it is released.
    Refused without a note, while nothing of the item is out, while another revision is under way or a draft
    is open.
    """
    require(Act.CORRECT, actor.person)
    record = item(uow, request.item_id)
    require_words(request.note, "更正要写明公开的更正说明", field="note")
    released = _correctable(uow, record.id)
    content = _corrected(content_from_json(released.content), request)
    content = with_defaults(content, uow.bureau, content.responsible_editor)
    draft_id, findings = write_draft(uow, now, actor, record.id, content)
    uow.record(
        now,
        "person:draft:correction_opened",
        actor.name,
        f"item:{record.id}",
        os_user=actor.os_user,
        digests={"revision": released.id},
        facts={"draft": draft_id, "findings": findings},
        notes={"note": content.correction, "title": content.title},
    )
    uow.commit()
    return draft_id


def _corrected(old: Content, request: CorrectRequest) -> Content:
    """The released content with what is corrected; what only repeated the old title repeats the new one."""
    values = dict(request.changes)
    if "title" in values and old.short_title == old.title:
        values.setdefault("short_title", "")
    if "title" in values and old.title.startswith(old.summary):
        values.setdefault("summary", "")
    details = {**dict(old.details), **dict(values.pop("fields", {}))}
    body = from_text(request.text, {f.name: f for f in old.images()}) if request.text.strip() else old.body
    return replace(old, **values, details=tuple(details.items()), correction=request.note.strip(), body=body)


def _correctable(uow: UnitOfWork, item_id: str) -> RevisionRecord:
    revisions = uow.items.revisions(item_id)
    released = [r for r in revisions if r.state is RevisionState.RELEASED]
    faults = (
        (not released, "条目没有已下发的版本", "已下发的条目", "nothing of the item is out"),
        (
            any(r.state in UNDER_WAY for r in revisions),
            "已有一个版本在审",
            "先退回、撤回送审或等它下发",
            "another revision is under way",
        ),
        (
            uow.items.open_draft(item_id) is not None,
            "已有打开的草稿",
            "先废弃，或用 item import --item 替换它的内容",
            "a draft is open",
        ),
    )
    for wrong, words, allowed, english in faults:
        if wrong:
            raise refuse(Reason.WRONG_STATE, words, field="item", allowed=allowed, english=english)
    return released[-1]


def advance_corrections(uow: UnitOfWork, now: datetime) -> int:
    """The sweep over open corrections: plan what may go, remove what the rule says, close what is done.

    What the older revision still has on its way settles first; nothing is ever sent twice to one channel at
    the same time. Returns how many orders were fulfilled.
    """
    fulfilled = 0
    for order in uow.parts.open_orders():
        if order.kind is OrderKind.CORRECT:
            fulfilled += _advance(uow, now, order)
    uow.commit()
    return fulfilled


def _advance(uow: UnitOfWork, now: datetime, order: OrderRecord) -> bool:
    released = [r for r in uow.items.revisions(order.item_id) if r.state is RevisionState.RELEASED]
    if released:
        works = _works(uow, released[-1])
        settled = [_advance_channel(uow, now, order, work) for work in works]
        if not all(settled):
            return False
    fulfil(uow, now, order)
    return True


@dataclass(frozen=True, slots=True)
class _Work:
    """One channel of a correction: what the new revision has there, and what the older ones have."""

    revision: RevisionRecord
    content: Content
    channel: str
    rule: CorrectionRule
    mine: PostingRecord | None
    older: list[PostingRecord]
    parts: list[PartRecord]

    @property
    def left_out(self) -> bool:
        """The correction does not go here any more: what is out is taken back."""
        return self.channel not in self.content.channels

    @property
    def removes(self) -> bool:
        """Whether older parts are taken away."""
        return self.left_out or self.rule is CorrectionRule.REPLACE


def _works(uow: UnitOfWork, revision: RevisionRecord) -> list[_Work]:
    content = content_from_json(revision.content)
    postings = uow.postings.of_item(revision.item_id)
    numbers = {r.id: r.number for r in uow.items.revisions(revision.item_id)}
    parts = sorted(uow.parts.of_item(revision.item_id), key=lambda part: numbers[part.revision_id])
    names = [n for n, _ in uow.bureau.channels.items() if n in content.channels or _had(postings, n)]
    return [
        _Work(
            revision,
            content,
            name,
            uow.bureau.channels[name].correction,
            next((p for p in postings if p.channel == name and p.revision_id == revision.id), None),
            [p for p in postings if p.channel == name and p.revision_id != revision.id],
            [p for p in parts if p.channel == name and p.revision_id != revision.id],
        )
        for name in names
    ]


def _had(postings: list[PostingRecord], channel: str) -> bool:
    return any(p.channel == channel for p in postings)


def _advance_channel(uow: UnitOfWork, now: datetime, order: OrderRecord, work: _Work) -> bool:
    """One channel's next move; True when nothing is left to do there."""
    waiting = [p for p in work.older if p.state in CANCELLABLE]
    for posting in waiting:
        cancel_by_order(uow, now, posting, order)
    if any(p.state not in POSTING_FINAL for p in work.older if p not in waiting):
        return False  # what is sending, unknown or accepted settles first
    public = [part for part in work.parts if part.state in PUBLIC]
    if work.mine is None and not work.left_out and not (work.rule is CorrectionRule.NONE and public):
        _plan(uow, now, work, public)
        return False
    mine = uow.postings.get(work.mine.id) if work.mine else None
    if mine is not None and mine.amends and mine.state in CANCELLABLE and not public:
        cancel_by_order(uow, now, mine, order)  # somebody has taken the page back meanwhile
        return False
    if work.removes and (mine is None or look_at_gate(uow, mine).open):
        for part in public:
            start_removal(uow, now, part, order)
    gone = all(part.state in CLOSED for part in work.parts) if work.removes else True
    return gone and (mine is None or mine.state in POSTING_FINAL)


def _plan(uow: UnitOfWork, now: datetime, work: _Work, public: list[PartRecord]) -> None:
    amends = public[-1].id if public and work.rule is CorrectionRule.AMEND else ""
    plan_posting(uow, now, work.revision, work.content, work.channel, occasion=1, amends=amends)
