"""The quota book as people and programs read it: each call of each account, window by window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.domain.quota import CallQuota, window_at
from publisher.store.records import QuotaRecord
from publisher.store.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One window of one call. `free` is what may still be taken or planned; `closed_until` is the platform's word."""

    channel: str
    call: str
    period: str
    sending: bool
    window_start: datetime
    window_end: datetime
    limit: int
    used: int
    reserved: int
    free: int
    closed_until: datetime | None


def quota_book(reading: Reading, now: datetime, channel: str = "") -> list[QuotaLine]:
    """Every call of every channel, or of one: the window that holds `now`, then those that are planned into."""
    lines = []
    for name, plan in reading.bureau.channels.items():
        if channel in ("", name):
            rows = reading.quotas.windows(now, name)
            for quota in plan.quotas:
                lines += _lines(name, quota, rows, now)
    return lines


def _lines(account: str, quota: CallQuota, rows: list[QuotaRecord], now: datetime) -> list[QuotaLine]:
    present = window_at(account, quota, now)
    mine = {r.window_start: r for r in rows if (r.call, r.period) == (quota.call, quota.period)}
    closed = [r.blocked_until for r in mine.values() if r.blocked_until and r.blocked_until > now]
    starts = [present.start, *sorted(start for start in mine if start > present.start)]
    lines = []
    for start in starts:
        row, window = mine.get(start), window_at(account, quota, start)
        used, reserved = (row.used, row.reserved) if row else (0, 0)
        until = max(closed, default=None) if start == present.start else row.blocked_until if row else None
        free = 0 if until and until >= window.end else max(0, quota.maximum - used - reserved)
        lines.append(
            QuotaLine(
                account,
                quota.call,
                quota.period,
                quota.sending,
                window.start,
                window.end,
                quota.maximum,
                used,
                reserved,
                free,
                until,
            )
        )
    return lines
