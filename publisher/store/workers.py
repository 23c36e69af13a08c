"""Who works on this database, and whether it still lives.

On SQLite a worker lives while its process holds the kernel's lock on the worker's own file: nobody takes over
from a process that is only slow. On PostgreSQL, where workers may be on several machines, it lives until its
lease ends by the database's clock; a worker that let its lease end has lost what it was sending.
"""

from __future__ import annotations

import hashlib
import math
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.engine import Target, try_file_lock

CLOCK = sa.literal_column("extract(epoch from clock_timestamp())", sa.Float)
"""The database's own clock, seconds; PostgreSQL only."""

LEFT_S: dict[str, sa.ColumnElement[float]] = {
    "sqlite": sa.literal_column("9e999", sa.Float),
    "postgresql": sa.select(t.workers.c.lease_until - CLOCK)
    .where(t.workers.c.name == sa.bindparam("worker"))
    .scalar_subquery(),
}
"""Seconds that a worker's lease still holds, in a statement of each database; infinite on SQLite."""


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker that has not signed off. `lives` as the module says."""

    name: str
    host: str
    pid: int
    started_at: datetime
    lives: bool


def new_worker_name() -> str:
    """A name that no other process has: host, process id, random."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{os.urandom(4).hex()}"


class Workers:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection, target: Target) -> None:
        """The open connection of a unit of work and the database it belongs to."""
        self._c = connection
        self._target = target

    def remaining_s(self, name: str) -> float:
        """Seconds that the worker's lease still holds by the database's clock; infinite on SQLite."""
        if isinstance(self._target, Path):
            return math.inf
        w = t.workers.c
        left = self._c.execute(sa.select(w.lease_until - CLOCK).where(w.name == name)).scalar()
        return -math.inf if left is None else float(left)

    def lives(self, name: str) -> bool:
        """Whether the worker may still be sending what it claimed."""
        if not isinstance(self._target, Path):
            return self.remaining_s(name) > 0
        path = lock_of(self._target, name)
        if not path.exists():
            return False
        fd = try_file_lock(path)
        if fd is None:
            return True
        os.close(fd)
        return False

    def all(self) -> list[WorkerRecord]:
        """Everybody who has not signed off, oldest first."""
        rows = self._c.execute(sa.select(t.workers).order_by(t.workers.c.started_at)).all()
        return [WorkerRecord(r.name, r.host, r.pid, r.started_at, self.lives(r.name)) for r in rows]

    def enter(self, name: str, lease_s: float, now: datetime) -> None:
        """Sign on; rows of workers that no longer live go."""
        for other in self.all():
            if not other.lives:
                self.leave(other.name)
        lease: object = 0.0 if isinstance(self._target, Path) else CLOCK + lease_s
        host, pid = socket.gethostname()[:60], os.getpid()
        values = {"name": name, "host": host, "pid": pid, "started_at": now, "lease_until": lease}
        self._c.execute(sa.insert(t.workers).values(**values))

    def renew(self, name: str, lease_s: float) -> bool:
        """Lease for `lease_s` seconds from now by the database's clock; False when somebody struck us off."""
        if isinstance(self._target, Path):
            return True
        w = t.workers
        changed = self._c.execute(sa.update(w).where(w.c.name == name).values(lease_until=CLOCK + lease_s))
        return changed.rowcount == 1

    def leave(self, name: str) -> None:
        """Sign off."""
        self._c.execute(sa.delete(t.workers).where(t.workers.c.name == name))
        if isinstance(self._target, Path):
            lock_of(self._target, name).unlink(missing_ok=True)


def lock_of(path: Path, name: str) -> Path:
    """The file beside an SQLite database whose lock a worker holds while it lives."""
    return path.with_name(f"{path.name}.worker-{hashlib.sha256(name.encode()).hexdigest()[:16]}")


@contextmanager
def held(target: Target, name: str) -> Iterator[None]:
    """Hold the worker's own lock on SQLite; the kernel frees it when the process dies. Nothing on PostgreSQL."""
    if not isinstance(target, Path):
        yield
        return
    fd = try_file_lock(lock_of(target, name))
    if fd is None:
        raise ValueError(f"two workers with one name: {name}")
    try:
        yield
    finally:
        os.close(fd)
