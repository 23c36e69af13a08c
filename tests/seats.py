"""A seat at the console: a signed-in browser of one person, without scripts. Synthetic people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.staff import AddUserRequest, add_user
from tests.world import World

NAME, PASSWORD = "zhou", "城东的河水从西边来 1998"
HERE = {"Sec-Fetch-Site": "same-origin"}
FORM = re.compile(r'name="form" value="([0-9a-f]{64})"')
SHOWN = {"zhou": "周编辑"}


@contextmanager
def console(world: World, *, https: bool = False) -> Iterator[httpx.Client]:
    """A browser before the console, without a session."""
    app = console_app(world.office, https=https)
    with served(app, "127.0.0.1", 0) as base, httpx.Client(base_url=base, headers=HERE, timeout=60) as client:
        yield client


def employ(world: World, name: str = NAME, role: str = "editor", *, display: str = "") -> None:
    """An account with a password."""
    roles = tuple(role.split())
    shown = display or SHOWN.get(name, "周编辑")
    world.do("admin", add_user, AddUserRequest(name, shown, roles, password=PASSWORD))
    with world.office.store.write() as uow:  # where somebody is security administrator, as if they had agreed
        uow.people.change(name, active=True, asked=None)
        uow.commit()


def sign_in(client: httpx.Client, name: str = NAME, password: str = PASSWORD) -> httpx.Response:
    return client.post("/login", data={"name": name, "password": password})


def form_in(page: str) -> str:
    found = FORM.search(page)
    assert found
    return found[1]


def told(page: str) -> str:
    """The words of a page, for a failure that people can read."""
    words = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", page, flags=re.S)
    return " ".join(words.split())


@dataclass
class Seat:
    """One person's browser, signed in. `post` puts the session's form field in by itself."""

    client: httpx.Client
    form: str

    def get(self, path: str, status: int = 200) -> str:
        """The page; the status must be this one."""
        answer = self.client.get(path)
        assert answer.status_code == status, told(answer.text)
        return answer.text

    def post(
        self, path: str, fields: dict[str, Any] | None = None, files: Sequence[Any] | None = None
    ) -> httpx.Response:
        """Send a form of ours."""
        return self.client.post(path, data={"form": self.form, **(fields or {})}, files=files)

    def done(
        self, path: str, fields: dict[str, Any] | None = None, files: Sequence[Any] | None = None
    ) -> str:
        """Send a form that must succeed; the page it leads to."""
        answer = self.post(path, fields, files)
        assert answer.status_code == 303, told(answer.text)
        return self.get(answer.headers["location"])

    def refused(self, path: str, fields: dict[str, Any] | None = None, status: int = 403) -> str:
        """Send a form that must be refused; the page that says so."""
        answer = self.post(path, fields)
        assert answer.status_code == status, told(answer.text)
        return answer.text


@contextmanager
def seats(world: World, **roles: str) -> Iterator[dict[str, Seat]]:
    """One console, and a signed-in browser for each `name=roles`; accounts are made where there are none."""
    with ExitStack() as stack:
        base = stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))
        yield {name: stack.enter_context(seat(world, base, name, role)) for name, role in roles.items()}


@contextmanager
def seat(world: World, base: str, name: str, roles: str) -> Iterator[Seat]:
    """A signed-in browser at a console that is served at `base`."""
    with world.office.store.read() as reading:
        known = reading.people.get(name)
    if known is None:
        employ(world, name, roles, display=name)
    with httpx.Client(base_url=base, headers=HERE, timeout=60) as client:
        assert sign_in(client, name).status_code == 303
        yield Seat(client, form_in(client.get("/").text))
