"""As whom a person may act now: in their own roles, and in those of whom they stand in for."""

from __future__ import annotations

from datetime import datetime

from publisher.domain.people import APART, CHAIN_ROLES, Person, with_mandates
from publisher.store.unit_of_work import Reading


def acting(reading: Reading, now: datetime, person: Person) -> Person:
    """The person with what they may do for others now: of each mandate the roles that the absent person still holds."""
    held = []
    for mandate in reading.mandates.held_by(person.name, now):
        absent = reading.people.get(mandate.person)
        if absent is not None and absent.active and not person.roles & APART:
            held.append((absent.name, mandate.roles & absent.roles & CHAIN_ROLES))
    return with_mandates(person, held)
