"""A request and an answer as the simulators see them, what a scripted fault is, and the log that all write."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a simulator sees it. Header names in lower case; `query` keeps the first of equal names."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    client: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `creates` marks that the simulator made, changed or removed something a reader could see."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    creates: bool = False

    @staticmethod
    def json(
        value: object, status: int = 200, *, content_type: str = "application/json", creates: bool = False
    ) -> Reply:
        """A JSON answer in raw UTF-8."""
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return Reply(status, body, content_type, creates=creates)

    @staticmethod
    def html(text: str, status: int = 200) -> Reply:
        """A page in UTF-8."""
        return Reply(status, text.encode(), "text/html; charset=utf-8")


class Do(StrEnum):
    """What a scripted fault does to the next matching requests."""

    ANSWER = "answer"  # answer `status` and `body` without executing
    ANSWER_AFTER = "answer_after"  # execute, then answer `status` and `body` instead
    DELAY_BEFORE = "delay_before"  # wait `seconds`, then execute
    DELAY_AFTER = "delay_after"  # execute, then wait `seconds` before answering
    DROP_BEFORE = "drop_before"  # cut the connection without executing
    DROP_AFTER = "drop_after"  # execute, then cut the connection without an answer
    TRUNCATE = "truncate"  # execute, then answer with half of the body
    KILL_RECEIVED = "kill_received"  # kill the caller, then do not execute
    KILL_EXECUTED = "kill_executed"  # execute, then kill the caller


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault: for `times` requests whose path contains `path` (and method, "" = any).

    `skip` lets that many matching requests pass first. `status` and `body` serve the answers, `seconds` the delays.
    """

    path: str
    do: Do
    method: str = ""
    times: int = 1
    skip: int = 0
    status: int = 200
    body: str = ""
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the request log. `digest` is the SHA-256 of the answer's body; `creates` as in `Reply`."""

    number: int
    at: str
    platform: str
    method: str
    path: str
    query: str
    status: int
    digest: str
    creates: bool
    fault: str = ""


class RequestLog:
    """One log for all simulators, so that the order between platforms is on record. Kept answers by digest."""

    def __init__(self) -> None:
        """An empty log."""
        self._lock = threading.Lock()
        self.lines: list[Logged] = []
        self.bodies: dict[str, bytes] = {}

    def add(self, line: Logged, body: bytes) -> None:
        """Append with the next number; keep text bodies up to 1 MB for later comparison."""
        with self._lock:
            self.lines.append(replace(line, number=len(self.lines) + 1))
            if len(body) <= 1_000_000:
                self.bodies[line.digest] = body


class Dropped(Exception):
    """In process: the connection was cut."""


SECRET_NAMES = frozenset({"access_token", "secret", "client_secret", "appsecret"})


def shown_query(query: str) -> str:
    """A query for the log, secrets blotted out."""
    return "&".join(
        f"{k}={'***' if k in SECRET_NAMES else v}" for k, v in parse_qsl(query, keep_blank_values=True)
    )
