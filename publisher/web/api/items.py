"""Items: the list, one item, its draft, its files, and what is done with an item as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request
from pydantic import Field
from starlette.responses import Response

from publisher.domain.lifecycle import RevisionState
from publisher.domain.people import Act, View
from publisher.store.items import ItemSearch
from publisher.web.api import cursor
from publisher.web.api.desk import Desk, Key, known_id, said
from publisher.web.api.documents import (
    Done,
    ItemDocument,
    ItemLine,
    ItemList,
    Ordered,
    Submitted,
)
from publisher.web.api.openapi import BODY, ETAG, ONCE, REPLAYED, needs, told
from publisher.web.api.words import Asked, Line, Lines, Name
from publisher.workflow.documents import item_document
from publisher.workflow.intake import DiscardRequest, discard_draft
from publisher.workflow.sight import item_for
from publisher.workflow.submit import SubmitRequest, submit
from publisher.workflow.where import places
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal

Limit = Annotated[int, Query(ge=1, le=100, description="how many at most")]


class SubmitAsked(Asked):
    """Submit the open draft. `answers` maps a rule of the screen to why it is no fault here."""

    urgent: bool = False
    reviewer: Name = ""
    answers: Annotated[dict[Name, Line], Field(max_length=100, default_factory=dict)]


class WithdrawAsked(Asked):
    """Take an item back, or one channel of it, or one part. `reason` is public."""

    reason: Lines
    channel: Name = ""
    part: Name = ""
    leak: bool = False


def add(app: FastAPI, desk: Desk) -> None:
    """The addresses below `/items`, but for the draft's content."""

    @app.get(
        "/items",
        response_model=ItemList,
        responses=told(),
        openapi_extra=needs(View.ITEMS),
        summary="Items, newest first",
    )
    def list_items(
        request: Request,
        state: Annotated[
            RevisionState | Literal["draft"] | None, Query(description="`draft`: with an open draft")
        ] = None,
        q: Annotated[
            Name, Query(description="in title, index number or document number; or an address")
        ] = "",
        cursor_: Annotated[Name, Query(alias="cursor", description="`next` of the page before")] = "",
        limit: Limit = 50,
    ) -> Response:
        call = desk.call(request, View.ITEMS)
        wanted = ItemSearch(
            call.person.unit,
            q.strip(),
            state if isinstance(state, RevisionState) else None,
            drafts=state == "draft",
        )
        with desk.office.store.read() as reading:
            found = reading.items.page(wanted, before=cursor.read(cursor_), count=limit + 1)
            shown = found[:limit]
            lines = [ItemLine.model_validate(place) for place in places(reading, shown, call.now)]
        last = shown[-1] if len(found) > limit else None
        return said(ItemList(items=lines, next=cursor.write(last.created_at, last.id) if last else None))

    @app.get(
        "/items/{item_id}",
        response_model=ItemDocument,
        responses=told("not-found", headers=ETAG),
        openapi_extra=needs(View.ITEMS),
        summary="One item as its story",
    )
    def show_item(request: Request, item_id: str) -> Response:
        call = desk.call(request, View.ITEMS)
        with desk.office.store.read() as reading:
            found = item_document(reading, item_for(reading, call.person, known_id(item_id)), call.now)
        document = ItemDocument.model_validate(found)
        return said(document, etag=document.draft.etag) if document.draft else said(document)

    @app.post(
        "/items/{item_id}/submit",
        response_model=Submitted,
        responses=told(*BODY, *ONCE, "not-found", "wrong-state", "screened", headers=REPLAYED),
        openapi_extra=needs(Act.SUBMIT),
        summary="Submit the draft: a revision with every channel's message frozen",
    )
    def submit_item(request: Request, item_id: str, asked: SubmitAsked, key: Key = None) -> Response:
        call = desk.call(request, Act.SUBMIT_URGENT if asked.urgent else Act.SUBMIT)

        def do() -> Response:
            wish = SubmitRequest(
                known_id(item_id), urgent=asked.urgent, reviewer=asked.reviewer, answers=asked.answers
            )
            made = desk.perform(call, submit, wish, **desk.office.submit_tools())
            return said(
                Submitted(
                    item=item_id,
                    revision_id=made.revision_id,
                    index_no=made.index_no,
                    warnings=list(made.warnings),
                )
            )

        return desk.once(call, key, asked, do)

    @app.post(
        "/items/{item_id}/discard",
        response_model=Done,
        responses=told(*ONCE, "not-found", "wrong-state", headers=REPLAYED),
        openapi_extra=needs(Act.DISCARD),
        summary="Discard the open draft; the item and its revisions stay",
    )
    def discard_item(request: Request, item_id: str, key: Key = None) -> Response:
        call = desk.call(request, Act.DISCARD)

        def do() -> Response:
            desk.perform(call, discard_draft, DiscardRequest(known_id(item_id)))
            return said(Done(id=item_id, done="discard"))

        return desk.once(call, key, None, do)

    @app.post(
        "/items/{item_id}/withdraw",
        response_model=Ordered,
        responses=told(*BODY, *ONCE, "not-found", "wrong-state", headers=REPLAYED),
        openapi_extra=needs(Act.ORDER_WITHDRAWAL),
        summary="Order a withdrawal; the channels carry it out",
    )
    def withdraw_item(request: Request, item_id: str, asked: WithdrawAsked, key: Key = None) -> Response:
        call = desk.call(request, Act.REPORT_LEAK if asked.leak else Act.ORDER_WITHDRAWAL)

        def do() -> Response:
            wish = WithdrawRequest(
                known_id(item_id), asked.reason, channel=asked.channel, part_id=asked.part, leak=asked.leak
            )
            order = desk.perform(call, order_withdrawal, wish)
            return said(
                Ordered(order=order, item=item_id, channel=asked.channel, part=asked.part, leak=asked.leak)
            )

        return desk.once(call, key, asked, do)
