"""Business time for several processes: it runs, faster than the host's, and jumps when it is told to."""

from __future__ import annotations

import mmap
import struct
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

FORM = "<ddd"
SIZE = struct.calcsize(FORM) + 4

PACE = 60.0
"""Business seconds in a real one: with it all waits of the product shrink alike, and no number of it is changed."""


class Pulse:
    """A clock in one file. All processes that open it see the same time; one of them moves it."""

    def __init__(self, path: Path, start: datetime | None = None) -> None:
        """Opens `path`. With `start` the file is made new, and time stands still there."""
        if start is not None:
            path.write_bytes(bytes(SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SIZE)
        if start is not None:
            self._write(start, 0.0)

    def __call__(self) -> datetime:
        base, since, pace = self._read()
        return datetime.fromtimestamp(base + (time.monotonic() - since) * pace, tz=UTC)

    def run(self, pace: float = PACE) -> None:
        """Let time pass, `pace` business seconds a second."""
        self._write(self(), pace)

    def jump(self, seconds: float) -> None:
        """Forward, or backward with a negative number."""
        self._write(self() + timedelta(seconds=seconds), self._read()[2])

    def set(self, at: datetime) -> None:
        """Jump to an instant."""
        self._write(at, self._read()[2])

    def advance(self, seconds: float) -> None:
        """As `jump`: the name by which those who drive an office by hand know it."""
        self.jump(seconds)

    def _write(self, at: datetime, pace: float) -> None:
        packed = struct.pack(FORM, at.timestamp(), time.monotonic(), pace)
        self._map[:SIZE] = packed + struct.pack("<I", zlib.crc32(packed))

    def _read(self) -> tuple[float, float, float]:
        while True:  # another process may be half way through its writing
            read = self._map[:SIZE]
            if zlib.crc32(read[:-4]) == struct.unpack("<I", read[-4:])[0]:
                base, since, pace = struct.unpack(FORM, read[:-4])
                return base, since, pace
