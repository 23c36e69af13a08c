"""Intake 登记: drafts from what people write or bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from publisher.domain.clocks import business_day
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.item import (
    Content,
    ItemFile,
    content_problems,
    content_to_json,
    with_defaults,
)
from publisher.domain.people import Act, Role, require
from publisher.store.records import ItemRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.incoming import IncomingFile, keep_files
from publisher.workflow.screen import (
    kept_findings,
    refuse_hard,
    screen_content,
)

FILE_LIMIT_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """New content for a draft: of a new item when `item_id` is empty.

    `make_body` turns the stored files (by their keys) into the body; it is called after the files were checked.
    """

    content: Content
    make_body: Callable[[Mapping[str, ItemFile]], str]
    files: tuple[IncomingFile, ...] = ()
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class DiscardRequest:
    """Drop the item's open draft."""

    item_id: str


def save_draft(uow: UnitOfWork, now: datetime, actor: Actor, request: DraftRequest) -> str:
    """Screen and keep a draft with its files; returns the item's id.

    Refused as a whole, nothing kept, when a file is not what it says, a mark of secrecy or a full
    identity number stands in the text, a name or a file, or title or body is empty.
    """
    require(Act.DRAFT, actor.person)
    today = business_day(now)
    files = keep_files(uow, request.files, today)
    content = replace(
        request.content,
        files=tuple(files.values()),
        body=request.make_body(files),
        responsible_editor=request.content.responsible_editor or usual_editor(uow, actor),
    )
    content = with_defaults(content, uow.bureau, content.responsible_editor)
    item_id = request.item_id or _new_item(uow, now, actor)
    content = replace(content, correction=_note_of(uow, item_id))
    draft_id, findings = write_draft(uow, now, actor, item_id, content)
    uow.record(
        now,
        "person:draft:saved",
        actor.name,
        f"item:{item_id}",
        os_user=actor.os_user,
        digests={f"file.{n}": file.digest for n, file in enumerate(files.values())},
        facts={"draft": draft_id, "findings": findings},
        notes={"title": content.title, "files": "\n".join(file.name for file in files.values())},
    )
    uow.commit()
    return item_id


def _note_of(uow: UnitOfWork, item_id: str) -> str:
    """The note of the open correction: new content for it is still that correction."""
    draft = uow.items.open_draft(item_id)
    return str(draft.content.get("correction", "")) if draft else ""


def write_draft(
    uow: UnitOfWork, now: datetime, actor: Actor, item_id: str, content: Content
) -> tuple[str, int]:
    """Screen a content and keep it as the item's open draft: the draft's id, and how many findings there are.

    Refused, nothing kept: a mark of secrecy, a full identity number, no title, no text.
    """
    today = business_day(now)
    findings = screen_content(content, today)
    refuse_hard(findings)
    faults = [
        p for p in content_problems(content, uow.bureau, today) if p.field in ("title", "body", "formed_on")
    ]
    if faults:
        raise Refused(Reason.BAD_INPUT, *faults)
    draft_id = put_draft(uow, now, actor, item_id, content, kept_findings(findings, {}))
    return draft_id, len(findings)


def usual_editor(uow: UnitOfWork, actor: Actor) -> str:
    """The responsible editor's name for a new item: the bureau's, else the actor's or the first editor's."""
    if uow.bureau.default_editor:
        return uow.bureau.default_editor
    if Role.EDITOR in actor.person.roles:
        return actor.person.display
    return next((p.display for p in uow.people.with_role(Role.EDITOR)), "")


def _new_item(uow: UnitOfWork, now: datetime, actor: Actor) -> str:
    item_id = uow.entropy(6).hex()
    uow.items.add_item(
        id=item_id, body=uow.bureau.body, created_at=now, created_by=actor.name, unit=actor.person.unit
    )
    return item_id


def put_draft(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    item_id: str,
    content: Content,
    findings: list[dict[str, Any]],
) -> str:
    """Keep a content that was screened, with what was found, as the item's open draft; the draft's id."""
    item(uow, item_id)
    draft = uow.items.open_draft(item_id)
    values = {
        "content": content_to_json(content),
        "findings": findings,
        "updated_at": now,
        "updated_by": actor.name,
    }
    if draft is not None:
        uow.items.save_draft(draft.id, **values)
        return draft.id
    latest = uow.items.latest_revision(item_id)
    draft_id = uow.entropy(6).hex()
    uow.items.add_draft(id=draft_id, item_id=item_id, based_on=latest.id if latest else "", **values)
    return draft_id


def item(uow: UnitOfWork, item_id: str) -> ItemRecord:
    """The item, or a refusal that says it does not exist."""
    found = uow.items.item(item_id)
    if found is None:
        raise refuse(Reason.NOT_FOUND, f"没有这个条目：{item_id}", field="item", english=f"no item {item_id}")
    return found


def discard_draft(uow: UnitOfWork, now: datetime, actor: Actor, request: DiscardRequest) -> None:
    """废弃 the open draft; the item and its revisions stay."""
    require(Act.DISCARD, actor.person)
    draft = uow.items.open_draft(item(uow, request.item_id).id)
    if draft is None:
        raise refuse(Reason.WRONG_STATE, "没有打开的草稿", field="item", english="no open draft")
    uow.items.close_draft(draft.id)
    uow.record(now, "person:draft:discarded", actor.name, f"item:{request.item_id}", os_user=actor.os_user)
    uow.commit()
