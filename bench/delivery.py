"""Postings a second through the whole protocol, beside a bare loop of the same commits; claims with a long queue.

Run by `make bench`. Figures are ratios within one run: absolute numbers say more of the machine than of us.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
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
from publisher.store.migrate import upgrade
from publisher.store.unit_of_work import Store
from publisher.workflow.deliver import deliver_next
from publisher.workflow.outlets import Outlets

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
PROFILE = ChannelProfile("noop", "空渠道", (), ImageRules(0, (), 0), frozenset())


class NoChannel:
    """Publishes nothing, through one journal step as every adapter does."""

    profile = PROFILE

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt:
        kept = journal.once("send", message.key.ljust(64, "0"), lambda: {"id": message.key})
        return Receipt(kept["id"], (PartReceipt(kept["id"], ""),))


def open_store(folder: Path) -> Store:
    plan = ChannelPlan("noop", "noop", "空渠道", portal=True, practice=True)
    column = Column("tzgg", "通知公告", "通知", "通知")
    calendar = WorkCalendar(2004, 2026, {})
    bureau = Bureau("bureau", "测速局", "99000123-4", {"tzgg": column}, {"noop": plan}, calendar)
    upgrade(folder / "bench.db")
    store = Store(folder / "bench.db", bureau, Blobs(folder / "blobs"), "bench/0000000000000000")
    with store.write() as uow:
        uow.accounts.ensure_channel("noop", body="bureau", kind="noop", now=NOW)
        uow.commit()
    return store


def fill(store: Store, count: int, due: datetime, prefix: str) -> None:
    """`count` released revisions with one queued posting each, in one transaction."""
    content = Content("测速", "notice", "<p>测速</p>", NOW.date(), "tzgg", ("noop",))
    frozen = freeze(ChannelMessage("", (Article("测速", "<p>测速</p>", "测速"),)))
    items, revisions, postings, articles = [], [], [], []
    for number in range(count):
        item_id, salt = f"{prefix}{number:07d}", number.to_bytes(16, "big")
        messages = {"noop": frozen}
        digest = revision_digest(content, index_no=item_id, messages=messages, salt=salt)
        key = f"{prefix}p{number:07d}"
        items.append(
            {"id": item_id, "body": "bureau", "index_no": item_id, "created_at": NOW, "created_by": "b"}
        )
        revisions.append(
            {
                "id": digest, "item_id": item_id, "number": 1, "content": content_to_json(content),
                "messages": messages, "findings": [], "salt": salt.hex(), "state": "released", "held": False,
                "urgent": False, "drafter": "b", "submitted_at": NOW, "due_on": "2026-12-22", "due_provisional": False,
            }
        )  # fmt: skip
        postings.append(
            {
                "id": key, "body": "bureau", "item_id": item_id, "revision_id": digest, "channel": "noop",
                "occasion": 1, "state": PostingState.QUEUED, "urgent": False, "due_at": due, "gate_opened": False,
                "late_at": due + timedelta(days=3), "gate_limit_at": due, "slots": {}, "created_at": NOW,
            }
        )  # fmt: skip
        articles.append({"posting_id": key, "position": 0, "item_id": item_id, "revision_id": digest})
    with store.engine.connect() as connection, connection.begin():
        for table, rows in (
            (t.items, items),
            (t.revisions, revisions),
            (t.postings, postings),
            (t.posting_articles, articles),
        ):
            connection.execute(sa.insert(table), rows)


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def protocol_rate(count: int) -> float:
    """Postings a second: claim, intent, end, outcome with log entries, each its own commit."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        fill(store, count, NOW, "a")
        outlets = Outlets({"noop": NoChannel()}, lambda: NOW)  # type: ignore[dict-item]
        took = seconds(lambda: [deliver_next(store, outlets, "noop") for _ in range(count)])
        store.close()
        return count / took


def bare_rate(count: int) -> float:
    """Rounds a second of four commits of one row each, SQLite with full synchronisation, nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE rounds (id INTEGER PRIMARY KEY, text TEXT)")

        def rounds() -> None:
            for _ in range(count * 4):
                database.execute("BEGIN IMMEDIATE")
                database.execute("INSERT INTO rounds (text) VALUES (?)", ("x" * 400,))
                database.execute("COMMIT")

        took = seconds(rounds)
        database.close()
        return count / took


def claim_ms(future: int, tries: int = 50) -> float:
    """Median milliseconds of a claim that finds one due posting among `future` others."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        for start in range(0, future, 20_000):
            fill(store, min(20_000, future - start), NOW + timedelta(days=30), f"f{start // 20_000:02d}")
        fill(store, tries, NOW, "d")
        times = []
        for _ in range(tries):
            with store.write() as uow:
                times.append(seconds(lambda uow=uow: uow.postings.claim("noop", NOW, "bench")))  # type: ignore[misc]
                uow.commit()
        store.close()
        return statistics.median(times) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postings", type=int, default=400)
    parser.add_argument("--future", type=int, default=100_000)
    asked = parser.parse_args()
    bare, ours = bare_rate(asked.postings), protocol_rate(asked.postings)
    print(f"protocol {ours:.0f}/s, bare loop of the same four commits {bare:.0f}/s: ratio {ours / bare:.2f}")
    few, many = claim_ms(1000), claim_ms(asked.future)
    print(
        f"claim {few:.2f} ms with 1,000 future postings, {many:.2f} ms with {asked.future:,}: ratio {many / few:.2f}"
    )


if __name__ == "__main__":
    main()
