"""How the database is opened and locked: SQLite with explicit transactions, failures said in plain words."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

BUSY_S = 30


class StoreUnavailable(Exception):
    """The database cannot be read or written now. Nothing of the current transaction was stored."""

    def __init__(self, words: str, english: str) -> None:
        """Words for people in both languages."""
        super().__init__(f"{words} / {english}")
        self.words, self.english = words, english


CAUSES = (  # fragment of the driver's message → words
    ("full", "磁盘已满，什么都没有写入", "the disk is full, nothing was written"),
    ("readonly", "数据库只读，什么都没有写入", "the database is read-only, nothing was written"),
    ("unable to open", "打不开数据库文件", "the database file cannot be opened"),
    ("locked", "数据库正忙，什么都没有写入", "the database is locked, nothing was written"),
    ("disk i/o", "磁盘读写出错", "disk I/O error"),
    ("not a database", "文件不是数据库", "the file is not a database"),
    ("malformed", "数据库文件已损坏", "the database file is damaged"),
    (
        "no such table",
        "数据库还没有建立，请先运行 publisher init",
        "the database is not set up, run: publisher init",
    ),
)


def _explain(context: Any) -> None:
    if isinstance(context.original_exception, Exception) and isinstance(
        context.sqlalchemy_exception, sa.exc.OperationalError | sa.exc.DatabaseError
    ):
        message = str(context.original_exception).lower()
        for fragment, words, english in CAUSES:
            if fragment in message:
                raise StoreUnavailable(words, english) from context.original_exception


def open_engine(url: str) -> sa.Engine:
    """An engine whose transactions are explicit: plain `BEGIN` to read, `BEGIN IMMEDIATE` to write.

    A connection opened for reading cannot write. Raises `StoreUnavailable` on use, not here.
    """
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False})
    event.listen(engine, "handle_error", _explain)

    @event.listens_for(engine, "connect")
    def plain(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver opens no transaction of its own
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the kernel's lock on `path`; waits fairly. Its own descriptor each time, so threads exclude too."""
    fd = _open_lock(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def try_file_lock(path: Path) -> int | None:
    """Take the kernel's lock without waiting: a descriptor to keep open, or None when somebody holds it."""
    fd = _open_lock(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as why:
        raise StoreUnavailable(f"不能使用锁文件 {path.name}", f"cannot use lock file {path.name}") from why
