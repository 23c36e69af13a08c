"""What a served practice platform does by itself, without being asked: ends jobs, pushes events, keeps its state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def pumping(*acts: Callable[[], None], every_s: float = 0.2) -> Iterator[None]:
    """Call each act every so often in a thread of its own, and once more at the end."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(every_s):
            for act in acts:
                act()

    thread = threading.Thread(target=work, name="sandbox-pump", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for act in acts:
            act()
