"""Changing the settings in the console: the same checks as at start, and secrets in files of their own."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from publisher.bootstrap.areas import LISTS, place_words
from publisher.bootstrap.office import Office, renderer_of
from publisher.bootstrap.overlay import Raw
from publisher.bootstrap.plan import Plan, plan_of
from publisher.domain.errors import Reason, Refused, refuse
from publisher.settings import SettingsRefused

FOLDER = "secrets"
LONGEST_SECRET = 4096
WRITTEN = re.compile(r"secrets/[a-z0-9.-]+\.[a-z_]+\.[0-9a-f]{12}")
"""Names of the files that the console wrote: no other file of secrets is ever removed."""


def checker(office: Office) -> Callable[[Mapping[str, Any]], None]:
    """What `change_rules` asks: may the whole be used? Refused with each place in words; no value is shown."""

    def check(rules: Mapping[str, Any]) -> None:
        try:
            plan = plan_of(office.home, office.raw, rules)
        except SettingsRefused as why:
            problems = [replace(one, field=place_words(office, one.field)) for one in why.problems]
            raise Refused(Reason.BAD_INPUT, *problems) from None
        _refuse_lost_columns(office, plan)
        renderer_of(office.home, plan)

    return check


def _refuse_lost_columns(office: Office, plan: Plan) -> None:
    """A column that items stand in keeps its code: their pages lie under it."""
    lost = set(office.plan.bureau.columns) - set(plan.bureau.columns)
    if not lost:
        return
    with office.store.read() as reading:
        used = sorted(lost & reading.items.columns_in_use())
    if used:
        titles = "、".join(office.plan.bureau.columns[name].title for name in used)
        raise refuse(
            Reason.BAD_INPUT,
            f"栏目“{titles}”里已经有条目，不能去掉，也不能改代码",
            field="栏目",
            allowed="改名称和说明；不再用的栏目留着",
            english="items stand in this column: it can be renamed and not removed",
        )


def file_value(office: Office, area: str) -> Any:
    """What the settings file alone says of an area: the section, or an empty one."""
    kind, _, name = area.partition(":")
    if kind == "channel":
        return _plain(office.raw.get("channels", {}).get(name, {}))
    return _plain(office.raw.get(kind, [] if kind in LISTS else {}))


def _plain(value: Any) -> Any:
    """As JSON would hold it: a date of the file is text in a version."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def over_file(given: Raw, file: Raw, standard: Mapping[str, Any]) -> Raw | None:
    """What of `given` differs from the file: that is kept as the version. None takes a key away."""
    changed = {key: value for key, value in given.items() if value != file.get(key, standard.get(key, None))}
    return changed or None


def keep_secret(office: Office, stem: str, key: str, text: str) -> str:
    """Write a secret into a new file that only the service's user may read; its name, as the settings have it.

    Refused for what cannot be a secret; its text stands in no message. Nothing is replaced: the file of before
    stays until `drop_secret`.
    """
    value = text.strip()
    if not value or len(value) > LONGEST_SECRET or not value.isprintable():
        raise refuse(
            Reason.BAD_INPUT,
            "密钥写得不对",
            field="密钥",
            allowed=f"一行可见的文字，最多 {LONGEST_SECRET} 个字符",
            english="a secret is one line of visible characters",
        )
    name = f"{FOLDER}/{stem}.{key.removesuffix('_file')}.{secrets.token_hex(6)}"
    folder = office.home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(office.home / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    return name


def drop_secret(office: Office, name: str) -> None:
    """Remove a file that the console wrote and nothing names any more; any other file is left alone."""
    if WRITTEN.fullmatch(name):
        Path(office.home / name).unlink(missing_ok=True)
