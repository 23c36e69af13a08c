"""Quota arithmetic: windows and when they end. Counting itself is a row in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from publisher.domain.clocks import local, next_business_midnight

WINDOWS = ("hour", "day", "month")


def window_start(window: str, now: datetime) -> datetime:
    """The beginning of the window that holds `now`: UTC instant; days and months are Beijing's."""
    moment = local(now).replace(minute=0, second=0, microsecond=0)
    starts = {"hour": moment, "day": moment.replace(hour=0), "month": moment.replace(day=1, hour=0)}
    return starts[window].astimezone(UTC)


def window_end(window: str, now: datetime) -> datetime:
    """When the window is surely over, 5 minutes past its end, as a UTC instant."""
    later = local(now).replace(day=28, hour=0, minute=5, second=0, microsecond=0) + timedelta(days=4)
    ends = {
        "hour": window_start("hour", now) + timedelta(hours=1, minutes=5),
        "day": next_business_midnight(now),
        "month": later.replace(day=1).astimezone(UTC),
    }
    return ends[window]


def has_room(used: int, limit: int, blocked_until: datetime | None, now: datetime) -> bool:
    """Whether one more call fits: the platform's own word (`blocked_until`) overrides our count."""
    return used < limit and (blocked_until is None or blocked_until <= now)
