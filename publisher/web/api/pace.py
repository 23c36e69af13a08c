"""How fast one token may ask: a bucket a token, in this process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

PER_MINUTE, BURST = 240, 60
MOST_BUCKETS = 10_000


@dataclass
class Pace:
    """`burst` requests at once, `per_minute` on the long run, for each key. `clock` counts seconds."""

    per_minute: float = PER_MINUTE
    burst: int = BURST
    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)

    def wait(self, key: str) -> int:
        """0 when the request may go on and is counted, else in how many whole seconds one may."""
        with self._lock:
            now = self.clock()
            left, then = self._buckets.get(key, (float(self.burst), now))
            left = min(float(self.burst), left + (now - then) * self.per_minute / 60)
            if len(self._buckets) >= MOST_BUCKETS and key not in self._buckets:
                self._buckets.clear()
            self._buckets[key] = (left - 1 if left >= 1 else left, now)
            return 0 if left >= 1 else max(1, math.ceil((1 - left) * 60 / self.per_minute))
