"""One house and one set of addresses for all fault tests of a worker; a fresh scene for each test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fault.house import House, build_house
from tests.fault.killing import Scene, scene
from tests.fault.moments import SharedClock
from tests.fault.rest import serve_portals
from tests.fault.theatre import Theatre

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where Linux has one
"""SIGKILL loses no page of it, and a case makes five hundred flushes that need not wait for a disk."""


@pytest.fixture(scope="session")
def theatre() -> Iterator[Theatre]:
    with Theatre().open() as opened:
        yield opened


@pytest.fixture(scope="session")
def house(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("template")
    return build_house(folder / "home", theatre.ports, SharedClock(folder / "clock"))


@pytest.fixture(scope="session")
def halfway(house: House, theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The same house after both portals were verified."""
    with scene(house, theatre, tmp_path_factory.mktemp("halfway")) as set_up:
        with set_up.at_work():
            serve_portals(set_up.office)
        return replace(house, home=set_up.home)


@pytest.fixture
def folder() -> Iterator[Path]:
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="gongkai-", dir=place) as made:
        yield Path(made)


@pytest.fixture
def at(house: House, theatre: Theatre, folder: Path) -> Iterator[Scene]:
    """The item is signed and scheduled; nothing is released yet."""
    with scene(house, theatre, folder) as set_up:
        yield set_up


@pytest.fixture
def at_portals(halfway: House, theatre: Theatre, folder: Path) -> Iterator[Scene]:
    """The item is on both portals and verified; the other channels are due."""
    with scene(halfway, theatre, folder) as set_up:
        yield set_up
