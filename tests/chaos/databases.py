"""The two databases under a storm: where they are, and how each of them goes away for a while."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from publisher.bootstrap.office import DATABASE
from publisher.settings import DatabasePart
from publisher.store.engine import file_lock
from tests.fault.conftest import MEMORY
from tests.postgres import Server, running

HOLD_S = 60


class Database(Protocol):
    """What a storm needs to know of a database."""

    name: str

    def part(self) -> DatabasePart | None:
        """What `create_home` is given."""

    def disturb(self, home: Path, lasts_s: float, which: int) -> None:
        """Be away for so long; returns at once."""

    def wait(self) -> None:
        """Until it is there again."""


@dataclass
class Away:
    """Threads in each of which the database is away for a while."""

    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait(self) -> None:
        """Until it is there again."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()


@dataclass
class Sqlite(Away):
    """One file. Nobody restarts it: another program holds its lock instead."""

    name: str = "SQLite"

    def part(self) -> DatabasePart | None:
        return None

    def disturb(self, home: Path, lasts_s: float, which: int) -> None:
        """A backup, say, begins to write and takes its time."""
        self.begin(lambda: _hold(home / DATABASE, lasts_s))


def _hold(path: Path, lasts_s: float) -> None:
    """It waits in the writers' line for its turn, then keeps the database and leaves the line: who comes next waits."""
    database = sqlite3.connect(path, timeout=HOLD_S, isolation_level=None)
    try:
        with file_lock(path.with_name(path.name + ".lock")):
            database.execute("BEGIN IMMEDIATE")
        time.sleep(lasts_s)
        database.execute("ROLLBACK")
    finally:
        database.close()


@dataclass
class Postgres(Away):
    """A server of our own, stopped and started again: sometimes orderly, sometimes at once, with recovery."""

    server: Server = field(kw_only=True)
    name: str = "PostgreSQL"
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def part(self) -> DatabasePart | None:
        return DatabasePart(url=self.server.database())

    def disturb(self, home: Path, lasts_s: float, which: int) -> None:
        how = (signal.SIGINT, signal.SIGQUIT)[which % 2]
        self.begin(lambda: self._restart(how, lasts_s))

    def _restart(self, how: signal.Signals, lasts_s: float) -> None:
        with self._alone:
            self.server.stop(how)
            time.sleep(lasts_s)
            self.server.start()


@contextmanager
def _sqlite() -> Iterator[Database]:
    yield Sqlite()


@contextmanager
def _postgres() -> Iterator[Database]:
    with running() as server:
        database = Postgres(server=server)
        yield database
        database.wait()


DATABASES: Mapping[str, Callable[[], AbstractContextManager[Database]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgres,
}
"""By the names that `make chaos` takes; each gives a fresh one, gone afterwards."""


def memory() -> Path | None:
    """A file system in memory, where there is one: SIGKILL loses nothing of it, and no flush waits for a disk."""
    return MEMORY if os.access(MEMORY, os.W_OK) else None
