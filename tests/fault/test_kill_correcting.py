"""Killed while a page is corrected in place: at every step, at five points, the new words stand there once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from publisher.domain.order import OrderState
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.workflow.correct import CorrectRequest, open_correction
from tests.fault.house import TEXT, TITLE, House, build_house, person, send
from tests.fault.killing import Scene, die, log_verifies, pages, scene
from tests.fault.listing import KILLED
from tests.fault.moments import SharedClock
from tests.fault.rest import serve_to_rest
from tests.fault.steps import CITY, CORRECTING, Point, Step
from tests.fault.theatre import Theatre

OLD, NEW = "次日6时对石渡镇", "次日8时对石渡镇"
NOTE = "停水结束时间由“次日6时”改为“次日8时”"


@pytest.fixture(scope="session")
def due(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> tuple[House, datetime]:
    """The item is out on one portal alone and verified; its correction is signed and due. With the time of it."""
    folder = tmp_path_factory.mktemp("correcting")
    house = build_house(folder / "home", theatre.ports, SharedClock(folder / "clock"), (CITY,))
    with scene(house, theatre, tmp_path_factory.mktemp("corrected")) as at:
        with at.at_work():
            serve_to_rest(at.office, at.clock)
        changes = {"title": f"{TITLE}（调整）"}  # so that the lists change too
        request = CorrectRequest(house.item_id, NOTE, changes, text=TEXT.replace(OLD, NEW))
        at.office.perform(person(at.office, house, "lu"), open_correction, request)
        send(at.office, house)
        return replace(house, home=at.home), at.clock()


@pytest.fixture
def at(due: tuple[House, datetime], theatre: Theatre, folder: Path) -> Iterator[Scene]:
    house, now = due
    with scene(house, theatre, folder, now) as set_up:
        yield set_up


CASES = [
    pytest.param(step, point, id=f"{step}-{point}", marks=() if soon else pytest.mark.long)
    for step in CORRECTING
    for point in Point
    # before an intent nothing but the answer before it is new; files and lists are half written as pages are
    for soon in (
        point is not Point.BEFORE_INTENT
        and (point is not Point.RECEIVED or step.name in ("amend:page", "amend:history")),
    )
]


@pytest.mark.parametrize(("step", "point"), CASES)
def test_killed_while_correcting_the_page_is_corrected_once_and_its_history_is_whole(
    at: Scene, step: Step, point: Point, record_property: Callable[[str, object], None]
) -> None:
    [page] = current(at)
    die(at, step, point)
    assert current(at) == [page]
    assert (OLD in page.read_text("utf-8")) != (NEW in page.read_text("utf-8")), "never half of each"
    with at.at_work():
        serve_to_rest(at.office, at.clock)
    assert current(at) == [page]
    history = page.with_name(page.name.replace(".html", ".history.html")).read_text("utf-8")
    assert (OLD in page.read_text("utf-8"), NEW in page.read_text("utf-8")) == (False, True)
    assert OLD in history
    corrected_and_closed(at)
    log_verifies(at)
    record_property(KILLED, f"{step}, {point}: settled by itself")


def current(at: Scene) -> list[Path]:
    """Pages of the item, without the one that lists its versions."""
    return [path for path in pages(at, CITY) if not path.name.endswith(".history.html")]


def corrected_and_closed(at: Scene) -> None:
    """The old part is replaced, the new one verified, the order fulfilled, and nobody is asked for anything."""
    with at.office.store.read() as reading:
        assert [p.state for p in reading.postings.all()] == [PostingState.OUT] * 2
        parts = [part.state for part in reading.parts.of_item(at.house.item_id)]
        assert sorted(parts) == sorted([PartState.REPLACED, PartState.VERIFIED])
        assert [o.state for o in reading.parts.orders(at.house.item_id)] == [OrderState.FULFILLED]
        assert [alarm.words for alarm in reading.accounts.open_alarms()] == []
