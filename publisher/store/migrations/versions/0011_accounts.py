"""Units of people and items; an item's title beside it, for lists; what accounts need."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NEWEST = sa.text(
    "SELECT i.id, COALESCE("
    "(SELECT content FROM drafts WHERE item_id = i.id AND open), "
    "(SELECT content FROM revisions WHERE item_id = i.id ORDER BY number DESC LIMIT 1), "
    "(SELECT content FROM drafts WHERE item_id = i.id ORDER BY updated_at DESC LIMIT 1)) FROM items i"
)


def upgrade() -> None:
    """Add the columns; the titles are read from what was written last."""
    op.add_column("people", sa.Column("unit", sa.Text(), server_default="", nullable=False))
    op.add_column("items", sa.Column("unit", sa.Text(), server_default="", nullable=False))
    op.add_column("items", sa.Column("title", sa.Text(), server_default="", nullable=False))
    op.add_column("items", sa.Column("doc_no", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_items_created", "items", ["created_at"])
    op.create_index("ix_items_unit", "items", ["unit", "created_at"])
    op.create_index("ix_parts_out", "parts", ["out_at"])
    op.create_index("ix_parts_url", "parts", ["url"])
    connection = op.get_bind()
    for item_id, content in connection.execute(NEWEST).all():
        value = json.loads(content) if isinstance(content, str) else content or {}
        connection.execute(
            sa.text("UPDATE items SET title = :title, doc_no = :doc_no WHERE id = :id"),
            {"title": str(value.get("title", "")), "doc_no": str(value.get("doc_no", "")), "id": item_id},
        )
