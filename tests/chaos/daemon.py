"""One daemon as a process of its own, on a clock that runs faster; and the three wrong ones."""

from __future__ import annotations

import multiprocessing as mp
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from channels.http import Http, open_client
from publisher import logs
from publisher.bootstrap import Office, open_office
from publisher.bootstrap.service import DATABASE_WAIT_S, serving
from publisher.store.engine import StoreUnavailable
from tests.chaos.pulse import PACE, Pulse
from tests.fault.mutants import BLIND

CALL_TIMEOUT_S = 60 / PACE
"""The product's call time-out, as long on this clock as it is on the host's."""

IDLE_S = 0.3
PRELOADED = [
    "tests.chaos.daemon",
    "alembic.command",
    "alembic.config",
    "chinese_calendar",
    "channels.registry",
]


def _honest(_office: Office) -> None:
    """Nothing is changed."""


def _absent_at_once(_office: Office) -> None:
    """One look that finds nothing is believed, however early."""
    from publisher.workflow import reconcile

    def at_once(started_at: datetime, _call_timeout_s: int, _settle_s: int) -> datetime:
        return started_at

    reconcile.absence_counts_from = at_once
    reconcile.ABSENT_APART_S = 0


def _never_renewed(office: Office) -> None:
    """The lease that was taken at the start is the only one."""
    office.store.renew = lambda _worker, **_seconds: True  # type: ignore[method-assign]


MUTANTS: Mapping[str, Callable[[Office], None]] = {
    "": _honest,
    "blind retry": BLIND["blind"],
    "absent believed at once": _absent_at_once,
    "lease not renewed": _never_renewed,
}


@dataclass(frozen=True)
class Orders:
    """What a daemon's process is told at its start."""

    home: Path
    clock: Path
    words: Path
    mutant: str = ""


def live(stop: Connection, orders: Orders) -> None:
    """Runs in the child: serves until the parent says stop, or goes away. Faults go to `orders.words`.

    As the service does, it waits for its database at the start; when that goes away while it signs on, it ends
    with a report and is started again.
    """
    spoken = os.open(orders.words, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(spoken, sys.stderr.fileno())
    with _http() as http:
        office = _when_there(orders, http)
        logs.configure(office.secrets)
        MUTANTS[orders.mutant](office)
        try:
            with (
                serving(office, idle_s=IDLE_S, sweep_s=IDLE_S),
                suppress(EOFError),
            ):
                stop.recv()
        except StoreUnavailable as why:
            logs.get_logger("daemon").error("fault", error=type(why).__name__, words=why.words)
            sys.exit(1)
        office.close()


def _when_there(orders: Orders, http: Http) -> Office:
    while True:
        try:
            return open_office(orders.home, clock=Pulse(orders.clock), http=http)
        except StoreUnavailable:
            time.sleep(DATABASE_WAIT_S / PACE)


@contextmanager
def _http() -> Iterator[Http]:
    client = open_client(timeout_s=CALL_TIMEOUT_S)
    client.headers["X-Daemon"] = str(os.getpid())  # so that a platform can kill the one that calls
    yield Http(client, total_s=CALL_TIMEOUT_S, wait=lambda seconds: time.sleep(seconds / PACE))
    client.close()


def start(orders: Orders) -> tuple[BaseProcess, Connection]:
    """A daemon. It ends cleanly when something is sent on the connection."""
    context: Any = mp.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    theirs, ours = context.Pipe(duplex=False)
    child = context.Process(target=live, args=(theirs, orders), daemon=True)
    child.start()
    theirs.close()
    return child, ours
