"""Appending to and verifying the audit log, beside SHA-256 over the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from bench.office import NOW, office, seconds
from publisher.audit.verify import verify
from publisher.store.engine import Target

IN_ONE = 1000


@dataclass(frozen=True, slots=True)
class LogFigures:
    """Seconds for all `entries` of `size` bytes in all."""

    entries: int
    size: int
    append: float
    verify: float
    bare: float


def log_figures(fresh: Callable[[], Target], entries: int) -> LogFigures:
    """Append `entries` in transactions of a thousand, verify all of them from the table, hash the same bytes."""
    with office(fresh()) as store:

        def append() -> None:
            for start in range(0, entries, IN_ONE):
                with store.write() as uow:
                    for number in range(start, min(start + IN_ONE, entries)):
                        facts = {"channel": "noop", "fence": 1, "attempt": 1}
                        digests = {"revision": f"{number:064x}"}
                        subject = f"posting:ap{number:07d}"
                        uow.record(
                            NOW, "system:posting:claimed", "system", subject, digests=digests, facts=facts
                        )
                    uow.commit()

        def check() -> None:
            with store.read() as reading:
                verdict = verify(reading.log.entries(), head=reading.log.head(store.log_id))
            assert (verdict.entries, verdict.problems) == (entries, ()), verdict

        appended, verified = seconds(append), seconds(check)
        with store.read() as reading:
            texts = [entry.canonical.encode() for entry in reading.log.entries()]
        bare = seconds(lambda: [hashlib.sha256(text).digest() for text in texts])
        return LogFigures(entries, sum(map(len, texts)), appended, verified, bare)
