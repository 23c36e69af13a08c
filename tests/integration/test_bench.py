"""The benchmark runs, on both databases, and compares with what it names."""

from __future__ import annotations

import subprocess
import sys

from bench.console import PAGES


def test_the_benchmark_prints_its_ratios_for_both_databases() -> None:
    small = ("--postings", "25", "--future", "1000", "--entries", "100", "--items", "40")
    done = subprocess.run([sys.executable, "-m", "bench", *small], capture_output=True, text=True, check=True)
    for database in ("SQLite", "PostgreSQL"):
        assert f"{database}, every commit synced" in done.stdout
    assert done.stdout.count("ratio") == 6
    assert done.stdout.count("full verify") == 2
    assert done.stdout.count("statements") == len(PAGES)
