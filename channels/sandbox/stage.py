"""The stage on which a simulator plays: an ASGI application with a request log, a clock and scripted faults.

A simulator is one function from `Call` to `Reply`. The stage reads the request, applies the fault that
is scripted for it, writes the shared log, and answers, in a real server or in process without sockets.
Control: `POST /__stage__/faults|clock|reader`, `GET /__stage__/log`; loopback practice only.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import select
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx

from channels.sandbox.call import Call, Do, Dropped, Fault, Logged, Reply, RequestLog, shown_query

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


FIXED = frozenset(f"/__stage__/{name}" for name in ("faults", "clock", "reader", "victim", "log"))
"""Controls that programs use; what else lies below `/__stage__/` is for `backstage`."""


def slay(pid: int) -> None:
    """Kill a process and return when it is really dead. A zombie counts; a reused id cannot be hit."""
    fd = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(fd, signal.SIGKILL)
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        poll.poll(5000)
    finally:
        os.close(fd)


@dataclass
class Stage:
    """An ASGI application around one simulator. Thread-safe for one event loop and many test threads.

    `backstage` answers what lies below `/__stage__/` besides the fixed controls; `after` is called when
    a request may have changed something, before it is answered. `victim` is the process that the kill
    faults kill. `shift` moves the simulator's clock. While `reader_open` is False, requests whose path
    begins with one of `reader_paths` answer 503.
    """

    platform: str
    play: Callable[[Call], Reply]
    log: RequestLog = field(default_factory=RequestLog)
    faults: list[Fault] = field(default_factory=list)
    reader_paths: tuple[str, ...] = ()
    reader_open: bool = True
    shift: timedelta = timedelta(0)
    victim: int = 0
    hits: int = 0
    clock: Callable[[], datetime] | None = None
    backstage: Callable[[Call], Reply] | None = None
    after: Callable[[], None] | None = None

    def now(self) -> datetime:
        """The simulator's clock: aware, UTC."""
        base = self.clock() if self.clock else datetime.now(UTC)
        return base + self.shift

    def script(self, *faults: Fault) -> None:
        """Add faults; each is used up after `times` matching requests."""
        self.faults.extend(faults)

    def _fault_for(self, call: Call) -> Fault | None:
        for index, fault in enumerate(self.faults):
            if fault.path in call.path and fault.method in ("", call.method):
                if fault.skip:
                    self.faults[index] = replace(fault, skip=fault.skip - 1)
                    continue
                if fault.times <= 1:
                    del self.faults[index]
                else:
                    self.faults[index] = replace(fault, times=fault.times - 1)
                self.hits += 1
                return fault
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI request."""
        if scope["type"] != "http":
            return
        call = await _read_call(scope, receive)
        if call.path.startswith("/__stage__/"):
            await _answer(send, self._control(call))
            return
        await self._perform(call, scope, receive, send)

    async def _perform(self, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault_for(call)
        do = fault.do if fault else None
        if fault and do is Do.DELAY_BEFORE:
            await _wait(fault.seconds, scope)
        if do is Do.KILL_RECEIVED:
            slay(self.victim)
        if do in (Do.DROP_BEFORE, Do.KILL_RECEIVED):
            self._write(call, scope, Reply(0), fault)
            _drop(receive, scope)
        if fault and do is Do.ANSWER:
            reply = Reply(fault.status, fault.body.encode(), _guess(fault.body))
        else:
            reply = self._execute(call)
        if fault and do is Do.ANSWER_AFTER:
            reply = Reply(fault.status, fault.body.encode(), _guess(fault.body), creates=reply.creates)
        self._write(call, scope, reply, fault)
        if fault and do is Do.DELAY_AFTER:
            await _wait(fault.seconds, scope)
        if do is Do.KILL_EXECUTED:
            slay(self.victim)
        if do in (Do.DROP_AFTER, Do.KILL_EXECUTED):
            _drop(receive, scope)
        await _answer(send, reply, cut=do is Do.TRUNCATE)

    def _execute(self, call: Call) -> Reply:
        if not self.reader_open and call.path.startswith(self.reader_paths):
            return Reply.html("<!DOCTYPE html><title>503</title><p>读者视图已停止", 503)
        reply = self.play(call)
        if self.after is not None and call.method != "GET":
            self.after()
        return reply

    def _write(self, call: Call, scope: Scope, reply: Reply, fault: Fault | None) -> None:
        query = shown_query(scope.get("query_string", b"").decode())
        digest = hashlib.sha256(reply.body).hexdigest()
        at = self.now().isoformat(timespec="milliseconds")
        done = fault.do.value if fault else ""
        line = Logged(
            0, at, self.platform, call.method, call.path, query, reply.status, digest, reply.creates, done
        )
        self.log.add(line, reply.body)

    def _control(self, call: Call) -> Reply:
        if (
            call.path not in FIXED
            and self.backstage is not None
            and not call.path.startswith("/__stage__/body/")
        ):
            return self.backstage(call)
        if call.path == "/__stage__/log":
            return Reply.json([asdict(line) for line in self.log.lines])
        if call.path.startswith("/__stage__/body/"):
            return Reply(
                200, self.log.bodies.get(call.path.rpartition("/")[2], b""), "application/octet-stream"
            )
        asked = json.loads(call.body or b"{}")
        if call.path == "/__stage__/faults":
            self.faults = [Fault(**{**f, "do": Do(f["do"])}) for f in asked]
        elif call.path == "/__stage__/clock":
            self.shift = timedelta(seconds=asked["shift_s"])
        elif call.path == "/__stage__/reader":
            self.reader_open = bool(asked["open"])
        elif call.path == "/__stage__/victim":
            self.victim = int(asked["pid"])
        return Reply.json({"faults": len(self.faults), "hits": self.hits, "reader_open": self.reader_open})


def _guess(body: str) -> str:
    return "application/json" if body[:1] in "{[" else "text/html; charset=utf-8"


async def _read_call(scope: Scope, receive: Receive) -> Call:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    query = dict(reversed(parse_qsl(scope.get("query_string", b"").decode(), keep_blank_values=True)))
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    client = (scope.get("client") or ("127.0.0.1", 0))[0]
    return Call(scope["method"], scope["path"], query, headers, bytes(body), client)


async def _answer(send: Send, reply: Reply, *, cut: bool = False) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
    ]
    headers += [(name.lower().encode(), value.encode()) for name, value in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if cut:
        await send(
            {"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True}
        )
        raise Dropped
    await send({"type": "http.response.body", "body": reply.body})


async def _wait(seconds: float, scope: Scope) -> None:
    if "in_process" in scope:
        if seconds > scope["in_process"]["timeout_s"]:
            scope["in_process"]["late"] = True
        return
    await asyncio.sleep(seconds)


def _drop(receive: Receive, scope: Scope) -> None:
    if "in_process" not in scope:
        receive.__self__.transport.abort()  # type: ignore[attr-defined]
    raise Dropped


class InProcess(httpx.BaseTransport):
    """Plays requests against stages by host name, without sockets. Unknown hosts refuse the connection."""

    def __init__(self, stages: Mapping[str, Callable[[Scope, Receive, Send], Awaitable[None]]]) -> None:
        """`stages` maps "host" or "host:port" to an ASGI application that awaits nothing real."""
        self._stages = stages

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, to its end, in the caller's thread."""
        host = request.url.netloc.decode()
        if host not in self._stages:
            raise httpx.ConnectError("connection refused", request=request)
        timeout = request.extensions.get("timeout", {}).get("read") or 60
        scope = _scope(request, host, timeout)
        sent: list[dict[str, Any]] = []
        body = request.read()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        self._run(self._stages[host](scope, receive, send), request)
        if scope["in_process"].get("late"):
            raise httpx.ReadTimeout("timed out", request=request)
        start = sent[0]
        content = b"".join(m.get("body", b"") for m in sent[1:])
        return httpx.Response(start["status"], headers=start["headers"], content=content, request=request)

    @staticmethod
    def _run(coroutine: Awaitable[None], request: httpx.Request) -> None:
        try:
            coroutine.send(None)  # type: ignore[attr-defined]
        except StopIteration:
            return
        except Dropped as why:
            raise httpx.RemoteProtocolError("server disconnected", request=request) from why
        coroutine.close()  # type: ignore[attr-defined]
        raise RuntimeError("the simulator awaited something")


def _scope(request: httpx.Request, host: str, timeout_s: float) -> Scope:
    return {
        "type": "http",
        "method": request.method,
        "path": request.url.path,
        "query_string": request.url.query,
        "headers": [(k.lower(), v) for k, v in request.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": (host, 80),
        "in_process": {"timeout_s": timeout_s},
    }


@contextlib.contextmanager
def served(app: Callable[[Scope, Receive, Send], Awaitable[None]], port: int = 0) -> Iterator[str]:
    """Serve an ASGI application on loopback in a thread; yields its base address."""
    import socket
    import time

    import uvicorn

    listener = socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # else asyncio leaves Nagle on
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.002)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
