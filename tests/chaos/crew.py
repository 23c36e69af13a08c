"""The daemons of a storm. A dead one is started again at once, as a service manager does."""

from __future__ import annotations

import os
import signal
import threading
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
    _frozen: dict[int, int] = field(default_factory=dict)
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

    def freeze(self, which: int, lasts_s: float) -> None:
        """One of them stands still for so long.

        A timer wakes it: it may hold the lock that everybody else, people included, waits for.
        """
        awake = [pid for pid in self._alive() if pid not in self._frozen]
        if not awake:
            return
        pid = awake[which % len(awake)]
        self._frozen[pid] = os.pidfd_open(pid)
        os.kill(pid, signal.SIGSTOP)
        timer = threading.Timer(lasts_s, self._thaw, [pid])
        timer.daemon = True
        timer.start()

    def awake(self) -> bool:
        """Whether all have been at work for a while: nobody stands between an intent and its request."""
        return not self._frozen and time.monotonic() - self._thawed > AWAKE_S

    def _thaw(self, pid: int) -> None:
        self._thawed = time.monotonic()
        fd = self._frozen.pop(pid, None)
        if fd is not None:
            with suppress(ProcessLookupError):  # somebody killed it meanwhile
                signal.pidfd_send_signal(fd, signal.SIGCONT)
            os.close(fd)

    def stop(self) -> list[int | None]:
        """Ask all to end; their exit codes. Whoever does not end is killed."""
        for pid in list(self._frozen):
            self._thaw(pid)
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
