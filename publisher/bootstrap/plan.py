"""What the settings come to: account options, rules in force, who is told. Opens nothing but secret files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channels.contract import ChannelProfile
from channels.registry import KINDS
from publisher.bootstrap.calendar import announced_calendar
from publisher.bootstrap.overlay import Raw, Rules, overlaid
from publisher.bootstrap.post import open_post
from publisher.bootstrap.rules import release_rules
from publisher.domain.alerting import Post
from publisher.domain.catalogue import Bureau, ChannelPlan, Column
from publisher.domain.correction import CorrectionRule
from publisher.domain.errors import Problem
from publisher.domain.identifiers import ItemId, posting_key
from publisher.domain.quota import CallQuota
from publisher.notices.messenger import Messenger
from publisher.settings import ChannelPart, Settings, SettingsRefused, checked, resolve_secrets


@dataclass(frozen=True)
class Plan:
    """One checked whole of settings. `secrets` are blotted out of every line."""

    raw: Raw
    rules: Rules
    settings: Settings
    options: Mapping[str, Any] = field(repr=False)
    bureau: Bureau
    profiles: Mapping[str, ChannelProfile]
    sites: Mapping[str, Mapping[str, str]]
    post: Post
    messenger: Messenger = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def plan_of(home: Path, raw: Raw, rules: Rules) -> Plan:
    """The file with what the console changed, checked as one. Raises `SettingsRefused` with every problem."""
    whole = overlaid(raw, rules)
    settings: Settings = checked(Settings, whole)
    options, secrets = _channel_options(home, settings)
    post, messenger, addresses = open_post(home, settings.alerts)
    return Plan(
        whole,
        rules,
        settings,
        options,
        bureau_of(home, settings, options, rules),
        {name: KINDS[part.kind].profile for name, part in settings.channels.items()},
        _sites(options),
        post,
        messenger,
        (*secrets, *addresses),
    )


def _channel_options(home: Path, settings: Settings) -> tuple[dict[str, Any], tuple[str, ...]]:
    options: dict[str, Any] = {}
    secrets: list[str] = []
    for name, part in settings.channels.items():
        prefix = f"channels.{name}"
        if part.kind not in KINDS:
            raise SettingsRefused(
                Problem(f"{prefix}.kind", f"没有“{part.kind}”这种渠道", "、".join(KINDS), "unknown kind")
            )
        raw = resolve_secrets(home, part.options(), prefix)
        kind = KINDS[part.kind].settings
        if "folder" in raw:
            raw["folder"] = home / str(raw["folder"])
        told = {"label": part.label, "practice": part.practice}
        raw |= {key: value for key, value in told.items() if key in kind.model_fields}
        options[name] = checked(kind, raw, prefix)
        secrets += [v.get_secret_value() for _, v in options[name] if hasattr(v, "get_secret_value")]
    _refuse_shared_accounts(settings, options)
    return options, tuple(secrets)


def _refuse_shared_accounts(settings: Settings, options: Mapping[str, Any]) -> None:
    """Two channels of one account, or of one folder, would send everything there twice."""
    owners: dict[object, str] = {}
    for name, part in settings.channels.items():
        field = KINDS[part.kind].account
        account = str(getattr(options[name], field))
        owner = owners.setdefault(account if field == "folder" else (part.kind, account), name)
        if owner != name:
            words = f"和渠道“{owner}”是同一个账号或目录，会重复发布"
            raise SettingsRefused(
                Problem(f"channels.{name}.{field}", words, "每个账号一个渠道", f"same account as {owner}")
            )


def bureau_of(
    home: Path, settings: Settings, options: Mapping[str, Any], rules: Rules | None = None
) -> Bureau:
    """The rules in force, from the settings. Raises `SettingsRefused` for a default that does not exist."""
    part = settings.bureau
    gates = [
        name
        for name, channel in settings.channels.items()
        if KINDS[channel.kind].profile.amendable and hasattr(options[name], "site")
    ]
    if not gates:
        raise SettingsRefused(
            Problem("channels", "至少要有一个门户", 'kind = "portal"', "a portal is needed")
        )
    link = part.link_portal or gates[-1]
    columns = {c.name: Column(c.name, c.title, c.description, c.keywords, c.kind) for c in settings.columns}
    faults = [
        Problem(f"bureau.{key}", f"“{value}”不存在", "、".join(allowed), f"unknown {key}")
        for key, value, allowed in (
            ("link_portal", link, gates),
            ("default_column", part.default_column or settings.columns[0].name, list(columns)),
        )
        if value not in allowed
    ]
    if faults:
        raise SettingsRefused(*faults)
    longest = max((_longest(options[name].root_url, columns) for name in gates), key=len)
    plans = {
        name: ChannelPlan(
            name,
            c.kind,
            c.label,
            name in gates,
            c.practice,
            longest,
            quotas=quotas_in_force(name, c, options[name]),
            gap_s=KINDS[c.kind].profile.gap_s if c.gap_s is None else c.gap_s,
            correction=_correction(name, c),
        )
        for name, c in settings.channels.items()
    }
    return Bureau(
        body=part.body,
        name=part.name,
        organisation=part.organisation,
        columns=columns,
        channels=plans,
        calendar=announced_calendar(home, (rules or {}).get("calendar")),
        release_rules=release_rules(settings),
        units={unit.name: unit.title for unit in settings.units},
        chain=part.chain,
        link_portal=link,
        default_column=part.default_column or settings.columns[0].name,
        default_editor=part.default_editor,
        summary_limit_chars=part.summary_limit_chars,
        default_subject=part.default_subject,
    )


def quotas_in_force(name: str, part: ChannelPart, options: Any) -> tuple[CallQuota, ...]:
    """The kind's quotas with the account's own numbers. Raises `SettingsRefused` for a call that it has not."""
    kind = KINDS[part.kind]
    known = kind.quotas(options) if kind.quotas else kind.profile.quotas
    calls = {quota.call for quota in known}
    strange = [
        Problem(f"channels.{name}.quotas.{call}", "没有这一项额度", "、".join(sorted(calls)), "unknown call")
        for call in part.quotas
        if call not in calls
    ]
    if strange:
        raise SettingsRefused(*strange)
    return tuple(CallQuota(q.call, q.window, part.quotas.get(q.call, q.limit), q.sending) for q in known)


def _correction(name: str, part: ChannelPart) -> CorrectionRule:
    profile = KINDS[part.kind].profile
    rule = CorrectionRule(part.correction or profile.correction.value)
    possible = [r for r in CorrectionRule if (r is CorrectionRule.AMEND) <= profile.amendable]
    if rule not in possible:
        raise SettingsRefused(
            Problem(
                f"channels.{name}.correction",
                f"{profile.label}不能原址更正",
                "、".join(possible),
                f"{part.kind} cannot amend in place",
            )
        )
    return rule


def _longest(root_url: str, columns: Mapping[str, Column]) -> str:
    column = max(columns, key=len)
    key = posting_key(ItemId(""), "", "", 0)
    return f"{root_url}/{column}/2000/01/20000101-{key}.html?m={key}"


def _sites(options: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {name: option.site() for name, option in options.items() if hasattr(option, "site")}
