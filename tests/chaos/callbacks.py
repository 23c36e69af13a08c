"""WeChat calls back about each job: before its own answer, soon, late, twice, or never, as the seed has it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from channels.sandbox.wechat_press import Press
from publisher.bootstrap import Office, desk_over
from publisher.store.engine import StoreUnavailable
from tests.chaos.plan import WECHAT
from tests.postman import Postman, published

BEFORE, SOON, LATE, TWICE, NEVER = (
    "called back before the answer",
    "called back soon",
    "called back late",
    "called back twice",
    "not called back",
)
WAITS_S = {BEFORE: (0.0,), SOON: (0.1,), LATE: (3.0,), TWICE: (0.1, 0.4), NEVER: ()}
"""When the events of a job are delivered, in real seconds after the submit."""

TURN_S = 0.05


@dataclass
class Caller:
    """Delivers to the desk that takes callbacks in. An event that could not be kept is delivered again."""

    office: Office
    press: Press
    base: str
    clock: Callable[[], datetime]
    seed: int
    came: Counter[str] = field(default_factory=Counter)
    _due: list[tuple[float, int]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._desk, _ = desk_over(self.office.home, self.office.settings, self.office.store)
        self._dice, self._postman = random.Random(self.seed), Postman()
        self._first = self._dice.sample(list(WAITS_S), len(WAITS_S))
        self._thread = threading.Thread(target=self._deliver_on, daemon=True)
        self._thread.start()

    def submitted(self) -> None:
        """A job was made; called before the platform answers."""
        job = next(reversed(self.press.jobs.values()))
        how = self._first.pop() if self._first else self._dice.choice(list(WAITS_S))
        self.came[how] += 1
        if how == BEFORE:
            job.due = self.clock()
            self.press.run_jobs()
            if self._deliver(job.publish_id):
                return
        self._due += [(time.monotonic() + wait_s, job.publish_id) for wait_s in WAITS_S[how]]

    def stop(self) -> None:
        """No more calls."""
        self._stop.set()
        self._thread.join()

    def _deliver_on(self) -> None:
        while not self._stop.wait(TURN_S):
            for due, number in list(self._due):
                if due <= time.monotonic() and self._deliver(number):
                    self._due.remove((due, number))

    def _deliver(self, number: int) -> bool:
        job = self.press.jobs[number]
        if not job.article_id:
            return False
        push = self.press.push(job.article_id)
        urls = [f"{self.base}{push.path(1, 'MzA5OTk5OTk5OQ==')}#rd"]
        xml = published(number, push.article_id, urls, self.clock())
        query, body = self._postman.request(xml, self.clock())
        with suppress(StoreUnavailable):
            self._desk.take_in(WECHAT, query, {}, body, self.clock())
            return True
        return False
