"""The service: a thread for each channel, one for the sweep, a clock for ticks; start and stop.

A hung call holds up its own channel only. Waits are on events and monotonic time, so a clock that is set
back does not stop them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from publisher.domain.clocks import business_day
from publisher.domain.posting import PostingState
from publisher.domain.timing import LEASE_S, RENEW_S
from publisher.scheduler.clock import Tick, TickClock
from publisher.store.engine import StoreUnavailable
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.by_hand import look_for_hand_made
from publisher.workflow.consent import watch_consent
from publisher.workflow.correct import advance_corrections
from publisher.workflow.deliver import deliver_next
from publisher.workflow.desk import probe_paused
from publisher.workflow.expunge import advance_expunges
from publisher.workflow.hearing import match_inbox
from publisher.workflow.jobs import poll_accepted
from publisher.workflow.journal import LeaseLost
from publisher.workflow.jump import newest_entry_at, note_set_back
from publisher.workflow.outlets import Outlets
from publisher.workflow.reconcile import look_for_unknown, recover
from publisher.workflow.release import advance_postings, release_due
from publisher.workflow.remove import remove_due_parts
from publisher.workflow.review import watch_second_looks
from publisher.workflow.seal import Seal, sign_checkpoint
from publisher.workflow.strangers import watch_strangers
from publisher.workflow.turns import has_turn
from publisher.workflow.verify import look_at_due_parts
from publisher.workflow.withdraw import advance_orders, expire_due, watch_leaks

PAUSE_AFTER_FAULT_S = 2.0
JUMP_S = 5.0

Report = Callable[[str, BaseException], None]


@dataclass
class Service:
    """Everything that runs by itself over one store. `report` gets faults that no step handles; `take_up` looks
    before each sweep whether people changed the settings.
    """

    store: Store
    outlets: Outlets
    seal: Seal
    report: Report
    idle_s: float = 1.0
    sweep_s: float = 1.0
    lease_s: float = LEASE_S
    renew_s: float = RENEW_S
    take_up: Callable[[], object] = lambda: None
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _wake: dict[str, threading.Event] = field(default_factory=dict)
    _clock: TickClock | None = None
    _latest: datetime | None = None

    def start(self) -> None:
        """Sort what a dead worker left, then begin. The caller has joined under the outlets' worker name."""
        recover(self.store, self.outlets)
        self._clock = TickClock(self.ticks(), self.outlets.now)
        self._clock.start()
        for name in self.outlets.channels:
            self._wake[name] = threading.Event()
            self._begin(f"channel-{name}", lambda name=name: self._serve(name))  # type: ignore[misc]
        self._begin("sweep", self._sweep_on)
        self._begin("lease", self._lease_on)

    def ticks(self) -> tuple[Tick, ...]:
        """What runs every so often beside channels and sweep; in virtual time the same table is driven by hand."""
        return (Tick("checkpoint", timedelta(minutes=1), self._checkpoint),)

    def stop(self) -> None:
        """Let running calls end; then seal the log."""
        self._stop.set()
        for event in self._wake.values():
            event.set()
        for thread in self._threads:
            thread.join()
        if self._clock is not None:
            self._clock.stop()
        sign_checkpoint(self.store, self.outlets.now(), self.seal, force=True)

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name)
        self._threads.append(thread)
        thread.start()

    def _serve(self, name: str) -> None:
        wake = self._wake[name]
        while not self._stop.is_set():
            worked = sum(
                self._guarded(f"channel-{name}", partial(step, self.store, self.outlets, name))
                for step in self._steps(name)
            )
            if not worked:
                wake.wait(self.idle_s)
                wake.clear()

    def _steps(self, name: str) -> tuple[Step, ...]:
        keeps = self._guarded(f"channel-{name}", lambda: has_turn(self.store, self.outlets, name))
        return STEPS if keeps else SENDING

    def _lease_on(self) -> None:
        while not self._stop.wait(self.renew_s):
            self._guarded("lease", self._renew)

    def _renew(self) -> int:
        if not self.store.renew(self.outlets.worker, lease_s=self.lease_s):
            self.report("lease", LeaseLost(self.outlets.worker))
            with self.store.write() as uow:
                uow.workers.enter(self.outlets.worker, self.lease_s, self.outlets.now())
                uow.commit()
        return 0

    def _sweep_on(self) -> None:
        wall, mono = time.time(), time.monotonic()
        while not self._stop.is_set():
            self._guarded("settings", lambda: int(bool(self.take_up())))
            if self._guarded("sweep", self.sweep_now):
                for event in self._wake.values():
                    event.set()
            self._stop.wait(self.sweep_s)
            drift = (time.time() - wall) - (time.monotonic() - mono)
            if abs(drift) > JUMP_S and self._clock is not None:
                self._clock.rebuild()
                wall, mono = time.time(), time.monotonic()

    def sweep_now(self) -> int:
        """One sweep; before it, waits are mended when the clock was set back since the last one or the last run."""
        now = self.outlets.now()
        if self._latest is None:
            with self.store.read() as reading:
                self._latest = newest_entry_at(reading)
        if self._latest is not None and now < self._latest:
            with self.store.write() as uow:
                note_set_back(uow, now, self._latest)
        self._latest = now
        return sweep_once(self.store, now)

    def _guarded(self, part: str, run: Callable[[], int]) -> int:
        try:
            return run()
        except StoreUnavailable as why:
            self.report(part, why)
        except Exception as why:  # noqa: BLE001 - one fault must not end the thread; it is reported
            self.report(part, why)
        self._stop.wait(PAUSE_AFTER_FAULT_S)
        return 0

    def _checkpoint(self, now: datetime) -> None:
        self._guarded("checkpoint", lambda: int(sign_checkpoint(self.store, now, self.seal) is not None))


Step = Callable[[Store, Outlets, str], int]

SENDING: tuple[Step, ...] = (recover, deliver_next)
"""What any worker does on a channel."""

STEPS: tuple[Step, ...] = (
    recover,
    remove_due_parts,
    deliver_next,
    match_inbox,
    poll_accepted,
    look_for_unknown,
    look_for_hand_made,
    look_at_due_parts,
    probe_paused,
    watch_consent,
    watch_strangers,
)
"""What the thread of the worker that keeps a channel does, over and over. First what a dead worker or a fault of
the database left half settled; removals before sendings, because what must go is worse than what is late; what
was told before what must be asked."""


def serve_once(store: Store, outlets: Outlets, name: str) -> int:
    """All that one channel has to do now; how much was done."""
    steps = STEPS if has_turn(store, outlets, name) else SENDING
    return sum(step(store, outlets, name) for step in steps)


def sweep_once(store: Store, now: datetime) -> int:
    """All that needs no platform: release, readiness and lateness, orders, second looks; how much changed.

    Looks before it locks: most sweeps find nothing, and several services sweep the same database.
    """
    done = 0
    for has_work, sweep in SWEEPS:
        with store.read() as reading:
            if not has_work(reading, now):
                continue
        with store.write() as uow:
            done += sweep(uow, now)
    return done


SWEEPS: tuple[tuple[Callable[[Reading, datetime], object], Callable[[UnitOfWork, datetime], int]], ...] = (
    (lambda reading, now: reading.items.due_for_release(now), lambda uow, now: len(release_due(uow, now))),
    (lambda reading, now: reading.items.expired(business_day(now).isoformat()), expire_due),
    (lambda reading, _: reading.parts.open_orders(), advance_expunges),
    (lambda reading, _: reading.parts.open_orders(), advance_corrections),
    (lambda reading, _: reading.parts.open_orders(), advance_orders),
    (
        lambda reading, _: reading.postings.in_state(PostingState.WAITING, PostingState.QUEUED),
        advance_postings,
    ),
    (lambda reading, now: reading.items.not_looked_at(now), watch_second_looks),
    (lambda reading, _: reading.parts.unconfirmed_leaks(), watch_leaks),
)
"""The sweep in its order: when there may be something to do, and what does it. Each has its own transaction."""
