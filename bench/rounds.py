"""What one delivery writes, and nothing else: the bare loop beside which the protocol is measured.

A round is the same three commits with rows of the same size in the same tables: the claim with its log entry,
the intent, its end with the outcome, its part and its log entry. It reads nothing back, checks nothing, knows no
lease, seals no chain. Once through the library that the store uses (SQLAlchemy), once on the naked driver.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import sqlalchemy as sa

from publisher.store.unit_of_work import Store

AT = "2026-11-24T02:00:00.000000Z"
LOG = (
    "INSERT INTO log_entries (seq, canonical, entry_hash, prev_hash, at, kind, subject, actor) "
    "VALUES (:seq, :canonical, :hash, :hash, :at, 'system:posting:out', :subject, 'system')"
)
CLAIM = (
    "UPDATE postings SET state = 'sending', fence = fence + 1, claimed_by = 'bare', claimed_at = :at, slots = :slots "
    "WHERE id = (SELECT id FROM postings WHERE channel = 'noop' AND state = 'queued' AND urgent = :no "
    "AND due_at <= :at ORDER BY due_at, created_at LIMIT 1) RETURNING id, item_id, revision_id"
)
INTENT = (
    "INSERT INTO steps (posting_id, scope, name, digest, state, repeatable, fence, calls, started_at, result) "
    "VALUES (:key, 'publish', 'send', :hash, 'open', :no, 1, 1, :at, '{}')"
)
END = (
    "UPDATE steps SET state = 'done', ended_at = :at, result = :slots "
    "WHERE posting_id = :key AND scope = 'publish' AND name = 'send'"
)
OUT = "UPDATE postings SET state = 'out', receipt = :slots, out_at = :at WHERE id = :key"
PART = (
    "INSERT INTO parts (id, posting_id, position, item_id, revision_id, channel, state, remote_id, url, level, out_at, "
    "next_look_at, looks, unseen, accepted_digest, differences, addresses, removals, order_id) VALUES "
    "(:part, :key, 0, :item, :revision, 'noop', 'published', :remote, '', '', :at, :at, 0, 0, '', '[]', '[]', 0, 0)"
)
FIXED = {
    "at": AT,
    "slots": '{"posted_at": "2026-11-24 10:00"}',
    "canonical": "x" * 420,
    "hash": "0" * 64,
    "subject": "posting:ap0000000",
    "no": False,
}
Execute = Callable[[str, Mapping[str, Any]], Any]


class Library:
    """The statements as text through SQLAlchemy, on the store's own engine."""

    def __init__(self, store: Store) -> None:
        self._engine = store.engine.execution_options(unlocked=True)
        self._texts = {sql: sa.text(sql) for sql in (LOG, CLAIM, INTENT, END, OUT, PART)}

    def commit(self, work: Callable[[Execute], None]) -> None:
        with self._engine.begin() as connection:
            work(lambda sql, values: connection.execute(self._texts[sql], values))


class Driver:
    """The same statements on the driver's own connection."""

    def __init__(self, store: Store) -> None:
        self._pooled = store.engine.raw_connection()
        self._c: Any = self._pooled.driver_connection
        self._begins = "BEGIN IMMEDIATE" if store.engine.dialect.name == "sqlite" else ""
        self._texts = {sql: self._own(sql) for sql in (LOG, CLAIM, INTENT, END, OUT, PART)}

    def _own(self, sql: str) -> str:
        return sql if self._begins else re.sub(r"(?<!\w):(\w+)", r"%(\1)s", sql)

    def commit(self, work: Callable[[Execute], None]) -> None:
        if self._begins:
            self._c.execute(self._begins)
        work(lambda sql, values: self._c.execute(self._texts[sql], values))
        self._c.commit()

    def close(self) -> None:
        self._pooled.close()


class Rounds:
    """Round after round over one database."""

    def __init__(self, way: Library | Driver) -> None:
        self._way, self._seq = way, count(1)

    def one(self) -> None:
        values = dict(FIXED)

        def claim(execute: Execute) -> None:
            key, item, revision = execute(CLAIM, values).fetchone()
            values.update(key=key, remote=key, part=f"{key}:0", item=item, revision=revision)
            execute(LOG, {**values, "seq": next(self._seq)})

        def outcome(execute: Execute) -> None:
            execute(END, values)
            execute(OUT, values)
            execute(PART, values)
            execute(LOG, {**values, "seq": next(self._seq)})

        self._way.commit(claim)
        self._way.commit(lambda execute: execute(INTENT, values))
        self._way.commit(outcome)
