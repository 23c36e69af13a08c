"""Every request an adapter makes: bounded in time and size, and each failure told apart by what is true after it.

The only home of httpx and tenacity. A request that changes something is sent once and never repeated
here; a read may be tried again within a minute. Both are loaded at the first request: most processes make none.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from channels.contract import OutcomeUnknown, Unavailable

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 64 * 1024 * 1024
"""Largest answer that is read, in bytes."""

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete HTTP answer: status, headers (names in lower case), body bytes, and the final address."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """The body as UTF-8; platforms that name no charset still mean it."""
        return self.body.decode("utf-8", errors="replace")


def is_at(url: str, *sites: str) -> bool:
    """Whether an address leads to one of these sites (`https://host`, with a path or without): scheme, host and port.

    A site given with https is reached by http too, as links are often written. What browsers and servers read in
    different ways (a name before the host, a backslash, a space) leads nowhere.
    """
    place = _place(url)
    return place is not None and any(place in _places(site) for site in sites)


def _places(site: str) -> tuple[tuple[str, str, int] | None, ...]:
    place = _place(site)
    plain = ("http", place[1], 80) if place and place[0] == "https" and place[2] == 443 else None
    return (place,) if plain is None else (place, plain)


def _place(url: str) -> tuple[str, str, int] | None:
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, PORTS[parts.scheme] if port is None else port


class _TooLong(Exception):
    """Our own limits on time or size were passed while the answer came in."""


@dataclass(frozen=True, slots=True)
class _Errors:
    """Errors of httpx by what is true after them. `nothing_sent`: the platform certainly never saw the request."""

    nothing_sent: tuple[type[Exception], ...]
    any_kind: tuple[type[Exception], ...]


@cache
def _errors() -> _Errors:
    import httpx

    nothing_sent = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.UnsupportedProtocol,
        httpx.ProxyError,
    )
    return _Errors(nothing_sent, (httpx.HTTPError, _TooLong))


def open_client(*, transport: httpx.BaseTransport | None = None, timeout_s: float = 60) -> httpx.Client:
    """One client for one process. Reads no proxy variables, follows no redirects."""
    import httpx

    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses, and tokens stand in some
    return httpx.Client(
        transport=transport,
        timeout=httpx.Timeout(timeout_s, connect=min(10.0, timeout_s)),
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": "gongkai/0.1"},
    )


class LateClient:
    """A client that is opened at its first request. Closed by whoever made it; then it sends nothing more."""

    def __init__(self, *, timeout_s: float = 60) -> None:
        """Opens nothing."""
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._opened: httpx.Client | None = None
        self._closed = False

    def stream(self, method: str, url: str, **request: Any) -> AbstractContextManager[httpx.Response]:
        """What the client of httpx does."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the client was closed")
            self._opened = self._opened or open_client(timeout_s=self._timeout_s)
        return self._opened.stream(method, url, **request)

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            self._closed = True
            if self._opened is not None:
                self._opened.close()


class Http:
    """Sends requests for one adapter. `total_s` is the most that any one request may take, in seconds.

    `wait` is how reads pause between tries; the default waits on an event so that a stop is not held up.
    """

    def __init__(
        self,
        client: httpx.Client | LateClient,
        *,
        total_s: float = 60,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`client` from `open_client`; tests pass one with an in-process transport."""
        self._client = client
        self._total_s = total_s
        self._wait = wait

    def change(self, method: str, url: str, **request: Any) -> Answer:
        """Send once a request that changes something outside.

        Raises `Unavailable` when it was certainly not sent, `OutcomeUnknown` when it was sent and no
        complete answer came, or the answer is a gateway's 5xx.
        """
        try:
            answer = self._send(method, url, request)
        except _errors().nothing_sent as why:
            raise Unavailable("连不上对方服务器，没有发出", code=type(why).__name__) from why
        except _errors().any_kind as why:
            raise OutcomeUnknown("请求已发出，没有收到完整的答复", code=type(why).__name__) from why
        if answer.status >= 500:
            raise OutcomeUnknown("对方服务器出错，结果不明", code=f"HTTP {answer.status}")
        return answer

    def read(self, method: str, url: str, *, tries: int = 3, **request: Any) -> Answer:
        """Send a request that changes nothing, up to `tries` times with short waits.

        Raises `Unavailable` when no try brought a complete answer below 500.
        """
        import tenacity

        attempt = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(tries),
            wait=tenacity.wait_exponential(multiplier=0.5, max=4),
            retry=tenacity.retry_if_exception_type(Unavailable),
            sleep=self._wait,
            reraise=True,
        )
        return attempt(self._read_once, method, url, request)

    def _read_once(self, method: str, url: str, request: dict[str, Any]) -> Answer:
        try:
            answer = self._send(method, url, request)
        except _errors().any_kind as why:
            raise Unavailable("连不上对方服务器，或没有收到完整的答复", code=type(why).__name__) from why
        if answer.status >= 500:
            raise Unavailable("对方服务器出错", code=f"HTTP {answer.status}")
        return answer

    def _send(self, method: str, url: str, request: dict[str, Any]) -> Answer:
        deadline = time.monotonic() + self._total_s
        with self._client.stream(method, url, **request) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if time.monotonic() > deadline:
                    raise _TooLong("the answer took too long")
                if len(body) > MAX_BYTES:
                    raise _TooLong("the answer is too large")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, headers, bytes(body), str(response.url))


def json_object(answer: Answer, *, changes: bool) -> dict[str, Any]:
    """The answer as a JSON object.

    Anything else raises `OutcomeUnknown` after a request that changes something, else `Unavailable`.
    """
    try:
        value = json.loads(answer.text)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    if changes:
        raise OutcomeUnknown("对方的答复看不懂，结果不明", code=f"HTTP {answer.status}")
    raise Unavailable("对方的答复看不懂", code=f"HTTP {answer.status}")
