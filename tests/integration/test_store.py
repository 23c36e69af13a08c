"""The store: all or nothing, one file for the same bytes, many writers, several starts at once."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from publisher.store.blobs import BlobDamaged, Blobs, BlobTooLarge
from publisher.store.engine import StoreUnavailable
from publisher.store.migrate import HEAD, read_meta, upgrade, write_meta
from publisher.workflow.seal import verify_log
from tests.integration.store_children import WRITES, item, record, start_up, write_in_process, write_many
from tests.world import START, World, item_file

SPAWN = multiprocessing.get_context("spawn")
WRITERS = 3


def items_in(world: World) -> list[str]:
    return [row["id"] for row in world.rows("SELECT id FROM items ORDER BY id")]


# ---------------------------------------------------------------- all or nothing


class Broken(Exception):
    """Something went wrong inside a unit of work."""


@pytest.mark.parametrize("leave", ["without a commit", "with an error"])
def test_what_is_not_committed_leaves_no_row_no_entry_and_no_file(quiet_world: World, leave: str) -> None:
    world, before, entries = quiet_world, quiet_world.counts(), quiet_world.kinds()

    def act() -> None:
        with world.office.store.write() as uow:
            item(uow, "aaa")
            uow.keep(io.BytesIO(b"a file"), limit_bytes=100)
            record(uow, "aaa")
            if leave == "with an error":
                raise Broken

    if leave == "with an error":
        with pytest.raises(Broken):
            act()
    else:
        act()
    assert (world.counts(), world.kinds()) == (before, entries)


def test_a_change_its_entry_and_its_file_are_there_together(quiet_world: World) -> None:
    with quiet_world.office.store.write() as uow:
        item(uow, "aaa")
        kept = uow.keep(io.BytesIO(b"a file"), limit_bytes=100)
        record(uow, "aaa")
        uow.commit()
    assert items_in(quiet_world) == ["aaa"]
    assert quiet_world.kinds()[-1] == "person:draft:saved"
    with quiet_world.office.store.blobs.open(kept.digest) as file:
        assert file.read() == b"a file"


def test_an_entry_that_cannot_be_written_takes_its_change_with_it(quiet_world: World) -> None:
    before = quiet_world.counts()
    with quiet_world.office.store.write() as uow:
        item(uow, "aaa")
        with pytest.raises(KeyError):
            uow.record(START, "person:draft:invented", "lu", "item:aaa")
    assert quiet_world.counts() == before


def test_the_lock_is_free_again_after_an_error(quiet_world: World) -> None:
    for _ in range(3):
        with pytest.raises(Broken), quiet_world.office.store.write():
            raise Broken
    with quiet_world.office.store.write() as uow:
        item(uow, "aaa")
        uow.commit()
    assert items_in(quiet_world) == ["aaa"]


def test_a_reading_transaction_cannot_write(quiet_world: World) -> None:
    with pytest.raises(StoreUnavailable, match="只读"), quiet_world.office.store.read() as reading:
        reading.items.add_item(id="aaa", body="bureau", created_at=START, created_by="lu")
    assert items_in(quiet_world) == []


def test_a_reader_sees_one_moment_while_others_write(quiet_world: World) -> None:
    store = quiet_world.office.store
    with store.read() as reading:
        assert reading.items.all_items() == []
        with store.write() as uow:
            item(uow, "aaa")
            uow.commit()
        assert reading.items.all_items() == []
    assert items_in(quiet_world) == ["aaa"]


# ---------------------------------------------------------------- files


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_of_a_signature_nothing_but_its_words_can_be_erased(quiet_world: World) -> None:
    quiet_world.approved(item_file(channels=["city-portal"]))
    engine = quiet_world.office.store.engine
    for act in (
        "UPDATE signatures SET opinion = 'other words'",
        "UPDATE signatures SET opinion = '', reference = '', person = 'lu'",
        "DELETE FROM signatures",
    ):
        with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="append-only"):
            connection.execute(sa.text(act))
    with engine.connect() as connection:
        connection.execute(sa.text("UPDATE signatures SET opinion = '', reference = ''"))


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first = blobs.put(io.BytesIO(b"same"), limit_bytes=10)
    second = blobs.put(io.BytesIO(b"same"), limit_bytes=10)
    assert (first.digest, first.created, second.created) == (hashlib.sha256(b"same").hexdigest(), True, False)
    assert files_in(tmp_path) == [first.digest]


def test_a_rollback_keeps_the_file_that_somebody_else_had_kept_before(quiet_world: World) -> None:
    store = quiet_world.office.store
    with store.write() as uow:
        kept = uow.keep(io.BytesIO(b"shared"), limit_bytes=10)
        uow.commit()
    with store.write() as uow:
        assert uow.keep(io.BytesIO(b"shared"), limit_bytes=10).digest == kept.digest
    with store.blobs.open(kept.digest) as file:
        assert file.read() == b"shared"


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b"other"), lambda path: path.write_bytes(b""), lambda path: path.unlink()],
    ids=["changed", "emptied", "removed"],
)
def test_a_damaged_file_is_never_handed_out(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    blobs = Blobs(tmp_path)
    kept = blobs.put(io.BytesIO(b"true bytes"), limit_bytes=100)
    damage(tmp_path / kept.digest[:2] / kept.digest)
    with pytest.raises((BlobDamaged, FileNotFoundError)):
        blobs.open(kept.digest)


def test_the_same_bytes_kept_anew_mend_a_damaged_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    kept = blobs.put(io.BytesIO(b"true bytes"), limit_bytes=100)
    (tmp_path / kept.digest[:2] / kept.digest).write_bytes(b"other")
    blobs.put(io.BytesIO(b"true bytes"), limit_bytes=100)
    with blobs.open(kept.digest) as file:
        assert file.read() == b"true bytes"


class Breaking(io.BytesIO):
    """A stream that fails in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(4)


def test_a_stream_that_is_too_long_or_breaks_leaves_no_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(BlobTooLarge):
        blobs.put(io.BytesIO(b"12345"), limit_bytes=4)
    with pytest.raises(StoreUnavailable):
        blobs.put(Breaking(b"12345678"), limit_bytes=100)
    assert files_in(tmp_path) == []
    assert blobs.put(io.BytesIO(b"1234"), limit_bytes=4).size == 4


# ---------------------------------------------------------------- many at once


def test_many_threads_and_processes_write_and_no_entry_is_lost_or_forked(quiet_world: World) -> None:
    world, store = quiet_world, quiet_world.office.store
    entries, failed = len(world.kinds()), []

    def thread(name: str) -> None:
        try:
            write_many(store, name)
        except Exception as why:  # noqa: BLE001 - told to the test
            failed.append(why)

    threads = [threading.Thread(target=thread, args=(f"t{n}",)) for n in range(WRITERS)]
    arguments = (str(world.home), store.log_id)
    processes = [SPAWN.Process(target=write_in_process, args=(*arguments, f"p{n}")) for n in range(2)]
    for one in (*processes, *threads):
        one.start()
    for one in (*processes, *threads):
        one.join()
    assert failed == []
    assert [process.exitcode for process in processes] == [0, 0]
    for process in processes:
        process.close()
    assert len(items_in(world)) == (WRITERS + 2) * WRITES
    assert len(world.kinds()) == entries + (WRITERS + 2) * WRITES
    with store.read() as reading:
        assert verify_log(reading, public_key=world.office.public_key).ok


def test_a_writer_waits_for_another_instead_of_failing(quiet_world: World) -> None:
    store, order = quiet_world.office.store, []
    holding = threading.Event()

    def second() -> None:
        holding.wait()
        with store.write() as uow:
            order.append("second")
            item(uow, "bbb")
            uow.commit()

    waiting = threading.Thread(target=second)
    waiting.start()
    with store.write() as uow:
        holding.set()
        item(uow, "aaa")
        uow.commit()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
    assert items_in(quiet_world) == ["aaa", "bbb"]


def test_several_processes_may_set_up_the_database_at_once(tmp_path: Path) -> None:
    path = tmp_path / "gongkai.db"
    processes = [SPAWN.Process(target=start_up, args=(str(path),)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    for process in processes:
        process.close()
    write_meta(path, "log_id", "one")
    upgrade(path)
    assert read_meta(path, "log_id") == "one", "a later start keeps what is there"
    database = sqlite3.connect(path)
    assert [row[0] for row in database.execute("SELECT version_num FROM alembic_version")] == [HEAD]
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    assert path.stat().st_mode & 0o077 == 0


def test_only_one_holds_the_same_name_at_a_time(quiet_world: World) -> None:
    store, inside, most = quiet_world.office.store, [0], [0]
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        for _ in range(20):
            with store.single_flight("wechat", "token"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
