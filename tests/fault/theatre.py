"""The practice platforms on fixed loopback addresses, with a fresh set of simulators for every case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from channels.http import open_client
from channels.sandbox.stage import Receive, Scope, Send, Stage, served
from publisher.bootstrap.practice import SIMULATORS, Practice
from publisher.settings import Settings

PORTS = {"city": "city-portal", "bureau": "bureau-portal", "wechat": "wechat", "weibo": "weibo"}
"""The name of each address in the settings, and the channel that is played there."""


class Address:
    """One address. Whoever plays there can be exchanged while it is served."""

    def __init__(self) -> None:
        self.stage: Stage | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.stage is not None:
            await self.stage(scope, receive, send)


class Theatre:
    """All addresses. `ports` goes into the settings of each home folder."""

    def __init__(self) -> None:
        self.addresses = {name: Address() for name in PORTS}
        self.ports: dict[str, int] = {}
        self.client = open_client()

    @contextmanager
    def open(self) -> Iterator[Theatre]:
        with ExitStack() as stack:
            stack.callback(self.client.close)
            for name, address in self.addresses.items():
                base = stack.enter_context(served(address))
                self.ports[name] = int(base.rpartition(":")[2])
            yield self

    def play(self, settings: Settings, options: Mapping[str, Any], clock: Callable[[], datetime]) -> Practice:
        """New simulators for the practice channels of one home; the old ones and what they held are gone.

        Weibo takes the same words twice: nothing but our own care keeps a second post away.
        """
        practice = Practice()
        for name, channel in PORTS.items():
            part = settings.channels[channel]
            stage = SIMULATORS[part.kind](channel, options[channel], practice)
            stage.clock = clock
            practice.stages[channel] = stage
            self.addresses[name].stage = stage
        weibo = practice.simulators["weibo"]
        weibo.knobs.repeat_window_s = 0
        for token in weibo.world.tokens.values():
            token.created_at = clock()
        return practice
