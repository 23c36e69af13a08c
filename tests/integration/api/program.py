"""A program at the API: an HTTP client with a token of one person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from publisher.domain.scopes import Scope, within_roles
from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.tokens import MakeTokenRequest, make_token
from tests.world import TEXT, World


@dataclass
class Program:
    """Speaks in one person's name."""

    client: httpx.Client

    def get(self, path: str, status: int = 200, **more: Any) -> Any:
        """The document at an address; the status must be this one."""
        return self.ask("GET", path, status, **more).json()

    def post(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        """What a request answers; the status must be this one."""
        return self.ask("POST", path, status, **({} if body is None else {"json": body}), **more).json()

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> httpx.Response:
        """The whole answer."""
        answer = self.client.request(method, f"/api/v1{path}", **more)
        assert answer.status_code == status, answer.text
        return answer


def token_of(world: World, who: str, *scopes: str) -> str:
    """A token with these scopes, or with all that the person's roles allow."""
    person = world.staff[who].person
    words = scopes or tuple(scope.value for scope in Scope if within_roles(scope, person))
    request = MakeTokenRequest("程序", words)
    return make_token(world.office.store, world.clock.now, world.staff[who], request).token


@contextmanager
def programs(world: World, **people: str) -> Iterator[dict[str, Program]]:
    """A served console, and a program for each `person="scope scope"`; "" gives every scope that they may."""
    with served(console_app(world.office, https=False), "127.0.0.1", 0) as base:
        clients: dict[str, Program] = {}
        for who, scopes in people.items():
            headers = {"Authorization": f"Bearer {token_of(world, who, *scopes.split())}"}
            clients[who] = Program(httpx.Client(base_url=base, headers=headers, timeout=30))
        try:
            yield clients
        finally:
            for program in clients.values():
                program.client.close()


def draft(title: str = "关于石渡片区临时停水的通告", **more: Any) -> dict[str, Any]:
    """A draft as a program sends it."""
    return {
        "title": title,
        "formed_on": "2026-11-20",
        "body": {"format": "text", "content": TEXT},
        "column": "tzgg",
        "short_title": title[:20],
        **more,
    }
