"""Parts, proofs and orders in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.order import OrderKind, OrderState
from publisher.domain.part import PartEvent, PartState
from publisher.store import schema as t
from publisher.store.prepared import Prepared
from publisher.store.records import OrderRecord, PartRecord, one_or_none, records

WHOSE = ("id", "posting_id", "position", "item_id", "revision_id", "channel")
OUT = ("state", "remote_id", "url", "level", "out_at", "next_look_at", "differences", "addresses")
ADD = Prepared(sa.insert(t.parts), (*WHOSE, *OUT))
GET = sa.select(t.parts).where(t.parts.c.id == sa.bindparam("key"))
CHANGE = sa.update(t.parts).where(t.parts.c.id == sa.bindparam("key"))
DUE = (
    sa.select(t.parts)
    .where(
        t.parts.c.channel == sa.bindparam("of"),
        t.parts.c.state.in_(sa.bindparam("states", expanding=True)),
        t.parts.c.next_look_at <= sa.bindparam("now"),
    )
    .order_by(t.parts.c.next_look_at)
)

USUAL_ORDER: dict[str, Any] = {
    "kind": OrderKind.WITHDRAW,
    "state": OrderState.OPEN,
    "channel": "",
    "part_id": "",
    "leak": False,
    "confirmed_by": "",
}
"""An order to withdraw a whole item, which waits for nobody's second word."""


class Parts:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(self, **values: Any) -> None:
        """A part that has just gone out."""
        ADD.changed(self._c, {"differences": [], "addresses": [], **values})

    def get(self, part_id: str) -> PartRecord | None:
        """By id: posting key, colon, position."""
        return one_or_none(PartRecord, self._c.execute(GET, {"key": part_id}))

    def of_posting(self, posting_id: str) -> list[PartRecord]:
        """In order of position."""
        query = sa.select(t.parts).where(t.parts.c.posting_id == posting_id).order_by(t.parts.c.position)
        return records(PartRecord, self._c.execute(query))

    def of_item(self, item_id: str) -> list[PartRecord]:
        """Every part of every revision of one item."""
        query = sa.select(t.parts).where(t.parts.c.item_id == item_id).order_by(t.parts.c.out_at)
        return records(PartRecord, self._c.execute(query))

    def all(self) -> list[PartRecord]:
        """Every part, oldest first."""
        return records(PartRecord, self._c.execute(sa.select(t.parts).order_by(t.parts.c.out_at)))

    def at_address(self, channel: str, url: str) -> list[PartRecord]:
        """Parts of a channel at one address, whatever their state."""
        query = sa.select(t.parts).where(t.parts.c.channel == channel, t.parts.c.url == url)
        return records(PartRecord, self._c.execute(query))

    def out_since(self, channel: str, since: datetime) -> list[PartRecord]:
        """Parts of a channel that went out at or after `since`."""
        p = t.parts.c
        return records(
            PartRecord, self._c.execute(sa.select(t.parts).where(p.channel == channel, p.out_at >= since))
        )

    def known(self, channel: str, remote_ids: Collection[str], urls: Collection[str]) -> list[PartRecord]:
        """Parts of a channel, in any state, with one of these ids or addresses."""
        p = t.parts.c
        mine = sa.or_(p.remote_id.in_(remote_ids), p.url.in_(urls))
        return records(PartRecord, self._c.execute(sa.select(t.parts).where(p.channel == channel, mine)))

    def due(self, channel: str, now: datetime, *states: PartState) -> list[PartRecord]:
        """Parts of a channel in one of these states whose next look or try is due."""
        asked = {"of": channel, "states": states, "now": now}
        return records(PartRecord, self._c.execute(DUE, asked))

    def in_state(self, *states: PartState) -> list[PartRecord]:
        """All parts in one of these states."""
        return records(PartRecord, self._c.execute(sa.select(t.parts).where(t.parts.c.state.in_(states))))

    def hot(self, channels: Collection[str]) -> int:
        """How many parts of these channels go on only when a person does something."""
        p = t.parts.c
        states = (PartState.DIFFERS, PartState.MISSING, PartState.WITHDRAW_BY_HAND)
        wanted = sa.and_(p.channel.in_(channels), p.state.in_(states))
        return int(
            self._c.execute(sa.select(sa.func.count()).select_from(t.parts).where(wanted)).scalar_one()
        )

    def change(self, part_id: str, **values: Any) -> None:
        """Set columns of one part."""
        self._c.execute(CHANGE, {"key": part_id, **values})

    def prove(
        self,
        part_id: str,
        *,
        at: datetime,
        level: str,
        outcome: str,
        differences: list[str],
        seen_digest: str,
        words: str = "",
    ) -> None:
        """Keep what one look saw; never changed afterwards."""
        self._c.execute(
            sa.insert(t.proofs).values(
                part_id=part_id,
                at=at,
                level=level,
                outcome=outcome,
                differences=differences,
                seen_digest=seen_digest,
                words=words,
            )
        )

    def evidence(self, part_id: str) -> list[str]:
        """Digests of the pictures with which people attested a part."""
        p = t.proofs.c
        query = sa.select(p.seen_digest).where(p.part_id == part_id, p.outcome == PartEvent.ATTEST)
        return [str(digest) for digest in self._c.execute(query).scalars()]

    def keep_sight(self, part_id: str, digest: str, seen: dict[str, Any], at: datetime) -> None:
        """What a differing look saw; the same sight again is one row."""
        s = t.sights.c
        mine = s.part_id == part_id, s.digest == digest
        if self._c.execute(sa.update(t.sights).where(*mine).values(at=at, seen=seen)).rowcount == 0:
            self._c.execute(sa.insert(t.sights).values(part_id=part_id, digest=digest, at=at, seen=seen))

    def sights(self, part_id: str) -> list[dict[str, Any]]:
        """Every differing sight of a part, newest first: `digest`, `at`, `seen`."""
        s = t.sights.c
        rows = self._c.execute(sa.select(t.sights).where(s.part_id == part_id).order_by(s.at.desc()))
        return [dict(row._mapping) for row in rows]

    def forget_sights(self, item_id: str) -> int:
        """Erase what was seen of every part of an item; how many sights."""
        p = t.parts.c
        parts = sa.select(p.id).where(p.item_id == item_id)
        return self._c.execute(sa.delete(t.sights).where(t.sights.c.part_id.in_(parts))).rowcount

    def proofs(self, part_id: str) -> list[dict[str, Any]]:
        """Every look at a part, oldest first."""
        rows = self._c.execute(
            sa.select(t.proofs).where(t.proofs.c.part_id == part_id).order_by(t.proofs.c.id)
        )
        return [dict(row._mapping) for row in rows]

    def proofs_of(self, part_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Every look at each of these parts, oldest first."""
        p = t.proofs.c
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self._c.execute(sa.select(t.proofs).where(p.part_id.in_(part_ids)).order_by(p.id)):
            found.setdefault(row.part_id, []).append(dict(row._mapping))
        return found

    def add_order(self, **values: Any) -> int:
        """A signed order; its number."""
        result = self._c.execute(sa.insert(t.orders).values(**{**USUAL_ORDER, **values}))
        return int(result.inserted_primary_key[0]) if result.inserted_primary_key else 0

    def open_orders(self, item_id: str = "") -> list[OrderRecord]:
        """Orders that are not fulfilled, oldest first."""
        query = sa.select(t.orders).where(t.orders.c.state == OrderState.OPEN).order_by(t.orders.c.id)
        if item_id:
            query = query.where(t.orders.c.item_id == item_id)
        return records(OrderRecord, self._c.execute(query))

    def orders(self, item_id: str) -> list[OrderRecord]:
        """Every order on one item."""
        query = sa.select(t.orders).where(t.orders.c.item_id == item_id).order_by(t.orders.c.id)
        return records(OrderRecord, self._c.execute(query))

    def order(self, order_id: int) -> OrderRecord | None:
        """By number."""
        return one_or_none(OrderRecord, self._c.execute(sa.select(t.orders).where(t.orders.c.id == order_id)))

    def unconfirmed_leaks(self) -> list[OrderRecord]:
        """Leak orders that no approver has confirmed, oldest first."""
        query = sa.select(t.orders).where(t.orders.c.leak.is_(True), t.orders.c.confirmed_by == "")
        return records(OrderRecord, self._c.execute(query.order_by(t.orders.c.id)))

    def change_order(self, order_id: int, **values: Any) -> None:
        """Set columns of one order."""
        self._c.execute(sa.update(t.orders).where(t.orders.c.id == order_id).values(**values))
