"""Sets up and upgrades the database, under the writers' lock, so that several starts at once are safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from publisher.store.engine import Target, open_engine, writers_lock
from publisher.store.schema import meta

HEAD = "0017"
"""The newest migration; a test holds it against the files."""


def is_current(target: Target) -> bool:
    """Whether the database has the newest schema; cheap, so that every command can ask.

    Raises `StoreUnavailable` when a server cannot be reached.
    """
    if isinstance(target, Path) and not target.exists():
        return False
    with _reading(target) as connection:
        if "alembic_version" not in sa.inspect(connection).get_table_names():
            return False
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def upgrade(target: Target) -> None:
    """Bring the database to the newest schema; makes an SQLite file when there is none.

    Safe when several machines do it at once: one works, the others find it done. Raises `StoreUnavailable`
    when it cannot be written.
    """
    from alembic import command
    from alembic.config import Config

    if isinstance(target, Path):
        target.parent.mkdir(parents=True, exist_ok=True)
    with writers_lock(target):
        engine = open_engine(target, writes=True)
        try:
            if isinstance(target, Path):
                with engine.connect() as connection:
                    raw = connection.connection.dbapi_connection
                    if raw is not None:
                        raw.execute("PRAGMA journal_mode=WAL")
            with engine.connect() as connection:
                config = Config()
                config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
                config.attributes["connection"] = connection
                connection.begin()
                command.upgrade(config, "head")
                connection.commit()
        finally:
            engine.dispose()
    if isinstance(target, Path):
        target.chmod(0o600)


@contextmanager
def _reading(target: Target) -> Iterator[sa.Connection]:
    engine = open_engine(target)
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def read_meta(target: Target, name: str) -> str | None:
    """One value of the installation (the log's id), or None."""
    with _reading(target) as connection:
        value = connection.execute(sa.select(meta.c.value).where(meta.c.name == name)).scalar()
        return None if value is None else str(value)


def write_meta(target: Target, name: str, value: str) -> None:
    """Set one value of the installation that was not set before."""
    with writers_lock(target):
        engine = open_engine(target, writes=True)
        try:
            with engine.connect() as connection, connection.begin():
                connection.execute(sa.insert(meta).values(name=name, value=value))
        finally:
            engine.dispose()
