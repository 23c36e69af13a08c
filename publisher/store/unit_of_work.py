"""One transaction: a change, its log entries and its rows commit together or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import sqlalchemy as sa

from publisher.audit.chain import Head, seal
from publisher.audit.entries import EPOCH_BEGUN, EntryDraft, Outcome, fact_value
from publisher.domain.catalogue import Bureau
from publisher.domain.events import entry_label
from publisher.domain.timing import LEASE_S
from publisher.store.accounts import Accounts
from publisher.store.audit_log import Log
from publisher.store.blobs import Blobs, StoredBlob
from publisher.store.board import Board
from publisher.store.days import Days
from publisher.store.engine import (
    CommitUnsure,
    StoreUnavailable,
    Target,
    empty_the_journal,
    file_lock,
    is_file,
    open_engine,
    writers_lock,
)
from publisher.store.figures import Figures
from publisher.store.inbox import Inbox
from publisher.store.items import Items
from publisher.store.ledger import Ledgers
from publisher.store.mandates import Mandates
from publisher.store.many import Many
from publisher.store.notices import Notices
from publisher.store.papers import Papers
from publisher.store.parts import Parts
from publisher.store.people import People
from publisher.store.postings import Postings
from publisher.store.quotas import Quotas
from publisher.store.replies import Replies
from publisher.store.rules import Rules
from publisher.store.sessions import Sessions
from publisher.store.steps import Steps
from publisher.store.strangers import Strangers
from publisher.store.subjects import Subjects
from publisher.store.tokens import Tokens
from publisher.store.waits import Waits
from publisher.store.workers import Workers, held


class LogNotAtItsEnd(Exception):
    """The log changed under the writers' lock, after the entry with this number. Nothing was stored."""


class Reading:
    """What one transaction sees. The repositories share its connection."""

    def __init__(self, store: Store, connection: sa.Connection) -> None:
        """Made by `Store`."""
        self.bureau = store.bureau
        self.blobs = store.blobs
        self.log_id = store.log_id
        self.items = Items(connection)
        self.many = Many(connection)
        self.postings = Postings(connection)
        self.board = Board(connection)
        self.days = Days(connection)
        self.figures = Figures(connection)
        self.ledgers = Ledgers(connection)
        self.steps = Steps(connection)
        self.papers = Papers(connection)
        self.parts = Parts(connection)
        self.accounts = Accounts(connection)
        self.quotas = Quotas(connection)
        self.waits = Waits(connection)
        self.inbox = Inbox(connection)
        self.people = People(connection)
        self.sessions = Sessions(connection)
        self.rules = Rules(connection)
        self.mandates = Mandates(connection)
        self.tokens = Tokens(connection)
        self.replies = Replies(connection)
        self.workers = Workers(connection, store.target)
        self.notices = Notices(connection)
        self.strangers = Strangers(connection)
        self.log = Log(connection)
        self.subjects = Subjects(connection)
        self._connection = connection


class UnitOfWork(Reading):
    """A writing transaction. Rolls back unless told to commit; entries are appended last."""

    def __init__(self, store: Store, connection: sa.Connection) -> None:
        """Made by `Store.write`."""
        super().__init__(store, connection)
        self._store = store
        self._drafts: list[tuple[datetime, EntryDraft]] = []
        self._new_blobs: list[str] = []
        self.erases = False
        self.behalf = ""

    def entropy(self, count: int) -> bytes:
        """Random bytes for ids and salts."""
        return self._store.entropy(count)

    def keep(self, stream: BinaryIO, *, limit_bytes: int) -> StoredBlob:
        """Keep a file; it goes again when this unit of work is not committed."""
        blob = self.blobs.put(stream, limit_bytes=limit_bytes)
        if blob.created:
            self._new_blobs.append(blob.digest)
        return blob

    def record(
        self,
        now: datetime,
        kind: str,
        actor: str,
        subject: str,
        *,
        on_behalf_of: str = "",
        os_user: str = "",
        outcome: Outcome = Outcome.DONE,
        digests: Mapping[str, str] | None = None,
        facts: Mapping[str, object] | None = None,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        """Collect one log entry for the commit; where the actor stands in for somebody, in both names.

        `facts` become short machine values, `notes` keep the words.

        Raises `KeyError` for a kind that is not in `publisher.domain.events`.
        """
        entry_label(kind)
        draft = EntryDraft(
            kind=kind,
            actor=actor,
            subject=subject,
            on_behalf_of=on_behalf_of or self.behalf,
            os_user=os_user,
            outcome=outcome,
            body=self.bureau.body,
            digests=dict(digests or {}),
            facts={name: fact_value(str(value)) for name, value in (facts or {}).items()},
            notes={name: text for name, text in (notes or {}).items() if text},
        )
        self._drafts.append((now, draft))

    def commit(self) -> None:
        """Append the collected entries as the last statements, then commit."""
        end = self._append() if self._drafts else self._store.log_end
        try:
            self._connection.commit()
        except StoreUnavailable as why:
            if is_file(self._store.target):
                raise
            words = "提交时数据库断开，是否已写入还不能断定，请先查看再决定"
            raise CommitUnsure(
                words, "the database broke off while committing: look before you repeat"
            ) from why
        self._store.log_end = end
        self._drafts.clear()
        self._new_blobs.clear()

    def _append(self) -> Head:
        """Where the log ends afterwards. It is read only when it is not where this process left it."""
        head = self._store.log_end or self.log.head(self.log_id)
        for now, draft in self._drafts:
            salts = [self._store.entropy(16) for _ in draft.notes]
            opens = self.log_id if draft.kind == EPOCH_BEGUN else None
            sealed = seal(head, draft, at=now, salts=salts, log_id=opens)
            if not self.log.append(sealed):
                head = self.log.head(self.log_id)
                sealed = seal(head, draft, at=now, salts=salts, log_id=opens)
                if not self.log.append(sealed):
                    raise LogNotAtItsEnd(head.size)
            head = sealed.head
        return head

    def abandon(self) -> None:
        """Forget what was not committed, kept files included. The transaction itself is rolled back on close."""
        for digest in self._new_blobs:
            self.blobs.discard(digest)
        self._new_blobs.clear()

    def overwrite_what_is_freed(self) -> None:
        """On SQLite, from here on: what this transaction takes away is overwritten, not only marked as free.

        When it is over, the write-ahead log is emptied too. PostgreSQL cleans up by itself (VACUUM).
        """
        if is_file(self._store.target):
            self._connection.exec_driver_sql("PRAGMA secure_delete=ON")
            self.erases = True

    def append_sealed(self, draft: EntryDraft, now: datetime) -> None:
        """Collect an entry that is already a draft (the log's own kinds)."""
        self._drafts.append((now, draft))


@dataclass
class Store:
    """The database, the files beside it, and how transactions are opened.

    `target` is the file of an SQLite database or the address of a PostgreSQL one. `entropy` gives random
    bytes; tests pass a counter.
    """

    target: Target = field(repr=False)  # an address holds a password
    bureau: Bureau
    blobs: Blobs
    log_id: str
    entropy: Callable[[int], bytes] = os.urandom
    log_end: Head | None = field(init=False, default=None)
    """Where the log ended when this process last wrote to it; somebody else may have written since."""
    engine: sa.Engine = field(init=False)
    reader: sa.Engine = field(init=False)
    _at_once: sa.Engine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Opens nothing yet."""
        self.engine = open_engine(self.target, writes=True)
        self.reader = open_engine(self.target)
        self._at_once = self.reader.execution_options(at_once=True)

    def write(self) -> AbstractContextManager[UnitOfWork]:
        """A writing transaction: nobody else writes from its first statement to its end."""
        return _Writing(self)

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A reading transaction: one moment of the database; it cannot write."""
        with self.reader.connect() as connection, connection.begin():
            yield Reading(self, connection)

    @contextmanager
    def glance(self) -> Iterator[Reading]:
        """For one reading statement: no transaction around it."""
        with self._at_once.connect() as connection:
            yield Reading(self, connection)

    @contextmanager
    def single_flight(self, account: str, name: str) -> Iterator[None]:
        """Only one holder of (account, name) over threads, processes and, on PostgreSQL, machines."""
        mark = hashlib.sha256(f"{account}\n{name}".encode())
        if isinstance(self.target, Path):
            with file_lock(self.target.with_name(f"{self.target.name}.{mark.hexdigest()[:16]}.flight")):
                yield
            return
        key = int.from_bytes(mark.digest()[:8], signed=True)
        with self._at_once.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({key})")
            try:
                yield
            finally:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({key})")

    @contextmanager
    def joined(self, worker: str, now: datetime, *, lease_s: float = LEASE_S) -> Iterator[None]:
        """Work under this name: until the end others leave alone what it claims. Renew in time on PostgreSQL."""
        with held(self.target, worker):
            with self.write() as uow:
                uow.workers.enter(worker, lease_s, now)
                uow.commit()
            try:
                yield
            finally:
                with self.write() as uow:
                    uow.workers.leave(worker)
                    uow.commit()

    def renew(self, worker: str, *, lease_s: float = LEASE_S) -> bool:
        """Lease on. Waits for no writer. False when another worker has struck this one off."""
        if isinstance(self.target, Path):
            return True
        with self.engine.connect().execution_options(unlocked=True) as connection, connection.begin():
            return Workers(connection, self.target).renew(worker, lease_s)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.reader.dispose()


class _Writing:
    """Takes the writers' lock, begins, rolls back what was not committed, frees the lock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = writers_lock(store.target)
        self._connection: sa.Connection | None = None
        self._unit: UnitOfWork | None = None

    def __enter__(self) -> UnitOfWork:
        self._lock.__enter__()
        try:
            self._connection = self._store.engine.connect()
            self._connection.begin()
        except BaseException:
            self._close()
            raise
        self._unit = UnitOfWork(self._store, self._connection)
        return self._unit

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        try:
            if self._unit is not None:
                self._unit.abandon()
            if self._connection is not None:
                self._connection.close()
            if self._unit is not None and self._unit.erases:
                empty_the_journal(self._store.engine)
        finally:
            self._lock.__exit__(None, None, None)
