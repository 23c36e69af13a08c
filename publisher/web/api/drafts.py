"""Drafts from programs: fields and a body as HTML, text or Markdown, files, and no overwriting of what others wrote."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from fastapi import FastAPI, File, Form, Header, Request, UploadFile
from pydantic import Field
from starlette.responses import Response

from publisher.domain.errors import Reason, Refused
from publisher.domain.item import Content, content_from_json
from publisher.domain.people import Act
from publisher.render.body import from_text, sanitise
from publisher.render.marked import from_markdown
from publisher.store.records import DraftRecord
from publisher.web.api.desk import Call, Desk, Key, address, known_id, said
from publisher.web.api.documents import DraftKept, FileKept
from publisher.web.api.openapi import BODY, ETAG, LOCATION, ONCE, REPLAYED, needs, told
from publisher.web.api.problems import turned
from publisher.web.api.words import Asked, Body, Day, Digest, Line, Lines, Name, day_of
from publisher.workflow.documents import etag_of
from publisher.workflow.edit import EditRequest, ReopenRequest, edit_draft, reopen_draft
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.intake import DraftRequest, save_draft
from publisher.workflow.sight import item_for

FILE_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,200}")
FILLED = (
    *("issuing_body", "responsible_body", "content_source", "subject_class", "column", "channels"),
    *("responsible_editor", "disclosure_basis"),
)
"""What the product fills in by itself when a draft is made."""
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="the ETag of the draft that you have seen; needed, so that nobody's words are overwritten",
    ),
]
Role = Literal["attachment", "image", "cover"]


class BodyAsked(Asked):
    """The text. `html` is cleaned to our subset; `text` is read line by line; `markdown` knows headings, lists, tables.

    A picture stands as `<img src="[[slot:image:<digest>]]">` with the digest of a file of this draft.
    """

    format: Literal["html", "text", "markdown"] = "html"
    content: Body

    def html(self) -> str:
        """As HTML of our subset. Raises `Refused` for what cannot be read."""
        if self.format == "text":
            return from_text(self.content, {})
        return sanitise(from_markdown(self.content) if self.format == "markdown" else self.content)


class DraftAsked(Asked):
    """The fields of an item. What is left empty is filled with the bureau's own where it has one."""

    title: Name
    kind: Name = "notice"
    formed_on: Day
    body: BodyAsked
    column: Name = ""
    channels: Annotated[list[Name], Field(max_length=40, default_factory=list)]
    summary: Lines = ""
    doc_no: Name = ""
    issuing_body: Name = ""
    responsible_body: Name = ""
    content_source: Name = ""
    subject_class: Name = ""
    keywords: Annotated[list[Name], Field(max_length=40, default_factory=list)]
    disclosure_attribute: Literal["主动公开"] = "主动公开"
    disclosure_basis: Name = ""
    placement: Literal["legal_content", "news", "other"] = "legal_content"
    validity: Literal["有效", "已修改", "废止", "失效"] = "有效"
    short_title: Name = ""
    responsible_editor: Name = ""
    expires_on: Day | None = None
    details: Annotated[dict[Name, Line], Field(max_length=40, default_factory=dict)]

    def as_content(self) -> Content:
        """As the product keeps it, with an empty body."""
        given = self.model_dump(
            exclude={"body", "formed_on", "expires_on", "details", "channels", "keywords"}
        )
        given.pop("files", None)
        return Content(
            body="",
            formed_on=day_of(self.formed_on),
            expires_on=day_of(self.expires_on) if self.expires_on else None,
            details=tuple(self.details.items()),
            channels=tuple(self.channels),
            keywords=tuple(self.keywords),
            **given,
        )


class FileAsked(Asked):
    """A file of the draft that stays, as what, and under which title ("" = as it is)."""

    digest: Digest
    role: Role = "attachment"
    title: Name = ""


class DraftPut(DraftAsked):
    """The whole draft. `files` are those that stay, in order; null leaves them as they are."""

    files: Annotated[list[FileAsked], Field(max_length=60)] | None = None


def add(app: FastAPI, desk: Desk) -> None:
    """New drafts, new words for a draft, its files."""

    @app.post(
        "/items",
        status_code=201,
        response_model=DraftKept,
        responses=told(*BODY, *ONCE, "screened", ok=201, headers={**ETAG, **LOCATION, **REPLAYED}),
        openapi_extra=needs(Act.DRAFT),
        summary="A new item with its draft",
    )
    def new_item(request: Request, asked: DraftAsked, key: Key = None) -> Response:
        call = desk.call(request, Act.DRAFT)

        def do() -> Response:
            html = asked.body.html()
            item_id = desk.perform(call, save_draft, DraftRequest(asked.as_content(), lambda _files: html))
            kept = _kept(desk, item_id)
            return said(kept, 201, etag=kept.etag, location=address(request, f"/items/{item_id}"))

        return desk.once(call, key, asked, do)

    @app.post(
        "/items/{item_id}/draft",
        response_model=DraftKept,
        responses=told(*ONCE, "not-found", "wrong-state", headers={**ETAG, **REPLAYED}),
        openapi_extra=needs(Act.DRAFT),
        summary="Open a draft from the last revision, which has ended; an open one is gone on with",
    )
    def open_draft(request: Request, item_id: str, key: Key = None) -> Response:
        call = desk.call(request, Act.DRAFT)

        def do() -> Response:
            desk.perform(call, reopen_draft, ReopenRequest(known_id(item_id)))
            kept = _kept(desk, item_id)
            return said(kept, etag=kept.etag)

        return desk.once(call, key, None, do)

    @app.put(
        "/items/{item_id}/draft",
        response_model=DraftKept,
        responses=told(
            *(*BODY, *ONCE, "not-found", "wrong-state", "screened", "draft-changed", "version-needed"),
            headers={**ETAG, **REPLAYED},
        ),
        openapi_extra=needs(Act.DRAFT),
        summary="New words for the draft that you have seen",
    )
    def put_draft(
        request: Request, item_id: str, asked: DraftPut, if_match: IfMatch = None, key: Key = None
    ) -> Response:
        call = desk.call(request, Act.DRAFT)

        def do() -> Response:
            draft = _seen(desk, call, item_id, if_match, needed=True)
            stored = content_from_json(draft.content)
            kept = (
                tuple((file.role, file.digest, file.title) for file in stored.files)
                if asked.files is None
                else tuple((str(file.role), file.digest, file.title) for file in asked.files)
            )
            content = _named(asked.as_content(), stored, asked.body.html())
            wish = EditRequest(item_id, draft.id, draft.version, content, files=kept, answers=_answers(draft))
            return _edit(desk, call, draft, wish)

        return desk.once(call, key, asked, do)

    @app.post(
        "/items/{item_id}/files",
        status_code=201,
        response_model=FileKept,
        responses=told(
            *(*BODY, *ONCE, "not-found", "wrong-state", "screened", "draft-changed"),
            ok=201,
            headers={**ETAG, **REPLAYED},
        ),
        openapi_extra=needs(Act.DRAFT),
        summary="Add a file to the draft",
    )
    def add_file(
        request: Request,
        item_id: str,
        file: Annotated[UploadFile, File(description="the bytes, with a file name")],
        role: Annotated[Role, Form()] = "attachment",
        title: Annotated[Name, Form()] = "",
        if_match: IfMatch = None,
        key: Key = None,
    ) -> Response:
        call = desk.call(request, Act.DRAFT)
        name = _file_name(file.filename or "")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            digest = _copy(file, path)

            def do() -> Response:
                draft = _seen(desk, call, item_id, if_match, needed=False)
                stored = content_from_json(draft.content)
                kept = tuple((one.role, one.digest, one.title) for one in stored.files)
                came = IncomingFile(role, name, lambda: path.open("rb"), title)
                wish = EditRequest(
                    *(item_id, draft.id, draft.version, stored),
                    files=kept,
                    added=(came,),
                    answers=_answers(draft),
                )
                return _edit(desk, call, draft, wish, digest)

            return desk.once(call, key, [name, role, title, digest], do)


def _named(content: Content, stored: Content, html: str) -> Content:
    """The new words. What was left empty stays as the bureau's own defaults filled it."""
    filled = {name: getattr(stored, name) for name in FILLED if not getattr(content, name)}
    return replace(content, body=html, **filled)


def _seen(desk: Desk, call: Call, item_id: str, if_match: str | None, *, needed: bool) -> DraftRecord:
    """The open draft, which must be the one that was seen."""
    desk.may(call, Act.DRAFT)
    with desk.office.store.read() as reading:
        item = item_for(reading, call.person, known_id(item_id))
        draft = reading.items.open_draft(item.id)
    if draft is None:
        raise turned(
            "wrong-state",
            "没有打开的草稿",
            "There is no open draft",
            field="item",
            allowed="POST /items/{id}/draft",
        )
    if if_match is None and needed:
        raise turned(
            "version-needed", "请带上 If-Match", "Send If-Match", field="If-Match", allowed=etag_of(draft)
        )
    if if_match is not None and if_match.strip() not in ("*", etag_of(draft)):
        raise _changed(draft)
    return draft


def _changed(draft: DraftRecord) -> Exception:
    return turned(
        "draft-changed",
        "草稿在您看过之后有变动，这一次没有保存",
        "The draft has changed since you saw it; nothing was saved",
        field="If-Match",
        allowed=etag_of(draft),
    )


def _answers(draft: DraftRecord) -> dict[str, str]:
    """What people said of findings stays said."""
    return {found["rule"]: found["answer"] for found in draft.findings if found.get("answer")}


def _edit(desk: Desk, call: Call, draft: DraftRecord, wish: EditRequest, digest: str = "") -> Response:
    try:
        desk.perform(call, edit_draft, wish)
    except Refused as why:
        if why.reason is Reason.WRONG_STATE:
            with desk.office.store.read() as reading:
                now = reading.items.open_draft(wish.item_id)
            if now is not None and etag_of(now) != etag_of(draft):
                raise _changed(now) from why
        raise
    kept = _kept(desk, wish.item_id)
    if digest:
        return said(FileKept(**kept.model_dump(), digest=digest), 201, etag=kept.etag)
    return said(kept, etag=kept.etag)


def _kept(desk: Desk, item_id: str) -> DraftKept:
    with desk.office.store.read() as reading:
        draft = reading.items.open_draft(item_id)
    if draft is None:  # somebody submitted it this very moment
        return DraftKept(item=item_id, version=0, etag='"0"', findings=0)
    return DraftKept(item=item_id, version=draft.version, etag=etag_of(draft), findings=len(draft.findings))


def _file_name(text: str) -> str:
    name = re.split(r"[/\\]", text)[-1].strip()
    if not FILE_NAME.fullmatch(name) or name in (".", ".."):
        raise turned(
            "bad-input",
            "文件名不能用",
            "The file name cannot be used",
            field="file",
            allowed="1 至 200 个可见字符 / 1 to 200 visible characters",
        )
    return name


def _copy(file: UploadFile, path: Path) -> str:
    with path.open("wb") as kept:
        shutil.copyfileobj(file.file, kept)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
