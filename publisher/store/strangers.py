"""What platforms list and no posting brought out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.records import StrangerRecord, one_or_none, records


class Strangers:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(self, **values: Any) -> None:
        """One that was seen for the first time."""
        self._c.execute(sa.insert(t.strangers).values(**values))

    def get(self, channel: str, remote_id: str) -> StrangerRecord | None:
        """By the platform's own id."""
        s = t.strangers.c
        query = sa.select(t.strangers).where(s.channel == channel, s.remote_id == remote_id)
        return one_or_none(StrangerRecord, self._c.execute(query))

    def all(self, channel: str = "") -> list[StrangerRecord]:
        """Of all channels or one, newest first."""
        s = t.strangers.c
        query = sa.select(t.strangers).order_by(s.posted_at.desc(), s.remote_id)
        return records(
            StrangerRecord, self._c.execute(query.where(s.channel == channel) if channel else query)
        )

    def unexplained(self, channel: str) -> list[StrangerRecord]:
        """Those of a channel of which nobody has said where they come from."""
        s = t.strangers.c
        query = sa.select(t.strangers).where(s.channel == channel, s.explained_at.is_(None))
        return records(StrangerRecord, self._c.execute(query))

    def erase_words(self, posting_ids: Collection[str]) -> None:
        """Forget what second copies of these postings said."""
        self._c.execute(
            sa.update(t.strangers).where(t.strangers.c.posting_id.in_(posting_ids)).values(words="")
        )

    def explain(self, channel: str, remote_id: str, who: str, now: datetime) -> None:
        """Somebody said where it comes from."""
        s = t.strangers.c
        self._c.execute(
            sa.update(t.strangers)
            .where(s.channel == channel, s.remote_id == remote_id)
            .values(explained_by=who, explained_at=now)
        )
