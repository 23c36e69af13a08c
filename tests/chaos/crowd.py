"""Four processes on one SQLite file: two daemons, the command line importing and signing, a reader of long reports.

Each measures how long it waits for the writers' lock, and notes every refusal: "the database is locked" is one.
"""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing as mp
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from publisher.bootstrap import create_home, open_office, open_practice
from publisher.bootstrap.home import _free_ports
from publisher.bootstrap.service import serving
from publisher.cli import main
from publisher.store import unit_of_work
from publisher.workflow.staff import AddUserRequest, add_user
from tests.chaos.daemon import PRELOADED
from tests.fault.house import STAFF

SIGNS = (("item", "submit", "lu"), ("review", "pass", "shen"), ("review", "clear", "shen"))
SIGNS += (("review", "sign", "qin"), ("item", "schedule", "lu"))
ITEM = """+++
title = "石渡片区供水管网检修停水通告（{number}号）"
kind = "notice"
column = "tzgg"
formed_on = 2026-01-20
channels = ["city-portal", "bureau-portal"]
+++
石渡镇有关用水户：

因更换{number}号阀门，定于次日停水，请提前储水。第{number}号检修期间在镇政府门前设临时送水点。
"""
ENDING_S = 60


@dataclass
class Told:
    """What one process tells at its end: rounds of its work, writes, the worst wait for one, what went wrong."""

    role: str
    rounds: int = 0
    writes: int = 0
    worst_wait_s: float = 0.0
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Measure each wait for the writers' lock in this process."""
        enter = unit_of_work._Writing.__enter__

        def timed(writing: Any) -> Any:
            began = time.monotonic()
            unit = enter(writing)
            self.writes += 1
            self.worst_wait_s = max(self.worst_wait_s, time.monotonic() - began)
            return unit

        unit_of_work._Writing.__enter__ = timed  # type: ignore[method-assign]

    def command(self, *words: str | Path) -> str:
        """One command line; what it printed. Anything but a clean end is an error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*map(str, words), "--json"])
        if code:
            self.errors.append(f"{' '.join(map(str, words[:2]))}: {code}, {err.getvalue()[:300]}")
        return out.getvalue()


@dataclass(frozen=True)
class Place:
    """Where the home is, and whose tokens lie where."""

    home: Path
    tokens: Path

    def by(self, name: str) -> tuple[str | Path, ...]:
        return ("--as", name, "--token-file", self.tokens / name, "--home", self.home)


def _daemon(stop: Connection, told: Told, place: Place) -> None:
    office = open_office(place.home)
    with serving(office) as service:
        service.report = lambda part, why: told.errors.append(f"{part}: {type(why).__name__}: {why}")
        stop.recv()
    with office.store.read() as reading:
        told.rounds = len(reading.parts.all())
    office.close()


def _import(stop: Connection, told: Told, place: Place) -> None:
    """A file, its draft, and every fourth one signed and scheduled for now."""
    path = place.tokens / "稿件.txt"
    while not stop.poll():
        path.write_text(ITEM.format(number=told.rounds), encoding="utf-8")
        printed = told.command("item", "import", path, *place.by("lu"))
        if printed and told.rounds % 4 == 0:
            item = json.loads(printed)["drafts"][0]["item"]
            for noun, verb, name in SIGNS:
                told.command(noun, verb, item, *place.by(name))
        told.rounds += 1


def _read(stop: Connection, told: Told, place: Place) -> None:
    """The whole ledger, all items, the whole log checked; and one moment kept open for half a second."""
    office = open_office(place.home)
    while not stop.poll():
        told.command("report", "ledger", "--home", place.home)
        told.command("item", "list", "--home", place.home)
        told.command("audit", "verify", "--home", place.home)
        with office.store.read() as reading:
            before = len(reading.parts.all())
            stop.poll(0.5)
            if len(reading.parts.all()) != before:
                told.errors.append("a reader saw two moments in one transaction")
        told.rounds += 1
    office.close()


ROLES: Mapping[str, Callable[[Connection, Told, Place], None]] = {
    "daemon 1": _daemon,
    "daemon 2": _daemon,
    "importer": _import,
    "reader": _read,
}


def live(pipe: Connection, role: str, place: Place) -> None:
    """Runs in the child, until the parent says stop; then tells."""
    told = Told(role)
    told.watch()
    try:
        ROLES[role](pipe, told, place)
    except Exception as why:  # noqa: BLE001 - whatever it is, it is told
        told.errors.append(f"{type(why).__name__}: {why}")
    pipe.send(told)


def crowd(folder: Path, seconds: float) -> list[Told]:
    """Let the four work for so long; what each of them tells."""
    place = _prepare(folder)
    office = open_office(place.home)
    context: Any = mp.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, "tests.chaos.crowd"])
    with ExitStack() as stack:
        stack.callback(office.close)
        stack.enter_context(open_practice(office.settings, office.options))
        pipes = []
        for role in ROLES:
            ours, theirs = context.Pipe()
            context.Process(target=live, args=(theirs, role, place), daemon=True).start()
            theirs.close()
            pipes.append(ours)
        time.sleep(seconds)
        for pipe in pipes:
            with contextlib.suppress(OSError):  # it has ended by itself; what it told tells why
                pipe.send("stop")
        return [pipe.recv() if pipe.poll(ENDING_S) else Told(role, errors=["it does not end"])
                for role, pipe in zip(ROLES, pipes, strict=True)]  # fmt: skip


def _prepare(folder: Path) -> Place:
    place = Place(folder / "home", folder / "tokens")
    created = create_home(
        place.home, admin="admin", admin_display="管理员", practice=True, ports=_free_ports()
    )
    place.tokens.mkdir()
    office = open_office(place.home)
    admin = office.prove("admin", token=created.admin_token)
    for name, *rest in STAFF:
        token = office.perform(admin, add_user, AddUserRequest(name, *rest))
        (place.tokens / name).write_text(token, encoding="utf-8")
        (place.tokens / name).chmod(0o600)
    office.close()
    return place


def table(told: list[Told], seconds: float) -> str:
    """For people: a line a process, then the sums."""
    lines = [
        f"  {one.role:10}{one.rounds:7} rounds{one.writes:8} writes   worst wait {one.worst_wait_s:6.2f} s"
        for one in told
    ]
    errors = [f"  {one.role}: {error}" for one in told for error in one.errors]
    worst = max(one.worst_wait_s for one in told)
    last = f"lock errors and other faults: {len(errors)}; worst write wait {worst:.2f} s"
    return "\n".join([f"SQLite, {len(told)} processes, {seconds:.0f} s", *lines, *errors, last])
