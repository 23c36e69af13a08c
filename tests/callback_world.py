"""A world whose WeChat account has a callback address, served on loopback on the world's clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from channels.sandbox.wechat_press import Push
from publisher.bootstrap import CallbackOffice, open_callbacks
from publisher.web.callbacks import callback_app
from publisher.web.serving import served
from tests.postman import AES_KEY, TOKEN, Postman, failed, published, with_callback
from tests.world import PORTALS, World
from tests.worlds import MakeWorld


@dataclass
class Lines:
    """A logger that keeps its lines."""

    lines: list[str] = field(default_factory=list)

    def warning(self, event: str, **more: Any) -> None:
        self.lines.append(f"{event} {more}")


@dataclass
class Called:
    """The world, the desk that takes callbacks in beside it, and who delivers them."""

    world: World
    office: CallbackOffice
    postman: Postman
    log: Lines

    @property
    def press(self) -> Any:
        return self.world.practice.simulators["wechat"].press

    def send(self, xml: str) -> int:
        """One delivery; the endpoint's status. Only a kept event is answered with `success`."""
        answer = self.postman.deliver(self.world.client, xml, self.world.clock.now)
        assert (answer.text == "success") is (answer.status_code == 200)
        return int(answer.status_code)

    def finished(self) -> str:
        """The event of the newest publication."""
        self.press.run_jobs()
        push: Push = self.press.pushes[-1]
        base = self.world.practice.simulators["wechat"].base
        urls = [f"{base}{push.path(idx, 'MzA5OTk5OTk5OQ==')}#rd" for idx in range(1, len(push.articles) + 1)]
        return published(push.publish_id, push.article_id, urls, self.world.clock.now)

    def refused(self, status: int = 4) -> str:
        """The event of the newest job, failed."""
        return failed(max(self.press.jobs), status, self.world.clock.now)

    def inbox(self) -> list[tuple[str, str]]:
        """(event, what became of it)."""
        rows = self.world.rows("SELECT event_key, outcome FROM inbox ORDER BY id")
        return [(row["event_key"], row["outcome"]) for row in rows]

    def polls(self) -> int:
        return sum("freepublish/get" in line.path for line in self.world.requests("wechat"))

    def sent(self) -> str:
        """An item that is verified on the portals and has just been handed to WeChat: (item)."""
        item_id, _ = self.world.released()
        self.world.until(lambda: {self.world.states(item_id)[p] for p in PORTALS} == {"verified"}, *PORTALS)
        self.world.turn(*PORTALS, "wechat")
        return item_id


@contextmanager
def called(
    make_world: MakeWorld, mode: str = "encrypted", settings: Mapping[str, str] | None = None
) -> Iterator[Called]:
    """A world that is called back in one of the platform's modes."""
    world = make_world(settings={**with_callback(mode), **(settings or {})})
    for name, text in (("callback.token", TOKEN), ("callback.key", AES_KEY)):
        (world.home / "secrets" / name).write_text(text + "\n", encoding="utf-8")
    office, log = open_callbacks(world.home, clock=world.clock), Lines()
    with served(callback_app(office.desk, office.clock, log), "127.0.0.1", 0) as base:
        yield Called(world, office, Postman(mode, base=f"{base}/callbacks/wechat"), log)
    office.close()
