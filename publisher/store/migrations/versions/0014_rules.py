"""Settings that people changed in the console, version by version."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Nothing yet."""
