"""What the platforms' codes mean, for the help pages."""

from __future__ import annotations

from collections.abc import Mapping

from channels.registry import KINDS, CodeHelp


def platform_codes() -> Mapping[str, tuple[CodeHelp, ...]]:
    """The platform's name for people → its codes, in order; platforms without codes are not in it."""
    return {
        kind.profile.label: tuple(sorted(kind.codes, key=lambda row: row.code))
        for kind in KINDS.values()
        if kind.codes
    }
