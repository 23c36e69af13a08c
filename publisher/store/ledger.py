"""The rows behind the ledger, many at once: a fixed number of questions for a chunk of postings."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from publisher.domain.order import OrderKind
from publisher.domain.part import PartEvent, PartState
from publisher.domain.people import Act
from publisher.domain.posting import PostingState
from publisher.store import schema as t
from publisher.store.figures import Scope

P, R, ITEM, ORDER = t.postings.c, t.revisions.c, t.items.c, t.orders.c
PART, PROOF, S = t.parts.c, t.proofs.c, t.signatures.c


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One posting with what it belongs to, without texts."""

    posting_id: str
    item_id: str
    revision_id: str
    unit: str
    index_no: str | None
    title: str
    kind: str
    formed_on: str
    due_on: str
    drafter: str
    released_at: datetime | None
    channel: str
    state: PostingState
    created_at: datetime
    out_at: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """The first part of a posting, and when it was ordered to go."""

    id: str
    state: PartState
    url: str
    ordered_at: datetime | None


@dataclass(frozen=True, slots=True)
class WithheldRow:
    """One decision not to disclose."""

    id: int
    revision_id: str
    item_id: str
    title: str
    unit: str
    person: str
    at: datetime
    opinion: str
    reference: str


@dataclass(frozen=True, slots=True)
class WithdrawnRow:
    """One order to withdraw; `closed_at` once everything it names was seen to be gone."""

    id: int
    item_id: str
    title: str
    unit: str
    channel: str
    leak: bool
    person: str
    at: datetime
    reason: str
    closed_at: datetime | None


class Ledgers:
    """Reads within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def rows(
        self, scope: Scope, *, after: str = "", limit: int = 500, newest: bool = False
    ) -> list[LedgerRow]:
        """Postings planned within the range, oldest or newest first, those behind the posting `after`."""
        key = sa.tuple_(P.created_at, P.channel, P.id)
        query = (
            sa.select(
                P.id,
                P.item_id,
                P.revision_id,
                ITEM.unit,
                ITEM.index_no,
                R.content["title"].as_string(),
                R.content["kind"].as_string(),
                R.content["formed_on"].as_string(),
                R.due_on,
                R.drafter,
                R.released_at,
                P.channel,
                P.state,
                P.created_at,
                P.out_at,
            )
            .join_from(t.postings, t.revisions, R.id == P.revision_id)
            .join(t.items, ITEM.id == P.item_id)
            .where(P.created_at >= scope.since, P.created_at < scope.until)
        )
        query = query.where(ITEM.unit == scope.unit) if scope.unit else query
        query = query.where(P.channel == scope.channel) if scope.channel else query
        if after:
            q = t.postings.alias().c
            last = sa.select(q.created_at, q.channel, q.id).where(q.id == after)
            found = self._c.execute(last).one_or_none()
            if found is None:
                return []
            bound = sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(found, key.clauses, strict=True)))
            query = query.where(key < bound if newest else key > bound)
        order = (P.created_at, P.channel, P.id)
        query = query.order_by(*(c.desc() if newest else c for c in order)).limit(limit)
        return [LedgerRow(*cast("tuple[Any, ...]", row)) for row in self._c.execute(query)]

    def count(self, scope: Scope) -> int:
        """How many postings were planned within the range."""
        query = sa.select(sa.func.count()).select_from(t.postings)
        query = query.where(P.created_at >= scope.since, P.created_at < scope.until)
        if scope.unit:
            query = query.join(t.items, ITEM.id == P.item_id).where(ITEM.unit == scope.unit)
        query = query.where(P.channel == scope.channel) if scope.channel else query
        return int(self._c.execute(query).scalar_one())

    def first_parts(self, posting_ids: Collection[str]) -> dict[str, LedgerPart]:
        """Posting → its first part."""
        query = (
            sa.select(PART.posting_id, PART.id, PART.state, PART.url, ORDER.at)
            .outerjoin_from(t.parts, t.orders, ORDER.id == PART.order_id)
            .where(PART.posting_id.in_(posting_ids))
            .order_by(PART.position.desc())
        )
        return {row[0]: LedgerPart(*row[1:]) for row in self._c.execute(query)}

    def sights(self, part_ids: Collection[str]) -> dict[str, list[tuple[str, datetime]]]:
        """Part → the looks that found it as approved or gone, with the outcome, oldest first."""
        query = (
            sa.select(PROOF.part_id, PROOF.outcome, PROOF.at)
            .where(PROOF.part_id.in_(part_ids), PROOF.outcome.in_((PartEvent.MATCH.value, "gone")))
            .order_by(PROOF.id)
        )
        found: dict[str, list[tuple[str, datetime]]] = {}
        for part_id, outcome, at in self._c.execute(query):
            found.setdefault(part_id, []).append((outcome, at))
        return found

    def signers(self, revision_ids: Collection[str]) -> dict[str, list[tuple[str, Act]]]:
        """Revision → who signed what, in the order given."""
        query = (
            sa.select(S.revision_id, S.person, S.act).where(S.revision_id.in_(revision_ids)).order_by(S.id)
        )
        found: dict[str, list[tuple[str, Act]]] = {}
        for revision_id, person, act in self._c.execute(query):
            found.setdefault(revision_id, []).append((person, act))
        return found

    def withheld(self, unit: str, before: int, limit: int) -> list[WithheldRow]:
        """Decisions not to disclose, newest first, those before one of them (0: from the newest)."""
        query = (
            sa.select(
                S.id,
                R.id,
                R.item_id,
                R.content["title"].as_string(),
                ITEM.unit,
                S.person,
                S.at,
                S.opinion,
                S.reference,
            )
            .join_from(t.signatures, t.revisions, R.id == S.revision_id)
            .join(t.items, ITEM.id == R.item_id)
            .where(S.act == Act.WITHHOLD)
        )
        query = query.where(ITEM.unit == unit) if unit else query
        query = query.where(S.id < before) if before else query
        return [WithheldRow(*row) for row in self._c.execute(query.order_by(S.id.desc()).limit(limit))]

    def withhold_codes(self, revision_ids: Collection[str]) -> dict[str, str]:
        """Revision → the code of the reason that was chosen when it was withheld; those without are not in it."""
        e = t.log_entries.c
        query = sa.select(e.subject, e.canonical).where(
            e.kind == "person:revision:withhold", e.subject.in_([f"revision:{key}" for key in revision_ids])
        )
        found = {}
        for subject, canonical in self._c.execute(query):
            reason = json.loads(canonical)["facts"].get("reason")
            if reason:
                found[subject.partition(":")[2]] = str(reason)
        return found

    def withdrawn(self, unit: str, before: int, limit: int) -> list[WithdrawnRow]:
        """Orders to withdraw, newest first, those before one of them (0: from the newest)."""
        query = (
            sa.select(
                ORDER.id,
                ORDER.item_id,
                ITEM.title,
                ITEM.unit,
                ORDER.channel,
                ORDER.leak,
                ORDER.signed_by,
                ORDER.at,
                ORDER.reason,
                ORDER.closed_at,
            )
            .join_from(t.orders, t.items, ITEM.id == ORDER.item_id)
            .where(ORDER.kind == OrderKind.WITHDRAW)
        )
        query = query.where(ITEM.unit == unit) if unit else query
        query = query.where(ORDER.id < before) if before else query
        return [
            WithdrawnRow(*cast("tuple[Any, ...]", row))
            for row in self._c.execute(query.order_by(ORDER.id.desc()).limit(limit))
        ]
