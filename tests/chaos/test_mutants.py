"""Three products as they must not be, each in a storm that the real one survives: the storm tells them apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from channels.sandbox.call import Do, Fault
from tests.chaos.daemon import MUTANTS
from tests.chaos.databases import DATABASES
from tests.chaos.plan import TIMEOUT_S, WEIBO, Ill, Trouble
from tests.chaos.storm import Doubled, NeverAtRest, Storm
from tests.chaos.summary import Summary, Weather

pytestmark = pytest.mark.long
SEED = 20261126


@dataclass(frozen=True)
class Catch:
    """The weather that catches a mutant, on which database, and what the storm then says."""

    database: str
    weather: Weather
    says: type[AssertionError]


LATE_S = 5 * TIMEOUT_S
LATE_SHARES = tuple(
    Trouble(after, Ill.LATE, WEIBO, Fault("share.json", Do.DELAY_BEFORE, seconds=LATE_S))
    for after in range(1, 7)
)
"""Weibo executes long after our time-out, and well before its settle time is over."""

CATCHES = {
    # calls again what it should look for: readers see two
    "blind retry": Catch(
        "sqlite", Weather(SEED, items=3, weights={Ill.DROP_AFTER: 1, Ill.KILL_EXECUTED: 1}), Doubled
    ),
    # sends again while the platform is still at it: readers see two
    "absent believed at once": Catch("sqlite", Weather(SEED, items=3, planned=LATE_SHARES), Doubled),
    # loses what it claims, for ever: fences hold, so nothing is out twice, and nothing comes out
    "lease not renewed": Catch(
        "postgresql", Weather(SEED, items=2, weights={Ill.SLOW: 1}, rest_s=12), NeverAtRest
    ),
}


def _storm(folder: Path, catch: Catch, mutant: str) -> Summary:
    with DATABASES[catch.database]() as database:
        return Storm(folder, replace(catch.weather, mutant=mutant), database).run()


def test_each_wrong_product_has_a_weather_that_catches_it() -> None:
    assert set(CATCHES) == set(MUTANTS) - {""}


@pytest.mark.parametrize("mutant", CATCHES)
def test_a_wrong_product_is_caught_by_the_storm(folder: Path, mutant: str) -> None:
    with pytest.raises(CATCHES[mutant].says):
        _storm(folder, CATCHES[mutant], mutant)


@pytest.mark.parametrize("mutant", CATCHES)
def test_the_right_product_lives_through_the_weather_that_catches_a_wrong_one(
    folder: Path, mutant: str
) -> None:
    catch = CATCHES[mutant]
    summary = _storm(folder, replace(catch, weather=replace(catch.weather, rest_s=0)), "")
    assert not summary.faults, str(summary)
