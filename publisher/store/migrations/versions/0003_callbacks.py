"""Callbacks: what is known of an event beside its text, and when it is tried to be matched again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Columns of the inbox, and the index over what waits."""
    op.add_column("inbox", sa.Column("kind", sa.String(60), server_default="", nullable=False))
    op.add_column("inbox", sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("inbox", sa.Column("outcome", sa.String(40), server_default="", nullable=False))
    op.add_column("inbox", sa.Column("tries", sa.Integer(), server_default="0", nullable=False))
    op.add_column("inbox", sa.Column("next_try_at", sa.String(27), nullable=True))
    op.create_index("ix_inbox_waiting", "inbox", ["channel", "matched_at", "next_try_at"])
