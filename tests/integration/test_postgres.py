"""What only a server can do: several machines, leases by its clock, restarts in the middle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from publisher.domain.catalogue import Bureau
from publisher.domain.clocks import WorkCalendar
from publisher.store.blobs import Blobs
from publisher.store.engine import StoreUnavailable
from publisher.store.migrate import HEAD, is_current, upgrade
from publisher.store.unit_of_work import Store
from tests.postgres import Server, running

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
BUREAU = Bureau("bureau", "临澜市水利局", "99000123-4", {}, {}, WorkCalendar(2026, 2026, {}))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture
def address(server: Server) -> str:
    return server.database().replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture
def store(address: str, tmp_path: Path) -> Iterator[Store]:
    upgrade(address)
    made = Store(address, BUREAU, Blobs(tmp_path / "blobs"), "gongkai/0000000000000001")
    yield made
    made.close()


def note(store: Store, name: str) -> None:
    with store.write() as uow:
        uow.items.add_item(id=name, body="bureau", created_at=AT, created_by="lu")
        uow.record(AT, "person:draft:saved", "lu", f"item:{name}")
        uow.commit()


def test_machines_that_start_together_set_up_one_schema(address: str) -> None:
    faults: list[BaseException] = []

    def start() -> None:
        try:
            upgrade(address)
        except BaseException as why:  # noqa: BLE001 - shown by the assertion below
            faults.append(why)

    machines = [threading.Thread(target=start) for _ in range(3)]
    for machine in machines:
        machine.start()
    for machine in machines:
        machine.join()
    assert faults == []
    assert is_current(address)
    engine = sa.create_engine(address)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [
            HEAD
        ]
    engine.dispose()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL], ids=lambda how: how.name)
def test_a_restart_of_the_server_loses_nothing_and_the_next_transaction_works(
    server: Server, store: Store, how: signal.Signals
) -> None:
    note(store, "before")
    with store.write() as uow:
        uow.items.add_item(id="lost", body="bureau", created_at=AT, created_by="lu")
        server.stop(how)
        with pytest.raises(StoreUnavailable):
            uow.commit()
    with pytest.raises(StoreUnavailable):
        note(store, "away")
    server.start()
    note(store, "after")
    with store.read() as reading:
        assert [reading.items.item(name) is not None for name in ("before", "lost", "away", "after")] == [
            True, False, False, True,
        ]  # fmt: skip
        assert [entry.seq for entry in reading.log.entries()] == [1, 2]


def test_writers_never_overlap_and_the_log_has_no_gap(store: Store) -> None:
    def write(writer: str) -> None:
        for number in range(10):
            note(store, f"{writer}{number}")

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with store.read() as reading:
        entries = list(reading.log.entries())
    assert [entry.seq for entry in entries] == list(range(1, 41))
    assert all(later.prev_hash == one.entry_hash for one, later in pairwise(entries))


def test_a_lease_ends_by_the_servers_clock_and_renewing_keeps_it(store: Store) -> None:
    with store.joined("first", AT, lease_s=60), store.joined("second", AT, lease_s=-1):
        with store.read() as reading:
            lives = {worker.name: worker.lives for worker in reading.workers.all()}
        assert lives == {"first": True, "second": False}
        assert store.renew("second", lease_s=60)
        with store.read() as reading:
            assert reading.workers.lives("second")
        assert not store.renew("nobody", lease_s=60)


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable), store.read() as reading:
        reading.items.add_item(id="x", body="bureau", created_at=AT, created_by="lu")


def test_what_is_only_appended_cannot_be_changed_or_removed(store: Store) -> None:
    note(store, "one")
    for act in ("UPDATE log_entries SET seq = seq", "DELETE FROM log_entries"):
        with store.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.execute(sa.text(act))


def test_one_flight_at_a_time_for_one_account(store: Store) -> None:
    inside, most = [], []

    def fly() -> None:
        with store.single_flight("wechat", "token"):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    flights = [threading.Thread(target=fly) for _ in range(4)]
    for flight in flights:
        flight.start()
    for flight in flights:
        flight.join()
    assert most == [1, 1, 1, 1]
