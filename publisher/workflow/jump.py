"""A clock that was set back: nothing waits for as long as the jump, and nothing is sent twice.

Waits are rows with an instant. Those that were counted from the later clock would end the jump too late; they are
moved. What people planned stays where it is. A jump forward needs nothing: what is due is due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from publisher.store.unit_of_work import Reading, UnitOfWork

SYSTEM = "system"
LEAST = timedelta(seconds=5)
"""Less than this is the ordinary correction of a clock."""


def newest_entry_at(reading: Reading) -> datetime | None:
    """The time of the newest log entry: the clock has been there. None while the log is empty."""
    at = reading.log.head(reading.log_id).at
    return datetime.fromisoformat(at) if at else None


def note_set_back(uow: UnitOfWork, now: datetime, latest: datetime) -> bool:
    """Mend the waits when `now` lies before `latest`, the latest instant that was known; True when it does."""
    by = latest - now
    if by < LEAST:
        return False
    moved = uow.waits.move_back(now, by)
    facts = {"seconds": int(by.total_seconds()), "moved": moved}
    uow.record(now, "system:clock:set_back", SYSTEM, "daemon", facts=facts)
    uow.commit()
    return True
