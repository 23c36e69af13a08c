"""Several workers on one database: who they are, and who keeps a channel."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

UNBOUNDED = (
    ("steps", "scope"),
    ("steps", "name"),
    ("steps", "digest"),
    ("alarms", "cause"),
    ("account_values", "name"),
    ("inbox", "event_key"),
    ("log_entries", "kind"),
    ("log_entries", "subject"),
    ("log_entries", "actor"),
)
"""Texts that adapters choose or that are put together: SQLite never counted their length, PostgreSQL would."""


def upgrade() -> None:
    """A row for each worker; the worker that looks, polls and removes on a channel."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in UNBOUNDED:
            op.alter_column(table, column, type_=sa.Text(), existing_nullable=False)
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("host", sa.String(length=60), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.add_column("channels", sa.Column("keeper", sa.Text(), server_default="", nullable=False))
