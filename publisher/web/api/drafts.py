"""Drafts from programs: fields and a body as HTML, text or Markdown, files, and no overwriting of what others wrote."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import FastAPI, Request
from pydantic import Field
from starlette.responses import Response

from publisher.domain.item import Content
from publisher.domain.people import Act
from publisher.render.body import from_text, sanitise
from publisher.web.api.desk import Desk, Key, address, said
from publisher.web.api.documents import DraftKept
from publisher.web.api.openapi import BODY, ETAG, LOCATION, ONCE, REPLAYED, needs, told
from publisher.web.api.words import Asked, Body, Day, Line, Lines, Name, day_of
from publisher.workflow.documents import etag_of
from publisher.workflow.intake import DraftRequest, save_draft


class BodyAsked(Asked):
    """The text. `html` is cleaned to our subset; `text` is read line by line.

    A picture stands as `<img src="[[slot:image:<digest>]]">` with the digest of a file of this draft.
    """

    format: Literal["html", "text"] = "html"
    content: Body

    def html(self) -> str:
        """As HTML of our subset. Raises `Refused` for what cannot be read."""
        if self.format == "text":
            return from_text(self.content, {})
        return sanitise(self.content)


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
        return Content(
            body="",
            formed_on=day_of(self.formed_on),
            expires_on=day_of(self.expires_on) if self.expires_on else None,
            details=tuple(self.details.items()),
            channels=tuple(self.channels),
            keywords=tuple(self.keywords),
            **given,
        )


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


def _kept(desk: Desk, item_id: str) -> DraftKept:
    with desk.office.store.read() as reading:
        draft = reading.items.open_draft(item_id)
    if draft is None:  # somebody submitted it this very moment
        return DraftKept(item=item_id, version=0, etag='"0"', findings=0)
    return DraftKept(item=item_id, version=draft.version, etag=etag_of(draft), findings=len(draft.findings))
