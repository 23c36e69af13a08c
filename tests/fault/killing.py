"""One case: a process dies at one point, another takes over. What must then be true, checked from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from channels.http import Http
from channels.sandbox.call import Do, Fault
from publisher.bootstrap import Office, Practice
from publisher.domain.lifecycle import RevisionState
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.store.records import PostingRecord
from publisher.workflow import withdraw
from publisher.workflow.seal import sign_checkpoint, verify_log
from tests.databases import opened
from tests.fault import victim
from tests.fault.death import Death
from tests.fault.house import TITLE, House, person, reopen
from tests.fault.moments import START, Clock, SharedClock
from tests.fault.mutants import BLIND
from tests.fault.person import answer
from tests.fault.rest import needs_person, serve_to_rest
from tests.fault.steps import HAND_TASKS, PUBLIC_REQUESTS, PUBLISH, WITHDRAW, Point, Step
from tests.fault.theatre import Theatre

KILLS = {Point.RECEIVED: Do.KILL_RECEIVED, Point.EXECUTED: Do.KILL_EXECUTED}
SIGKILLED = -9


class SecondPublicThing(AssertionError):
    """Readers saw, or could have seen, the same item twice on one platform."""


@dataclass
class Scene:
    """One case's home, its platforms, the time, and an office to look through."""

    house: House
    home: Path
    clock: Clock
    office: Office
    practice: Practice
    http: Http

    def postings(self) -> list[PostingRecord]:
        with self.office.store.read() as reading:
            return reading.postings.all()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """This office as a worker. The lease of one that was killed has ended by then, as the server's clock says."""
        store = self.office.store
        if not isinstance(store.target, Path):
            with opened(store.target) as database:
                database.execute("UPDATE workers SET lease_until = 0")
        with store.joined(self.office.outlets.worker, self.clock()):
            yield

    def hand_tasks(self) -> list[PostingRecord]:
        return [posting for posting in self.postings() if needs_person(posting)]


@contextmanager
def scene(house: House, theatre: Theatre, folder: Path, now: datetime = START) -> Iterator[Scene]:
    """A fresh copy of the template home with fresh platforms, at `now`."""
    home = house.copy(folder / "home")
    clock = SharedClock(folder / "clock")
    clock.set(now)
    with ExitStack() as stack:
        http = Http(theatre.client)
        office = reopen(home, clock, http=http)
        stack.callback(office.close)
        practice = theatre.play(office.settings, office.options, clock)
        yield Scene(house, home, clock, office, practice, http)


def kill_and_recover(at: Scene, step: Step, point: Point, *, mutant: str = "", skip: int = 0) -> str:
    """Let a process die there, start again, let a person answer where one is asked. Returns how it went.

    `skip` requests of the step's kind pass before the deadly one. Raises `AssertionError` for anything that
    the promises of design 4 exclude.
    """
    if step.trip == WITHDRAW:
        with at.at_work():
            serve_to_rest(at.office, at.clock)
        order(at)
    BLIND[mutant](at.office)
    die(at, step, point, mutant=mutant, skip=skip)
    only_one(at)
    with at.at_work():
        serve_to_rest(at.office, at.clock)
        only_one(at)
        said = settle(at, step, point)
        serve_to_rest(at.office, at.clock)
    only_one(at)
    (all_withdrawn if step.trip == WITHDRAW else all_verified)(at)
    log_verifies(at)
    return said


def die(at: Scene, step: Step, point: Point, *, mutant: str = "", skip: int = 0) -> None:
    """Start a process and see it killed at the point, and nowhere else."""
    mark = at.home.parent / "mark"
    child, go = victim.start(at.home, at.home.parent / "clock", Death(step, point, mark), mutant)
    stage = at.practice.stages[step.channel] if step.request and point in KILLS else None
    if stage is not None:
        stage.victim = child.pid or 0
        stage.script(Fault(step.request, KILLS[point], method="POST", skip=skip))
    go.send("go")
    child.join(victim.WAIT_S)
    go.close()
    hit = mark.exists() if stage is None else not any(fault.do in KILLS.values() for fault in stage.faults)
    code = child.exitcode
    assert (code, hit) == (SIGKILLED, True), f"{step} was not killed at {point}: exit {code}, hit {hit}"


def die_when_asked(at: Scene, channel: str, path: str, point: Point) -> None:
    """Start a process and see it killed when the platform gets, or has answered, this request of any kind."""
    mark, stage = at.home.parent / "mark", at.practice.stages[channel]
    never = Death(Step("nowhere", PUBLISH, ""), Point.BEFORE_INTENT, mark)
    child, go = victim.start(at.home, at.home.parent / "clock", never, "")
    stage.victim = child.pid or 0
    stage.script(Fault(path, KILLS[point]))
    go.send("go")
    child.join(victim.WAIT_S)
    go.close()
    left = [fault for fault in stage.faults if fault.do in KILLS.values()]
    assert (child.exitcode, left) == (SIGKILLED, []), f"{channel} {path} was not killed at {point}"


def order(at: Scene) -> None:
    """Order the whole item's withdrawal."""
    request = withdraw.WithdrawRequest(at.house.item_id, "通告内容有误")
    at.office.perform(person(at.office, at.house, "qin"), withdraw.order_withdrawal, request)


def settle(at: Scene, step: Step, point: Point) -> str:
    """Hand tasks stand exactly where the list names them; the person answers each from the reader's view."""
    tasks = at.hand_tasks()
    named = (step.channel, step.trip, step.name, point) in HAND_TASKS
    assert [t.channel for t in tasks] == ([step.channel] if named else []), (
        f"{step}, {point}: asked people about {[(t.channel, t.state.value, t.person_needed) for t in tasks]}"
    )
    if not tasks:
        return "settled by itself"
    return "hand task, " + answer(at.office, at.house, tasks[0], at.practice.readers[step.channel])


def only_one(at: Scene) -> None:
    """At most one public thing per platform, now and, by the request log, at any time before."""
    counts = public_things(at)
    if any(count > 1 for count in counts.values()):
        raise SecondPublicThing(f"public things: {counts}")


def public_things(at: Scene) -> dict[str, int]:
    """Per platform, the most that a reader could have seen of the item: pages, receipts, jobs, posts ever made."""
    made = {
        channel: sum(line.path == path and line.creates for line in at.practice.log.lines)
        for channel, path in PUBLIC_REQUESTS.items()
    }
    wechat, weibo = at.practice.simulators["wechat"], at.practice.simulators["weibo"]
    return {
        **{name: len(pages(at, name)) for name in ("city-portal", "bureau-portal")},
        "archive": len(list((at.home / "sites/archive").glob("*/receipt.json"))),
        "wechat": max(made["wechat"], len(wechat.press.jobs), wechat.press.public()),
        "weibo": max(made["weibo"], len(weibo.world.posts)),
    }


def pages(at: Scene, portal: str) -> list[Path]:
    """Pages of the item that a reader of one portal can open; lists are no pages."""
    found = (at.home / "sites" / portal).glob("*/*/*/*.html")
    return [path for path in found if TITLE in path.read_text("utf-8")]


def all_verified(at: Scene) -> None:
    """Every posting is out once and was seen as approved; nobody is asked for anything any more."""
    with at.office.store.read() as reading:
        for posting in reading.postings.all():
            states = [part.state for part in reading.parts.of_posting(posting.id)]
            assert (posting.state, states) == (PostingState.OUT, [PartState.VERIFIED]), posting.channel
        alarms = [alarm.words for alarm in reading.accounts.open_alarms()]
    assert public_things(at) == dict.fromkeys(public_things(at), 1)
    assert not alarms


def all_withdrawn(at: Scene) -> None:
    """Nothing is to be seen anywhere, and only so the item reads withdrawn."""
    with at.office.store.read() as reading:
        parts = {part.channel: part.state for part in reading.parts.all()}
        assert set(parts.values()) == {PartState.WITHDRAWN}, parts
        revisions = {revision.state for revision in reading.items.revisions(at.house.item_id)}
        assert revisions == {RevisionState.WITHDRAWN}
    shown = public_things(at)
    assert (shown["city-portal"], shown["bureau-portal"], shown["archive"]) == (0, 0, 0)
    assert at.practice.simulators["wechat"].press.public() == 0
    assert at.practice.simulators["weibo"].public_posts() == []


def log_verifies(at: Scene) -> None:
    """The log is whole, under a fresh checkpoint too."""
    sign_checkpoint(at.office.store, at.office.now(), at.office.seal, force=True)
    with at.office.store.read() as reading:
        verdict = verify_log(reading, public_key=at.office.public_key, anchor=at.office.seal.anchor)
    assert verdict.ok, verdict.words


__all__ = ["PUBLISH", "Scene", "SecondPublicThing", "kill_and_recover", "scene"]
