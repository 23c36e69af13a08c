"""What a reviewer ticked, what they have seen, and signatures given on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

KEPT = ("id", "revision_id", "act", "person", "digest", "at", "on_paper", "on_behalf_of")


def upgrade() -> None:
    """Add the column and the two tables."""
    op.add_column("signatures", sa.Column("checks", sa.JSON(), server_default="[]", nullable=False))
    _keep()
    op.create_index("ix_signatures_revision", "signatures", ["revision_id"])
    op.create_table(
        "looks",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("revision_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_looks_revision_id")),
        sa.PrimaryKeyConstraint("person", "revision_id", name=op.f("pk_looks")),
    )
    op.create_table(
        "paper_signatures",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("revision_id", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("signer", sa.String(length=40), nullable=False),
        sa.Column("signed_on", sa.String(length=10), nullable=False),
        sa.Column("opinion", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("scan", sa.String(length=64), nullable=False),
        sa.Column("scan_name", sa.Text(), server_default="", nullable=False),
        sa.Column("scan_type", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_by", sa.String(length=40), nullable=False),
        sa.Column("entered_at", sa.String(27), nullable=False),
        sa.Column("settled_by", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.String(27), nullable=True),
        sa.Column("counts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_paper_signatures_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_signatures")),
    )
    op.create_index("ix_paper_signatures_revision", "paper_signatures", ["revision_id"])


def _keep() -> None:
    """What was ticked, and for whom, can be changed as little as the rest of a signature."""
    same = " AND ".join(f"NEW.{name} = OLD.{name}" for name in KEPT)
    ticked = "CAST(NEW.checks AS TEXT) = CAST(OLD.checks AS TEXT)"
    erases = f"NEW.opinion = '' AND NEW.reference = '' AND {same} AND {ticked}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER signatures_no_update ON signatures")
        op.execute(
            "CREATE TRIGGER signatures_no_update BEFORE UPDATE ON signatures FOR EACH ROW "
            f"WHEN (NOT ({erases})) EXECUTE FUNCTION refuse_change()"
        )
        return
    op.execute("DROP TRIGGER signatures_no_update")
    op.execute(
        "CREATE TRIGGER signatures_no_update BEFORE UPDATE ON signatures "
        f"WHEN NOT ({erases}) BEGIN SELECT RAISE(ABORT, 'signatures is append-only'); END"
    )
