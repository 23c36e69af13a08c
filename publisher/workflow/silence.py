"""Silence 沉默: columns and accounts that will soon have shown nothing new for too long (rules.md 4). Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from publisher.domain.clocks import business_day
from publisher.domain.freshness import ACCOUNT, COLUMN, Freshness, days_left, limit_of_column
from publisher.store.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class Silent:
    """A column or an account. `last` is None where nothing went out within the time that is looked at; `left` are the
    days that are left, below zero when the limit is passed; `source` is the rule."""

    name: str
    title: str
    account: bool
    last: date | None
    left: int
    source: str


def silent_soon(reading: Reading, now: datetime) -> tuple[Silent, ...]:
    """Those whose limit is near or passed, the nearest first; two questions to the database. What has never shown
    anything is not named: nobody knows since when it counts."""
    today, bureau = business_day(now), reading.bureau
    columns = reading.days.last_in_columns(now - timedelta(days=COLUMN.days + COLUMN.warn))
    accounts = reading.days.last_out([name for name, plan in bureau.channels.items() if not plan.portal])
    found = [
        _silent(name, bureau.columns[name].title, last, today, limit_of_column(bureau.columns[name].kind))
        for name, last in columns.items()
        if name in bureau.columns
    ]
    near = [one for one, limit in found if one.left <= limit.warn]
    for name, last in accounts.items():
        one, limit = _silent(name, bureau.label(name), last, today, ACCOUNT, account=True)
        near += [one] if one.left <= limit.warn else []
    return tuple(sorted(near, key=lambda one: one.left))


def _silent(
    name: str, title: str, last: datetime, today: date, limit: Freshness, *, account: bool = False
) -> tuple[Silent, Freshness]:
    day = business_day(last)
    return Silent(name, title, account, day, days_left(day, today, limit), limit.source), limit
