"""Waits in rows, moved when the clock was set back: a wait that was counted from the later clock ends in its time."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from publisher.store import schema as t

COUNTED = (  # an instant that was computed as "now and so long"
    (t.postings, t.postings.c.next_try_at),
    (t.postings, t.postings.c.next_look_at),
    (t.parts, t.parts.c.next_look_at),
    (t.channels, t.channels.c.next_probe_at),
    (t.channels, t.channels.c.catch_up_at),
)
REACHED = (  # an instant that people or windows set: only what the later clock had passed already
    (t.postings, t.postings.c.due_at),
    (t.reservations, t.reservations.c.planned_at),
)


class Waits:
    """Writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def move_back(self, now: datetime, by: timedelta) -> int:
        """Move waits that end after `now` earlier by the jump, and what was reached before it to before `now`.

        The start of a step stays: absence of what may be out is never believed earlier. How many were moved.
        """
        moved = sum(self._move(table, column, now, None, by) for table, column in COUNTED)
        return moved + sum(self._move(table, column, now, now + by, by) for table, column in REACHED)

    def _move(
        self,
        table: sa.Table,
        column: sa.Column[datetime],
        now: datetime,
        until: datetime | None,
        by: timedelta,
    ) -> int:
        keys = list(table.primary_key.columns)
        query = sa.select(*keys, column.label("instant")).where(column > now)
        if until is not None:
            query = query.where(column <= until)
        if table is t.reservations:
            query = query.where(t.reservations.c.posting_id.in_(sa.select(t.postings.c.id)))
        rows = self._c.execute(query).all()
        for row in rows:
            same = sa.and_(*(key == row._mapping[key.name] for key in keys))
            self._c.execute(sa.update(table).where(same).values({column.name: row.instant - by}))
        return len(rows)
