"""APScheduler as a clock over a table of ticks. Memory only: the database is the truth about time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler


@dataclass(frozen=True, slots=True)
class Tick:
    """Something short that runs every so often with the business time it is given."""

    name: str
    every: timedelta
    run: Callable[[datetime], None]


class HandClock:
    """The same ticks in a time that somebody passes in, without threads: for practice and tests."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        """Each tick runs for the first time at the first `run_due`."""
        self._ticks = ticks
        self._next: dict[str, datetime] = {}

    def run_due(self, now: datetime) -> int:
        """Run every tick that is due, late ones once; how many. A clock set back makes none of them wait longer."""
        due = [
            tick
            for tick in self._ticks
            if tick.name not in self._next or not now < self._next[tick.name] <= now + tick.every
        ]
        for tick in due:
            self._next[tick.name] = now + tick.every
            tick.run(now)
        return len(due)


class TickClock:
    """Runs ticks; late ones once, however late, never two at a time."""

    def __init__(self, ticks: Sequence[Tick], now: Callable[[], datetime]) -> None:
        """Nothing runs before `start`."""
        self._ticks = {tick.name: tick for tick in ticks}
        self._now = now
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )

    def start(self) -> None:
        """One interval job a tick."""
        for tick in self._ticks.values():
            self._scheduler.add_job(
                self._run, "interval", args=[tick.name], seconds=tick.every.total_seconds(), id=tick.name
            )
        self._scheduler.start()

    def _run(self, name: str) -> None:
        self._ticks[name].run(self._now())

    def rebuild(self) -> None:
        """After the host's clock has jumped: plan every tick anew, else a step back silences them for as long."""
        for tick in self._ticks.values():
            self._scheduler.reschedule_job(tick.name, trigger="interval", seconds=tick.every.total_seconds())

    def stop(self) -> None:
        """Waits for a running tick."""
        self._scheduler.shutdown(wait=True)
