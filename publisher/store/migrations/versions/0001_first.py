"""The first schema."""

from alembic import op

from publisher.store.schema import APPEND_ONLY, metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, and triggers that refuse to change what is only ever appended."""
    bind = op.get_bind()
    metadata.create_all(bind)
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
