"""Killed while publishing after the portals: at every step, at five points, one thing is out in the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fault.killing import Scene, kill_and_recover
from tests.fault.listing import KILLED
from tests.fault.steps import BUREAU, CITY, PUBLISHING, Point, Step


@pytest.fixture
def at(at_portals: Scene) -> Scene:
    """Each case begins when both portals are verified."""
    return at_portals


@pytest.mark.parametrize("point", Point)
@pytest.mark.parametrize("step", [step for step in PUBLISHING if step.channel not in (CITY, BUREAU)], ids=str)
def test_killed_while_publishing_after_the_portals_one_thing_is_out_and_verified(
    at: Scene, step: Step, point: Point, record_property: Callable[[str, object], None]
) -> None:
    said = kill_and_recover(at, step, point)
    record_property(KILLED, f"{step}, {point}: {said}")
