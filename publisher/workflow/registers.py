"""The registers 登记簿: what was decided not to be disclosed, and what was ordered to be withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.domain.people import Person
from publisher.domain.review import WITHHOLD_REASONS
from publisher.store.unit_of_work import Reading
from publisher.workflow.people_words import people_words
from publisher.workflow.statistics import unit_label

PAGE = 50


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One decision: about which item, what, why and on which basis, by whom and when; when it was carried out."""

    item_id: str
    title: str
    unit: str
    what: str
    basis: str
    why: str
    person: str
    at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Newest first. `after` is where the next page begins, 0 on the last."""

    lines: Sequence[RegisterLine]
    after: int


def withheld_register(reading: Reading, person: Person, before: int = 0) -> RegisterPage:
    """不予公开登记簿: a unit sees its own. The reason as it was chosen, else as it was written."""
    rows = reading.ledgers.withheld(person.unit, before, PAGE + 1)
    shown = rows[:PAGE]
    codes = reading.ledgers.withhold_codes([row.revision_id for row in shown])
    named = people_words(reading)
    lines = []
    for row in shown:
        what, _article = WITHHOLD_REASONS.get(codes.get(row.revision_id, ""), ("", ""))
        lines.append(
            RegisterLine(
                row.item_id,
                row.title,
                unit_label(reading, row.unit),
                what,
                row.reference,
                row.opinion,
                named(row.person),
                row.at,
                row.at,
            )
        )
    return RegisterPage(lines, shown[-1].id if len(rows) > PAGE else 0)


def withdrawn_register(reading: Reading, person: Person, before: int = 0) -> RegisterPage:
    """撤下登记簿: every order to withdraw, a unit sees its own. `closed_at` None while something is still out."""
    rows = reading.ledgers.withdrawn(person.unit, before, PAGE + 1)
    shown = rows[:PAGE]
    named = people_words(reading)
    lines = [
        RegisterLine(
            row.item_id,
            row.title,
            unit_label(reading, row.unit),
            reading.bureau.label(row.channel) if row.channel else "",
            "",
            row.reason,
            named(row.person),
            row.at,
            row.closed_at,
        )
        for row in shown
    ]
    return RegisterPage(lines, shown[-1].id if len(rows) > PAGE else 0)
