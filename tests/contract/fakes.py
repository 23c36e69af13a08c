"""The publisher's side of the border, in memory: journal, account, meter, files, pages, clock.

They keep the words of `channels/contract/` exactly, so that an adapter cannot tell them from the real ones.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import jinja2

from channels.contract import (
    AccountValue,
    ChannelRefused,
    FileRef,
    Kept,
    OutcomeUnknown,
    Ports,
    QuotaSpent,
    Rejected,
    StepChanged,
    StepRecord,
    StepState,
    Unavailable,
)

TEMPLATES = Path(__file__).parents[2] / "templates"
MONDAY = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)
"""2026-07-06 09:00 in Beijing."""


class Clock:
    """Business time that moves only when told."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Died(BaseException):
    """The process was killed here. No adapter may catch it."""


class Point(StrEnum):
    """Where a process can die around one step, as far as it can be told without the platform."""

    BEFORE_INTENT = "before_intent"
    AFTER_INTENT = "after_intent"
    ANSWERED = "answered"


class MemoryJournal:
    """`contract.Journal` in memory. `begun` lists every step that was asked for, in order."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.steps: dict[str, StepRecord] = {}
        self.begun: list[str] = []
        self.called: list[str] = []
        self._death: tuple[Point, int] | None = None

    @property
    def now(self) -> datetime:
        return self.clock()

    def die(self, point: Point, *, skip: int = 0) -> None:
        """Die once at this point of a step, after `skip` steps have passed it."""
        self._death = (point, skip)

    def once(
        self,
        name: str,
        digest: str,
        call: Callable[[], Kept],
        *,
        repeatable: bool = False,
        last: bool = False,
    ) -> Kept:
        known = self.steps.get(name)
        if known and known.state is StepState.DONE:
            if known.digest != digest:
                raise StepChanged(f"步骤 {name} 已完成，内容与现在的不同")
            return dict(known.result)
        if known and known.state is StepState.OPEN and not (repeatable and known.repeatable):
            raise OutcomeUnknown(f"步骤 {name} 的结果不明")
        self.begun.append(name)
        self._reach(Point.BEFORE_INTENT, name)
        self.steps[name] = StepRecord(name, digest, StepState.OPEN, repeatable, self.now)
        self._reach(Point.AFTER_INTENT, name)
        return self._perform(name, call)

    def _perform(self, name: str, call: Callable[[], Kept]) -> Kept:
        self.called.append(name)
        try:
            result = call()
        except (Unavailable, Rejected, ChannelRefused):
            self._reach(Point.ANSWERED, name)
            self._end(name, StepState.NOT_DONE)
            raise
        self._reach(Point.ANSWERED, name)
        self._end(name, StepState.DONE, result)
        return dict(result)

    def _end(self, name: str, state: StepState, result: Kept | None = None) -> None:
        self.steps[name] = replace(self.steps[name], state=state, result=dict(result or {}))

    def _reach(self, point: Point, name: str) -> None:
        if not self._death or self._death[0] is not point:
            return
        skip = self._death[1]
        self._death = (point, skip - 1) if skip else None
        if not skip:
            raise Died(f"{point} of {name}")

    def forget(self, name: str, why: str) -> None:
        if name in self.steps and not self.steps[name].repeatable:
            raise ValueError(f"{name} cannot be repeated: {why}")
        self.steps.pop(name, None)

    def step(self, name: str) -> StepRecord | None:
        return self.steps.get(name)

    def deny(self) -> None:
        """What `surely_absent` and `deny_by_hand` do: open steps end *not done*."""
        for name, step in self.steps.items():
            if step.state is StepState.OPEN:
                self._end(name, StepState.NOT_DONE)


class MemoryAccount:
    """`contract.Account` in memory. `flights` counts how often each name was held."""

    def __init__(self) -> None:
        self.values: dict[str, AccountValue] = {}
        self.flights: Counter[str] = Counter()
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, name: str) -> AccountValue | None:
        return self.values.get(name)

    def put(self, name: str, value: str, *, expires_at: datetime | None, expected_version: int) -> bool:
        with self._guard:
            if self._version(name) != expected_version:
                return False
            self.values[name] = AccountValue(value, expires_at, expected_version + 1)
            return True

    def drop(self, name: str, *, expected_version: int) -> bool:
        with self._guard:
            if name not in self.values or self._version(name) != expected_version:
                return False
            del self.values[name]
            return True

    @contextmanager
    def single_flight(self, name: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            self.flights[name] += 1
            yield

    def _version(self, name: str) -> int:
        return self.values[name].version if name in self.values else 0


class CountingMeter:
    """`contract.Meter` in memory: counts `taken`, refuses what stands in `until`, or all after `close`."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.until: dict[str, datetime] = {}
        self._closed: datetime | None = None

    def close(self, until: datetime) -> None:
        """Every quota is used up until then."""
        self._closed = until

    def open(self) -> None:
        self._closed = None
        self.until.clear()

    def take(self, call: str) -> None:
        until = self._closed or self.until.get(call)
        if until:
            raise QuotaSpent(f"{call} 的额度已用完", until=until)
        self.taken[call] += 1

    def spent(self, call: str, until: datetime) -> None:
        self.until[call] = until


class MemoryFiles:
    """`contract.Files` in memory. `add` returns the reference of new bytes."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def add(self, name: str, content: bytes, media_type: str, **more: object) -> FileRef:
        digest = hashlib.sha256(content).hexdigest()
        self.contents[digest] = content
        return FileRef(digest, name, media_type, len(content), **more)  # type: ignore[arg-type]

    def open(self, digest: str) -> BinaryIO:
        if digest not in self.contents:
            raise FileNotFoundError(digest)
        return io.BytesIO(self.contents[digest])


class TemplatePages:
    """`contract.Pages` over the product's own template folder, without the publisher."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder), autoescape=True, undefined=jinja2.StrictUndefined
        )

    def __call__(self, template: str, values: Mapping[str, object]) -> str:
        return self._environment.get_template(template).render(**values)


def memory_ports(clock: Clock | None = None) -> Ports:
    """All ports in memory; the parts stay reachable as `ports.account`, `ports.meter`, `ports.files`."""
    return Ports(MemoryAccount(), CountingMeter(), MemoryFiles(), TemplatePages(), clock or Clock())
