"""Messages to people: one row for each thing, event and target, with what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.alerting import Level
from publisher.store import schema as t
from publisher.store.records import AlarmRecord, one_or_none, records

OPENED, AGAIN, CLOSED = "opened", "again", "closed"
NUDGE, ESCALATED = "nudge", "escalated"


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """One message to one target. `next_try_at` is None when nothing more is to be done."""

    id: int
    thing: str
    event: str
    number: int
    target: str
    person: str
    alarm_id: int | None
    level: Level
    words: str
    made_at: datetime
    next_try_at: datetime | None
    attempts: int
    sent_at: datetime | None
    error: str


class Notices:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(
        self, *, thing: str, event: str, number: int, target: str, person: str = "", **values: Any
    ) -> bool:
        """A message to be sent; False when there is one for this thing, event, number, target and person."""
        n = t.notices.c
        same = (
            n.thing == thing,
            n.event == event,
            n.number == number,
            n.target == target,
            n.person == person,
        )
        if self._c.execute(sa.select(n.id).where(*same)).first():
            return False
        key = {"thing": thing, "event": event, "number": number, "target": target, "person": person}
        self._c.execute(sa.insert(t.notices).values(**key, **values))
        return True

    def of_thing(self, thing: str) -> list[NoticeRecord]:
        """All messages about one thing, oldest first."""
        query = sa.select(t.notices).where(t.notices.c.thing == thing).order_by(t.notices.c.id)
        return records(NoticeRecord, self._c.execute(query))

    def due(self, target: str, now: datetime) -> list[NoticeRecord]:
        """What is to be offered to a target now, oldest first."""
        n = t.notices.c
        query = sa.select(t.notices).where(n.target == target, n.next_try_at <= now).order_by(n.id)
        return records(NoticeRecord, self._c.execute(query))

    def unsent_nudges(self) -> list[NoticeRecord]:
        """Reminders that still wait to be sent."""
        n = t.notices.c
        query = sa.select(t.notices).where(n.next_try_at.is_not(None), n.event.in_((NUDGE, ESCALATED)))
        return records(NoticeRecord, self._c.execute(query))

    def stuck(self, before: datetime) -> list[NoticeRecord]:
        """Messages made before then that no target has taken yet although one was asked."""
        n = t.notices.c
        query = sa.select(t.notices).where(n.next_try_at.is_not(None), n.attempts > 0, n.made_at < before)
        return records(NoticeRecord, self._c.execute(query.order_by(n.id)))

    def to_close(self) -> list[tuple[AlarmRecord, str]]:
        """Closed alarms that a target was told of, perhaps, and whose end it was not told."""
        n, later = t.notices.c, t.notices.alias("later")
        told = sa.exists().where(
            later.c.alarm_id == n.alarm_id, later.c.target == n.target, later.c.event == CLOSED
        )
        query = (
            sa.select(t.alarms, n.target.label("target_name"))
            .join(t.notices, n.alarm_id == t.alarms.c.id)
            .where(t.alarms.c.closed_at.is_not(None), n.event == OPENED, n.attempts > 0, ~told)
            .order_by(t.alarms.c.id)
        )
        rows = self._c.execute(query).all()
        names = tuple(column.name for column in t.alarms.c)
        return [(AlarmRecord(*(row._mapping[name] for name in names)), row.target_name) for row in rows]

    def claim(self, notices: Sequence[NoticeRecord], until: datetime) -> list[NoticeRecord]:
        """Take messages before they are sent: those that nobody took meanwhile. Free again at `until`."""
        n = t.notices.c
        taken = []
        for one in notices:
            changed = self._c.execute(
                sa.update(t.notices)
                .where(n.id == one.id, n.attempts == one.attempts, n.next_try_at.is_not(None))
                .values(attempts=one.attempts + 1, next_try_at=until)
            )
            if changed.rowcount == 1:
                taken.append(one)
        return taken

    def settle(self, ids: Collection[int], **values: Any) -> None:
        """Set columns of messages: sent, put off, or let go."""
        self._c.execute(sa.update(t.notices).where(t.notices.c.id.in_(ids)).values(**values))

    def recent(self, limit: int = 500) -> list[NoticeRecord]:
        """Newest first."""
        query = sa.select(t.notices).order_by(t.notices.c.id.desc()).limit(limit)
        return records(NoticeRecord, self._c.execute(query))

    def alarms(self, *, open_only: bool, limit: int = 200) -> list[AlarmRecord]:
        """Alarms, newest first."""
        query = sa.select(t.alarms).order_by(t.alarms.c.opened_at.desc(), t.alarms.c.id.desc()).limit(limit)
        if open_only:
            query = query.where(t.alarms.c.closed_at.is_(None))
        return records(AlarmRecord, self._c.execute(query))

    def alarm(self, alarm_id: int) -> AlarmRecord | None:
        """By number."""
        query = sa.select(t.alarms).where(t.alarms.c.id == alarm_id)
        return one_or_none(AlarmRecord, self._c.execute(query))
