"""What subjects of the log are called: the item behind a revision, a posting or a part. A statement a kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from publisher.store import schema as t

MOST_ITEMS = 50
"""So many items one search may mean."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a subject is about: the item, which of its versions (0: none) and which channel ("": none)."""

    item_id: str
    index_no: str
    title: str
    unit: str
    number: int = 0
    channel: str = ""


class Subjects:
    """Reads within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def named(self, subjects: Collection[str]) -> dict[str, Named]:
        """Each subject that is about an item; others are left out."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for subject in subjects:
            kind, _, key = subject.partition(":")
            wanted[kind].add(key)
        return {
            **self._of(wanted["item"], t.items, None),
            **self._of(wanted["revision"], t.revisions, None),
            **self._of(wanted["posting"], t.postings, t.postings.c.channel),
            **self._of(wanted["part"], t.parts, t.parts.c.channel),
        }

    def _of(self, keys: set[str], table: sa.Table, channel: sa.Column[str] | None) -> dict[str, Named]:
        if not keys:
            return {}
        i, r = t.items.c, t.revisions.c
        source: sa.FromClause = table
        number: sa.ColumnElement[int] = sa.literal(0)
        if table is not t.items:
            source = source.join(t.items, i.id == table.c.item_id)
            number = r.number
        if table not in (t.items, t.revisions):
            source = source.join(t.revisions, r.id == table.c.revision_id)
        said = sa.literal("") if channel is None else channel
        query = (
            sa.select(
                table.c.id.label("key"), i.id, i.index_no, i.title, i.unit, number.label("n"), said.label("c")
            )
            .select_from(source)
            .where(table.c.id.in_(keys))
        )
        kind = {"items": "item", "revisions": "revision", "postings": "posting", "parts": "part"}[table.name]
        return {
            f"{kind}:{row.key}": Named(row.id, row.index_no or "", row.title, row.unit, row.n, row.c)
            for row in self._c.execute(query)
        }

    def find(self, text: str, unit: str) -> tuple[str, ...]:
        """Items whose title or index number contains the text, or whose id it is; the newest `MOST_ITEMS`."""
        i = t.items.c
        match = sa.or_(
            i.title.icontains(text, autoescape=True), i.index_no.contains(text, autoescape=True), i.id == text
        )
        query = sa.select(i.id).where(match).order_by(i.created_at.desc()).limit(MOST_ITEMS)
        return tuple(self._c.execute(query.where(i.unit == unit) if unit else query).scalars())
