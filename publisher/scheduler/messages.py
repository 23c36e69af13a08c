"""Messages to people beside the service: one thread plans, each target has a thread of its own.

A messenger that hangs holds up its own target only; nothing else waits for it, not even the end of the service.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from publisher.domain.alerting import Post
from publisher.store.unit_of_work import Store
from publisher.workflow.alerts import plan_alerts, send_notices, watch_overdue
from publisher.workflow.nudges import plan_nudges

PAUSE_AFTER_FAULT_S = 5.0
LAST_WORDS_S = 5.0
"""At its end the service waits so long for a message that is on its way."""

Report = Callable[[str, BaseException], None]


@dataclass
class Messages:
    """Everything that tells people by itself over one store."""

    store: Store
    now: Callable[[], datetime]
    post: Post
    report: Report
    every_s: float = 5.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to plan and to send."""
        self._begin("messages", self._plan)
        for target in self.post.targets:
            self._begin(
                f"messages-{target.name}",
                lambda target=target: send_notices(self.store, self.now, target, self.post),  # type: ignore[misc]
            )

    def stop(self) -> None:
        """Send nothing more. A call that hangs is left behind: its rows are offered again by the next service."""
        self._stop.set()
        for thread in self._threads:
            thread.join(LAST_WORDS_S)

    def _plan(self) -> object:
        return plan_once(self.store, self.now(), self.post)

    def _begin(self, name: str, run: Callable[[], object]) -> None:
        thread = threading.Thread(target=self._loop, args=(name, run), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _loop(self, name: str, run: Callable[[], object]) -> None:
        while not self._stop.is_set():
            wait = self.every_s
            try:
                run()
            except Exception as why:  # noqa: BLE001 - one fault must not end the thread; it is reported
                self.report(name, why)
                wait = max(wait, PAUSE_AFTER_FAULT_S)
            self._stop.wait(wait)


def plan_once(store: Store, now: datetime, post: Post) -> int:
    """What people must be told of now, as rows; how many are new."""
    watch_overdue(store, now)
    if not post.targets:
        return 0
    return plan_alerts(store, now, post.targets) + plan_nudges(store, now, post.targets)
