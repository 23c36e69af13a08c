"""The only place that plugs things together: settings, store, channels, renderer, log, service.

A name is imported when it is asked for: a command that reads one list does not wait for the practice platforms.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from publisher.bootstrap.accounts import (
        account_facts,
        call_titles,
        kinds_of_channels,
        profile_limits,
        wanted_by,
    )
    from publisher.bootstrap.callbacks import CallbackOffice, desk_over, open_callbacks
    from publisher.bootstrap.doctor import Check, diagnose
    from publisher.bootstrap.handbook import platform_codes
    from publisher.bootstrap.health import health_in, health_of
    from publisher.bootstrap.home import Created, create_home
    from publisher.bootstrap.office import Office, open_office
    from publisher.bootstrap.practice import Practice, open_practice
    from publisher.bootstrap.service import run_service, wait_for_stop
    from publisher.bootstrap.warnings import Space, Warned, space_of, warnings_for_front

HOMES = {
    "CallbackOffice": "callbacks",
    "Check": "doctor",
    "Created": "home",
    "Office": "office",
    "Practice": "practice",
    "Space": "warnings",
    "Warned": "warnings",
    "account_facts": "accounts",
    "call_titles": "accounts",
    "create_home": "home",
    "desk_over": "callbacks",
    "diagnose": "doctor",
    "health_in": "health",
    "health_of": "health",
    "kinds_of_channels": "accounts",
    "open_callbacks": "callbacks",
    "open_office": "office",
    "open_practice": "practice",
    "platform_codes": "handbook",
    "profile_limits": "accounts",
    "run_service": "service",
    "space_of": "warnings",
    "wait_for_stop": "service",
    "wanted_by": "accounts",
    "warnings_for_front": "warnings",
}
"""Name → the module that holds it."""

__all__ = [
    "CallbackOffice",
    "Check",
    "Created",
    "Office",
    "Practice",
    "Space",
    "Warned",
    "account_facts",
    "call_titles",
    "create_home",
    "desk_over",
    "diagnose",
    "health_in",
    "health_of",
    "kinds_of_channels",
    "open_callbacks",
    "open_office",
    "open_practice",
    "platform_codes",
    "profile_limits",
    "run_service",
    "space_of",
    "wait_for_stop",
    "wanted_by",
    "warnings_for_front",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
