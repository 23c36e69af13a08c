"""Channel and outcome beside each log entry, and the indexes with which the log is searched."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

AT_ONCE = 1000
REFUSED = sa.text("outcome = 'refused'")
INDEXES = {
    "ix_log_entries_actor": ("log_entries", ["actor", "seq"]),
    "ix_log_entries_kind": ("log_entries", ["kind", "seq"]),
    "ix_log_entries_channel": ("log_entries", ["channel", "seq"]),
    "ix_log_entries_at": ("log_entries", ["at", "seq"]),
}


def upgrade() -> None:
    """Both columns are read from the sealed text, which is not touched; the trigger stands aside meanwhile."""
    for name in ("channel", "outcome"):
        op.add_column("log_entries", sa.Column(name, sa.Text(), server_default="", nullable=False))
    on_server = op.get_context().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER log_entries_no_update{' ON log_entries' if on_server else ''}")
    _fill(op.get_bind())
    op.execute(
        "CREATE TRIGGER log_entries_no_update BEFORE UPDATE ON log_entries "
        + (
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            if on_server
            else "BEGIN SELECT RAISE(ABORT, 'log_entries is append-only'); END"
        )
    )
    for index, (table, columns) in INDEXES.items():
        op.create_index(index, table, columns)
    op.create_index(
        "ix_log_entries_refused", "log_entries", ["seq"], sqlite_where=REFUSED, postgresql_where=REFUSED
    )


def _fill(connection: sa.Connection) -> None:
    read = sa.text("SELECT seq, canonical FROM log_entries WHERE seq > :last ORDER BY seq LIMIT :most")
    write = sa.text("UPDATE log_entries SET channel = :channel, outcome = :outcome WHERE seq = :seq")
    last = 0
    while rows := connection.execute(read, {"last": last, "most": AT_ONCE}).all():
        connection.execute(write, [{"seq": seq, **_beside(text)} for seq, text in rows])
        last = rows[-1][0]


def _beside(canonical: str) -> dict[str, str]:
    try:
        entry = json.loads(canonical)
        kind, _, name = entry["subject"].partition(":")
        channel = entry["facts"].get("channel") or (name if kind == "channel" else "")
        return {"channel": str(channel), "outcome": str(entry["outcome"])}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {"channel": "", "outcome": ""}
