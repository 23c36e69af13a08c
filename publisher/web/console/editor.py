"""The editor: new items, from nothing or from a file; their draft and its files; submit, discard, go on, compare."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from publisher.domain.catalogue import DISCLOSURE_BASIS, PLACEMENTS, SUBJECT_CLASSES
from publisher.domain.clocks import business_day
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.item import Content
from publisher.domain.people import Act, View
from publisher.render.pasted import clean
from publisher.render.preview import shown
from publisher.web.console.console import STATUS, Console, Visit, onward
from publisher.web.console.editor_fields import (
    answers_in,
    body_in,
    content_in,
    day_problems,
    files_in,
    lock_in,
    new_files,
)
from publisher.web.console.fields import Posted
from publisher.workflow.acts import note_refusal
from publisher.workflow.brought import LARGEST_UPLOAD_BYTES, Brought, draft_from_upload
from publisher.workflow.diff import differences_between
from publisher.workflow.edit import (
    EditRequest,
    ReopenRequest,
    StartRequest,
    edit_draft,
    is_stale,
    own_picture,
    reopen_draft,
    start_draft,
)
from publisher.workflow.editing import Desk, NoDraft, cleared, desk_of, picture_address
from publisher.workflow.intake import DiscardRequest, discard_draft
from publisher.workflow.submit import SubmitRequest, submit

if TYPE_CHECKING:
    from publisher.workflow.editing import Tools

DONE = {
    "started": "草稿建好了。写到哪里存到哪里，写完送审。",
    "imported": "已从文件建成草稿，什么都没有发出。请核对标题、成文日期、类别和正文。",
    "saved": "已保存。",
    "files": "已保存，文件已更新。",
    "reopened": "已按上一版打开草稿，可以继续修改。上一版不变。",
}
SAID = {"attachment": "附件", "image": "图片", "cover": "封面"}
HEADING = re.compile(r"<(/?)h[2-4][^>]*>")


def add(app: FastAPI, console: Console) -> None:
    """The editor's pages and forms."""
    _add_new(app, console)
    _add_edit(app, console)
    _add_live(app, console)
    _add_ends(app, console)
    _add_compare(app, console)


def _add_new(app: FastAPI, console: Console) -> None:
    def page(visit: Visit, refused: Refused | None = None) -> Response:
        return console.show(
            visit,
            "item-new",
            refused=refused,
            kinds=console.office.store.bureau.kinds,
            once=(secrets.token_hex(16), secrets.token_hex(16)),
        )

    def begin(visit: Visit, make: Callable[[], Brought], done: str) -> Response:
        def do() -> tuple[str, int]:
            brought = make() if visit.may(Act.DRAFT) else _empty(visit)
            asked = StartRequest(visit.given["once"], brought.content, brought.make_body, brought.files)
            return console.perform(visit, start_draft, asked), brought.left_out

        def then(made: tuple[str, int]) -> str:
            return f"/items/{made[0]}/edit" + (f"?left={made[1]}" if made[1] else "")

        return console.act(visit, do, then=then, done=done, again=lambda why: page(visit, why))

    @app.get("/items/new")
    @app.get("/items/import")
    def new(request: Request) -> Response:
        return page(console.visit(request, View.ITEMS, act=Act.DRAFT))

    @app.post("/items/new")
    def create(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.ITEMS, act=Act.DRAFT)
        return begin(visit, lambda: _empty(visit), "started")

    @app.post("/items/import")
    def bring(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.ITEMS, act=Act.DRAFT)
        return begin(visit, lambda: _brought(console, visit), "imported")


def _empty(visit: Visit) -> Brought:
    content = Content(
        title=visit.given["title"],
        kind=visit.given["kind"] or "notice",
        body="",
        formed_on=business_day(visit.now),
        column="",
        channels=(),
    )
    return Brought(content, lambda _files: "")


def _brought(console: Console, visit: Visit) -> Brought:
    """What the file holds; a file that is refused is on record like any refused act."""
    try:
        uploads = visit.given.uploads("file")
        if not uploads:
            raise refuse(
                Reason.BAD_INPUT,
                "没有选文件",
                field="file",
                allowed="选一个文件再建",
                english="no file was chosen",
            )
        name = (uploads[0].filename or "").replace("\\", "/").rpartition("/")[2]
        data = uploads[0].file.read(LARGEST_UPLOAD_BYTES + 1)
        return draft_from_upload(data, name=name, now=visit.now)
    except Refused as why:
        note_refusal(console.office.store, visit.now, visit.actor, start_draft.__name__, None, why)
        raise


def _tools(console: Console) -> Tools:
    return console.office.renderer, console.office.profiles


def _desk(
    console: Console,
    visit: Visit,
    item_id: str,
    *,
    typed: Content | None = None,
    answers: dict[str, str] | None = None,
) -> Desk | NoDraft:
    with console.office.store.read() as reading:
        return desk_of(
            reading, visit.now, visit.person, item_id, _tools(console), typed=typed, answers=answers
        )


def _typed(console: Console, visit: Visit, item_id: str) -> Content | None:
    """What stands on the person's page, over what is stored; None where there is no draft any more."""
    found = _desk(console, visit, item_id)
    if isinstance(found, NoDraft):
        return None
    own = {row.file.digest for row in found.files}
    body = clean(body_in(visit.given, found.content), lambda source: own_picture(source, own))
    return replace(content_in(visit.given, found.content), body=body)


def _page(
    console: Console, visit: Visit, item_id: str, refused: Refused | None = None, *, left: int = 0
) -> Response:
    """The editor: what is stored, or, after a refusal, what the person had on the page."""
    typed = _typed(console, visit, item_id) if visit.given.values else None
    answers = answers_in(visit.given) if typed else None
    found = _desk(console, visit, item_id, typed=typed, answers=answers)
    if isinstance(found, NoDraft):
        words = body_in(visit.given, None) if visit.given.values else ""
        return console.show(
            visit, "item-closed", refused=refused, gone=found, written=clean(words), done_words=DONE
        )
    stale = refused is not None and is_stale(refused)
    return console.show(
        visit,
        "item-edit",
        refused=refused,
        stale=stale and lock_in(visit.given) != (found.draft_id, found.version),
        left=left,
        done_words=DONE,
        **_values(visit, found),
    )


def _values(visit: Visit, desk: Desk) -> dict[str, Any]:
    content = cleared(desk.content)
    draft, version = lock_in(visit.given)
    return {
        "desk": desk,
        "live": desk.live,
        "content": content,
        "body": shown(content.body, picture_address(desk.item_id)),
        "lock": (draft or desk.draft_id, version or desk.version),
        "days": {name: visit.given[name] for name in ("formed_on", "expires_on") if name in visit.given},
        "bases": DISCLOSURE_BASIS,
        "placements": PLACEMENTS,
        "subjects": _subjects(),
        "kinds": {name: kind.label for name, kind in desk.bureau.kinds.items()},
        "columns": {name: column.title for name, column in desk.bureau.columns.items()},
        "tucked": _tucked,
    }


def _save(console: Console, visit: Visit, item_id: str, *, version: int = 0, auto: bool = False) -> int:
    """Keep what is on the page, with the files that came. Returns the new version."""
    problems = day_problems(visit.given)
    if problems:
        raise Refused(Reason.BAD_INPUT, *problems)
    draft, seen = lock_in(visit.given)
    found = _desk(console, visit, item_id)
    stored = None if isinstance(found, NoDraft) else found.content
    content, files = content_in(visit.given, stored), files_in(visit.given)
    content, files = _after(visit.given["do"], content, files, body_in(visit.given, stored))
    asked = EditRequest(
        item_id,
        draft,
        version or seen,
        content,
        files,
        () if auto else new_files(visit.given),
        answers_in(visit.given),
        auto,
    )
    return console.perform(visit, edit_draft, asked)


def _subjects() -> dict[str, str]:
    names = [
        name
        for upper, lower in SUBJECT_CLASSES.items()
        for name in (upper, *(f"{upper}\\{one}" for one in lower))
    ]
    return {name: name for name in names}


def _tucked(html: str) -> Markup:
    """A text of our subset within a preview: its headings are none of the page's."""
    return Markup(HEADING.sub(lambda found: "</p>" if found[1] else '<p class="h">', html))  # noqa: S704 - sanitised


Files = tuple[tuple[str, str, str], ...]


def _after(do: str, content: Content, files: Files, body: str) -> tuple[Content, Files]:
    """The page with one button's wish done: a file removed, moved, made the cover or put at the text's end."""
    wish, _, key = do.partition(" ")
    role, _, digest = key.partition(":")
    rows = list(files)
    at = next((n for n, row in enumerate(rows) if row[:2] == (role, digest)), -1)
    if wish == "remove" and at >= 0:
        rows.pop(at)
    elif wish in ("up", "down") and at >= 0:
        to = max(0, at - 1) if wish == "up" else min(len(rows) - 1, at + 1)
        rows.insert(to, rows.pop(at))
    elif wish == "cover" and at >= 0:
        rows = [row for row in rows if row[0] != "cover"] + [("cover", digest, rows[at][2])]
    elif wish == "place" and at >= 0:
        body += f'<figure><img src="[[slot:image:{digest}]]" alt=""></figure>'
    return replace(content, body=body), tuple(rows)


def _add_edit(app: FastAPI, console: Console) -> None:
    @app.get("/items/{item_id}/edit")
    def edit(request: Request, item_id: str, left: int = 0) -> Response:
        visit = console.visit(request, View.ITEMS, act=Act.DRAFT)
        return _page(console, visit, item_id, left=left)

    @app.post("/items/{item_id}/edit")
    def save(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.ITEMS, act=Act.DRAFT)
        wish, _, key = fields["do"].partition(" ")
        try:
            if wish == "overwrite":
                _save(console, visit, item_id, version=int(key) if key.isdigit() else 0)
            else:
                version = _save(console, visit, item_id)
                if wish in ("submit", "urgent"):
                    return _submit(console, visit, item_id, version, urgent=wish == "urgent")
        except Refused as why:
            return _page(console, visit, item_id, why)
        if wish in ("save", "overwrite", ""):
            return onward(f"/items/{item_id}/edit", "saved")
        return RedirectResponse(f"/items/{item_id}/edit?done=files#files", 303)


def _submit(console: Console, visit: Visit, item_id: str, version: int, *, urgent: bool) -> Response:
    """What was saved is submitted; a refusal shows the saved draft with everything that is to be mended."""
    reviewer = visit.given["leader" if urgent else "reviewer"]
    asked = SubmitRequest(item_id, urgent, reviewer, answers_in(visit.given), version)

    def again(why: Refused) -> Response:
        values = {**visit.given.values, "version": (str(version),)}
        return _page(console, replace(visit, given=replace(visit.given, values=values)), item_id, why)

    return console.act(
        visit,
        lambda: console.perform(visit, submit, asked, **console.office.submit_tools()),
        then=f"/items/{item_id}",
        done="submitted",
        again=again,
    )


def _add_live(app: FastAPI, console: Console) -> None:
    def live(visit: Visit, item_id: str, refused: Refused | None, *, saved: bool) -> HTMLResponse:
        typed = _typed(console, visit, item_id)
        found = _desk(console, visit, item_id, typed=typed, answers=answers_in(visit.given))
        values = {"refused": refused, "saved": saved, "oob": True}
        if isinstance(found, NoDraft):
            made = console.part(visit, "item-gone", gone=found, **values)
        else:
            made = console.part(visit, "item-live", **values, **_values(visit, found), seen=found.version)
        made.status_code = STATUS[refused.reason] if refused else 200
        return made

    @app.post("/items/{item_id}/autosave")
    def autosave(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.ITEMS, act=Act.DRAFT)
        try:
            _save(console, visit, item_id, auto=True)
        except Refused as why:
            return live(visit, item_id, why, saved=False)
        return live(visit, item_id, None, saved=True)

    @app.post("/items/{item_id}/preview")
    def preview(request: Request, item_id: str, fields: Posted) -> Response:
        return live(console.post(request, fields, View.ITEMS, act=Act.DRAFT), item_id, None, saved=False)

    @app.post("/items/{item_id}/clean")
    def cleaned(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.ITEMS, act=Act.DRAFT)
        found = _desk(console, visit, item_id)
        own = set() if isinstance(found, NoDraft) else {row.file.digest for row in found.files}
        made = clean(body_in(fields, None, name="html"), lambda source: own_picture(source, own))
        return HTMLResponse(shown(made, picture_address(item_id)))


def _add_ends(app: FastAPI, console: Console) -> None:
    def ask(visit: Visit, item_id: str, refused: Refused | None = None) -> Response:
        found = _desk(console, visit, item_id)
        if isinstance(found, NoDraft):
            return console.show(
                visit, "item-closed", refused=refused, gone=found, written="", done_words=DONE
            )
        return console.show(visit, "item-discard", refused=refused, desk=found)

    @app.get("/items/{item_id}/discard")
    def discard_page(request: Request, item_id: str) -> Response:
        return ask(console.visit(request, View.ITEMS, act=Act.DISCARD), item_id)

    @app.post("/items/{item_id}/discard")
    def discard(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.ITEMS)
        return console.act(
            visit,
            lambda: console.perform(visit, discard_draft, DiscardRequest(item_id)),
            then="/items",
            done="discarded",
            again=lambda why: ask(visit, item_id, why),
        )

    @app.post("/items/{item_id}/reopen")
    def reopen(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.ITEMS, act=Act.DRAFT)
        return console.act(
            visit,
            lambda: console.perform(visit, reopen_draft, ReopenRequest(item_id)),
            then=f"/items/{item_id}/edit",
            done="reopened",
            again=lambda why: ask(visit, item_id, why),
        )


def _add_compare(app: FastAPI, console: Console) -> None:
    @app.get("/items/{item_id}/compare")
    def compare(request: Request, item_id: str, a: str = "", b: str = "") -> Response:
        visit = console.visit(request, View.ITEMS)
        with console.office.store.read() as reading:
            found = differences_between(reading, visit.person, item_id, a, b)
        return console.show(visit, "item-compare", found=found)
