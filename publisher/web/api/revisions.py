"""Revisions: what a signature covers, its time, and holding it. Signing itself is not offered to programs."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from publisher.domain.people import Act, View
from publisher.web.api.desk import Desk, Key, known_id, said
from publisher.web.api.documents import Done, RevisionDocument, Scheduled
from publisher.web.api.openapi import BODY, ONCE, REPLAYED, needs, told
from publisher.web.api.words import Asked, Instant, Lines, instant_of
from publisher.workflow.documents import revision_document
from publisher.workflow.review import SignRequest, hold
from publisher.workflow.schedule import ScheduleRequest, UnscheduleRequest, schedule, unschedule
from publisher.workflow.sight import revision_for


class ScheduleAsked(Asked):
    """When to release; null means now."""

    release_at: Instant | None = None


class HoldAsked(Asked):
    """Why nothing of it may go out for now."""

    reason: Lines


def add(app: FastAPI, desk: Desk) -> None:
    """The addresses below `/revisions`."""

    @app.get(
        "/revisions/{digest}",
        response_model=RevisionDocument,
        responses=told("not-found"),
        openapi_extra=needs(View.ITEMS),
        summary="Everything that a signature on this revision covers",
    )
    def show_revision(request: Request, digest: str) -> Response:
        call = desk.call(request, View.ITEMS)
        with desk.office.store.read() as reading:
            found = revision_document(reading, revision_for(reading, call.person, known_id(digest)))
        return said(RevisionDocument.model_validate(found))

    @app.post(
        "/revisions/{digest}/schedule",
        response_model=Scheduled,
        responses=told(*BODY, *ONCE, "not-found", "wrong-state", headers=REPLAYED),
        openapi_extra=needs(Act.SCHEDULE),
        summary="Give an approved revision its time",
    )
    def schedule_revision(request: Request, digest: str, asked: ScheduleAsked, key: Key = None) -> Response:
        call = desk.call(request, Act.SCHEDULE)

        def do() -> Response:
            at = instant_of(asked.release_at) if asked.release_at else None
            instant = desk.perform(call, schedule, ScheduleRequest(known_id(digest), at))
            return said(Scheduled(revision=digest, release_at=instant))

        return desk.once(call, key, asked, do)

    @app.post(
        "/revisions/{digest}/unschedule",
        response_model=Done,
        responses=told(*ONCE, "not-found", "wrong-state", headers=REPLAYED),
        openapi_extra=needs(Act.UNSCHEDULE),
        summary="Take the time off again; the signatures stay",
    )
    def unschedule_revision(request: Request, digest: str, key: Key = None) -> Response:
        call = desk.call(request, Act.UNSCHEDULE)

        def do() -> Response:
            desk.perform(call, unschedule, UnscheduleRequest(known_id(digest)))
            return said(Done(id=digest, done="unschedule"))

        return desk.once(call, key, None, do)

    @app.post(
        "/revisions/{digest}/hold",
        response_model=Done,
        responses=told(*BODY, *ONCE, "not-found", "wrong-state", headers=REPLAYED),
        openapi_extra=needs(Act.HOLD),
        summary="Hold: nothing of it goes out until the approver lifts it",
    )
    def hold_revision(request: Request, digest: str, asked: HoldAsked, key: Key = None) -> Response:
        call = desk.call(request, Act.HOLD)

        def do() -> Response:
            desk.perform(call, hold, SignRequest(known_id(digest), asked.reason))
            return said(Done(id=digest, done="hold"))

        return desk.once(call, key, asked, do)
