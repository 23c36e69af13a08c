"""`make locks`: four processes on one SQLite file for five minutes."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.crowd import crowd, table


def main() -> int:
    """0 when nobody met a lock error or any other fault."""
    parser = argparse.ArgumentParser(prog="make locks", description="Four processes on one SQLite file.")
    parser.add_argument("--seconds", type=float, default=300.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="gongkai-") as folder:
        told = crowd(Path(folder), seconds)
    print(table(told, seconds))
    return int(any(one.errors for one in told))


if __name__ == "__main__":
    sys.exit(main())
