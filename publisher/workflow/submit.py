"""Submit 送审: the draft becomes a revision, with every channel's message rendered and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from channels.contract import ChannelProfile
from publisher.domain.catalogue import WARNING_ELEMENTS
from publisher.domain.clocks import business_day, due_for
from publisher.domain.correction import Version
from publisher.domain.errors import Problem, Reason, Refused, refuse
from publisher.domain.identifiers import IndexNumber
from publisher.domain.item import (
    Content,
    content_from_json,
    content_problems,
    content_to_json,
    revision_digest,
    with_names,
)
from publisher.domain.lifecycle import FINAL, RevisionEvent, RevisionState, advance_revision
from publisher.domain.people import ROLE_LABELS, Act, Role, require
from publisher.render.freeze import freeze
from publisher.render.limits import limits
from publisher.store.records import DraftRecord
from publisher.store.unit_of_work import Reading, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.intake import item, put_draft
from publisher.workflow.screen import (
    kept_findings,
    refuse_hard,
    refuse_unanswered,
    screen_content,
)

if TYPE_CHECKING:
    from publisher.render.renderer import Renderer

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """Fix the item's draft as a revision. `answers` maps a rule to a person's reason why it is no fault.

    `version` is that of the draft which the person saw, 0 for whatever is there.
    """

    item_id: str
    urgent: bool = False
    reviewer: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submit made. `warnings` are shown; they stop nothing."""

    revision_id: str
    index_no: str
    warnings: tuple[str, ...]


def submit(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    request: SubmitRequest,
    *,
    renderer: Renderer,
    profiles: Mapping[str, ChannelProfile],
) -> Submitted:
    """送审: fix the draft as a revision, with every channel's message rendered and frozen.

    Refused with every problem at once: incomplete fields, unanswered findings, what a channel would refuse.
    A revision under way is superseded by the new one.
    """
    require(Act.SUBMIT_URGENT if request.urgent else Act.SUBMIT, actor.person)
    record = item(uow, request.item_id)
    draft = _draft_to_submit(uow, now, actor, record.id)
    _refuse_unseen(draft, request)
    _refuse_while_out(uow, draft)
    content = _with_reviewer(uow, actor, with_names(content_from_json(draft.content), uow.bureau), request)
    findings = screen_content(content, business_day(now))
    refuse_hard(findings)
    problems = content_problems(content, uow.bureau, business_day(now))
    if problems:
        raise Refused(Reason.BAD_INPUT, *problems)
    refuse_unanswered(findings, request.answers)
    _check_urgent(uow, content, urgent=request.urgent)
    _check_expiry(content, business_day(now))
    index_no = record.index_no or _index_number(uow, record.id, now)
    earlier = versions_of(uow, record.id) if content.correction else ()
    messages, warnings = _render(uow, content, index_no, renderer, profiles, earlier)
    revision_id = _fix(
        uow, now, actor, draft, content, index_no, messages, request, kept_findings(findings, request.answers)
    )
    uow.commit()
    return Submitted(revision_id, index_no, warnings)


def _refuse_unseen(draft: DraftRecord, request: SubmitRequest) -> None:
    if request.version and request.version != draft.version:
        raise refuse(
            Reason.WRONG_STATE,
            "送审前有人又保存过这份草稿，没有送审",
            field="item",
            allowed="看过现在的草稿再送审",
            english="the draft was saved by somebody else meanwhile; nothing was submitted",
        )


def _refuse_while_out(uow: UnitOfWork, draft: DraftRecord) -> None:
    """What is out changes only by a correction with its public note; what is being withdrawn not at all."""
    states = {r.state for r in uow.items.revisions(draft.item_id)}
    note = str(draft.content.get("correction", ""))
    if RevisionState.WITHDRAWING in states:
        raise refuse(
            Reason.WRONG_STATE,
            "这个条目正在撤下",
            field="item",
            allowed="撤下办结后再送审新版本",
            english="the item is being withdrawn",
        )
    if RevisionState.RELEASED in states and not note:
        raise refuse(
            Reason.WRONG_STATE,
            "这个条目有已下发的版本，改动要写明公开的更正说明",
            field="item",
            allowed="用 item correct 打开更正稿",
            english="a revision is out: open a correction with its public note",
        )
    if note and RevisionState.RELEASED not in states:
        raise refuse(
            Reason.WRONG_STATE,
            "这是更正稿，而条目没有公开着的版本可以更正",
            field="item",
            allowed="废弃这份草稿，另存一份再送审",
            english="a correction needs a revision that is out",
        )


def _check_expiry(content: Content, today: date) -> None:
    """A day of expiry that is past would take the item back the minute it is out."""
    if content.expires_on is not None and content.expires_on <= today:
        raise refuse(
            Reason.BAD_INPUT,
            f"到期下线日期 {content.expires_on} 已经过了",
            field="expires_on",
            allowed=f"晚于 {today}，或不写",
            english=f"the day of expiry must be after {today}",
        )


def versions_of(reading: Reading, item_id: str) -> tuple[Version, ...]:
    """Every version of the item that the public could see, oldest first, numbered from 1."""
    public = [r for r in reading.items.revisions(item_id) if r.released_at is not None]
    return tuple(_version(number, r.id, content_from_json(r.content)) for number, r in enumerate(public, 1))


def _version(number: int, digest: str, content: Content) -> Version:
    words = WARNING_ELEMENTS if content.kind == "warning" else {}
    return Version(
        number=number,
        digest=digest,
        title=content.title,
        note=content.correction,
        body=content.body,
        files=tuple((file.title or file.name, file.digest) for file in content.attachments()),
        details=tuple((words[name], text) for name, text in content.details if name in words),
    )


def _draft_to_submit(uow: UnitOfWork, now: datetime, actor: Actor, item_id: str) -> DraftRecord:
    draft = uow.items.open_draft(item_id)
    latest = uow.items.latest_revision(item_id)
    if draft is None and latest is not None and latest.state in FINAL:
        out = any(r.state is RevisionState.RELEASED for r in uow.items.revisions(item_id))
        content = reopened(content_from_json(latest.content), business_day(now), corrects=out)
        put_draft(uow, now, actor, item_id, content, latest.findings)
        draft = uow.items.open_draft(item_id)
    if draft is None:
        raise refuse(
            Reason.WRONG_STATE,
            "没有可送审的草稿",
            field="item",
            allowed="先保存草稿",
            english="no open draft to submit",
        )
    return draft


def reopened(content: Content, today: date, *, corrects: bool) -> Content:
    """An ended revision as the content of a draft.

    A day of expiry that is past does not stand in the way, and where nothing is out any more it corrects nothing.
    """
    past = content.expires_on is not None and content.expires_on <= today
    return replace(
        content,
        expires_on=None if past else content.expires_on,
        correction=content.correction if corrects else "",
    )


def _with_reviewer(uow: UnitOfWork, actor: Actor, content: Content, request: SubmitRequest) -> Content:
    """The reviewer's name stands on the page, so it is settled before the message is frozen.

    Of an urgent item it is the leader on duty: nobody else looks before it goes out.
    """
    role = Role.APPROVER if request.urgent else Role.CONTENT_REVIEWER
    able = [p for p in uow.people.with_role(role) if p.name != actor.name]
    known = [p for p in able if content.reviewer in (p.name, p.display)]
    chosen = (
        [p for p in able if request.reviewer in (p.name, p.display)] if request.reviewer else known or able
    )
    if len(chosen) != 1:
        label = ROLE_LABELS[role]
        names = "、".join(f"{p.display}（{p.name}）" for p in able) or f"（没有另外的{label}账号）"
        why = f"没有{label}“{request.reviewer}”" if request.reviewer else f"要指定{label}"
        raise refuse(Reason.BAD_INPUT, why, field="reviewer", allowed=names, english=f"name one {role}")
    return replace(content, reviewer=chosen[0].display)


def _check_urgent(uow: UnitOfWork, content: Content, *, urgent: bool) -> None:
    if urgent and not uow.bureau.kinds[content.kind].urgent:
        allowed = "、".join(k.label for k in uow.bureau.kinds.values() if k.urgent)
        raise refuse(
            Reason.BAD_INPUT,
            "这一类信息不能走紧急流程",
            field="kind",
            allowed=allowed,
            english="not an urgent kind",
        )


def _index_number(uow: UnitOfWork, item_id: str, now: datetime) -> str:
    year = business_day(now).year
    number = IndexNumber(uow.bureau.organisation, year, uow.items.next_serial(uow.bureau.organisation, year))
    uow.items.give_index_number(item_id, str(number))
    return str(number)


def _render(
    uow: UnitOfWork,
    content: Content,
    index_no: str,
    renderer: Renderer,
    profiles: Mapping[str, ChannelProfile],
    earlier: tuple[Version, ...],
) -> tuple[dict[str, str], tuple[str, ...]]:
    messages, problems, warnings = {}, [], []
    for name in content.channels:
        plan, profile = uow.bureau.channels[name], profiles[name]
        message = renderer.message(content, index_no=index_no, plan=plan, profile=profile, earlier=earlier)
        for overrun in limits(message, profile, plan):
            words = f"{plan.label}：{overrun.words}"
            if overrun.warning:
                warnings.append(words)
            else:
                problems.append(
                    Problem(overrun.field, words, "改短或更换后再送审", f"{name}: over the limit")
                )
        messages[name] = freeze(message)
    if problems:
        raise Refused(Reason.BAD_INPUT, *problems)
    return messages, tuple(warnings)


def _fix(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    draft: DraftRecord,
    content: Content,
    index_no: str,
    messages: dict[str, str],
    request: SubmitRequest,
    findings: list[dict[str, Any]],
) -> str:
    salt = uow.entropy(16)
    digest = revision_digest(content, index_no=index_no, messages=messages, salt=salt)
    for older in uow.items.under_way(draft.item_id):
        state = advance_revision(older.state, RevisionEvent.SUPERSEDE)
        uow.items.change_revision(older.id, state=state, release_at=None)
        facts = {"by": digest}
        uow.record(now, "system:revision:superseded", SYSTEM, f"revision:{older.id}", digests=facts)
    due = due_for(uow.bureau.kinds[content.kind].clock, content.formed_on, uow.bureau.calendar)
    latest = uow.items.latest_revision(draft.item_id)
    uow.items.add_revision(
        id=digest,
        item_id=draft.item_id,
        number=(latest.number if latest else 0) + 1,
        content=content_to_json(content),
        messages=messages,
        findings=findings,
        salt=salt.hex(),
        state=RevisionState.SUBMITTED,
        held=False,
        urgent=request.urgent,
        drafter=actor.name,
        submitted_at=now,
        due_on=due.day.isoformat(),
        due_provisional=due.provisional,
        expires_on=content.expires_on.isoformat() if content.expires_on else "",
    )
    uow.items.close_draft(draft.id)
    uow.record(
        now,
        "person:revision:submitted",
        actor.name,
        f"revision:{digest}",
        os_user=actor.os_user,
        digests={"revision": digest},
        facts={
            "item": draft.item_id,
            "index_no": index_no,
            "channels": ",".join(content.channels),
            "kind": content.kind,
            "urgent": request.urgent,
            "due_on": due.day,
            "provisional": due.provisional,
            "findings": len(findings),
        },
        notes={"title": content.title},
    )
    return digest
