"""How long a column or an account may stay silent before it is reported (rules.md 4). Constants with their rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Freshness:
    """Something new at least every so many days. `source` is the rule, `warn` how many days before it is shown."""

    days: int
    source: str
    warn: int


NEWS = Freshness(14, "R4.01", 5)
COLUMN = Freshness(182, "R4.01", 30)
ACCOUNT = Freshness(14, "R4.04", 5)

NEWS_TYPES: Mapping[str, Freshness] = {"工作动态": NEWS, "动态要闻": NEWS}
"""Column types of the site guide that must be renewed every two weeks; any other column every six months."""


def limit_of_column(kind: str) -> Freshness:
    """The limit of a column of this type."""
    return NEWS_TYPES.get(kind, COLUMN)


def days_left(last: date, today: date, limit: Freshness) -> int:
    """How many days are left until the limit is passed; below zero when it was."""
    return (last + timedelta(days=limit.days) - today).days
