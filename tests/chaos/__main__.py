"""`make chaos`: a long storm on each database, told at the end."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.databases import DATABASES
from tests.chaos.storm import Storm
from tests.chaos.summary import Weather
from tests.fault.conftest import MEMORY


def main() -> int:
    """0 when everything held on every database."""
    asked = _asked()
    seed = asked.seed or int(time.time())
    wrong = False
    for name in asked.database or DATABASES:
        print(f"{name}: {asked.items} items, seed {seed} …", flush=True)
        with (
            tempfile.TemporaryDirectory(prefix="gongkai-", dir=memory()) as folder,
            DATABASES[name]() as database,
        ):
            weather = Weather(seed, items=asked.items, every=asked.every, daemons=asked.daemons)
            summary = Storm(Path(folder), weather, database).run()
        print(summary, flush=True)
        wrong |= bool(summary.faults)
    return int(wrong)


def memory() -> Path | None:
    """A file system in memory, where there is one: SIGKILL loses nothing of it, and no flush waits for a disk."""
    return MEMORY if os.access(MEMORY, os.W_OK) else None


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description="A long storm of faults.")
    parser.add_argument("--seed", type=int, default=0, help="the same number plans the same faults")
    parser.add_argument("--items", type=int, default=500, help="items, each for four channels")
    parser.add_argument("--every", type=float, default=12.0, help="log entries between two faults")
    parser.add_argument("--daemons", type=int, default=3)
    parser.add_argument("--database", action="append", choices=list(DATABASES), help="one or more; else all")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
