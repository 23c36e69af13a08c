"""What is on record and how it is: channels, the log with its proofs, the ledger, health."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import FastAPI, Path, Query, Request
from starlette.responses import Response

from publisher.domain.clocks import BEIJING, business_day
from publisher.domain.people import View, may_view
from publisher.web.api.desk import Call, Desk, said
from publisher.web.api.documents import (
    ChannelLine,
    ChannelList,
    EntryLine,
    EntryProof,
    HealthDocument,
    LedgerDocument,
    LedgerEntry,
    LogPage,
)
from publisher.web.api.openapi import needs, told
from publisher.web.api.problems import turned
from publisher.web.api.words import Day, Name, day_of
from publisher.workflow.documents import channel_lines, entry_lines, entry_proof
from publisher.workflow.report import ledger

LARGEST_SEQ = 2**31 - 1
LONGEST_LEDGER = timedelta(days=366)


def add(app: FastAPI, desk: Desk) -> None:
    """`/channels`, `/log`, `/reports/ledger` and `/health`."""
    _add_log(app, desk)

    @app.get(
        "/channels",
        response_model=ChannelList,
        responses=told(),
        openapi_extra=needs(View.CHANNELS),
        summary="All configured channels and how they are",
    )
    def list_channels(request: Request) -> Response:
        desk.call(request, View.CHANNELS)
        with desk.office.store.read() as reading:
            lines = [ChannelLine.model_validate(line) for line in channel_lines(reading)]
        return said(ChannelList(channels=lines))

    @app.get(
        "/reports/ledger",
        response_model=LedgerDocument,
        responses=told(),
        openapi_extra=needs(View.REPORTS),
        summary="Every posting planned from the first day to the last, both included",
    )
    def show_ledger(
        request: Request,
        since: Annotated[Day | None, Query(alias="from", description="default 1 January")] = None,
        until: Annotated[Day | None, Query(alias="to", description="default today")] = None,
    ) -> Response:
        call = desk.call(request, View.REPORTS)
        today = business_day(call.now)
        first = day_of(since) if since else date(today.year, 1, 1)
        last = day_of(until) if until else today
        if not timedelta(0) <= last - first <= LONGEST_LEDGER:
            raise turned(
                "bad-input",
                "起止日期不合适",
                "The days do not fit",
                field="to",
                allowed="起始日当天至一年以内 / from the first day to a year later",
            )
        with desk.office.store.read() as reading:
            until_ = _midnight(last + timedelta(days=1))
            found = ledger(reading, _midnight(first), until_, unit=call.person.unit)
            lines = [LedgerEntry.model_validate(line) for line in found]
        return said(LedgerDocument(since=first.isoformat(), until=last.isoformat(), lines=lines))

    @app.get(
        "/health",
        response_model=HealthDocument,
        responses=told(),
        summary="Whether everything that is due is being done; any token may ask",
    )
    def show_health(request: Request) -> Response:
        from publisher.bootstrap import health_in

        desk.call(request)
        told_ = health_in(desk.office)
        return said(HealthDocument.model_validate({**asdict(told_), "ready": told_.ready}))


def _add_log(app: FastAPI, desk: Desk) -> None:
    @app.get(
        "/log",
        response_model=LogPage,
        responses=told(),
        openapi_extra=needs(View.AUDIT),
        summary="Entries of the log in order of their number",
    )
    def list_entries(
        request: Request,
        after: Annotated[int, Query(ge=0, le=LARGEST_SEQ, description="number of the last one seen")] = 0,
        subject: Annotated[Name, Query(description="such as `item:2103475a6d81`")] = "",
        kind: Annotated[Name, Query(description="such as `person:revision:sign_off`")] = "",
        limit: Annotated[int, Query(ge=1, le=200, description="how many at most")] = 50,
    ) -> Response:
        call = desk.call(request, View.AUDIT)
        with desk.office.store.read() as reading:
            stored = list(reading.log.entries(first=after + 1, subject=subject, kind=kind, limit=limit + 1))
            shown = stored[:limit]
            lines = entry_lines(reading, shown, with_notes=_sees_words(call))
            log_id = reading.log_id
        more = shown[-1].seq if len(stored) > limit else None
        entries = [EntryLine.model_validate(line) for line in lines]
        return said(LogPage(log_id=log_id, entries=entries, next=more))

    @app.get(
        "/log/{seq}",
        response_model=EntryProof,
        responses=told("not-found"),
        openapi_extra=needs(View.AUDIT),
        summary="One entry with the proof that it stands in the signed log",
    )
    def show_entry(request: Request, seq: Annotated[int, Path(ge=1, le=LARGEST_SEQ)]) -> Response:
        call = desk.call(request, View.AUDIT)
        with desk.office.store.read() as reading:
            found = entry_proof(reading, seq, with_notes=_sees_words(call))
        if found is None:
            raise turned("not-found", "没有这条记录", "There is no such entry", field="seq")
        return said(EntryProof.model_validate(found))


def _sees_words(call: Call) -> bool:
    """Titles, reasons and names stand in the notes: they are for those who see every item."""
    return not call.person.unit and may_view(View.ITEMS, call.person)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)
