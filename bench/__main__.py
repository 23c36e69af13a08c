"""`make bench`: all figures in one run. Ratios only: absolute numbers say more of the machine than of us."""

from __future__ import annotations

import argparse

from bench.console import console_figures, printed
from bench.delivery import claim_s, rates
from bench.log import log_figures
from bench.office import databases


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postings", type=int, default=500)
    parser.add_argument("--future", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--items", type=int, default=20_000)
    asked = parser.parse_args()
    few = max(asked.items // 100, 20)
    print(printed(console_figures(few, asked.items), few, asked.items), flush=True)
    with databases() as kinds:
        for name, fresh in kinds.items():
            print(f"{name}, every commit synced to disk")
            ours, library, driver = rates(fresh, asked.postings)
            print(
                f"  whole protocol, channel that does nothing {1 / ours:6.0f} postings/s\n"
                f"  the same three commits, bare, SQLAlchemy  {1 / library:6.0f} /s   ratio {library / ours:.2f}\n"
                f"  the same three commits, bare, driver      {1 / driver:6.0f} /s   ratio {driver / ours:.2f}"
            )
            few, many = claim_s(fresh, 1000), claim_s(fresh, asked.future)
            print(
                f"  look and claim: {few * 1000:.2f} ms with 1,000 future postings, "
                f"{many * 1000:.2f} ms with {asked.future:,}   ratio {many / few:.2f}"
            )
            log = log_figures(fresh, asked.entries)
            print(
                f"  log of {log.entries:,} entries, {log.size / 1e6:.0f} MB: bare SHA-256 {log.bare:.2f} s, "
                f"append {log.append:.1f} s ({log.append / log.bare:.0f} ×), "
                f"full verify {log.verify:.1f} s ({log.verify / log.bare:.0f} ×)",
                flush=True,
            )


if __name__ == "__main__":
    main()
