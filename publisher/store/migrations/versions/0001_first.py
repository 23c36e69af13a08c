"""The first schema, written out: later changes of `schema.py` do not change what this made."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = ("log_entries", "signatures", "proofs")


def upgrade() -> None:
    """Make every table, and triggers that refuse to change what is only ever appended."""
    op.create_table(
        "account_values",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("pk_account_values")),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("closed_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(
        "uq_alarms_open",
        "alarms",
        ["cause"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "channels",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("next_probe_at", sa.String(27), nullable=True),
        sa.Column("last_ok_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("event_key", sa.String(length=120), nullable=False),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("matched_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "event_key", name="uq_inbox_event"),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("index_no", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("index_no", name=op.f("uq_items_index_no")),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )
    op.create_table(
        "log_entries",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("entry_hash", sa.String(length=64), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_entries")),
    )
    op.create_index("ix_log_entries_subject", "log_entries", ["subject"], unique=False)
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "people",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("display", sa.Text(), server_default="", nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("token_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_people")),
    )
    op.create_table(
        "quotas",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("call", sa.String(length=60), nullable=False),
        sa.Column("window_start", sa.String(27), nullable=False),
        sa.Column("window_end", sa.String(27), nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("maximum", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sending", sa.Boolean(), nullable=False),
        sa.Column("blocked_until", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("account", "call", "window_start", name=op.f("pk_quotas")),
    )
    op.create_table(
        "serials",
        sa.Column("organisation", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "year", name=op.f("pk_serials")),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("based_on", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.Column("updated_by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_drafts_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(
        "uq_drafts_open_item",
        "drafts",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "log_notes",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["log_entries.seq"], name=op.f("fk_log_notes_seq")),
        sa.PrimaryKeyConstraint("seq", "name", name=op.f("pk_log_notes")),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("part_id", sa.Text(), server_default="", nullable=False),
        sa.Column("leak", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("signed_by", sa.String(length=40), nullable=False),
        sa.Column("confirmed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_orders_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index("ix_orders_state", "orders", ["state"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("drafter", sa.String(length=40), nullable=False),
        sa.Column("submitted_at", sa.String(27), nullable=False),
        sa.Column("release_at", sa.String(27), nullable=True),
        sa.Column("released_at", sa.String(27), nullable=True),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("second_look_by", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_revisions_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index("ix_revisions_item", "revisions", ["item_id", "number"], unique=False)
    op.create_index("ix_revisions_state", "revisions", ["state", "release_at"], unique=False)
    op.create_table(
        "postings",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("revision_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.String(27), nullable=False),
        sa.Column("late_at", sa.String(27), nullable=False),
        sa.Column("gate_limit_at", sa.String(27), nullable=False),
        sa.Column("gate_opened", sa.Boolean(), nullable=False),
        sa.Column("waits_for", sa.Text(), server_default="", nullable=False),
        sa.Column("next_try_at", sa.String(27), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("claimed_at", sa.String(27), nullable=True),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("job", sa.JSON(), nullable=True),
        sa.Column("unknown_since", sa.String(27), nullable=True),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_look_at", sa.String(27), nullable=True),
        sa.Column("absent_seen_at", sa.String(27), nullable=True),
        sa.Column("person_needed", sa.Text(), server_default="", nullable=False),
        sa.Column("denied_by", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("out_at", sa.String(27), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_postings_item_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_postings_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
        sa.UniqueConstraint("item_id", "revision_id", "channel", "occasion", name="uq_postings_business_key"),
    )
    op.create_index("ix_postings_due", "postings", ["channel", "state", "due_at"], unique=False)
    op.create_index(
        "uq_postings_active",
        "postings",
        ["channel", "item_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('out', 'cancelled')"),
        postgresql_where=sa.text("state NOT IN ('out', 'cancelled')"),
    )
    op.create_table(
        "signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("opinion", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_signatures_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
    )
    op.create_table(
        "parts",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("posting_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("revision_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("remote_id", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("out_at", sa.String(27), nullable=False),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unseen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_look_at", sa.String(27), nullable=True),
        sa.Column("accepted_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("removals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("order_id", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_parts_item_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_parts_posting_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_parts_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
    )
    op.create_index("ix_parts_item", "parts", ["item_id"], unique=False)
    op.create_index("ix_parts_look", "parts", ["channel", "state", "next_look_at"], unique=False)
    op.create_table(
        "posting_articles",
        sa.Column("posting_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("revision_id", sa.String(length=64), nullable=False),
        sa.CheckConstraint("position BETWEEN 0 AND 7", name="ck_posting_articles_eight"),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_posting_articles_item_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_posting_articles_posting_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_posting_articles_revision_id")
        ),
        sa.PrimaryKeyConstraint("posting_id", "position", name=op.f("pk_posting_articles")),
    )
    op.create_table(
        "steps",
        sa.Column("posting_id", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("repeatable", sa.Boolean(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("ended_at", sa.String(27), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name=op.f("fk_steps_posting_id")),
        sa.PrimaryKeyConstraint("posting_id", "scope", "name", name=op.f("pk_steps")),
    )
    op.create_table(
        "proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.String(length=24), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("seen_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["parts.id"], name=op.f("fk_proofs_part_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofs")),
    )
    op.create_index("ix_proofs_part", "proofs", ["part_id", "at"], unique=False)
    on_server = op.get_bind().dialect.name == "postgresql"
    if on_server:
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END$$"
        )
    does = (
        "EXECUTE FUNCTION refuse_change()"
        if on_server
        else "BEGIN SELECT RAISE(ABORT, '{} is append-only'); END"
    )
    for table in APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            row = " FOR EACH ROW " if on_server else " "
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}{row}{does.format(table)}"
            )
