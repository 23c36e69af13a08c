"""The most urgent due posting is the first one of an index; a channel's last success is nowhere read."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Replace the index, drop the column."""
    op.drop_index("ix_postings_due", table_name="postings")
    op.create_index("ix_postings_due", "postings", ["channel", "state", "urgent", "due_at", "created_at"])
    op.drop_column("channels", "last_ok_at")
