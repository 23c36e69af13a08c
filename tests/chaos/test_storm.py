"""Storms: whatever fails, whenever, nothing is out twice, lost, out of order or silent, and the log is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.callbacks import WAITS_S
from tests.chaos.databases import DATABASES
from tests.chaos.plan import Ill, troubles
from tests.chaos.storm import Storm
from tests.chaos.summary import Weather
from tests.fault.listing import STORM

SEED = 20261124


def test_one_number_gives_the_whole_plan_of_faults_and_each_kind_is_in_it() -> None:
    plan = troubles(SEED, count=50, every=6)
    assert plan == troubles(SEED, count=50, every=6)
    assert plan != troubles(SEED + 1, count=50, every=6)
    assert {trouble.ill for trouble in plan} == set(Ill)


@pytest.mark.parametrize("database", DATABASES)
def test_three_daemons_in_a_storm_lose_double_or_hush_up_nothing(
    folder: Path, database: str, record_property: Callable[[str, object], None]
) -> None:
    with DATABASES[database]() as opened:
        summary = Storm(folder, Weather(SEED, items=6, every=5), opened).run()
    record_property(STORM, str(summary))
    assert not summary.faults, str(summary)
    missed = sorted({*Ill, *WAITS_S} - set(summary.came))
    assert missed == [], f"each kind of fault and of callback comes\n{summary}"
