"""A bureau with one channel that publishes nothing, on either database, and rows to measure with."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from channels.contract import (
    Article,
    ChannelMessage,
    ChannelProfile,
    ImageRules,
    Journal,
    PartReceipt,
    Receipt,
)
from publisher.domain.catalogue import Bureau, ChannelPlan, Column
from publisher.domain.clocks import WorkCalendar
from publisher.domain.item import Content, content_to_json, revision_digest
from publisher.domain.posting import PostingState
from publisher.render.freeze import freeze
from publisher.store import schema as t
from publisher.store.blobs import Blobs
from publisher.store.engine import Target
from publisher.store.migrate import upgrade
from publisher.store.unit_of_work import Store
from publisher.workflow.outlets import Outlets
from tests.postgres import running

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
WORKER = "bench"
PROFILE = ChannelProfile("noop", "空渠道", (), ImageRules(0, (), 0), frozenset())


class NoChannel:
    """Publishes nothing, through one journal step as every adapter does."""

    profile = PROFILE

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt:
        kept = journal.once("send", message.key.ljust(64, "0"), lambda: {"id": message.key}, last=True)
        return Receipt(kept["id"], (PartReceipt(kept["id"], ""),))


OUTLETS = Outlets({"noop": NoChannel()}, lambda: NOW, WORKER)  # type: ignore[dict-item]


@contextmanager
def databases() -> Iterator[dict[str, Callable[[], Target]]]:
    """How to make a fresh database of each kind: an SQLite file, a PostgreSQL server that syncs as in production."""
    with tempfile.TemporaryDirectory() as folder, running(fsync=True) as server:
        made = iter(range(1_000_000))
        yield {
            "SQLite": lambda: Path(folder) / f"{next(made)}.db",
            "PostgreSQL": lambda: server.database().replace("postgresql:", "postgresql+psycopg:"),
        }


@contextmanager
def office(target: Target) -> Iterator[Store]:
    """An empty bureau with its channel and one worker at work."""
    plan = ChannelPlan("noop", "noop", "空渠道", portal=True, practice=True)
    column = Column("tzgg", "通知公告", "通知", "通知")
    bureau = Bureau(
        "bureau", "测速局", "99000123-4", {"tzgg": column}, {"noop": plan}, WorkCalendar(2004, 2026, {})
    )
    upgrade(target)
    with tempfile.TemporaryDirectory() as blobs:
        store = Store(target, bureau, Blobs(Path(blobs)), "bench/0000000000000000")
        with store.joined(WORKER, NOW, lease_s=3600):
            with store.write() as uow:
                uow.accounts.ensure_channel("noop", body="bureau", kind="noop", now=NOW)
                uow.commit()
            yield store
        store.close()


def fill(store: Store, count: int, due: datetime, prefix: str = "a") -> None:
    """`count` released revisions with one queued posting each, in one transaction."""
    content = Content("测速", "notice", "<p>测速</p>", NOW.date(), "tzgg", ("noop",))
    frozen = freeze(ChannelMessage("", (Article("测速", "<p>测速</p>", "测速"),)))
    rows: dict[sa.Table, list[dict[str, object]]] = {
        table: [] for table in (t.items, t.revisions, t.postings, t.posting_articles)
    }
    for number in range(count):
        item_id, salt = f"{prefix}{number:07d}", number.to_bytes(16, "big")
        messages = {"noop": frozen}
        digest = revision_digest(content, index_no=item_id, messages=messages, salt=salt)
        key = f"{prefix}p{number:07d}"
        about = {"item_id": item_id, "urgent": False}
        item = {"id": item_id, "body": "bureau", "index_no": item_id, "created_at": NOW, "created_by": "b"}
        fixed = {"number": 1, "content": content_to_json(content), "messages": messages, "findings": []}
        signed = {"salt": salt.hex(), "state": "released", "held": False, "drafter": "b", "released_at": NOW}
        clock = {"submitted_at": NOW, "due_on": "2026-12-22", "due_provisional": False}
        rows[t.items].append(item)
        rows[t.revisions].append({"id": digest, **about, **fixed, **signed, **clock})
        rows[t.postings].append(
            {"id": key, "revision_id": digest, "occasion": 1, **about, **queued(due)},
        )
        rows[t.posting_articles].append(
            {"posting_id": key, "position": 0, "item_id": item_id, "revision_id": digest}
        )
    with store.engine.connect() as connection, connection.begin():
        for table, values in rows.items():
            connection.execute(sa.insert(table), values)
    _analyse(store, rows)


def fill_future(store: Store, count: int) -> None:
    """`count` postings of as many items, queued for a month ahead: bare rows, made by the database itself."""
    fill(store, 1, NOW + timedelta(days=30), "x")
    with store.engine.connect() as connection, connection.begin():
        for table, own in ((t.items, {"index_no": None}), (t.postings, {"item_id": None})):
            names = [column.name for column in table.c if column.name not in ("id", *own)]
            every = ", ".join(["id", *own, *names])
            made = ", ".join(["'f' || i", *("'f' || i" for _ in own), *names])
            connection.exec_driver_sql(
                f"INSERT INTO {table.name} ({every}) WITH RECURSIVE n(i) AS "  # noqa: S608 - our own names
                f"(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
                f"SELECT {made} FROM {table.name}, n WHERE substr({table.name}.id, 1, 1) = 'x'"
            )
    _analyse(store, (t.items, t.postings))


def _analyse(store: Store, tables: Iterable[sa.Table]) -> None:
    """As a database does by itself in the course of a day."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.exec_driver_sql(f"ANALYZE {table.name}")


def queued(due: datetime) -> dict[str, object]:
    """The columns of a posting that waits for its time."""
    late = due + timedelta(days=3)
    when = {"due_at": due, "late_at": late, "gate_limit_at": due, "created_at": NOW}
    where = {"body": "bureau", "channel": "noop"}
    return {**where, **when, "state": PostingState.QUEUED, "gate_opened": False, "slots": {}}


def seconds(run: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
