"""A running instance to attack: a served console over a whole world, the browsers of its people, what they wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from fastapi import FastAPI

from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.seats import HERE, PASSWORD, employ, form_in, sign_in
from tests.world import World

PEOPLE = {
    "ma": "drafter editor",
    "shen2": "content_reviewer secrecy_reviewer",
    "qin2": "approver",
    "wang": "administrator",
    "bao": "security_administrator",
    "an2": "auditor",
}
"""Synthetic people; each has the password of `tests.seats`."""
UNIT = "shuichang"
UNITS = {"[audit]": f'[[units]]\nname = "{UNIT}"\ntitle = "自来水厂"\n\n[audit]'}
"""Settings with a subordinate unit; `shui` is of it."""


@dataclass
class Instance:
    """A console at `base`. `tokens` are the cookies of people who are signed in, `ids` what is known of the world,
    `seers` who was the first to see a page."""

    world: World
    app: FastAPI
    base: str
    tokens: dict[str, str]
    ids: dict[str, str]
    known: dict[str, Any] = field(default_factory=dict)
    seers: dict[str, str] = field(default_factory=dict)
    stack: ExitStack = field(default_factory=ExitStack)

    def browser(self, who: str = "", **headers: str) -> httpx.Client:
        """A browser of ours that asks from our own pages; signed in as `who`. It follows no redirect."""
        client = self.stack.enter_context(
            httpx.Client(base_url=self.base, headers={**HERE, **headers}, timeout=60)
        )
        if who:
            client.cookies.set("gongkai", self.tokens[who])
        return client

    def seat(self, who: str) -> Browser:
        """The one browser of a person, kept."""
        if who not in self.known:
            client = self.browser(who)
            self.known[who] = Browser(client, form_in(client.get("/more").text))
        found: Browser = self.known[who]
        return found

    def hire(self, name: str, roles: str = "drafter", unit: str = "") -> str:
        """An account that one attack may spoil."""
        if not self.world.rows("SELECT name FROM people WHERE name = ?", name):
            employ(self.world, name, roles, display=name)
            with self.world.office.store.write() as uow:
                uow.people.change(name, unit=unit)
                uow.commit()
        return name

    def enter(self, name: str) -> str:
        """Sign in; the session's token."""
        client = self.browser()
        assert sign_in(client, name, PASSWORD).status_code == 303
        return str(client.cookies["gongkai"])


@dataclass
class Browser:
    """A signed-in browser. `post` sends what a page of ours would send."""

    client: httpx.Client
    form: str

    def get(self, path: str) -> httpx.Response:
        """Whatever is answered."""
        return self.client.get(path)

    def post(
        self, path: str, fields: dict[str, Any] | None = None, files: Sequence[Any] | None = None
    ) -> httpx.Response:
        """Send a form with this session's token in it."""
        return self.client.post(path, data={"form": self.form, **(fields or {})}, files=files)

    def done(
        self, path: str, fields: dict[str, Any] | None = None, files: Sequence[Any] | None = None
    ) -> str:
        """Send a form that must succeed; where it leads."""
        answer = self.post(path, fields, files)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-3000:])
        return str(answer.headers["location"])


@contextmanager
def running(world: World, before: Instance | None = None) -> Iterator[Instance]:
    """Serve the console over a world; people who were signed in before still are: the store keeps sessions."""
    app = console_app(world.office, https=False)
    with served(app, "127.0.0.1", 0) as base, ExitStack() as stack:
        if before is not None:
            yield replace(before, app=app, base=base, known={}, stack=stack)
            return
        made = Instance(world, app, base, {}, {}, stack=stack)
        for name, roles in PEOPLE.items():
            made.tokens[name] = made.enter(made.hire(name, roles))
        made.tokens["shui"] = made.enter(made.hire("shui", "drafter editor", UNIT))
        yield made
