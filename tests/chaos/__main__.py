"""`make chaos`: a long storm on each database, told at the end."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.chaos.databases import DATABASES, memory
from tests.chaos.storm import Storm
from tests.chaos.summary import Weather

APART_S = 900.0
"""So that an hour's jump makes a few items due at once, and not hundreds."""


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
            weather = Weather(
                seed, items=asked.items, every=asked.every, apart_s=APART_S, daemons=asked.daemons
            )
            summary = Storm(Path(folder), weather, database, partial(print, flush=True)).run()
        print(summary, flush=True)
        wrong |= bool(summary.faults)
    return int(wrong)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description="A long storm of faults.")
    parser.add_argument("--seed", type=int, default=0, help="the same number plans the same faults")
    parser.add_argument("--items", type=int, default=500, help="items, each for four channels")
    parser.add_argument("--every", type=float, default=25.0, help="log entries between two faults")
    parser.add_argument("--daemons", type=int, default=3)
    parser.add_argument("--database", action="append", choices=list(DATABASES), help="one or more; else all")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
