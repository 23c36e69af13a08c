"""The workbench: what needs a person, what waits for me, and how each channel is."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.bootstrap import call_titles, warnings_for_front
from publisher.domain.people import View
from publisher.web.console.console import Console
from publisher.workflow.workbench import workbench


def add(app: FastAPI, console: Console) -> None:
    """The front page."""

    @app.get("/")
    def front(request: Request) -> Response:
        visit = console.visit(request, View.WORKBENCH)
        with console.office.store.read() as reading:
            bench = workbench(reading, visit.now, visit.person)
        calls = {name: call_titles(console.office, name) for name in console.office.settings.channels}
        return console.show(
            visit, "workbench", bench=bench, warned=warnings_for_front(console.office), calls=calls
        )
