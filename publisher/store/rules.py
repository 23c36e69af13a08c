"""Settings that people changed in the console: every version is kept, the newest of an area counts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.records import RuleRecord, one_or_none, records

R = t.rules.c
NEWEST = sa.select(sa.func.coalesce(sa.func.max(R.id), 0))
CURRENT = sa.select(t.rules).where(R.id.in_(sa.select(sa.func.max(R.id)).group_by(R.area))).order_by(R.id)


class Rules:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def newest_id(self) -> int:
        """The number of the newest version of anything; 0 before the first."""
        return int(self._c.execute(NEWEST).scalar_one())

    def current(self) -> dict[str, RuleRecord]:
        """Area → its newest version."""
        return {rule.area: rule for rule in records(RuleRecord, self._c.execute(CURRENT))}

    def get(self, rule_id: int) -> RuleRecord | None:
        """One version."""
        return one_or_none(RuleRecord, self._c.execute(sa.select(t.rules).where(R.id == rule_id)))

    def newest(self, area: str) -> RuleRecord | None:
        """The newest version of one area."""
        query = sa.select(t.rules).where(R.area == area).order_by(R.id.desc()).limit(1)
        return one_or_none(RuleRecord, self._c.execute(query))

    def history(self, areas: Collection[str], limit: int = 50) -> list[RuleRecord]:
        """The versions of these areas, newest first."""
        query = sa.select(t.rules).where(R.area.in_(areas)).order_by(R.id.desc()).limit(limit)
        return records(RuleRecord, self._c.execute(query))

    def add(self, area: str, value: Any, *, person: str, reason: str, now: datetime) -> int:
        """A new version, None where the file alone shall count again; its number."""
        values = {"area": area, "value": value, "made_by": person, "made_at": now, "reason": reason}
        return int(self._c.execute(sa.insert(t.rules).values(**values).returning(R.id)).scalar_one())
