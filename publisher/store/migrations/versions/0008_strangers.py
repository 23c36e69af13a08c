"""What a differing look saw, and what a platform lists that is not ours."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "sights",
        sa.Column("part_id", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name=op.f("fk_sights_part_id")),
        sa.PrimaryKeyConstraint("part_id", "digest", name=op.f("pk_sights")),
    )
    op.create_table(
        "strangers",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("remote_id", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_id", sa.Text(), server_default="", nullable=False),
        sa.Column("posted_at", sa.String(27), nullable=False),
        sa.Column("seen_at", sa.String(27), nullable=False),
        sa.Column("explained_by", sa.Text(), server_default="", nullable=False),
        sa.Column("explained_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("channel", "remote_id", name=op.f("pk_strangers")),
    )
