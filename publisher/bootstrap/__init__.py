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
    from publisher.bootstrap.areas import AreaForm, FormField, form_of, standards_of
    from publisher.bootstrap.callbacks import CallbackOffice, desk_over, open_callbacks
    from publisher.bootstrap.changes import checker, drop_secret, file_value, keep_secret, over_file
    from publisher.bootstrap.doctor import Check, diagnose
    from publisher.bootstrap.handbook import platform_codes
    from publisher.bootstrap.handout import hand_out, pack_log
    from publisher.bootstrap.health import health_in, health_of
    from publisher.bootstrap.home import Created, create_home
    from publisher.bootstrap.office import Office, open_office
    from publisher.bootstrap.practice import Practice, open_practice
    from publisher.bootstrap.service import run_service, wait_for_stop
    from publisher.bootstrap.warnings import Space, Warned, space_of, warnings_for_front

HOMES = {
    "AreaForm": "areas",
    "CallbackOffice": "callbacks",
    "Check": "doctor",
    "Created": "home",
    "FormField": "areas",
    "Office": "office",
    "Practice": "practice",
    "Space": "warnings",
    "Warned": "warnings",
    "account_facts": "accounts",
    "call_titles": "accounts",
    "checker": "changes",
    "create_home": "home",
    "desk_over": "callbacks",
    "diagnose": "doctor",
    "drop_secret": "changes",
    "file_value": "changes",
    "form_of": "areas",
    "hand_out": "handout",
    "health_in": "health",
    "health_of": "health",
    "keep_secret": "changes",
    "kinds_of_channels": "accounts",
    "open_callbacks": "callbacks",
    "open_office": "office",
    "open_practice": "practice",
    "over_file": "changes",
    "pack_log": "handout",
    "platform_codes": "handbook",
    "profile_limits": "accounts",
    "run_service": "service",
    "space_of": "warnings",
    "standards_of": "areas",
    "wait_for_stop": "service",
    "wanted_by": "accounts",
    "warnings_for_front": "warnings",
}
"""Name → the module that holds it."""

__all__ = [
    "AreaForm",
    "CallbackOffice",
    "Check",
    "Created",
    "FormField",
    "Office",
    "Practice",
    "Space",
    "Warned",
    "account_facts",
    "call_titles",
    "checker",
    "create_home",
    "desk_over",
    "diagnose",
    "drop_secret",
    "file_value",
    "form_of",
    "hand_out",
    "health_in",
    "health_of",
    "keep_secret",
    "kinds_of_channels",
    "open_callbacks",
    "open_office",
    "open_practice",
    "over_file",
    "pack_log",
    "platform_codes",
    "profile_limits",
    "run_service",
    "space_of",
    "standards_of",
    "wait_for_stop",
    "wanted_by",
    "warnings_for_front",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
