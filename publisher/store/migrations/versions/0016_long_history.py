"""What lets a page take as long after many years as after the first: each item's state, and indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

LOOKED = sa.text("second_look_by IS NOT NULL")


def upgrade() -> None:
    """The state of an item is the one of its newest revision, "" where there is none."""
    op.add_column("items", sa.Column("state", sa.Text(), server_default="", nullable=False))
    op.execute(
        "UPDATE items SET state = coalesce((SELECT r.state FROM revisions r WHERE r.item_id = items.id "
        "ORDER BY r.number DESC LIMIT 1), '')"
    )
    op.create_index("ix_items_state", "items", ["state", "created_at"])
    op.create_index("ix_postings_state", "postings", ["state", "due_at"])
    op.create_index("ix_postings_out", "postings", ["state", "out_at"])
    op.create_index("ix_parts_state", "parts", ["state"])
    op.create_index("ix_parts_channel_out", "parts", ["channel", "out_at"])
    op.create_index(
        "ix_revisions_second_look",
        "revisions",
        ["second_look_by"],
        sqlite_where=LOOKED,
        postgresql_where=LOOKED,
    )
