"""How an installation is, asked from outside: a database that does not answer is an answer too."""

from __future__ import annotations

from pathlib import Path

from publisher.bootstrap.office import Now, Office, open_office, wall_clock
from publisher.store.engine import StoreUnavailable
from publisher.workflow.health import Health, health, unreachable


def health_of(home: Path, *, clock: Now = wall_clock) -> Health:
    """Open a home only to look. Raises `SettingsRefused` where none is set up; never `StoreUnavailable`."""
    try:
        office = open_office(home, clock=clock)
    except StoreUnavailable as why:
        return unreachable(clock(), why.words)
    try:
        return health_in(office)
    finally:
        office.close()


def health_in(office: Office) -> Health:
    """The same over an office that is open."""
    try:
        with office.store.read() as reading:
            return health(reading, office.now())
    except StoreUnavailable as why:
        return unreachable(office.now(), why.words)
