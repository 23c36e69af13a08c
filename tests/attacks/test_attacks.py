"""Each attack fails on the product, and succeeds where the defence that stands against it is out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.attacks.instance import UNITS, Instance, running
from tests.attacks.poison import poison, stage
from tests.attacks.table import ALONE, ATTACKS, Attack
from tests.attacks.walk import paths, seen_by
from tests.attacks.weaken import WEAKENED, weakened
from tests.world import make_home, open_world

NOT_THERE = frozenset({"/parts/{part_id}/evidence/{digest}"})
"""Routes that show nothing in this world."""
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)


@pytest.fixture(scope="module")
def instance(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Instance]:
    """A running instance in which every text is an attack."""
    home = tmp_path_factory.mktemp("attacks") / "home"
    make_home(template[0], home, UNITS)
    world = open_world(home, template[1])
    with ExitStack() as stack:
        stack.callback(world.close)
        stack.enter_context(world.practising())
        staged = stage(world)
        running_here = stack.enter_context(running(world))
        poison(running_here, staged)
        yield running_here


@pytest.fixture(scope="module")
def walked() -> dict[str, Instance]:
    """Weakened builds whose pages were walked, by the defence that was out; no longer served."""
    return {}


@each_attack
def test_the_attack_fails(instance: Instance, attack: Attack) -> None:
    if not attack.apart:
        assert attack.run(instance) is None
        return
    with running(instance.world, instance) as another:
        assert attack.run(another) is None


@pytest.mark.parametrize("attack", ALONE, ids=lambda attack: attack.name)
def test_the_attack_finds_nothing_to_work_on(instance: Instance, attack: Attack) -> None:
    assert attack.run(instance) is None


@each_attack
def test_the_attack_succeeds_where_the_defence_is_out(
    instance: Instance, walked: dict[str, Instance], attack: Attack
) -> None:
    if attack.looks and attack.without in walked:
        assert attack.run(walked[attack.without])
        return
    with weakened(attack.without), running(instance.world, instance) as weak:
        assert attack.run(weak)
    if attack.looks:
        walked[attack.without] = weak


def test_every_defence_that_is_taken_out_is_one_that_an_attack_needs() -> None:
    assert {attack.without for attack in ATTACKS} == set(WEAKENED)


def test_with_markup_let_through_the_policy_still_keeps_scripts_from_running(instance: Instance) -> None:
    (script,) = [attack for attack in ATTACKS if attack.name == "a script runs in a browser"]
    with weakened("no escaping in pages"), running(instance.world, instance) as weak:
        assert script.run(weak) is None


def test_every_page_of_the_console_is_walked(instance: Instance) -> None:
    unseen = [
        route
        for route, ways in paths(instance).items()
        if route not in NOT_THERE and not any(seen_by(instance, path)[1] for path in ways)
    ]
    assert unseen == []
