"""Indexes by which the ledger and the report find their lines."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add them."""
    op.create_index("ix_postings_created", "postings", ["created_at", "channel", "id"])
    op.create_index("ix_postings_item_out", "postings", ["item_id", "out_at"])
    op.create_index("ix_signatures_act", "signatures", ["act", "id"])
    op.create_index("ix_parts_posting", "parts", ["posting_id", "position"])
