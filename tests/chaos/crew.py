"""The daemons of a storm. A dead one is started again at once, as a service manager does."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from channels.sandbox.stage import slay
from tests.chaos import daemon

ENDING_S = 20
AWAKE_S = 1.0


@dataclass
class Crew:
    """`count` daemons under the same orders."""

    orders: daemon.Orders
    count: int
    restarts: int = 0
    ended_by_themselves: int = 0
    _running: list[tuple[BaseProcess, Connection]] = field(default_factory=list)
    _frozen: set[int] = field(default_factory=set)
    _thawed: float = 0.0

    def start(self) -> None:
        self._running = [daemon.start(self.orders) for _ in range(self.count)]

    def tend(self) -> None:
        """Start again what died."""
        for place, (process, stop) in enumerate(self._running):
            if process.is_alive():
                continue
            stop.close()
            self.restarts += 1
            self.ended_by_themselves += process.exitcode != -signal.SIGKILL
            self._running[place] = daemon.start(self.orders)

    def _alive(self) -> list[int]:
        return [process.pid for process, _ in self._running if process.pid and process.is_alive()]

    def kill(self, which: int) -> None:
        """One of those that run."""
        awake = [pid for pid in self._alive() if pid not in self._frozen]
        if awake:
            slay(awake[which % len(awake)])

    def freeze(self, which: int) -> int:
        """One of them stands still; its process id, 0 when none was there."""
        alive = self._alive()
        if not alive:
            return 0
        pid = alive[which % len(alive)]
        self._frozen.add(pid)
        os.kill(pid, signal.SIGSTOP)
        return pid

    def awake(self) -> bool:
        """Whether all have been at work for a while: nobody stands between an intent and its request."""
        return not self._frozen and time.monotonic() - self._thawed > AWAKE_S

    def thaw(self, pid: int) -> None:
        """It goes on, if nobody killed it meanwhile."""
        self._frozen.discard(pid)
        self._thawed = time.monotonic()
        if pid in self._alive():
            os.kill(pid, signal.SIGCONT)

    def stop(self) -> list[int | None]:
        """Ask all to end; their exit codes. Whoever does not end is killed."""
        for pid in list(self._frozen):
            self.thaw(pid)
        for _, stop in self._running:
            with suppress(OSError):  # it has just died; its exit code tells
                stop.send("stop")
        for process, stop in self._running:
            process.join(ENDING_S)
            if process.is_alive():
                process.kill()
                process.join()
            stop.close()
        codes = [process.exitcode for process, _ in self._running]
        self._running = []
        return codes
