"""The process that is killed: opens the home as the daemon does and works until it dies."""

from __future__ import annotations

import multiprocessing as mp
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from publisher.store.engine import StoreUnavailable
from tests.fault.death import Death, fatal, make_room
from tests.fault.house import reopen
from tests.fault.moments import SharedClock
from tests.fault.mutants import BLIND
from tests.fault.rest import serve_on, serve_to_rest

PRELOADED = [
    "tests.fault.victim",
    "alembic.command",
    "alembic.config",
    "chinese_calendar",
    "channels.registry",
]
WAIT_S = 30


def live(go: Connection, home: Path, clock_file: Path, death: Death, mutant: str) -> None:
    """Runs in the child. Waits until the platforms know whom to kill."""
    go.recv()
    clock = SharedClock(clock_file)
    office = reopen(home, clock, journal=fatal(death))
    BLIND[mutant](office)
    with office.store.joined(office.outlets.worker, clock()):
        try:
            serve_to_rest(office, clock)
        except StoreUnavailable:  # as the service's threads do: report, wait, go on
            make_room()
            serve_on(office, clock)


def start(home: Path, clock_file: Path, death: Death, mutant: str) -> tuple[BaseProcess, Connection]:
    """A child that waits for a word on the connection."""
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    ours, theirs = context.Pipe()
    child = context.Process(target=live, args=(theirs, home, clock_file, death, mutant), daemon=True)
    child.start()
    theirs.close()
    return child, ours
