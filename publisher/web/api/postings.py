"""Postings and parts: how each sending stands, and what a program may decide about one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from publisher.domain.people import Act, View
from publisher.domain.posting import PostingState
from publisher.web.api import cursor
from publisher.web.api.desk import Desk, Key, known_id, said
from publisher.web.api.documents import Done, PartDocument, PostingDocument, PostingLine, PostingList
from publisher.web.api.openapi import BODY, ONCE, REPLAYED, needs, told
from publisher.web.api.words import Asked, Lines, Name
from publisher.workflow import desk as acts
from publisher.workflow.documents import part_document, posting_document, posting_lines
from publisher.workflow.sight import part_for, posting_for

ACTS: Mapping[str, tuple[Act, Callable[..., Any], str]] = {
    "retry": (Act.RETRY_POSTING, acts.retry_posting, "Send a failed posting again"),
    "hold": (Act.HOLD_POSTING, acts.hold_posting, "Hold one posting"),
    "resume": (Act.RESUME_POSTING, acts.resume_posting, "Resume a posting that is held"),
    "cancel": (Act.CANCEL_POSTING, acts.cancel_posting, "Cancel a posting that is not out; needs a reason"),
}


class ReasonAsked(Asked):
    """Why."""

    reason: Lines = ""


def add(app: FastAPI, desk: Desk) -> None:
    """The addresses below `/postings` and `/parts`."""

    @app.get(
        "/postings",
        response_model=PostingList,
        responses=told(),
        openapi_extra=needs(View.POSTINGS),
        summary="Postings, newest first",
    )
    def list_postings(
        request: Request,
        state: Annotated[PostingState | None, Query()] = None,
        channel: Annotated[Name, Query(description="name of a channel")] = "",
        item: Annotated[Name, Query(description="id of an item")] = "",
        cursor_: Annotated[Name, Query(alias="cursor", description="`next` of the page before")] = "",
        limit: Annotated[int, Query(ge=1, le=100, description="how many at most")] = 50,
    ) -> Response:
        call = desk.call(request, View.POSTINGS)
        with desk.office.store.read() as reading:
            found = reading.postings.page(
                unit=call.person.unit,
                state=state,
                channel=channel,
                item_id=item,
                before=cursor.read(cursor_),
                count=limit + 1,
            )
            shown = found[:limit]
            lines = [PostingLine.model_validate(line) for line in posting_lines(reading, shown)]
        last = shown[-1] if len(found) > limit else None
        after = cursor.write(last.created_at, last.id) if last else None
        return said(PostingList(postings=lines, next=after))

    @app.get(
        "/postings/{posting_id}",
        response_model=PostingDocument,
        responses=told("not-found"),
        openapi_extra=needs(View.POSTINGS),
        summary="One posting with its steps, parts and looks",
    )
    def show_posting(request: Request, posting_id: str) -> Response:
        call = desk.call(request, View.POSTINGS)
        with desk.office.store.read() as reading:
            found = posting_document(reading, posting_for(reading, call.person, known_id(posting_id)))
        return said(PostingDocument.model_validate(found))

    @app.get(
        "/parts/{part_id}",
        response_model=PartDocument,
        responses=told("not-found"),
        openapi_extra=needs(View.POSTINGS),
        summary="One article that is or was out, with every look at it",
    )
    def show_part(request: Request, part_id: str) -> Response:
        call = desk.call(request, View.POSTINGS)
        with desk.office.store.read() as reading:
            found = part_document(reading, part_for(reading, call.person, known_id(part_id)))
        return said(PartDocument.model_validate(found))

    for name, (act, use_case, summary) in ACTS.items():
        _add_act(app, desk, name, act, use_case, summary)


def _add_act(
    app: FastAPI, desk: Desk, name: str, act: Act, use_case: Callable[..., Any], summary: str
) -> None:
    @app.post(
        f"/postings/{{posting_id}}/{name}",
        response_model=Done,
        responses=told(*BODY, *ONCE, "not-found", "wrong-state", headers=REPLAYED),
        openapi_extra=needs(act),
        operation_id=f"{name}_posting",
        summary=summary,
    )
    def decide(request: Request, posting_id: str, asked: ReasonAsked, key: Key = None) -> Response:
        call = desk.call(request, act)

        def do() -> Response:
            desk.perform(call, use_case, acts.PostingRequest(known_id(posting_id), asked.reason))
            return said(Done(id=posting_id, done=name))

        return desk.once(call, key, asked, do)
