"""Killed while an item is erased: either nothing of it is gone yet or all of it, and another run ends it right."""

from __future__ import annotations

import json
import multiprocessing as mp
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from publisher.domain.order import OrderState
from publisher.scheduler.service import sweep_once
from publisher.store.blobs import Blobs
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.expunge import (
    ERASED,
    ConfirmExpungeRequest,
    ExpungeRequest,
    confirm_expunge,
    order_expunge,
)
from tests.databases import ON_SERVER
from tests.fault.house import SENTENCE, TITLE, House, build_house, person, reopen
from tests.fault.killing import SIGKILLED, Scene, log_verifies, order, scene
from tests.fault.listing import KILLED
from tests.fault.moments import SharedClock
from tests.fault.rest import serve_to_rest
from tests.fault.steps import CITY
from tests.fault.theatre import Theatre
from tests.fault.victim import PRELOADED, WAIT_S
from tests.world import files_with

WORDS = (SENTENCE, json.dumps(SENTENCE)[1:-1])


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _and_die(act: Callable[..., Any]) -> Callable[..., Any]:
    def done(*args: Any, **rest: Any) -> None:
        act(*args, **rest)
        _die()

    return done


POINTS: dict[str, tuple[object, str, Callable[..., Any], bool]] = {
    # what is replaced, by what, and whether the erasing is committed by then
    "before the commit": (UnitOfWork, "commit", _die, False),
    "after the commit": (UnitOfWork, "commit", _and_die(UnitOfWork.commit), True),
    "after one of two files": (Blobs, "discard", _and_die(Blobs.discard), True),
    "in the sweep, before its commit": ("publisher.workflow.expunge", "fulfil", _die, True),
}

if not ON_SERVER:  # a server has no write-ahead log of ours
    POINTS["before the journal is emptied"] = (
        "publisher.store.unit_of_work",
        "empty_the_journal",
        _die,
        True,
    )


def erase(home: Path, clock_file: Path, house: House, point: str) -> None:
    """Runs in the child: the second person's word, then the sweep. Dies at the point."""
    office = reopen(home, SharedClock(clock_file))
    second = person(office, house, "qin")
    place, name, instead, _ = POINTS[point]
    target = f"{place}.{name}" if isinstance(place, str) else ""
    with patch(target, instead) if target else patch.object(place, name, instead):
        office.perform(second, confirm_expunge, ConfirmExpungeRequest(house.item_id))
        sweep_once(office.store, office.now())


@pytest.fixture(scope="session")
def ordered(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> tuple[House, datetime]:
    """The item was out on one portal and is withdrawn; one person has ordered to erase it. With the time of it."""
    folder = tmp_path_factory.mktemp("erasing")
    house = build_house(folder / "home", theatre.ports, SharedClock(folder / "clock"), (CITY,))
    with scene(house, theatre, tmp_path_factory.mktemp("withdrawn")) as at:
        with at.at_work():
            serve_to_rest(at.office, at.clock)
            order(at)
            serve_to_rest(at.office, at.clock)
        request = ExpungeRequest(house.item_id, "误发个人信息")
        at.office.perform(person(at.office, house, "shen"), order_expunge, request)
        return replace(house, home=at.home), at.clock()


@pytest.fixture
def at(ordered: tuple[House, datetime], theatre: Theatre, folder: Path) -> Iterator[Scene]:
    house, now = ordered
    with scene(house, theatre, folder, now) as set_up:
        yield set_up


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_erasing_another_run_erases_all_of_it(
    at: Scene, point: str, record_property: Callable[[str, object], None]
) -> None:
    assert left(at) != []
    files = kept_files(at)
    context = mp.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    child = context.Process(
        target=erase, args=(at.home, at.home.parent / "clock", at.house, point), daemon=True
    )
    child.start()
    child.join(WAIT_S)
    assert child.exitcode == SIGKILLED
    committed = POINTS[point][-1]
    assert titles(at) == ({ERASED} if committed else {TITLE})
    log_verifies(at)
    if not committed:
        assert kept_files(at) == files, "no file goes before the commit"
        confirm = ConfirmExpungeRequest(at.house.item_id)
        at.office.perform(person(at.office, at.house, "qin"), confirm_expunge, confirm)
    sweep_once(at.office.store, at.office.now())
    assert left(at) == []
    assert kept_files(at) == []
    with at.office.store.read() as reading:
        assert {o.state for o in reading.parts.orders(at.house.item_id)} == {OrderState.FULFILLED}
    log_verifies(at)
    record_property(
        KILLED, f"erasing, {point}: {'settled by itself' if committed else 'confirmed once more'}"
    )


def titles(at: Scene) -> set[str]:
    with at.office.store.read() as reading:
        return {r.content["title"] for r in reading.items.revisions(at.house.item_id)}


def kept_files(at: Scene) -> list[str]:
    return sorted(path.name for path in (at.home / "blobs").rglob("*") if path.is_file())


def left(at: Scene) -> list[str]:
    """Files of the home, and rows of a database elsewhere, in which the item's words still stand."""
    found = files_with(at.home, *WORDS)
    with at.office.store.read() as reading:
        contents = [json.dumps(r.content) for r in reading.items.revisions(at.house.item_id)]
    return found + [text for text in contents if any(words in text for words in WORDS)]
