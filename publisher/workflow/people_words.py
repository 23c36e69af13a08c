"""People as they are shown: the name and, in brackets, the account that stands in the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.store.unit_of_work import Reading

SYSTEM = {"system": "系统", "nobody": "未确认身份"}


def did(person: str, words: str) -> str:
    """Who did what; no space is needed after a bracket."""
    return f"{person}{'' if person.endswith('）') else ' '}{words}"


def people_words(reading: Reading) -> Callable[[str], str]:
    """Gives `陆予安（lu.yuan）` for an account, and for a name that one account alone has; else what it was given."""
    people = reading.people.all()
    shown = {p.name: f"{p.display}（{p.name}）" if p.display != p.name else p.name for p in people}
    often = Counter(p.display for p in people)
    shown |= {p.display: shown[p.name] for p in people if often[p.display] == 1 and p.display not in shown}
    return lambda name: shown.get(name) or SYSTEM.get(name, name)
