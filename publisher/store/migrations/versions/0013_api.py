"""Tokens of programs, and what was answered to a request that may come again."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Nothing yet."""
