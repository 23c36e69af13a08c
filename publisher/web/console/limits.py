"""How often: wrong sign-ins from one address, and forms from one session. In memory, per process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

WRONG, WITHIN = 20, timedelta(minutes=15)
BURST, PER_SECOND = 120, 2.0
MOST = 20_000
"""So many addresses and sessions are remembered; then the oldest are forgotten."""


class TooMany(Exception):
    """Too often: nothing was looked at and nothing done."""


@dataclass
class Limits:
    """Counters of one process. Behind the bureau's web server every address may be that server's own."""

    seconds: Callable[[], float] = time.monotonic
    _wrong: dict[str, deque[datetime]] = field(default_factory=dict)
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def check_address(self, address: str, now: datetime) -> None:
        """Raises `TooMany` when this address was wrong too often of late."""
        with self._lock:
            tries = self._wrong.get(address)
            while tries and now - tries[0] >= WITHIN:
                tries.popleft()
            if tries and len(tries) >= WRONG:
                raise TooMany

    def wrong(self, address: str, now: datetime) -> None:
        """One more wrong sign-in."""
        with self._lock:
            self._wrong.setdefault(address, deque(maxlen=WRONG)).append(now)
            _forget(self._wrong)

    def take(self, session: str) -> None:
        """One form of a session. Raises `TooMany` when they come faster than a person sends them."""
        at = self.seconds()
        with self._lock:
            left, before = self._buckets.pop(session, (float(BURST), at))
            left = min(BURST, left + (at - before) * PER_SECOND)
            self._buckets[session] = (max(left - 1, 0), at)
            _forget(self._buckets)
        if left < 1:
            raise TooMany


def _forget(table: dict[str, Any]) -> None:
    while len(table) > MOST:
        table.pop(next(iter(table)))
