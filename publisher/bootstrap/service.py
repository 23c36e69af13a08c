"""`daemon` and `run`: a service on a database, until a signal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.bootstrap.office import Office, open_office
from publisher.logs import configure, get_logger
from publisher.store.engine import StoreUnavailable

if TYPE_CHECKING:
    from publisher.scheduler.service import Service

SYSTEM = "system"
DATABASE_WAIT_S = 1.0


@contextmanager
def serving(
    office: Office, *, idle_s: float | None = None, sweep_s: float | None = None
) -> Iterator[Service]:
    """The service over an open office, signed on and started; stopped, sealed and signed off at the end.

    Several may run on one database, on SQLite within one machine.
    """
    from publisher.scheduler.messages import Messages
    from publisher.scheduler.service import Service  # only the service pays for the scheduler's import

    logger = get_logger("service")

    def report(part: str, why: BaseException) -> None:
        logger.error("fault", where=part, error=type(why).__name__, words=str(why))

    pace = office.settings.pace
    service = Service(
        office.store,
        office.outlets,
        office.seal,
        report,
        idle_s=idle_s or pace.idle_s,
        sweep_s=sweep_s or pace.sweep_s,
        lease_s=pace.lease_s,
        renew_s=pace.renew_s,
        take_up=office.take_up,
    )
    messages = Messages(office.store, office.now, office.post, report)
    with office.store.joined(office.outlets.worker, office.now(), lease_s=pace.lease_s):
        _note(office, "system:daemon:started")
        service.start()
        messages.start()
        try:
            yield service
        finally:
            messages.stop()
            service.stop()
            _note(office, "system:daemon:stopped")


def _note(office: Office, kind: str) -> None:
    now = office.now()
    with office.store.write() as uow:
        uow.record(now, kind, SYSTEM, "daemon", facts={"pid": os.getpid()})
        uow.commit()


def run_service(
    home: Path,
    *,
    with_sandbox: bool,
    until: Callable[[], bool] | None = None,
    on_ready: Callable[[Mapping[str, str]], None] = lambda _places: None,
    beside: Callable[[Office], AbstractContextManager[Mapping[str, str]]] | None = None,
) -> int:
    """Serve until SIGTERM or SIGINT, or until `until` says so (looked at every 0.2 s). 0 at a clean end.

    `with_sandbox` serves the practice platforms in the same process; `beside` opens what else runs in it and
    yields where. `on_ready` gets what runs where.
    """
    stop = threading.Event()
    with ExitStack() as stack:
        stack.enter_context(_signals(stop))
        configure()
        office = _when_there(home, stop, until)
        if office is None:
            return 0
        stack.callback(office.close)
        configure(office.secrets)
        office.on_change.append(lambda changed: configure(changed.secrets))
        places: dict[str, str] = {}
        if with_sandbox:
            from publisher.bootstrap.practice import open_practice

            practice = stack.enter_context(open_practice(office.settings, office.options, home=home))
            places = dict(practice.readers)
        if beside is not None:
            places |= stack.enter_context(beside(office))
        stack.enter_context(serving(office))
        on_ready(places)
        while not stop.wait(0.2):
            if until is not None and until():
                break
    return 0


def _when_there(home: Path, stop: threading.Event, until: Callable[[], bool] | None) -> Office | None:
    """Open the home. While its database does not answer, wait and try again: services and database may start in
    any order. None when the wait was ended from outside.
    """
    logger = get_logger("service")
    while not stop.is_set():
        try:
            return open_office(home)
        except StoreUnavailable as why:
            logger.warning("waiting for the database", words=why.words)
        if until is not None and until():
            return None
        stop.wait(DATABASE_WAIT_S)
    return None


def wait_for_stop(until: Callable[[], bool] | None = None) -> None:
    """Wait for SIGTERM or SIGINT, or until `until` says so (looked at every 0.2 s)."""
    stop = threading.Event()
    with _signals(stop):
        while not stop.wait(0.2):
            if until is not None and until():
                return


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Signals end the wait. The handler only writes a flag that the loop reads, so it cannot deadlock."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    flag: list[int] = []

    def note(number: int, _frame: Any) -> None:
        flag.append(number)
        threading.Thread(target=stop.set, daemon=True).start()

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
