"""The report 台账: figures of a period, computed from what was sent and seen; the newest lines; the registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.domain.clocks import business_day
from publisher.domain.people import View
from publisher.store.figures import Scope
from publisher.web.console.console import Console, Visit
from publisher.workflow.report import ledger_places
from publisher.workflow.statistics import Period, statistics

SAID = {
    "year": "今年",
    "h1": "上半年",
    "h2": "下半年",
    "q1": "一季度",
    "q2": "二季度",
    "q3": "三季度",
    "q4": "四季度",
    "own": "自选",
    **{f"month {n}": f"{n}月" for n in range(1, 13)},
    "not_days": "起止日期要按 2026-11-24 这样写，起始日不晚于截止日，前后不超过五年。下面是今年的。",
}
MONTHS_OF = {
    "year": (1, 12),
    "h1": (1, 6),
    "h2": (7, 12),
    "q1": (1, 3),
    "q2": (4, 6),
    "q3": (7, 9),
    "q4": (10, 12),
}
LONGEST_DAYS = 5 * 366
NEWEST = 5
PLOT_WIDTH, PLOT_BASE, PLOT_HIGH = 600, 150, 120


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is about: the period's word, its days, one unit or all, one channel or all."""

    word: str
    period: Period
    unit: str
    channel: str
    fault: bool = False

    @property
    def scope(self) -> Scope:
        """The same question to the ledger."""
        return Scope(self.period.since, self.period.until, self.unit, self.channel)

    @property
    def query(self) -> str:
        """The same question as a query string."""
        days = (
            {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
            if self.word == "own"
            else {}
        )
        return urlencode({"period": self.word, **days, "unit": self.unit, "channel": self.channel})


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a plot, in units of its view box."""

    x: float
    y: float
    width: float
    height: float
    month: int
    items: int
    now: bool


def add(app: FastAPI, console: Console) -> None:
    """The page of figures."""

    @app.get("/reports")
    def figures(request: Request) -> Response:
        visit = console.visit(request, View.REPORTS)
        asked = asked_in(console, visit, request.query_params)
        with console.office.store.read() as reading:
            found = statistics(reading, asked.period, unit=asked.unit, channel=asked.channel)
            newest = ledger_places(reading, asked.scope, limit=NEWEST, newest=True)
            lines = reading.ledgers.count(asked.scope)
        return console.show(
            visit,
            "reports",
            found=found,
            newest=newest,
            lines=lines,
            bars=bars(found.months, business_day(visit.now)),
            **choices(console, visit, asked),
        )


def choices(console: Console, visit: Visit, asked: Asked) -> dict[str, Any]:
    """What the chooser of the days, the unit and the channel needs."""
    bureau = console.office.store.bureau
    return {
        "asked": asked,
        "units": bureau.units,
        "own_unit": bureau.units.get(visit.person.unit, visit.person.unit),
        "labels": {name: bureau.label(name) for name in bureau.channels},
        "words": SAID,
    }


def asked_in(console: Console, visit: Visit, query: Mapping[str, str]) -> Asked:
    """What a query string asks for, within what this person may see; what is no period is this year."""
    today, bureau = business_day(visit.now), console.office.store.bureau
    word = query.get("period", "")
    period = _own(query) if word == "own" else _named(word, today)
    unit = visit.person.unit or query.get("unit", "")
    channel = query.get("channel", "")
    return Asked(
        word if period and word in {*MONTHS_OF, "own"} else "year",
        period or Period(date(today.year, 1, 1), today),
        unit if visit.person.unit or unit in bureau.units else "",
        channel if channel in bureau.channels else "",
        fault=word == "own" and period is None,
    )


def _named(word: str, today: date) -> Period:
    """A part of this year; to today where it is under way."""
    first, last = MONTHS_OF.get(word, MONTHS_OF["year"])
    begins = date(today.year, first, 1)
    ends = date(today.year, last, 31 if last in (3, 12) else 30)
    return Period(begins, min(ends, today) if begins <= today else ends)


def _own(query: Mapping[str, str]) -> Period | None:
    try:
        found = Period(
            date.fromisoformat(query.get("from", "").strip()), date.fromisoformat(query.get("to", "").strip())
        )
    except ValueError:
        return None
    days = (found.last - found.first).days
    return found if 0 <= days <= LONGEST_DAYS and found.first.year > 1971 and found.last.year < 9999 else None


def bars(months: tuple[tuple[date, int], ...], today: date) -> list[Bar]:
    """A bar a month, the highest as high as the plot allows; the month that is under way is marked."""
    most = max((n for _, n in months), default=0) or 1
    step = (PLOT_WIDTH - 16) / max(len(months), 1)
    width = min(30.0, step * 0.6)
    found = []
    for place, (month, items) in enumerate(months):
        high = round(PLOT_HIGH * items / most, 1)
        x = round(8 + step * place + (step - width) / 2, 1)
        now = (month.year, month.month) == (today.year, today.month)
        found.append(Bar(x, PLOT_BASE - high, round(width, 1), high, month.month, items, now))
    return found
