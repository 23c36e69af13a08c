"""How long a signed-in session lasts, and what wrong passwords lead to. Instants are aware."""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE = timedelta(minutes=15)
"""A session that nobody used for so long is over (R9.03)."""

LONGEST = timedelta(hours=12)
"""No session outlives a working day, used or not."""

TRIES = 5
"""So many wrong passwords in a row lock the account (R9.03)."""

LOCKED = timedelta(minutes=15)
NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session is kept."""


def end_of(began_at: datetime, seen_at: datetime) -> datetime:
    """When a session ends by itself unless it is used again."""
    return min(seen_at + IDLE, began_at + LONGEST)


def locked_until(failed: int, now: datetime) -> datetime | None:
    """Until when an account stays locked after `failed` wrong passwords in a row; None while it is not."""
    return now + LOCKED if failed >= TRIES else None
