"""What many items have, asked for at once: one question a kind of thing, however many items there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from publisher.domain.part import PartEvent
from publisher.domain.posting import PostingState
from publisher.store import schema as t
from publisher.store.records import (
    DraftRecord,
    ItemRecord,
    OrderRecord,
    PartRecord,
    PostingRecord,
    RevisionRecord,
    SignedRecord,
    records,
)

Owned = TypeVar("Owned", RevisionRecord, DraftRecord, PostingRecord, PartRecord, OrderRecord)


SUBJECTS: dict[str, sa.Column[str]] = {
    "item": t.items.c.id,
    "revision": t.revisions.c.id,
    "posting": t.postings.c.id,
    "part": t.parts.c.id,
}
"""What a log subject's word stands for."""


def _by_kind(subjects: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for subject in subjects:
        kind, _, key = subject.partition(":")
        found.setdefault(kind, []).append(key)
    return found


class Many:
    """Reads within one transaction. Answers map an item's id to what it has; an item without is not in them."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def items(self, item_ids: Collection[str]) -> dict[str, ItemRecord]:
        """The items themselves."""
        rows = self._c.execute(sa.select(t.items).where(t.items.c.id.in_(item_ids)))
        return {item.id: item for item in records(ItemRecord, rows)}

    def revisions(self, item_ids: Collection[str]) -> dict[str, list[RevisionRecord]]:
        """Revisions, oldest first."""
        r = t.revisions.c
        return self._grouped(
            RevisionRecord, sa.select(t.revisions).where(r.item_id.in_(item_ids)).order_by(r.number)
        )

    def open_drafts(self, item_ids: Collection[str]) -> dict[str, DraftRecord]:
        """The open draft."""
        d = t.drafts.c
        found = self._grouped(
            DraftRecord, sa.select(t.drafts).where(d.item_id.in_(item_ids), d.open.is_(True))
        )
        return {item_id: drafts[0] for item_id, drafts in found.items()}

    def postings(self, item_ids: Collection[str]) -> dict[str, list[PostingRecord]]:
        """Postings, oldest first."""
        p = t.postings.c
        return self._grouped(
            PostingRecord, sa.select(t.postings).where(p.item_id.in_(item_ids)).order_by(p.created_at)
        )

    def parts(self, item_ids: Collection[str]) -> dict[str, list[PartRecord]]:
        """Parts, in the order in which they went out."""
        p = t.parts.c
        return self._grouped(PartRecord, sa.select(t.parts).where(p.item_id.in_(item_ids)).order_by(p.out_at))

    def orders(self, item_ids: Collection[str]) -> dict[str, list[OrderRecord]]:
        """Orders, oldest first."""
        o = t.orders.c
        return self._grouped(OrderRecord, sa.select(t.orders).where(o.item_id.in_(item_ids)).order_by(o.id))

    def orders_by_id(self, order_ids: Collection[int]) -> dict[int, OrderRecord]:
        """Orders by their numbers."""
        rows = self._c.execute(sa.select(t.orders).where(t.orders.c.id.in_(order_ids)))
        return {order.id: order for order in records(OrderRecord, rows)}

    def last_matches(self, part_ids: Collection[str]) -> dict[str, datetime]:
        """Part → when a look last found it as approved."""
        p = t.proofs.c
        rows = self._c.execute(
            sa.select(p.part_id, sa.func.max(p.at, type_=p.at.type))
            .where(p.part_id.in_(part_ids), p.outcome == PartEvent.MATCH)
            .group_by(p.part_id)
        )
        return {row[0]: row[1] for row in rows}

    def titles(self, subjects: Collection[str]) -> dict[str, ItemRecord]:
        """The item behind each log subject (`item:…`, `revision:…`, `posting:…`, `part:…`); one question a kind."""
        i, wanted = t.items, _by_kind(subjects)
        found: dict[str, ItemRecord] = {}
        for kind, key in SUBJECTS.items():
            if kind in wanted:
                query = sa.select(key, *i.c).where(key.in_(wanted[kind]))
                if key.table is not i:
                    query = query.join_from(key.table, i, i.c.id == key.table.c.item_id)
                for row in self._c.execute(query):
                    found[f"{kind}:{row[0]}"] = ItemRecord(*row[1:])
        return found

    def out_since(self, channels: Collection[str], since: datetime) -> dict[str, int]:
        """Channel → how many parts went out at or after `since`."""
        p = t.parts.c
        wanted = sa.and_(p.channel.in_(channels), p.out_at >= since)
        query = sa.select(p.channel, sa.func.count()).where(wanted).group_by(p.channel)
        return {row[0]: row[1] for row in self._c.execute(query)}

    def queued(self, channels: Collection[str]) -> dict[str, int]:
        """Channel → how many postings wait or are queued."""
        p = t.postings.c
        states = (PostingState.WAITING, PostingState.QUEUED)
        wanted = sa.and_(p.channel.in_(channels), p.state.in_(states))
        query = sa.select(p.channel, sa.func.count()).where(wanted).group_by(p.channel)
        return {row[0]: row[1] for row in self._c.execute(query)}

    def signatures(self, revision_ids: Collection[str]) -> list[SignedRecord]:
        """Every signature on these revisions, with what was said, in the order given."""
        s = t.signatures.c
        columns = [getattr(s, field.name) for field in fields(SignedRecord)]
        rows = self._c.execute(sa.select(*columns).where(s.revision_id.in_(revision_ids)).order_by(s.id))
        return [SignedRecord(*row) for row in rows]

    def _grouped(self, kind: type[Owned], query: sa.Select[tuple[object, ...]]) -> dict[str, list[Owned]]:
        found: dict[str, list[Owned]] = {}
        for one in records(kind, self._c.execute(query)):
            found.setdefault(one.item_id, []).append(one)
        return found
