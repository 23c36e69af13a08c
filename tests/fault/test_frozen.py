"""A process that stands still past its lease and goes on: what it writes late is fenced off, and readers see one.

On PostgreSQL, where workers may be on several machines, another worker takes over once the lease has ended by the
server's clock. On SQLite a worker lives as long as its process: nobody takes over, and it ends what it began.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from channels.sandbox.call import Call, Reply
from publisher.domain.posting import PostingState
from publisher.domain.timing import STRANGERS_S
from publisher.store.records import PostingRecord, StepRow
from tests.databases import ON_SERVER
from tests.fault import victim
from tests.fault.death import Death
from tests.fault.killing import Scene, all_verified, log_verifies, public_things
from tests.fault.person import answer
from tests.fault.rest import serve_on, serve_round, serve_to_rest
from tests.fault.steps import PUBLISHING, WECHAT, WEIBO, Point, Step
from tests.fault.test_process import eventually

ONCE_ONLY = [step for step in PUBLISHING if step.name in ("submit", "share")]
AT_THE_PLATFORM = (Point.RECEIVED, Point.EXECUTED)

LATE = "after the last look at the lease"
TWICE = {(WEIBO, LATE)} if ON_SERVER else set()
"""The point that design 4.1 names: between the last look at the lease and the first byte of a call without a key.
WeChat has the same point; there the draft is gone with the first submit, and the second one is refused."""

ASKED = {(WECHAT, Point.AFTER_INTENT), (WECHAT, LATE)} if ON_SERVER else set()
"""Where a person is asked before anything is sent again: a draft in the box proves nothing."""


@contextmanager
def frozen(at: Scene, step: Step, point: Point | str) -> Iterator[Callable[[], None]]:
    """A worker that stands still there; yields what lets it go on, to its end."""
    mark = at.home.parent / "mark"
    where = point if isinstance(point, Point) else Point.AFTER_INTENT
    death = Death(step, where, mark, signal.SIGSTOP, late=point == LATE)
    child, go = victim.start(at.home, at.home.parent / "clock", death, "")
    pid = child.pid or 0
    if point in AT_THE_PLATFORM:
        _stop_the_caller(at, step, where, pid, mark)
    go.send("go")
    stat = Path(f"/proc/{pid}/stat")
    eventually(lambda: mark.exists() and stat.read_text().rpartition(")")[2].split()[0] == "T")

    def thaw() -> None:
        os.kill(pid, signal.SIGCONT)
        child.join(victim.WAIT_S)
        assert child.exitcode == 0

    try:
        yield thaw
    finally:
        child.kill()
        go.close()


def _stop_the_caller(at: Scene, step: Step, point: Point, pid: int, mark: Path) -> None:
    """The platform goes on with the request; who asked stands still before or after it is executed."""
    stage = at.practice.stages[step.channel]
    play = stage.play

    def watched(call: Call) -> Reply:
        if mark.exists() or (call.method, call.path) != ("POST", step.request):
            return play(call)
        mark.write_text(f"{step}, {point}\n", encoding="utf-8")
        if point is Point.RECEIVED:
            os.kill(pid, signal.SIGSTOP)
        reply = play(call)
        if point is Point.EXECUTED:
            os.kill(pid, signal.SIGSTOP)
        return reply

    stage.play = watched


def _on_record(at: Scene, channel: str) -> tuple[PostingRecord, list[StepRow]]:
    posting = next(p for p in at.postings() if p.channel == channel)
    with at.office.store.read() as reading:
        return posting, reading.steps.of(posting.id)


def _another_worker(at: Scene, step: Step, point: Point | str) -> None:
    """What it does while the first one stands still: everything, or on SQLite nothing about this posting."""
    if not ON_SERVER:
        for _ in range(3):
            serve_round(at.office)
            at.clock.advance(3600)
        assert _on_record(at, step.channel)[0].state is PostingState.SENDING
        return
    serve_to_rest(at.office, at.clock)
    tasks = at.hand_tasks()
    assert [task.channel for task in tasks] == [step.channel] * ((step.channel, point) in ASKED)
    for task in tasks:
        answer(at.office, at.house, task, at.practice.readers[step.channel])
        serve_on(at.office, at.clock)


@pytest.mark.parametrize("point", [*Point, LATE], ids=str)
@pytest.mark.parametrize("step", ONCE_ONLY, ids=str)
def test_a_process_frozen_past_its_lease_stores_nothing_late_and_doubles_only_where_nobody_can_prevent_it(
    at_portals: Scene, step: Step, point: Point | str
) -> None:
    at = at_portals
    with frozen(at, step, point) as thaw, at.at_work():
        _another_worker(at, step, point)
        before = _on_record(at, step.channel)
        thaw()
        if ON_SERVER:
            assert _on_record(at, step.channel) == before, "a late write came through the fence"
        serve_on(at.office, at.clock)
        doubled = (step.channel, point) in TWICE
        assert public_things(at)[step.channel] == 1 + doubled
        at.clock.set(at.clock() + timedelta(seconds=STRANGERS_S + 1))
        serve_round(at.office)
    if doubled:
        _told(at, before[0])
    else:
        all_verified(at)
    log_verifies(at)


def _told(at: Scene, posting: PostingRecord) -> None:
    """The next look through the account's list finds the second one, raises an alarm and puts it on record."""
    with at.office.store.read() as reading:
        assert [alarm.cause for alarm in reading.accounts.open_alarms()] == [f"doubled:{posting.id}"]
        entries = list(reading.log.entries(subject=f"posting:{posting.id}"))
    assert sum('"system:posting:doubled"' in entry.canonical for entry in entries) == 1
