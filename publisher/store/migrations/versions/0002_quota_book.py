"""The quota book: windows by period, reservations of planned postings; freezes; catching up without bursts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """All windows so far were days."""
    with op.batch_alter_table("quotas") as quotas:
        quotas.add_column(sa.Column("period", sa.String(length=10), server_default="day", nullable=False))
        quotas.add_column(sa.Column("reserved", sa.Integer(), server_default="0", nullable=False))
        quotas.drop_constraint("pk_quotas", type_="primary")
        quotas.create_primary_key("pk_quotas", ["account", "call", "period", "window_start"])
    op.create_table(
        "reservations",
        sa.Column("posting_id", sa.String(length=20), nullable=False),
        sa.Column("call", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("revision_id", sa.String(length=64), nullable=False),
        sa.Column("window_start", sa.String(27), nullable=False),
        sa.Column("window_end", sa.String(27), nullable=False),
        sa.Column("planned_at", sa.String(27), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("used_at", sa.String(27), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_reservations_revision_id_revisions")
        ),
        sa.PrimaryKeyConstraint("posting_id", "call", "period", name=op.f("pk_reservations")),
    )
    op.create_index(
        "ix_reservations_window", "reservations", ["account", "call", "period", "window_start"], unique=False
    )
    op.create_index("ix_reservations_revision", "reservations", ["revision_id"], unique=False)
    op.create_table(
        "freezes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("urgent_too", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("frozen_by", sa.String(length=40), nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("lifted_at", sa.String(27), nullable=True),
        sa.Column("lifted_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freezes")),
    )
    op.create_index(
        "uq_freezes_standing",
        "freezes",
        ["channel"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.add_column("channels", sa.Column("catch_up_at", sa.String(27), nullable=True))
