"""Killed while taking back: at every step, at five points, nothing is seen in the end, and only then it says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fault.killing import Scene, kill_and_recover
from tests.fault.listing import KILLED
from tests.fault.steps import WITHDRAWING, Point, Step


@pytest.fixture
def at(at_portals: Scene) -> Scene:
    """Each case begins when both portals are verified."""
    return at_portals


@pytest.mark.parametrize("point", Point)
@pytest.mark.parametrize("step", WITHDRAWING, ids=str)
def test_killed_while_withdrawing_everything_is_gone(
    at: Scene, step: Step, point: Point, record_property: Callable[[str, object], None]
) -> None:
    said = kill_and_recover(at, step, point)
    record_property(KILLED, f"{step}, {point}: {said}")
