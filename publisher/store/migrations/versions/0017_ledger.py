"""Indexes by which the ledger, the report and a search find their lines."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add them."""
    op.create_index("ix_postings_created", "postings", ["created_at", "channel", "id"])
    op.create_index("ix_postings_item_out", "postings", ["item_id", "out_at"])
    op.drop_index("ix_items_created", table_name="items")
    op.create_index("ix_items_created", "items", ["created_at", "id", "title", "doc_no", "index_no"])
    op.create_index("ix_signatures_act", "signatures", ["act", "id"])
    op.create_index("ix_parts_posting", "parts", ["posting_id", "position"])
