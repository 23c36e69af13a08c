"""The migrations make exactly what the schema says."""

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from publisher.store.migrate import HEAD, is_current, upgrade
from publisher.store.schema import metadata


def test_the_migrations_end_at_the_schema_of_the_code(tmp_path: Path) -> None:
    upgrade(tmp_path / "g.db")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'g.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_what_is_only_appended_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    upgrade(tmp_path / "g.db")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'g.db'}")
    with engine.connect() as connection:
        triggers = set(
            connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
        )
    engine.dispose()
    assert triggers == {
        f"{table}_no_{act}"
        for table in ("log_entries", "signatures", "proofs")
        for act in ("update", "delete")
    }


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    upgrade(tmp_path / "g.db")
    before = (tmp_path / "g.db").read_bytes()
    upgrade(tmp_path / "g.db")
    assert (tmp_path / "g.db").read_bytes() == before


def test_the_head_that_commands_compare_with_is_the_newest_migration(tmp_path: Path) -> None:
    assert not is_current(tmp_path / "g.db")
    upgrade(tmp_path / "g.db")
    assert is_current(tmp_path / "g.db")
    folder = Path(str(metadata_folder()))
    assert max(file.name[:4] for file in folder.glob("0*.py")) == HEAD


def metadata_folder() -> Path:
    import publisher.store.migrations.versions as versions

    return Path(versions.__path__[0])
