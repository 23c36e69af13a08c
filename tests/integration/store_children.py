"""What the child processes of `test_store.py` do; imports little, because each child imports it anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from publisher.domain.catalogue import Bureau
from publisher.domain.clocks import WorkCalendar
from publisher.store.blobs import Blobs
from publisher.store.migrate import read_meta, upgrade
from publisher.store.unit_of_work import Store, UnitOfWork

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
BUREAU = Bureau("bureau", "临澜市水利局", "99000123-4", {}, {}, WorkCalendar(2026, 2026, {}))
WRITES = 15


def item(uow: UnitOfWork, name: str) -> None:
    uow.items.add_item(id=name, body="bureau", created_at=AT, created_by="lu")


def record(uow: UnitOfWork, name: str) -> None:
    uow.record(AT, "person:draft:saved", "lu", f"item:{name}", notes={"title": name})


def write_many(store: Store, writer: str) -> None:
    """Each write appends to the log, so each depends on the one before."""
    for number in range(WRITES):
        with store.write() as uow:
            item(uow, f"{writer}-{number:02}")
            record(uow, f"{writer}-{number:02}")
            uow.commit()
        with store.read() as reading:
            assert reading.items.item(f"{writer}-{number:02}") is not None


def write_in_process(home: str, log_id: str, writer: str) -> None:
    store = Store(Path(home) / "gongkai.db", BUREAU, Blobs(Path(home) / "blobs"), log_id)
    write_many(store, writer)
    store.close()


def start_up(path: str) -> None:
    upgrade(Path(path))
    assert read_meta(Path(path), "log_id") is None
