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
    _accounts()
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
            {
                "title": str(value.get("title", ""))[:200],
                "doc_no": str(value.get("doc_no", ""))[:200],
                "id": item_id,
            },
        )


def _accounts() -> None:
    for column in (
        sa.Column("password_at", sa.String(length=27)),
        sa.Column("one_time", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("old_hashes", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("asked", sa.JSON()),
        sa.Column("secret", sa.Text(), nullable=False, server_default=""),
        sa.Column("second_at", sa.String(length=27)),
        sa.Column("last_step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("recovery", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("subject", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("people", column)
    bound = sa.text("subject <> ''")
    op.create_index(
        "uq_people_subject", "people", ["subject"], unique=True, sqlite_where=bound, postgresql_where=bound
    )
    op.add_column("sessions", sa.Column("stage", sa.Text(), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("failed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("signatures", sa.Column("on_behalf_of", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "mandates",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("substitute", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("made_by", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("ended_at", sa.String(length=27)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandates")),
        sa.ForeignKeyConstraint(["person"], ["people.name"], name=op.f("fk_mandates_person")),
        sa.ForeignKeyConstraint(["substitute"], ["people.name"], name=op.f("fk_mandates_substitute")),
    )
    op.create_index("ix_mandates_substitute", "mandates", ["substitute", "until"])
