"""Corrections in place, expiry that the sweep can find, addresses that went with a removed part."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """New columns; `expires_on` is taken from the content that was signed."""
    op.add_column("postings", sa.Column("amends", sa.Text(), server_default="", nullable=False))
    op.add_column("parts", sa.Column("addresses", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("revisions", sa.Column("expires_on", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_postings_amends",
        "postings",
        ["amends"],
        sqlite_where=sa.text("amends <> ''"),
        postgresql_where=sa.text("amends <> ''"),
    )
    op.create_index(
        "ix_revisions_expiry",
        "revisions",
        ["expires_on"],
        sqlite_where=sa.text("expires_on <> ''"),
        postgresql_where=sa.text("expires_on <> ''"),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, content FROM revisions")).fetchall():
        content = row.content if isinstance(row.content, dict) else json.loads(row.content)
        if content.get("expires_on"):
            connection.execute(
                sa.text("UPDATE revisions SET expires_on = :day WHERE id = :id"),
                {"day": content["expires_on"], "id": row.id},
            )
