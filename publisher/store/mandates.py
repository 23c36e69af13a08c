"""Mandates 代办: who acts for whom, in which roles, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.people import Role
from publisher.store import schema as t


@dataclass(frozen=True, slots=True)
class MandateRecord:
    """One mandate. It stands from `since` until before `until` unless it was ended."""

    id: str
    person: str
    substitute: str
    roles: frozenset[Role]
    since: datetime
    until: datetime
    reason: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None

    def stands(self, now: datetime) -> bool:
        """Whether it holds now."""
        return self.ended_at is None and self.since <= now < self.until


class Mandates:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(self, **values: Any) -> None:
        """A new mandate."""
        self._c.execute(sa.insert(t.mandates).values(**values))

    def get(self, mandate_id: str) -> MandateRecord | None:
        """By id."""
        found = self._where(t.mandates.c.id == mandate_id)
        return found[0] if found else None

    def about(self, name: str, now: datetime) -> list[MandateRecord]:
        """Those not over in which somebody is either side."""
        m = t.mandates.c
        return self._where(
            sa.or_(m.person == name, m.substitute == name), m.ended_at.is_(None), m.until > now
        )

    def held_by(self, substitute: str, now: datetime) -> list[MandateRecord]:
        """Those that somebody may act by now."""
        m = t.mandates.c
        return self._where(m.substitute == substitute, m.ended_at.is_(None), m.since <= now, m.until > now)

    def end(self, mandate_id: str, now: datetime) -> None:
        """It holds no longer."""
        self._c.execute(sa.update(t.mandates).where(t.mandates.c.id == mandate_id).values(ended_at=now))

    def _where(self, *terms: sa.ColumnElement[bool]) -> list[MandateRecord]:
        query = sa.select(t.mandates).where(*terms).order_by(t.mandates.c.since, t.mandates.c.id)
        rows = [dict(row._mapping) for row in self._c.execute(query)]
        return [MandateRecord(**{**row, "roles": frozenset(map(Role, row["roles"]))}) for row in rows]
