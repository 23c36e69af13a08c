"""What a reviewer ticked, has seen, and signed on paper."""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nothing yet."""
