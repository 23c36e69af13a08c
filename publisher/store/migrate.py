"""Sets up and upgrades the database, under the writers' lock, so that several starts at once are safe."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from publisher.store.engine import file_lock, open_engine
from publisher.store.schema import meta

HEAD = "0003"
"""The newest migration; a test holds it against the files."""


def is_current(path: Path) -> bool:
    """Whether the database at `path` has the newest schema; cheap, so that every command can ask."""
    if not path.exists():
        return False
    engine = open_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection, connection.begin():
            names = sa.inspect(connection).get_table_names()
            if "alembic_version" not in names:
                return False
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    finally:
        engine.dispose()


def upgrade(path: Path) -> None:
    """Bring the database at `path` to the newest schema; makes the file when there is none.

    Raises `StoreUnavailable` when it cannot be written.
    """
    from alembic import command
    from alembic.config import Config

    path.parent.mkdir(parents=True, exist_ok=True)
    with file_lock(path.with_name(path.name + ".lock")):
        engine = open_engine(f"sqlite:///{path}")
        try:
            with engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                if raw is not None:
                    raw.execute("PRAGMA journal_mode=WAL")
            with engine.connect().execution_options(writes=True) as connection:
                config = Config()
                config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
                config.attributes["connection"] = connection
                connection.begin()
                command.upgrade(config, "head")
                connection.commit()
        finally:
            engine.dispose()
    path.chmod(0o600)


def read_meta(path: Path, name: str) -> str | None:
    """One value of the installation (the log's id), or None."""
    engine = open_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection, connection.begin():
            value = connection.execute(sa.select(meta.c.value).where(meta.c.name == name)).scalar()
            return None if value is None else str(value)
    finally:
        engine.dispose()


def write_meta(path: Path, name: str, value: str) -> None:
    """Set one value of the installation that was not set before."""
    engine = open_engine(f"sqlite:///{path}")
    try:
        with (
            file_lock(path.with_name(path.name + ".lock")),
            engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            connection.execute(sa.insert(meta).values(name=name, value=value))
    finally:
        engine.dispose()
