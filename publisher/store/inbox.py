"""The inbox of callbacks: what a platform told by itself, kept before it is answered, matched later."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.records import InboxRecord, records


class Inbox:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def receive(
        self, channel: str, event_key: str, *, kind: str, raw: bytes, sealed: bool, now: datetime
    ) -> bool:
        """Keep an event; False when the same one is kept already."""
        i = t.inbox.c
        if self._c.execute(sa.select(i.id).where(i.channel == channel, i.event_key == event_key)).first():
            return False
        self._c.execute(
            sa.insert(t.inbox).values(
                channel=channel,
                event_key=event_key,
                kind=kind,
                raw=raw,
                sealed=sealed,
                received_at=now,
                next_try_at=now,
            )
        )
        return True

    def due(self, channel: str, now: datetime) -> list[InboxRecord]:
        """Events of a channel that nobody has matched and whose turn it is, oldest first."""
        i = t.inbox.c
        query = (
            sa.select(t.inbox)
            .where(i.channel == channel, i.matched_at.is_(None), i.next_try_at <= now)
            .order_by(i.id)
        )
        return records(InboxRecord, self._c.execute(query))

    def waiting(self, event_id: int) -> bool:
        """Whether an event is still not matched; asked again inside the transaction that matches it."""
        i = t.inbox.c
        return (
            self._c.execute(sa.select(i.id).where(i.id == event_id, i.matched_at.is_(None))).first()
            is not None
        )

    def close(self, event_id: int, outcome: str, now: datetime) -> None:
        """Matched, or of no use: what became of it."""
        self._c.execute(
            sa.update(t.inbox).where(t.inbox.c.id == event_id).values(matched_at=now, outcome=outcome)
        )

    def postpone(self, event_id: int, tries: int, until: datetime) -> None:
        """Nobody knows the job yet: try again then."""
        self._c.execute(
            sa.update(t.inbox).where(t.inbox.c.id == event_id).values(tries=tries, next_try_at=until)
        )
