"""Postings a second through the whole protocol beside the bare loop of `bench.rounds`; claims with a long queue."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack

from bench.office import NOW, OUTLETS, WORKER, fill, fill_future, office, seconds
from bench.rounds import Driver, Library, Rounds
from publisher.store.engine import Target
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.deliver import deliver_next
from publisher.workflow.journal import PUBLISH

BATCH = 25


def rates(fresh: Callable[[], Target], postings: int) -> tuple[float, float, float]:
    """Seconds a posting: the protocol, the bare loop through the library, the bare loop on the driver.

    The three take turns in small batches, so that what else the machine does meets all of them.
    """
    with ExitStack() as stack:
        ours, library, driver = (stack.enter_context(office(fresh())) for _ in range(3))
        for store in (ours, library, driver):
            fill(store, postings + BATCH, NOW)
        naked = Driver(driver)
        stack.callback(naked.close)
        through_library, on_driver = Rounds(Library(library)), Rounds(naked)
        ways: list[Callable[[], object]] = [
            lambda: deliver_next(ours, OUTLETS, "noop"),
            through_library.one,
            on_driver.one,
        ]
        took = [0.0, 0.0, 0.0]
        for batch in range(postings // BATCH + 1):  # the first one warms up
            for number, way in enumerate(ways):
                spent = seconds(lambda way=way: [way() for _ in range(BATCH)])  # type: ignore[misc]
                took[number] += spent if batch else 0.0
        count = postings // BATCH * BATCH
        return took[0] / count, took[1] / count, took[2] / count


def claim_s(fresh: Callable[[], Target], future: int, tries: int = 60) -> float:
    """Median seconds of a look and a claim that find one due posting among `future` others."""
    with office(fresh()) as store:
        fill_future(store, future)
        fill(store, tries, NOW)
        times = []
        for _ in range(tries):
            with store.write() as uow:
                times.append(seconds(lambda uow=uow: _look_and_claim(uow)))  # type: ignore[misc]
                uow.commit()
        return statistics.median(times)


def _look_and_claim(uow: UnitOfWork) -> None:
    due = uow.postings.next_due("noop", NOW, PUBLISH)
    if due is None or uow.postings.claim(due, "noop", NOW, WORKER, {}) is None:
        raise LookupError("nothing was due")
