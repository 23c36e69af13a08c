"""Messengers on loopback: a web hook that answers what a test says, and a mail server. They keep what they got."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hook:
    """What a web hook got, in order, and what it answers next: (status, body), or None to hang until released."""

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, str] | None] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    def texts(self) -> list[str]:
        return [str(one.get("message") or one.get("text", {}).get("content", "")) for one in self.got]


@contextmanager
def web_hook() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            hook.got.append(json.loads(self.rfile.read(length)))
            hook.arrived.set()
            answer = hook.answers.pop(0) if hook.answers else (200, '{"errcode": 0, "code": 0}')
            if answer is None:
                hook.released.wait(30)
                return
            status, body = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hook
    finally:
        hook.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Mailbox:
    """What a mail server took: (recipients, message)."""

    port: int = 0
    got: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    refuses: bool = False


ANSWERS = {"EHLO": "250-here\r\n250 AUTH PLAIN LOGIN", "AUTH": "235 it is you"}


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            people: list[str] = []
            while (line := self.rfile.readline().decode().strip()) and not line.startswith("QUIT"):
                verb = line[:4].upper()
                if verb == "DATA":
                    self._say("354 go on")
                    box.got.append((tuple(people), self._message()))
                people += [line.split("<")[1].split(">")[0]] if verb == "RCPT" else []
                refused = box.refuses and verb == "RCPT"
                self._say("550 no such box" if refused else ANSWERS.get(verb, "250 ok"))
            self._say("221 bye")

        def _message(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode()) != ".\r\n":
                lines.append(line)
            return "".join(lines)

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
