"""The stop button, and what stands on the accounts that we did not send."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import PERMISSIONS, Act, View
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Fields, Posted
from publisher.workflow.freeze import EVERYTHING, FreezeRequest, freeze, unfreeze
from publisher.workflow.stop_page import stops, stranger_page
from publisher.workflow.strangers import ExplainRequest, explain_stranger

ALL, ALL_AND_URGENT, ONE = "all", "all-urgent", "channel:"
"""What a person may stop: all but urgent warnings, those too, or one channel by its name."""

DONE = {
    "stopped": "已经叫停。从现在起不再开始发送；正在发的那一条会走完。",
    "lifted": "已经解除。等着的会按先后发出，不会一下子全发。",
    "explained": "已记下来历，告警解除。平台上的内容没有动。",
}


def add(app: FastAPI, console: Console) -> None:
    """Stopping, lifting, and explaining."""

    @app.get("/stop")
    def stop(request: Request) -> Response:
        return _stop(console, console.visit(request, View.STOP))

    @app.post("/stop")
    def stopped(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.STOP)
        return console.act(
            visit,
            lambda: console.perform(visit, freeze, _asked(console, fields)),
            then="/stop",
            done="stopped",
            again=lambda why: _stop(console, visit, why),
        )

    @app.post("/stop/lift")
    def lifted(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.STOP)
        asked = FreezeRequest(fields["channel"], fields["reason"])
        return console.act(
            visit,
            lambda: console.perform(visit, unfreeze, asked),
            then="/stop",
            done="lifted",
            again=lambda why: _stop(console, visit, why),
        )

    @app.get("/strangers")
    def strangers(request: Request, page: int = 1) -> Response:
        return _strangers(console, console.visit(request, View.POSTINGS), page)

    @app.post("/strangers")
    def explained(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        asked = ExplainRequest(fields["channel"], fields.raw("remote_id"), fields["reason"])
        return console.act(
            visit,
            lambda: console.perform(visit, explain_stranger, asked),
            then="/strangers",
            done="explained",
            again=lambda why: _strangers(console, visit, 1, why),
        )


def _asked(console: Console, fields: Fields) -> FreezeRequest:
    what, reason = fields["what"], fields["reason"]
    if what in (ALL, ALL_AND_URGENT):
        return FreezeRequest(EVERYTHING, reason, urgent_too=what == ALL_AND_URGENT)
    name = what.removeprefix(ONE)
    if name not in console.office.store.bureau.channels:
        raise refuse(
            Reason.BAD_INPUT,
            "请选要停什么",
            field="channel",
            allowed="页面上列出的",
            english="choose what to stop",
        )
    return FreezeRequest(name, reason)


def _stop(console: Console, visit: Visit, why: Refused | None = None) -> Response:
    with console.office.store.read() as reading:
        page = stops(reading)
    lifters = sorted(PERMISSIONS[Act.UNFREEZE_CHANNEL])
    return console.show(visit, "stop", refused=why, page=page, lifters=lifters, DONE=DONE)


def _strangers(console: Console, visit: Visit, number: int, why: Refused | None = None) -> Response:
    with console.office.store.read() as reading:
        page = stranger_page(reading, min(max(number, 1), 10_000))
    explainers = sorted(PERMISSIONS[Act.EXPLAIN_STRANGER])
    return console.show(visit, "strangers", refused=why, page=page, explainers=explainers, DONE=DONE)
