"""How the database is opened and locked: SQLite in a file or PostgreSQL, failures said in plain words.

Both know two kinds of transactions. A reading one sees one moment and cannot write. A writing one has the
whole database's writers' lock from its first statement to its end, so that "read, decide, write" is safe:
on SQLite the kernel's lock on a file beside the database, on PostgreSQL an advisory lock.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

Target = Path | str
"""Where the data lies: the file of an SQLite database, or the address of a PostgreSQL database."""

BUSY_S = 30
WRITERS_LOCK = 0x676F6E676B6169
"""The advisory lock of all writers of one PostgreSQL database."""

IDLE_PING_S = 5.0
"""A connection that lay unused for longer is tried before it is used: the server may have gone meanwhile."""

SESSION = {
    "lock_timeout": "30s",  # as long as SQLite's writers wait
    "idle_in_transaction_session_timeout": "30s",  # a frozen process must not hold the writers' lock for ever
    "client_min_messages": "warning",
}
READING = {"default_transaction_read_only": "on", "default_transaction_isolation": "repeatable\\ read"}


class StoreUnavailable(Exception):
    """The database cannot be read or written now. Nothing of the current transaction was stored."""

    def __init__(self, words: str, english: str) -> None:
        """Words for people in both languages."""
        super().__init__(f"{words} / {english}")
        self.words, self.english = words, english


class CommitUnsure(StoreUnavailable):
    """The connection broke while committing: the transaction is stored whole or not at all, nobody can say which."""


CAUSES = (  # fragment of the driver's message → words
    ("full", "磁盘已满，什么都没有写入", "the disk is full, nothing was written"),
    ("readonly", "数据库只读，什么都没有写入", "the database is read-only, nothing was written"),
    ("read-only", "数据库只读，什么都没有写入", "the database is read-only, nothing was written"),
    ("unable to open", "打不开数据库文件", "the database file cannot be opened"),
    ("locked", "数据库正忙，什么都没有写入", "the database is locked, nothing was written"),
    ("lock timeout", "数据库正忙，什么都没有写入", "the database is busy, nothing was written"),
    ("disk i/o", "磁盘读写出错", "disk I/O error"),
    ("not a database", "文件不是数据库", "the file is not a database"),
    ("malformed", "数据库文件已损坏", "the database file is damaged"),
    ("no space left", "磁盘已满，什么都没有写入", "the disk is full, nothing was written"),
    ("password authentication failed", "数据库拒绝了用户名或密码", "the database refused user or password"),
    (
        "no such table",
        "数据库还没有建立，请先运行 publisher init",
        "the database is not set up, run: publisher init",
    ),
)
AWAY = ("数据库连不上，什么都没有写入", "the database cannot be reached, nothing was written")


def _explain(context: Any) -> None:
    if not isinstance(context.original_exception, Exception):
        return
    failed = context.sqlalchemy_exception
    if not isinstance(failed, sa.exc.DatabaseError | sa.exc.InterfaceError):
        return
    told = _in_words(context.original_exception, failed, context.engine, gone=context.is_disconnect)
    if told is not None:
        raise told from context.original_exception


def driver_error(connection: sa.Connection, statement: str, why: Exception) -> Exception:
    """What to raise for an error of the driver itself, as the library would: a connection that broke is given up."""
    dialect = connection.dialect
    error = dialect.loaded_dbapi.Error
    if not isinstance(why, error):
        return why
    gone = dialect.is_disconnect(why, connection.connection.driver_connection, None)
    if gone:
        connection.invalidate(why)
    failed = sa.exc.DBAPIError.instance(
        statement, None, why, error, connection_invalidated=gone, dialect=dialect
    )
    return _in_words(why, failed, connection.engine, gone=gone) or failed


def _in_words(
    why: BaseException, failed: BaseException, engine: sa.Engine, *, gone: bool
) -> StoreUnavailable | None:
    """What the driver's error (`why`, to the library `failed`) means; None for a fault of the statement itself."""
    message = str(why).lower()
    for fragment, words, english in CAUSES:
        if fragment in message:
            return StoreUnavailable(words, english)
    away = gone or isinstance(failed, sa.exc.OperationalError | sa.exc.InterfaceError)
    return StoreUnavailable(*AWAY) if away and not is_file(engine.url) else None


def is_file(target: Target | sa.URL) -> bool:
    """Whether the database is SQLite's."""
    return isinstance(target, Path) or str(target).startswith("sqlite")


def open_engine(target: Target, *, writes: bool = False) -> sa.Engine:
    """An engine for reading, or for writing under the writers' lock.

    `target` is a file, or an address like `postgresql+psycopg://…`; transactions begin as the module says,
    except that an SQLite writer must hold `writers_lock` already. Two execution options: `at_once` begins no
    transaction (each statement is its own), `unlocked` begins one without the lock (PostgreSQL).
    Raises `StoreUnavailable` on use, not here.
    """
    url = f"sqlite:///{target}" if isinstance(target, Path) else target
    engine = _open_file(url, writes=writes) if is_file(url) else _open_server(url, writes=writes)
    event.listen(engine, "handle_error", _explain)
    return engine


def _open_file(url: str, *, writes: bool) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False})
    pragmas = ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", f"query_only={int(not writes)}")

    @event.listens_for(engine, "connect")
    def plain(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver opens no transaction of its own
        for pragma in pragmas:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if writes or not connection.get_execution_options().get("at_once", False):
            _begin(connection, "BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _begin(connection: sa.Connection, words: str) -> None:
    """On the driver itself: the library's own way costs more than the statement."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(words)
    except Exception as why:
        raise driver_error(connection, words, why) from why


def _open_server(url: str, *, writes: bool) -> sa.Engine:
    session = SESSION if writes else {**SESSION, **READING}
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    arguments = {"connect_timeout": 10, "application_name": "gongkai", "options": options}
    engine = sa.create_engine(url, connect_args=arguments, isolation_level="AUTOCOMMIT", pool_size=10)

    @event.listens_for(engine, "checkin")
    def lies(_dbapi: Any, record: Any) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def try_first(dbapi: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("since", time.monotonic()) < IDLE_PING_S:
            return
        try:
            dbapi.execute("SELECT 1")
        except Exception as why:
            raise sa.exc.DisconnectionError from why  # the pool opens another one

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        chosen = connection.get_execution_options()
        if chosen.get("at_once", False):
            return
        locks = writes and not chosen.get("unlocked", False)
        _begin(connection, f"BEGIN; SELECT pg_advisory_xact_lock({WRITERS_LOCK})" if locks else "BEGIN")

    return engine


def empty_the_journal(engine: sa.Engine) -> None:
    """Copy SQLite's write-ahead log into the file and empty it, so that it keeps no older content.

    Waits 2 s for readers that still look at it; what they hold stays until the next time.
    """
    raw = engine.raw_connection()
    try:
        for pragma in ("busy_timeout=2000", "wal_checkpoint(TRUNCATE)", f"busy_timeout={BUSY_S * 1000}"):
            raw.cursor().execute(f"PRAGMA {pragma}")
    finally:
        raw.close()


@contextmanager
def writers_lock(target: Target) -> Iterator[None]:
    """What an SQLite writer holds before it begins; a server's writers take theirs inside the transaction."""
    if not isinstance(target, Path):
        yield
        return
    with file_lock(target.with_name(target.name + ".lock")):
        yield


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
