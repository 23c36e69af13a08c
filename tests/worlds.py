"""Fixtures that make worlds: one template a worker, one world a module or a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.world import World, make_home, make_template, open_world

MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("template") / "home"
    return folder, make_template(folder)


def _maker(template: tuple[Path, dict[str, str]], folder: Path, stack: ExitStack) -> MakeWorld:
    made: list[World] = []

    def make(
        *, practising: bool = True, timeout_s: float = 5, settings: Mapping[str, str] | None = None
    ) -> World:
        home = folder / f"home{len(made)}"
        make_home(template[0], home, settings or {})
        world = open_world(home, template[1], timeout_s=timeout_s)
        stack.callback(world.close)
        if practising:
            stack.enter_context(world.practising())
        made.append(world)
        return world

    return make


@pytest.fixture
def make_world(template: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[MakeWorld]:
    with ExitStack() as stack:
        yield _maker(template, tmp_path, stack)


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A fresh installation on practice platforms."""
    return make_world()


@pytest.fixture
def quiet_world(make_world: MakeWorld) -> World:
    """A fresh installation; its platforms do not run."""
    return make_world(practising=False)


@pytest.fixture(scope="module")
def shared_world(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One installation for a module whose tests do not disturb each other."""
    with ExitStack() as stack:
        yield _maker(template, tmp_path_factory.mktemp("shared"), stack)()
