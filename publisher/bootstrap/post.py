"""Who is told of alarms, from the settings: targets, quiet hours, and the messenger that knows their addresses."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from publisher.domain.alerting import Level, Post, QuietHours, Target
from publisher.domain.errors import Problem
from publisher.domain.people import Role
from publisher.notices.messenger import Messenger
from publisher.settings import AlertsPart, SettingsRefused, resolve_secrets

W = TypeVar("W", bound=StrEnum)


def _to_nobody(target: str, _title: str, _text: str) -> None:
    raise LookupError(target)


NO_POST = Post((), QuietHours(), _to_nobody)
"""Of an installation that tells nobody."""


def open_post(home: Path, part: AlertsPart) -> tuple[Post, Messenger, tuple[str, ...]]:
    """The targets with their messenger, and the addresses as secrets to be blotted out of every line.

    Raises `SettingsRefused` for an unknown role or level and for a file that cannot be read. An address that no
    messenger understands stops nothing here: it is an alarm, and `doctor` says so.
    """
    targets, addresses = [], {}
    for at, one in enumerate(part.targets):
        place = f"alerts.targets.{at}"
        roles, levels = (
            _words(Role, one.roles, f"{place}.roles"),
            _words(Level, one.levels, f"{place}.levels"),
        )
        addresses[one.name] = resolve_secrets(home, {"url_file": one.url_file}, place)["url"]
        targets.append(Target(one.name, roles, frozenset(one.people), levels))
    messenger = Messenger(addresses)
    quiet = QuietHours(time.fromisoformat(part.quiet_from), time.fromisoformat(part.quiet_to))
    return Post(tuple(targets), quiet, messenger.send), messenger, tuple(addresses.values())


def _words(kind: type[W], given: tuple[str, ...], place: str) -> frozenset[W]:
    known = {word.value: word for word in kind}
    if set(given) - set(known):
        raise SettingsRefused(Problem(place, "没有这个词", "、".join(known), f"{place}: unknown word"))
    return frozenset(known[word] for word in given)
