"""The platforms' side: who is asked right now, who made what public, and which faults really came."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from channels.contract import URL
from channels.sandbox import weibo_reader
from channels.sandbox.call import Call, Do, Fault, Reply
from channels.sandbox.stage import Receive, Scope, Send, Stage
from channels.sandbox.weibo_world import Rates
from publisher.bootstrap import Office, Practice
from tests.chaos.bureau import MANY
from tests.chaos.plan import PUBLIC, WECHAT, WEIBO, Ill, Trouble
from tests.fault.theatre import Address, Theatre

AGES_S = 10 * 365 * 86_400
SETTLED_S = 2.0
"""So long after a jump of the clock every request that was under way has arrived."""


@dataclass(frozen=True)
class Made:
    """Something became public, or will: on which channel, for which portal page, after how many logged requests."""

    channel: str
    page: str
    after: int


class Busy(Address):
    """An address that knows how many requests it is working on."""

    def __init__(self) -> None:
        super().__init__()
        self.working = 0
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._lock:
            self.working += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            with self._lock:
                self.working -= 1


@dataclass
class Platforms:
    """All practice platforms of one storm, served until the end."""

    theatre: Theatre
    practice: Practice = field(default_factory=Practice)
    made: list[Made] = field(default_factory=list)
    came: Counter[str] = field(default_factory=Counter)
    on_made: dict[str, Callable[[], None]] = field(
        default_factory=lambda: dict.fromkeys(PUBLIC, lambda: None)
    )
    _scripted: dict[Fault, Ill] = field(default_factory=dict)
    _jumped: float = 0.0

    @property
    def ports(self) -> dict[str, int]:
        return self.theatre.ports

    def play(self, office: Office, clock: Callable[[], datetime]) -> None:
        """Set up the simulators for the channels of this home, with more room than the real ones give a day."""
        self.practice = self.theatre.play(office.settings, office.options, clock)
        wechat, weibo = self.practice.simulators[WECHAT], self.practice.simulators[WEIBO]
        wechat.gate.daily = {path: MANY * limit for path, limit in wechat.gate.daily.items()}
        weibo.knobs.rates = Rates(user_day=100 * MANY, ip_hour=10**6, posts_hour=10**6)
        for token in weibo.world.tokens.values():
            token.lifetime_s = AGES_S
        for stage in self.practice.stages.values():
            self._watch_faults(stage)
        for channel in PUBLIC:
            self._watch_creations(channel, self.practice.stages[channel])

    def bring(self, trouble: Trouble) -> None:
        """The next request of this kind meets the fault."""
        if trouble.fault is not None:
            self._scripted[trouble.fault] = trouble.ill
            self.practice.stages[trouble.where].script(trouble.fault)

    def _watch_creations(self, channel: str, stage: Stage) -> None:
        play = stage.play

        def watched(call: Call) -> Reply:
            reply = play(call)
            if reply.creates and call.path.endswith(PUBLIC[channel]):
                self.made.append(Made(channel, self._newest(channel), len(self.practice.log.lines)))
                self.on_made[channel]()
            return reply

        stage.play = watched

    def _watch_faults(self, stage: Stage) -> None:
        fault_for = stage._fault_for

        def counted(call: Call) -> Fault | None:
            if "x-daemon" not in call.headers:
                return None  # people look at pages, too; faults are for daemons
            stage.victim = int(call.headers["x-daemon"])  # who is killed, if one is
            late = self._too_late_for(stage)
            fault = fault_for(call)
            stage.faults.extend(late)
            if fault is not None:
                self.came[self._scripted[fault]] += 1
            return fault

        stage._fault_for = counted  # type: ignore[method-assign]

    def _newest(self, channel: str) -> str:
        simulator = self.practice.simulators[channel]
        if channel == WECHAT:
            job = next(reversed(simulator.press.jobs.values()))
            return page_in(job.articles[0]["content_source_url"])
        return page_in(URL.findall(simulator.world.posts[-1].written)[0])

    def jumped(self) -> None:
        """Time was moved: what was asked for before it may still arrive."""
        self._jumped = time.monotonic()

    def _too_late_for(self, stage: Stage) -> list[Fault]:
        """A request that was on its way during a jump is not delayed: that would be later than any settle time."""
        if time.monotonic() - self._jumped > SETTLED_S:
            return []
        late = [fault for fault in stage.faults if fault.do is Do.DELAY_BEFORE]
        for fault in late:
            stage.faults.remove(fault)
        return late

    def calm(self) -> bool:
        """Whether no request is on its way."""
        return not any(
            address.working for address in self.theatre.addresses.values() if isinstance(address, Busy)
        )

    def scripted(self) -> int:
        """How many faults still wait for their request."""
        return sum(len(stage.faults) for stage in self.practice.stages.values())

    def clear(self) -> None:
        """No faults from here on."""
        for stage in self.practice.stages.values():
            stage.faults.clear()
            stage.reader_open = True


def page_in(link: str) -> str:
    """The path of the portal page behind a link."""
    return urlsplit(link).path


@contextmanager
def open_platforms() -> Iterator[Platforms]:
    """Addresses for one storm."""
    theatre = Theatre()
    theatre.addresses = {name: Busy() for name in theatre.addresses}
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it reports each connection that we cut
    before, weibo_reader.ONE_PAGE = weibo_reader.ONE_PAGE, 100_000  # a person scrolls down as far as it goes
    try:
        with theatre.open() as opened:
            yield Platforms(opened)
    finally:
        weibo_reader.ONE_PAGE = before
