"""Quota arithmetic: windows and when they end. Counting itself is a row in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from publisher.domain.clocks import local, next_business_midnight

WINDOWS = ("hour", "day", "month")

WINDOW_WORDS = {"hour": "这个小时", "day": "今天", "month": "本月"}


@dataclass(frozen=True, slots=True)
class CallQuota:
    """At most `maximum` calls of `call` in each `period` (hour, day or month). `sending`: each posting makes one."""

    call: str
    period: str
    maximum: int
    sending: bool = False


@dataclass(frozen=True, slots=True)
class QuotaWindow:
    """One window of one quota of one account, as an entry of the quota book. Instants are aware, UTC.

    It begins at `start` and is surely over at `end`, a few minutes after the next one has begun.
    """

    account: str
    quota: CallQuota
    start: datetime
    end: datetime


def window_at(account: str, quota: CallQuota, at: datetime) -> QuotaWindow:
    """The window of a quota that holds the instant `at`."""
    return QuotaWindow(account, quota, window_start(quota.period, at), window_end(quota.period, at))


def sending_windows(account: str, quotas: Sequence[CallQuota], at: datetime) -> list[QuotaWindow]:
    """The windows in which a posting that is sent at `at` spends one call each."""
    return [window_at(account, quota, at) for quota in quotas if quota.sending]


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
