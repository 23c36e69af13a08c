"""What a served practice platform does by itself, without being asked: ends jobs, pushes events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def pumping(act: Callable[[], None], every_s: float = 0.2) -> Iterator[None]:
    """Call `act` every so often in a thread of its own."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(every_s):
            act()

    thread = threading.Thread(target=work, name="sandbox-pump", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
