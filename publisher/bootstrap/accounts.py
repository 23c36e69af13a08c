"""What each kind of channel wants to be told, as people read it: titles, help, present values. Secrets never show."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from channels.contract import ChannelProfile
from channels.contract.profile import UNIT_NAMES
from channels.registry import KINDS

if TYPE_CHECKING:
    from publisher.bootstrap.office import Office

TOLD = frozenset({"label", "practice"})
"""Options that come from the channel's own section, not from the account."""

LIMIT_NAMES = {
    "title": "标题",
    "body": "正文",
    "summary": "摘要",
    "text": "文字",
    "author": "作者",
    "link": "链接",
    "source_url": "原文链接",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One option of a kind of channel. `secret` is written into a file of its own; `choices` are all it may be."""

    key: str
    title: str
    help: str
    secret: bool
    required: bool
    standard: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountFact:
    """One option as it is: `shown` is never a secret; `file` is where a secret comes from, "" elsewhere."""

    key: str
    title: str
    shown: str
    secret: bool = False
    given: bool = True
    file: str = ""


@dataclass(frozen=True, slots=True)
class ProfileLimit:
    """One limit of a platform, with its unit and where it is written."""

    title: str
    maximum: int
    unit: str
    source: str


def kinds_of_channels() -> dict[str, str]:
    """Every kind of channel there is, with its words."""
    return {name: kind.profile.label for name, kind in KINDS.items()}


def wanted_by(kind: str) -> tuple[Wanted, ...]:
    """What an account of this kind wants to be told, in the order of its form."""
    fields = KINDS[kind].settings.model_fields
    return tuple(_wanted(key, field) for key, field in fields.items() if key not in TOLD)


def _wanted(key: str, field: FieldInfo) -> Wanted:
    standard = "" if field.is_required() or field.default is None else str(field.default)
    choices = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is Literal else ()
    return Wanted(
        key,
        field.title or key,
        field.description or "",
        is_secret(field),
        field.is_required(),
        standard,
        tuple(str(choice) for choice in choices),
    )


def is_secret(field: FieldInfo) -> bool:
    """Whether an option holds something that nobody may read again."""
    return field.annotation is SecretStr or SecretStr in typing.get_args(field.annotation)


def account_facts(office: Office, name: str) -> tuple[AccountFact, ...]:
    """What the settings say of one channel's account."""
    part, options = office.settings.channels[name], office.options[name]
    given: dict[str, Any] = part.options()
    facts = []
    for one in wanted_by(part.kind):
        value = getattr(options, one.key)
        if one.secret:
            file = str(given.get(f"{one.key}_file", ""))
            facts.append(AccountFact(one.key, one.title, "", True, value is not None, file))
        else:
            facts.append(AccountFact(one.key, one.title, _shown(office.home, value)))
    return tuple(facts)


def _shown(home: Path, value: object) -> str:
    if isinstance(value, Path):
        return str(value.relative_to(home)) if value.is_relative_to(home) else str(value)
    return "" if value is None else str(value)


def profile_limits(profile: ChannelProfile) -> tuple[ProfileLimit, ...]:
    """What a platform takes in one article, as it stands in the profile."""
    return tuple(
        ProfileLimit(
            LIMIT_NAMES.get(limit.field, limit.field), limit.maximum, UNIT_NAMES[limit.unit], limit.source
        )
        for limit in profile.limits
    )


def call_titles(office: Office, name: str) -> dict[str, str]:
    """What the counted calls of one channel are called."""
    kind = KINDS[office.settings.channels[name].kind]
    known = kind.quotas(office.options[name]) if kind.quotas else kind.profile.quotas
    return {quota.call: quota.title or quota.call for quota in known}
