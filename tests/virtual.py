"""Virtual time: a whole service without threads, driven over its own tables from one thing that is due to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from publisher.audit.entries import time_text
from publisher.bootstrap.office import DATABASE
from publisher.scheduler.clock import HandClock
from publisher.scheduler.service import Service
from tests.world import World

LONGEST = timedelta(hours=1)
AGENDA = """
SELECT min(at) AS at FROM (
  SELECT min(release_at) AS at FROM revisions WHERE state = 'scheduled' AND NOT held AND release_at > :now
  UNION ALL SELECT min(due_at) FROM postings WHERE state IN ('waiting', 'queued') AND due_at > :now
  UNION ALL SELECT min(next_try_at) FROM postings WHERE state IN ('waiting', 'queued') AND next_try_at > :now
  UNION ALL SELECT min(next_look_at) FROM postings WHERE next_look_at > :now
  UNION ALL SELECT min(late_at) FROM postings WHERE state IN ('waiting', 'queued') AND late_at > :now
  UNION ALL SELECT min(planned_at) FROM reservations WHERE used_at IS NULL AND planned_at > :now
  UNION ALL SELECT min(next_look_at) FROM parts WHERE next_look_at > :now
  UNION ALL SELECT min(next_probe_at) FROM channels WHERE state = 'paused' AND next_probe_at > :now
  UNION ALL SELECT min(catch_up_at) FROM channels WHERE catch_up_at > :now
  UNION ALL SELECT min(expires_at) FROM account_values WHERE name = 'consent-look' AND expires_at > :now
)
"""

AWAKE = """
SELECT channel FROM postings WHERE state = 'sending'
  OR (state = 'queued' AND due_at <= :now AND (next_try_at IS NULL OR next_try_at <= :now))
  OR (state IN ('unknown', 'accepted') AND next_look_at <= :now)
UNION SELECT channel FROM parts WHERE next_look_at <= :now
UNION SELECT name FROM channels WHERE state = 'paused' AND next_probe_at <= :now
UNION SELECT account FROM account_values WHERE name = 'consent-look' AND expires_at <= :now
"""


class VirtualService:
    """The service of a world: the ticks of production by hand, the sweep and the channels' steps at each instant."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults: list[BaseException] = []
        office = world.office
        self._service = Service(office.store, office.outlets, office.seal, self._report)
        self._ticks = HandClock(self._service.ticks())
        self.instants = 0
        self._database = sqlite3.connect(world.home / DATABASE, timeout=10)
        self._database.row_factory = sqlite3.Row

    def _report(self, _part: str, why: BaseException) -> None:
        self.faults.append(why)

    def run_until(
        self, end: datetime, check: Callable[[], None] = lambda: None, *, least: timedelta = timedelta(0)
    ) -> None:
        """Let time pass until `end`, and do at each instant all that is due; `check` looks after each.

        What is due within `least` of each other is done at one instant: the service came a little late.
        """
        clock = self.world.clock
        while True:
            self._ticks.run_due(clock.now)
            self._settle()
            self.instants += 1
            check()
            if clock.now >= end:
                return
            clock.now = min(end, max(self._next(clock.now), clock.now + least))

    def _settle(self) -> None:
        """The sweep, and the steps of every channel for which something is due, until nothing more is."""
        for _ in range(100):
            done = self.world.sweep()
            for row in self._ask(AWAKE):
                done += self.world.serve(row["channel"])
            if not done:
                return
        raise AssertionError("the service never comes to rest at one instant")

    def _ask(self, query: str) -> list[sqlite3.Row]:
        self._database.rollback()
        return self._database.execute(query, {"now": time_text(self.world.clock.now)}).fetchall()

    def close(self) -> None:
        self._database.close()

    def _next(self, now: datetime) -> datetime:
        """When the next thing is due by the database, at most an hour from now."""
        text = self._ask(AGENDA)[0]["at"]
        due = datetime.fromisoformat(text) if text else now + LONGEST
        return min(due, now + LONGEST)
