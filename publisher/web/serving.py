"""Serving an application on an address of this machine, in a thread of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from publisher.domain.errors import Reason, refuse

BACKLOG = 128
GRACE_S = 5


@contextmanager
def served(app: Starlette, host: str, port: int) -> Iterator[str]:
    """Serve until left; yields the base address. Requests are not logged: their queries hold signatures.

    `port` 0 takes a free one. Refused when the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as why:
        listener.close()
        raise refuse(
            Reason.BUSY,
            f"不能使用地址 {host}:{port}",
            field="callbacks.port",
            allowed="本机没有被占用的端口",
            english=f"cannot listen on {host}:{port}",
        ) from why
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE_S
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.002)
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
