"""Settings that people change in the console: each change a version with its reason, on record, and it can be undone.

A version holds what lies over one area of the settings file. Secrets are never in it: only the name of the file
that holds one. What may be written is asked of `check`, which knows the settings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.people import PERMISSIONS, ROLE_LABELS, Act, Person, may, require
from publisher.store.records import RuleRecord
from publisher.store.unit_of_work import Reading, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.people_words import people_words

AREA_ACTS: dict[str, Act] = {  # kind of area → what one must be allowed to do to change it
    "bureau": Act.CHANGE_SETTINGS,
    "channel": Act.CHANGE_SETTINGS,
    "alerts": Act.CHANGE_SETTINGS,
    "columns": Act.CHANGE_RULES,
    "windows": Act.CHANGE_RULES,
    "blackouts": Act.CHANGE_RULES,
    "calendar": Act.CHANGE_RULES,
    "template": Act.CHANGE_RULES,
}

AREA_LABELS = {
    "bureau": "单位和审签",
    "channel": "渠道",
    "alerts": "告警",
    "columns": "栏目",
    "windows": "发布时段",
    "blackouts": "停发日",
    "calendar": "工作日历",
    "template": "消息模板",
}

Check = Callable[[Mapping[str, Any]], None]
"""Raises `Refused` when the whole, with these newest values of all areas, cannot be used."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """The new value of one area (None: as the file says), why, and the version that its writer had before them."""

    area: str
    value: Any
    reason: str
    seen: int


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """An earlier version of one area that shall count again (0: as the file says), and why."""

    area: str
    version: int
    reason: str
    seen: int


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """One version as people read it."""

    id: int
    area: str
    value: Any
    who: str
    at: datetime
    reason: str


def change_rules(
    uow: UnitOfWork, now: datetime, actor: Actor, request: ChangeRequest, *, check: Check
) -> int:
    """A new version of one area; its number. Refused when somebody else changed the area in between."""
    require(act_for(request.area), actor.person)
    require_words(request.reason, "改设置要写明理由")
    before = uow.rules.newest(request.area)
    _refuse_stale(before, request.seen)
    if (before.value if before else None) == request.value:
        raise refuse(
            Reason.WRONG_STATE,
            "和现在的一样，没有改动",
            field="value",
            allowed="改过以后再保存",
            english="nothing is different",
        )
    check(_with(uow, request.area, request.value))
    return _keep(uow, now, actor, request.area, request.value, request.reason, before)


def restore_rules(
    uow: UnitOfWork, now: datetime, actor: Actor, request: RestoreRequest, *, check: Check
) -> int:
    """An earlier version once more, as a new one; its number. Files of secrets stay those of now."""
    require(act_for(request.area), actor.person)
    require_words(request.reason, "恢复旧的设置要写明理由")
    before = uow.rules.newest(request.area)
    _refuse_stale(before, request.seen)
    wanted = uow.rules.get(request.version) if request.version else None
    if request.version and (wanted is None or wanted.area != request.area):
        raise refuse(Reason.NOT_FOUND, "没有这个版本", field="version", english="no such version")
    value = with_secrets_of(before.value if before else None, wanted.value if wanted else None)
    check(_with(uow, request.area, value))
    return _keep(uow, now, actor, request.area, value, request.reason, before)


def with_secrets_of(present: Any, wanted: Any) -> Any:
    """An earlier value with the secret files of the present one: an old secret never comes back by itself."""
    if not isinstance(present, dict):
        return wanted
    files = {key: name for key, name in present.items() if key.endswith("_file")}
    if wanted is None:
        return files or None
    if not isinstance(wanted, dict):
        return wanted
    return {key: value for key, value in wanted.items() if not key.endswith("_file")} | files


def act_for(area: str) -> Act:
    """What one must be allowed to do to change an area. Refused as not found for an area that there is not."""
    kind = area.partition(":")[0]
    if kind not in AREA_ACTS:
        raise refuse(Reason.NOT_FOUND, "没有这一类设置", field="area", english="no such area")
    return AREA_ACTS[kind]


def may_change(area: str, person: Person) -> bool:
    """Whether the table lets this person change an area."""
    return may(act_for(area), person)


def changers(area: str) -> tuple[str, ...]:
    """Who may, in words."""
    return tuple(ROLE_LABELS[role] for role in sorted(PERMISSIONS[act_for(area)]))


def versions_of(reading: Reading, area: str) -> list[RuleVersion]:
    """The versions of one area, newest first."""
    named = people_words(reading)
    return [_shown(rule, named) for rule in reading.rules.history([area])]


def newest_versions(reading: Reading) -> dict[str, RuleVersion]:
    """Area → its newest version, of everything that was ever changed in the console."""
    named = people_words(reading)
    return {area: _shown(rule, named) for area, rule in reading.rules.current().items()}


def _shown(rule: RuleRecord, named: Callable[[str], str]) -> RuleVersion:
    return RuleVersion(rule.id, rule.area, rule.value, named(rule.made_by), rule.made_at, rule.reason)


def _with(uow: UnitOfWork, area: str, value: Any) -> dict[str, Any]:
    return {name: rule.value for name, rule in uow.rules.current().items()} | {area: value}


def _refuse_stale(before: RuleRecord | None, seen: int) -> None:
    if (before.id if before else 0) != seen:
        raise refuse(
            Reason.WRONG_STATE,
            "您打开这一页以后，别人改过这一项",
            field="value",
            allowed="重新打开这一页，看过新的再改",
            english="somebody changed it in between",
        )


def _keep(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    area: str,
    value: Any,
    reason: str,
    before: RuleRecord | None,
) -> int:
    """The version and its entry: the entry holds the value's digest and which keys changed, never a value."""
    version = uow.rules.add(area, value, person=actor.name, reason=reason, now=now)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    uow.record(
        now,
        "person:settings:changed",
        actor.name,
        f"settings:{area}",
        os_user=actor.os_user,
        digests={"value": hashlib.sha256(text.encode()).hexdigest()},
        facts={"version": version, "before": before.id if before else 0},
        notes={"reason": reason, "changed": _changed(before.value if before else None, value)},
    )
    uow.commit()
    return version


def _changed(before: Any, after: Any) -> str:
    old, new = (value if isinstance(value, dict) else {} for value in (before, after))
    keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return "、".join(keys)
