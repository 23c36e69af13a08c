"""Business time for several processes: one number in a shared file, which moves only when a test moves it."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Tuesday 2026-11-24, 10:00 in Beijing: a working day in the announced calendar."""


class SharedClock:
    """Reads and moves the time in one file. The platforms, the victim and its successor look at the same one."""

    def __init__(self, path: Path) -> None:
        """Opens `path`; a new file starts at `START`."""
        if not path.exists():
            path.write_bytes(struct.pack("<d", START.timestamp()))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(struct.unpack("<d", self._map[:8])[0], tz=UTC)

    def set(self, at: datetime) -> None:
        self._map[:8] = struct.pack("<d", at.timestamp())

    def advance(self, seconds: float) -> None:
        self.set(self() + timedelta(seconds=seconds))


class Ahead:
    """The host's own clock, moved forward when a test says so: for a process that has no other clock."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def set(self, at: datetime) -> None:
        self._ahead = max(self._ahead, at - datetime.now(UTC))


Clock = SharedClock | Ahead
