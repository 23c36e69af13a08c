"""How a process dies at one point of one step. Only in the victim's own process; nothing of it is in the product."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channels.contract import Kept
from channels.disk import Disk
from publisher.store.unit_of_work import Store
from publisher.workflow.account import StoreMeter
from publisher.workflow.journal import StoreJournal
from tests.fault.steps import Point, Step, plain_name, trip_of


@dataclass(frozen=True)
class Death:
    """Where to die. `mark` is written first, so that a test can tell this death from any other.

    With `SIGSTOP` as `blow` the process only freezes there, once, and goes on when it is told to; with `SIGXFSZ`
    it lives on, and no file can be written any more. `late` is after the last look at the lease, which the meter
    takes: nothing but the request itself comes after it.
    """

    step: Step
    point: Point
    mark: Path
    blow: signal.Signals = signal.SIGKILL
    late: bool = False

    def now(self) -> None:
        if not self.mark.exists():
            self.mark.write_text(f"{self.step}, {self.point}\n", encoding="utf-8")
            if self.blow is signal.SIGXFSZ:
                fill_the_disk()
            else:
                os.kill(os.getpid(), self.blow)


class FatalJournal(StoreJournal):
    """The product's journal; the process dies when it comes to the point."""

    def __init__(self, death: Death, store: Store, posting_id: str, *, scope: str, **rest: Any) -> None:
        super().__init__(store, posting_id, scope=scope, **rest)
        self._death = death
        with store.read() as reading:
            posting = reading.postings.get(posting_id)
        self._at = (posting.channel if posting else "", trip_of(scope))

    def once(
        self,
        name: str,
        digest: str,
        call: Callable[[], Kept],
        *,
        repeatable: bool = False,
        last: bool = False,
    ) -> Kept:
        step = self._death.step
        if (step.channel, step.trip, step.name) != (*self._at, plain_name(name)):
            return super().once(name, digest, call, repeatable=repeatable, last=last)
        if self._death.point is Point.BEFORE_INTENT:
            self._death.now()
        return super().once(name, digest, lambda: self._called(call), repeatable=repeatable, last=last)

    def _called(self, call: Callable[[], Kept]) -> Kept:
        point = self._death.point
        if point is Point.AFTER_INTENT and self._death.late:
            _after_the_meter(self._death)
        elif point is Point.AFTER_INTENT:
            self._death.now()
        if not self._death.step.request and point in (Point.RECEIVED, Point.EXECUTED):
            _die_at_the_folder(self._death)
        kept = call()
        if point is Point.ANSWERED:
            self._death.now()
        return kept


def _after_the_meter(death: Death) -> None:
    take = StoreMeter.take

    def taken(meter: StoreMeter, call: str) -> None:
        take(meter, call)
        death.now()

    StoreMeter.take = taken  # type: ignore[method-assign]


def fatal(death: Death) -> Callable[..., FatalJournal]:
    """A journal factory for `open_office`."""

    def make(store: Store, posting_id: str, **rest: Any) -> FatalJournal:
        return FatalJournal(death, store, posting_id, **rest)

    return make


def _die_at_the_folder(death: Death) -> None:
    """A folder has no server: it "receives" when a first file is half written or its removal begins, and has
    "executed" when that first file is in place or gone, whatever of the step is still to come."""
    write, fill, remove = Disk.write, Disk._fill, Disk.remove

    def half_filled(part: Path, content: Any) -> None:
        fill(part, content)
        os.truncate(part, part.stat().st_size // 2)
        death.now()

    def written(disk: Disk, name: str, content: Any) -> None:
        write(disk, name, content)
        death.now()

    def removed(disk: Disk, name: str) -> None:
        if death.point is Point.EXECUTED:
            remove(disk, name)
        death.now()

    Disk.remove = removed  # type: ignore[method-assign]
    if death.point is Point.RECEIVED:
        Disk._fill = staticmethod(half_filled)  # type: ignore[method-assign]
    else:
        Disk.write = written  # type: ignore[method-assign]


def fill_the_disk() -> None:
    """From now on each write of this process fails, as on a disk without room."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def make_room() -> None:
    """Writes work again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
