"""Which database the tests run on: SQLite, or with GONGKAI_TEST_DATABASE=postgresql a server of our own."""

from __future__ import annotations

import atexit
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.rows import dict_row

from publisher.settings import FILE_NAME, DatabasePart
from publisher.store.unit_of_work import Store
from tests.postgres import Server, running

ON_SERVER = os.environ.get("GONGKAI_TEST_DATABASE", "sqlite") == "postgresql"


@cache
def server() -> Server:
    """This process's server, started at the first question and gone with the process."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running())


def database() -> DatabasePart | None:
    """What `create_home` gets: a fresh database, or None for the file in the home folder."""
    return DatabasePart(url=server().database()) if ON_SERVER else None


def copy_database(home: Path) -> None:
    """After a home folder was copied: give the copy a copy of the database too. SQLite's came with the folder."""
    path = home / FILE_NAME
    text = path.read_text("utf-8")
    found = re.search(r'^url = "(postgresql://[^"]*)"$', text, re.MULTILINE)
    if found:
        path.write_text(text.replace(found[1], server().copy(found[1])), "utf-8")


@contextmanager
def opened(target: Path | str) -> Iterator[Any]:
    """A plain connection past the product; rows answer to names."""
    if isinstance(target, Path):
        file = sqlite3.connect(target, timeout=10)
        file.row_factory = sqlite3.Row
        try:
            yield file
        finally:
            file.close()
        return
    with psycopg.connect(target.replace("+psycopg", ""), row_factory=dict_row) as connection:
        yield connection


def spare_the_disk(store: Store) -> None:
    """Let SQLite commit without waiting for the disk: what a test does to a process, the system's cache survives."""
    if isinstance(store.target, Path):
        for engine in (store.engine, store.reader):
            sa.event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous=OFF"))
            engine.dispose()


def words(target: Path | str, statement: str) -> str:
    """A statement with `?` for its values, as this database wants it."""
    return statement if isinstance(target, Path) else statement.replace("%", "%%").replace("?", "%s")
