"""A signature's opinion may be erased; nothing else of it can be changed, and none can be removed."""

from alembic import op

revision = "0007"
down_revision = "0006"

KEPT = ("id", "revision_id", "act", "person", "digest", "at", "on_paper")


def upgrade() -> None:
    """The trigger lets one change pass: opinion and reference become empty, the rest stays."""
    same = " AND ".join(f"NEW.{name} = OLD.{name}" for name in KEPT)
    erases = f"NEW.opinion = '' AND NEW.reference = '' AND {same}"
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
