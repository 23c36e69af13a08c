"""Messages to people: alerts and nudges, each with its delivery."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of messages; give people a substitute and a contact."""
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=140), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), server_default="", nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("next_try_at", sa.String(27), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.String(27), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarms.id"], name=op.f("fk_notices_alarm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("thing", "event", "number", "target", "person", name="uq_notices_once"),
    )
    op.create_index("ix_notices_due", "notices", ["target", "next_try_at"], unique=False)
    op.create_index("ix_notices_alarm", "notices", ["alarm_id"], unique=False)
    op.add_column("people", sa.Column("substitute", sa.Text(), server_default="", nullable=False))
    op.add_column("people", sa.Column("contact", sa.Text(), server_default="", nullable=False))
