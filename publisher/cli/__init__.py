"""The command line: a command module per noun. `main` is what `publisher` runs."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code (`publisher.cli.exits`). Writes no traceback for a refusal."""
    from publisher.cli.entry import run

    return run(arguments)
