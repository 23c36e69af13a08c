"""Signatures on paper 纸签 and who has looked at which revision."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.records import PaperRecord, one_or_none, records


class Papers:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(self, **values: Any) -> None:
        """One that was entered and waits for the second person."""
        self._c.execute(sa.insert(t.paper_signatures).values(**values))

    def get(self, paper_id: str) -> PaperRecord | None:
        """By id."""
        query = sa.select(t.paper_signatures).where(t.paper_signatures.c.id == paper_id)
        return one_or_none(PaperRecord, self._c.execute(query))

    def of(self, revision_id: str) -> list[PaperRecord]:
        """Of one revision, oldest first."""
        p = t.paper_signatures.c
        query = sa.select(t.paper_signatures).where(p.revision_id == revision_id).order_by(p.entered_at)
        return records(PaperRecord, self._c.execute(query))

    def settle(self, paper_id: str, *, person: str, now: datetime, counts: bool) -> None:
        """The second person has spoken."""
        self._c.execute(
            sa.update(t.paper_signatures)
            .where(t.paper_signatures.c.id == paper_id)
            .values(settled_by=person, settled_at=now, counts=counts)
        )

    def scans(self, item_id: str) -> list[str]:
        """Digests of the scans of every version of one item."""
        p, r = t.paper_signatures.c, t.revisions.c
        query = sa.select(p.scan).where(p.revision_id.in_(sa.select(r.id).where(r.item_id == item_id)))
        return list(self._c.execute(query).scalars())

    def erase(self, revision_id: str) -> None:
        """Put nothing in the place of what was said on paper. Who signed stays, and the digest of the scan."""
        p = t.paper_signatures
        nothing = {"opinion": "", "reference": "", "scan_name": ""}
        self._c.execute(sa.update(p).where(p.c.revision_id == revision_id).values(**nothing))

    def look(self, person: str, revision_id: str, now: datetime) -> None:
        """Somebody has a revision before them; the first time is kept."""
        if revision_id not in self.looked(person, [revision_id]):
            self._c.execute(sa.insert(t.looks).values(person=person, revision_id=revision_id, at=now))

    def looked(self, person: str, revision_ids: Collection[str]) -> dict[str, datetime]:
        """Which of these revisions a person has had before them, and when first."""
        seen = t.looks.c
        wanted = sa.and_(seen.person == person, seen.revision_id.in_(revision_ids))
        return {row[0]: row[1] for row in self._c.execute(sa.select(seen.revision_id, seen.at).where(wanted))}
