"""The calendar: month, week and list; setting, moving and taking off the time of a signed revision."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.bootstrap import call_titles
from publisher.domain.clocks import business_day, local, read_instant
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import View
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Fields, Posted
from publisher.workflow.calendar import CalendarView, Loose, calendar, loose_one
from publisher.workflow.conflicts import conflicts
from publisher.workflow.sight import revision_for
from publisher.workflow.slots import FreeRequest, SlotRequest, schedule_in_slot, stamp, unschedule_as_shown

DONE = {"scheduled": "时间已经排好。", "unscheduled": "时间已经取消，签字还有效。"}
LIST_DAYS, MOST_IN_LIST = 30, 50
DEFAULT_TIME = "09:00"
WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def add(app: FastAPI, console: Console) -> None:
    """The page and its two forms."""

    @app.get("/calendar")
    def shown(request: Request, revision: str = "", day: str = "") -> Response:
        visit = console.visit(request, View.CALENDAR)
        return _page(
            console, visit, dict(request.query_params), revision, Fields({"day": (day,)} if day else {})
        )

    @app.post("/calendar/{revision_id}/time")
    def set_time(request: Request, revision_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.CALENDAR)

        def do() -> datetime:
            with console.office.store.read() as reading:
                revision_for(reading, visit.person, revision_id)
            at = None if fields["now"] else _instant(fields)
            asked = SlotRequest(revision_id, at, fields["shown"], "anyway" in fields)
            return console.perform(visit, schedule_in_slot, asked)

        return console.act(
            visit,
            do,
            then=lambda at: f"/calendar?month={local(at):%Y-%m}",
            done="scheduled",
            again=lambda why: _again(console, visit, fields, revision_id, why),
        )

    @app.post("/calendar/{revision_id}/unschedule")
    def take_off(request: Request, revision_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.CALENDAR)
        asked = FreeRequest(revision_id, fields["shown"])
        return console.act(
            visit,
            lambda: console.perform(visit, unschedule_as_shown, asked),
            then="/calendar",
            done="unscheduled",
            again=lambda why: _again(console, visit, fields, revision_id, why),
        )


def _again(console: Console, visit: Visit, fields: Fields, revision_id: str, why: Refused) -> Response:
    """The plan again with what the person had put in; what is not there for them stays an error."""
    if why.reason is Reason.NOT_FOUND:
        raise why
    month = fields["day"][:7]
    return _page(console, visit, {"month": month} if month else {}, revision_id, fields, why)


def _instant(fields: Fields) -> datetime:
    """`at` is a proposed time; else the two fields, in business time."""
    text = fields["at"] or f"{fields['day']} {fields['time']}"
    try:
        return read_instant(text)
    except ValueError as why:
        raise refuse(
            Reason.BAD_INPUT,
            f"“{text.strip()[:30]}”不是时间",
            field="release_at",
            allowed="日期如 2026-11-26，时间如 09:00（北京时间）",
            english="not a time",
        ) from why


def _page(
    console: Console,
    visit: Visit,
    asked: dict[str, str],
    revision_id: str,
    fields: Fields,
    why: Refused | None = None,
) -> Response:
    kind, first, last, month = _span(asked, business_day(visit.now))
    most = MOST_IN_LIST if kind != "month" else 6
    with console.office.store.read() as reading:
        row = None
        if revision_id:
            revision_for(reading, visit.person, revision_id)
            row = reading.days.planned(revision_id)
        view = calendar(reading, visit.now, visit.person, first, last, month=month, most=most)
        clashes = conflicts(reading, visit.now, visit.person)
        chosen = loose_one(reading, visit.now, row) if row else None
    path = visit.path if visit.path == "/calendar" else "/calendar"
    return console.show(
        replace(visit, path=path),
        "calendar",
        refused=why,
        view=view,
        kind=kind,
        month=month,
        before=_step(kind, first, last, month, -1),
        after=_step(kind, first, last, month, 1),
        clashes=clashes,
        chosen=chosen,
        put=_put(chosen, fields, visit.now),
        stamp=stamp,
        titles=_titles(console),
        labels={name: plan.label for name, plan in console.office.store.bureau.channels.items()},
        done_words=DONE,
        here=_here(kind, view, month),
        local=local,
    )


def _titles(console: Console) -> dict[str, dict[str, str]]:
    return {name: dict(call_titles(console.office, name)) for name in console.office.settings.channels}


def _put(chosen: Loose | None, fields: Fields, now: datetime) -> dict[str, object]:
    """What stands in the form: what the person had put in, else the time it has, else the first free one."""
    if chosen is None:
        return {}
    at = local(chosen.row.release_at or (chosen.slots[0] if chosen.slots else now))
    day = fields["day"] if DAY.fullmatch(fields["day"]) else f"{at:%Y-%m-%d}"
    try:
        shown = date.fromisoformat(day)
    except ValueError:
        shown = at.date()
    return {
        "day": day,
        "time": fields["time"] or f"{at:%H:%M}",
        "earlier": shown - timedelta(days=1),
        "later": shown + timedelta(days=1),
        "moved": day != f"{at:%Y-%m-%d}",
    }


def _span(asked: dict[str, str], today: date) -> tuple[str, date, date, int]:
    """What is looked at, its first and last day, and the month that it is about (0 for none)."""
    week, month = WEEK.fullmatch(asked.get("week", "")), MONTH.fullmatch(asked.get("month", ""))
    try:
        if asked.get("view") == "list":
            first = date.fromisoformat(asked["from"]) if asked.get("from") else today - timedelta(days=1)
            return "list", first, first + timedelta(days=LIST_DAYS - 1), 0
        if week:
            first = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return "week", first, first + timedelta(days=6), 0
        start = date(int(month[1]), int(month[2]), 1) if month else today.replace(day=1)
        first, next_month = start - timedelta(days=start.weekday()), _month_after(start)
        last = next_month + timedelta(days=(7 - next_month.weekday()) % 7 - 1)
    except (ValueError, OverflowError):
        return _span({}, today)
    if not 2000 <= start.year <= 2200:
        return _span({}, today)
    return "month", first, last, start.month


def _month_after(start: date) -> date:
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1)


def _middle(first: date) -> date:
    return first + timedelta(days=15)


def _step(kind: str, first: date, last: date, month: int, way: int) -> str:
    """The address of what lies before or after."""
    if kind == "list":
        return f"/calendar?view=list&from={first + timedelta(days=way * LIST_DAYS)}"
    if kind == "week":
        year, week, _ = (first + timedelta(days=7 * way)).isocalendar()
        return f"/calendar?week={year}-W{week:02d}"
    start = _middle(first).replace(day=1)
    there = _month_after(start) if way > 0 else (start - timedelta(days=1))
    return f"/calendar?month={there:%Y-%m}"


def _here(kind: str, view: CalendarView, month: int) -> str:
    """The address of what is shown, for links that stay there."""
    if kind == "list":
        return f"/calendar?view=list&from={view.first}"
    if kind == "week":
        year, week, _ = view.first.isocalendar()
        return f"/calendar?week={year}-W{week:02d}"
    return f"/calendar?month={_middle(view.first):%Y-%m}"
