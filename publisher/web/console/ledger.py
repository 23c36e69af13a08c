"""The ledger 台账明细: line by line on pages, whole as a file for a spreadsheet; the two registers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from publisher.domain.people import View
from publisher.web.console.console import Console
from publisher.web.console.reports import asked_in, choices
from publisher.workflow.people_words import people_words
from publisher.workflow.registers import withdrawn_register, withheld_register
from publisher.workflow.report import LedgerLine, ledger_lines, ledger_places
from publisher.workflow.sheets import csv_pieces, for_people, write_workbook

PAGE = 50
IN_MEMORY_BYTES, PIECE_BYTES = 1024 * 1024, 64 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add(app: FastAPI, console: Console) -> None:
    """The pages and the files."""
    _add_files(app, console)

    @app.get("/reports/ledger")
    def ledger(request: Request, after: str = "") -> Response:
        visit = console.visit(request, View.REPORTS)
        asked = asked_in(console, visit, request.query_params)
        with console.office.store.read() as reading:
            places = ledger_places(reading, asked.scope, after=after[:40], limit=PAGE + 1, newest=True)
            count = reading.ledgers.count(asked.scope)
        shown = places[:PAGE]
        return console.show(
            visit,
            "ledger",
            places=shown,
            count=count,
            begins=after,
            after=shown[-1].posting_id if len(places) > PAGE else "",
            **choices(console, visit, asked),
        )

    @app.get("/reports/withheld")
    def withheld(request: Request, before: str = "") -> Response:
        visit = console.visit(request, View.REPORTS)
        with console.office.store.read() as reading:
            page = withheld_register(reading, visit.person, _number(before))
        return console.show(visit, "register-withheld", page=page, begins=_number(before))

    @app.get("/reports/withdrawn")
    def withdrawn(request: Request, before: str = "") -> Response:
        visit = console.visit(request, View.REPORTS)
        with console.office.store.read() as reading:
            page = withdrawn_register(reading, visit.person, _number(before))
        return console.show(visit, "register-withdrawn", page=page, begins=_number(before))


def _add_files(app: FastAPI, console: Console) -> None:
    @app.get("/reports/ledger.csv")
    def as_text(request: Request) -> Response:
        return _file(console, request, "csv", "text/csv; charset=utf-8", _write_text)

    @app.get("/reports/ledger.xlsx")
    def as_workbook(request: Request) -> Response:
        return _file(console, request, "xlsx", XLSX, lambda file, lines: write_workbook(file, lines, "台账"))


def _file(
    console: Console,
    request: Request,
    ending: str,
    media_type: str,
    write: Callable[[IO[bytes], Iterable[LedgerLine]], None],
) -> Response:
    """The whole ledger of what was asked for; written to a file of its own first, so that one moment is in it."""
    visit = console.visit(request, View.REPORTS)
    asked = asked_in(console, visit, request.query_params)
    file = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 — closed when it was sent
    with console.office.store.read() as reading:
        named = people_words(reading)
        write(file, (for_people(line, named) for line in ledger_lines(reading, asked.scope)))
    file.seek(0)
    name = f"ledger-{asked.period.first}-{asked.period.last}.{ending}"
    return StreamingResponse(
        _pieces(file),
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _write_text(file: IO[bytes], lines: Iterable[LedgerLine]) -> None:
    for piece in csv_pieces(lines):
        file.write(piece.encode())


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
