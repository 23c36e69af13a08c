"""Release windows and days without releases, from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from publisher.domain.catalogue import KINDS
from publisher.domain.errors import Problem
from publisher.domain.windows import Blackout, ReleaseRules, ReleaseWindow, Scope
from publisher.settings import BlackoutPart, Settings, SettingsRefused, WindowPart


def release_rules(settings: Settings) -> ReleaseRules:
    """The rules in force. Raises `SettingsRefused` for a kind or channel that does not exist, or an urgent kind."""
    ordinary = [name for name, kind in KINDS.items() if not kind.urgent]
    parts: list[tuple[str, Sequence[WindowPart | BlackoutPart]]] = [
        ("windows", settings.windows),
        ("blackouts", settings.blackouts),
    ]
    problems = [
        Problem(f"{part}[{at}].{key}", f"没有“{name}”，或它不受限制", "、".join(known), f"unknown: {name}")
        for part, rows in parts
        for at, row in enumerate(rows, 1)
        for key, names, known in (
            ("kinds", row.kinds, ordinary),
            ("channels", row.channels, list(settings.channels)),
        )
        for name in names
        if name not in known
    ]
    if problems:
        raise SettingsRefused(*problems)
    return ReleaseRules(_windows(settings.windows), _blackouts(settings.blackouts))


def _windows(rows: Sequence[WindowPart]) -> tuple[ReleaseWindow, ...]:
    return tuple(
        ReleaseWindow(
            Scope(frozenset(row.kinds), frozenset(row.channels)),
            opens=time.fromisoformat(row.hours[:5]),
            closes=time.max if row.hours.endswith("24:00") else time.fromisoformat(row.hours[6:]),
            weekdays=frozenset(row.weekdays),
            working_days=row.working_days,
        )
        for row in rows
    )


def _blackouts(rows: Sequence[BlackoutPart]) -> tuple[Blackout, ...]:
    return tuple(
        Blackout(Scope(frozenset(row.kinds), frozenset(row.channels)), row.first, row.last, row.reason)
        for row in rows
    )
