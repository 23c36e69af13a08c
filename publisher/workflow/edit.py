"""Editing 编辑: an open draft grows, saved by hand or by itself, complete or not. Nobody overwrites somebody else.

What may not be stored at all (a mark of secrecy, a full identity number) is refused here as everywhere; what is only
missing waits until the submit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape

from publisher.domain.clocks import business_day, shown_minute
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.item import Content, ItemFile, content_from_json, with_defaults
from publisher.domain.lifecycle import FINAL, RevisionState
from publisher.domain.people import Act, require
from publisher.render.pasted import clean
from publisher.screening.findings import hard
from publisher.screening.screen import screen_text
from publisher.store.records import DraftRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.incoming import IncomingFile, keep_files
from publisher.workflow.intake import item, put_draft, usual_editor
from publisher.workflow.screen import kept_findings, refuse_hard, screen_content
from publisher.workflow.submit import reopened

QUIET = timedelta(minutes=10)
"""Within this time one person's automatic saves are one entry of the log."""

MOST_FILES = 60
ONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A new draft. `once` are 32 hexadecimal digits that the form came with: sent twice, it makes one item."""

    once: str
    content: Content
    make_body: Callable[[Mapping[str, ItemFile]], str] = lambda _files: ""
    files: tuple[IncomingFile, ...] = ()


@dataclass(frozen=True, slots=True)
class EditRequest:
    """New words for an open draft, as the person saw it: `draft_id` and `version`.

    `files` are those that stay, in order, each a role, a digest and a title; `added` are new ones. `answers` maps a
    rule to a reason. `auto` marks a save that nobody asked for.
    """

    item_id: str
    draft_id: str
    version: int
    content: Content
    files: tuple[tuple[str, str, str], ...] = ()
    added: tuple[IncomingFile, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    auto: bool = False


@dataclass(frozen=True, slots=True)
class ReopenRequest:
    """Go on with an item whose last revision ended."""

    item_id: str


def item_id_of(person: str, once: str) -> str:
    """The id of the item that this person's form makes: the same for the same form."""
    return hashlib.sha256(f"{person}\n{once}".encode()).hexdigest()[:12]


def start_draft(uow: UnitOfWork, now: datetime, actor: Actor, request: StartRequest) -> str:
    """A new item with its draft; returns the item's id. The form sent again returns the same id and makes nothing."""
    require(Act.DRAFT, actor.person)
    if not ONCE.fullmatch(request.once):
        raise refuse(
            Reason.BAD_INPUT, "表单不完整", field="item", allowed="重新打开“新建”", english="no once"
        )
    item_id = item_id_of(actor.name, request.once)
    if uow.items.item(item_id) is not None:
        return item_id
    files = keep_files(uow, request.files, business_day(now))
    content = replace(request.content, files=tuple(files.values()), body=request.make_body(files))
    named = with_defaults(content, uow.bureau, content.responsible_editor or usual_editor(uow, actor))
    content = replace(named, summary=content.summary, short_title=content.short_title)
    uow.items.add_item(
        id=item_id, body=uow.bureau.body, created_at=now, created_by=actor.name, unit=actor.person.unit
    )
    _keep(uow, now, actor, item_id, content, {}, recorded=True)
    uow.commit()
    return item_id


def edit_draft(uow: UnitOfWork, now: datetime, actor: Actor, request: EditRequest) -> int:
    """Keep what was written; returns the draft's new version.

    Refused, nothing kept: the draft was closed or changed by somebody meanwhile, words that may not be stored, a file
    that is not what it says.
    """
    require(Act.DRAFT, actor.person)
    draft = _draft_as_seen(uow, request)
    stored = content_from_json(draft.content)
    kept = _kept_files(stored, request.files)
    added = tuple(keep_files(uow, request.added, business_day(now)).values())
    new = tuple(f for f in added if (f.role, f.digest) not in {(k.role, k.digest) for k in kept})
    files = (*kept, *new)
    if len(files) > MOST_FILES:
        raise refuse(
            Reason.BAD_INPUT,
            "文件太多",
            field="attachments",
            allowed=f"最多 {MOST_FILES} 个",
            english="too many files",
        )
    content = replace(request.content, files=files, correction=stored.correction, reviewer=stored.reviewer)
    content = replace(content, body=_body(content, new, stored))
    quiet = request.auto and draft.updated_by == actor.name and now - draft.updated_at < QUIET
    _keep(uow, now, actor, request.item_id, content, request.answers, recorded=not quiet)
    uow.commit()
    return draft.version + 1


def reopen_draft(uow: UnitOfWork, now: datetime, actor: Actor, request: ReopenRequest) -> str:
    """继续修改: a draft made from the last revision, which has ended; returns its id. An open draft is gone on with."""
    require(Act.DRAFT, actor.person)
    record = item(uow, request.item_id)
    draft = uow.items.open_draft(record.id)
    if draft is not None:
        return draft.id
    latest = uow.items.latest_revision(record.id)
    if latest is None or latest.state not in FINAL:
        raise refuse(
            Reason.WRONG_STATE,
            "这个版本还在办理，不能改" if latest else "没有可以继续修改的版本",
            field="item",
            allowed="先撤回送审，或请审核人退回；已经公开的，用“更正”" if latest else "",
            english="the last revision has not ended",
        )
    out = any(r.state is RevisionState.RELEASED for r in uow.items.revisions(record.id))
    content = reopened(content_from_json(latest.content), business_day(now), corrects=out)
    draft_id = put_draft(uow, now, actor, record.id, content, latest.findings)
    facts = {"draft": draft_id, "findings": len(latest.findings)}
    _record(uow, now, actor, record.id, content, facts)
    uow.commit()
    return draft_id


def _draft_as_seen(uow: UnitOfWork, request: EditRequest) -> DraftRecord:
    draft = uow.items.open_draft(item(uow, request.item_id).id)
    if draft is None or draft.id != request.draft_id:
        raise refuse(
            Reason.WRONG_STATE,
            "这份草稿已经送审或废弃，不能再改，这次的改动没有保存",
            field="item",
            allowed="把要留的文字复制下来，回到条目页查看现在的版本",
            english="the draft is closed: submitted or discarded; nothing was saved",
        )
    if draft.version != request.version:
        who = uow.people.get(draft.updated_by)
        name = who.display if who else draft.updated_by
        raise refuse(
            Reason.WRONG_STATE,
            f"{name}在 {shown_minute(draft.updated_at)} 保存过这份草稿，您这里的是更早的，这次没有保存",
            field="item",
            allowed="先看对方保存的版本，再决定用哪一份",
            english=f"{draft.updated_by} has saved a newer version; nothing was saved",
        )
    return draft


def _kept_files(stored: Content, wanted: tuple[tuple[str, str, str], ...]) -> tuple[ItemFile, ...]:
    """The files that stay: only ones that the draft has, in the order asked for; one picture may be the cover too."""
    known = {file.digest: file for file in stored.files}
    kept: dict[tuple[str, str], ItemFile] = {}
    for role, digest, title in wanted:
        file = known.get(digest)
        if file is None or (role != file.role and not {role, file.role} <= {"image", "cover"}):
            raise refuse(
                Reason.BAD_INPUT,
                "文件不在这份草稿里",
                field="attachments",
                english="no such file in the draft",
            )
        kept[role, digest] = replace(file, role=role, title=title or file.title)
    return tuple(kept.values())


def _body(content: Content, added: tuple[ItemFile, ...], stored: Content) -> str:
    """The text cleaned; pictures that just came stand at its end, where they can be moved from."""
    own = {file.digest for file in content.files}
    words = {file.digest: file.title for file in content.images() if described(file)}
    before = {file.digest: file.title for file in stored.images()}
    changed = frozenset(digest for digest, title in words.items() if before.get(digest, title) != title)
    figures = "".join(
        f'<figure><img src="[[slot:image:{file.digest}]]"></figure>' for file in added if file.role == "image"
    )
    body = clean(content.body + figures, lambda source: own_picture(source, own))
    return with_words(body, words, changed)


def described(file: ItemFile) -> bool:
    """Whether somebody said what a picture shows: its name alone says nothing."""
    return file.title not in ("", file.name, file.name.rpartition(".")[0])


PICTURE_ADDRESS = re.compile(r"(?:.*/files/|\[\[slot:image:)([0-9a-f]{64})(?:\]\])?(?:\?.*)?", re.DOTALL)
PICTURE = re.compile(r'<img src="\[\[slot:image:([0-9a-f]{64})\]\]" alt="([^"]*)"')


def own_picture(source: str, own: set[str]) -> str:
    """The digest of a picture of the draft by the address that the editor shows it under; "" for any other."""
    found = PICTURE_ADDRESS.fullmatch(source.strip())
    return found[1] if found and found[1] in own else ""


def with_words(body: str, words: Mapping[str, str], changed: Collection[str] = ()) -> str:
    """Pictures that have no words of their own, or whose file's words were `changed`, take those of the file."""

    def worded(found: re.Match[str]) -> str:
        own = "" if found[1] in changed else found[2]
        return f'<img src="[[slot:image:{found[1]}]]" alt="{own or escape(words.get(found[1], ""))}"'

    return PICTURE.sub(worded, body)


def _keep(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    item_id: str,
    content: Content,
    answers: Mapping[str, str],
    *,
    recorded: bool,
) -> None:
    today = business_day(now)
    findings = screen_content(content, today)
    refuse_hard(findings)
    for answer in answers.values():
        refuse_hard(hard(screen_text(answer, place="答复", today=today)))
    draft_id = put_draft(uow, now, actor, item_id, content, kept_findings(findings, answers))
    if recorded:
        _record(uow, now, actor, item_id, content, {"draft": draft_id, "findings": len(findings)})


def _record(
    uow: UnitOfWork, now: datetime, actor: Actor, item_id: str, content: Content, facts: Mapping[str, object]
) -> None:
    uow.record(
        now,
        "person:draft:saved",
        actor.name,
        f"item:{item_id}",
        os_user=actor.os_user,
        digests={f"file.{n}": file.digest for n, file in enumerate(content.files)},
        facts=facts,
        notes={"title": content.title, "files": "\n".join(file.name for file in content.files)},
    )


def is_stale(why: Refused) -> bool:
    """Whether a save was refused because somebody else was quicker, or the draft is closed."""
    return why.reason is Reason.WRONG_STATE
