"""The settings as forms: each area's fields with words, help, choices and present values. Secrets never show."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from channels.registry import KINDS as CHANNEL_KINDS
from publisher.bootstrap.accounts import TOLD, is_secret
from publisher.domain.alerting import LEVEL_LABELS
from publisher.domain.catalogue import KINDS
from publisher.domain.correction import RULE_LABELS, CorrectionRule
from publisher.domain.people import ROLE_LABELS
from publisher.settings import (
    AlertsPart,
    BlackoutPart,
    BureauPart,
    ChannelPart,
    ColumnPart,
    TargetPart,
    WindowPart,
)

if TYPE_CHECKING:
    from publisher.bootstrap.office import Office

WEEKDAYS = {str(at): f"周{word}" for at, word in enumerate("一二三四五六日", 1)}
CHAINS = {"small": "三人即可", "full": "各不相同"}
FIXED = frozenset({("bureau", "body")})
"""Keys that are set once and never in the console."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. `shape` is text, number, choice, yes, many, names or secret; `value` what stands there now.

    `standard` is what counts while it is empty, `unwritten` the same as the settings hold it.
    """

    key: str
    title: str
    help: str
    shape: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    value: Any = ""
    given: bool = False
    standard: str = ""
    unwritten: Any = None

    @property
    def shown(self) -> str:
        """The value as text of an input."""
        if isinstance(self.value, list | tuple):
            return "、".join(str(one) for one in self.value)
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class AreaForm:
    """One area: its single fields, and the rows of its list with one empty row to fill in."""

    area: str
    fields: tuple[FormField, ...] = ()
    rows: tuple[tuple[FormField, ...], ...] = ()
    row_key: str = ""


def form_of(office: Office, area: str) -> AreaForm:
    """The form of one area with what is in force. Raises `KeyError` for an area without a form of this sort."""
    kind, _, name = area.partition(":")
    raw = office.plan.raw
    if kind == "channel":
        part = raw["channels"][name]
        return AreaForm(area, (*channel_fields(office, part["kind"], part), *_quotas(office, name)))
    if kind == "bureau":
        return AreaForm(area, _fields(office, BureauPart, raw["bureau"], kind))
    if kind == "alerts":
        part = raw.get("alerts", {})
        single = tuple(f for f in _fields(office, AlertsPart, part, kind) if f.key != "targets")
        return AreaForm(area, single, _rows(office, TargetPart, part.get("targets", []), kind), "targets")
    model = LISTS[kind]
    return AreaForm(area, (), _rows(office, model, raw.get(kind, []), kind), kind)


LISTS: dict[str, type[BaseModel]] = {"columns": ColumnPart, "windows": WindowPart, "blackouts": BlackoutPart}
"""Areas that are lists → what a row is."""


def channel_fields(office: Office, kind: str, raw: Mapping[str, Any]) -> tuple[FormField, ...]:
    """A channel's own section, then what its kind wants to be told."""
    own = [
        _field(office, "channel", key, ChannelPart.model_fields[key], raw)
        for key in ("label", "gap_s", "correction")
    ]
    account = [
        _field(office, "account", key, field, raw)
        for key, field in CHANNEL_KINDS[kind].settings.model_fields.items()
        if key not in TOLD
    ]
    return (*own, *account)


def _quotas(office: Office, name: str) -> tuple[FormField, ...]:
    part = office.plan.settings.channels[name]
    kind = CHANNEL_KINDS[part.kind]
    known = kind.quotas(office.plan.options[name]) if kind.quotas else kind.profile.quotas
    return tuple(
        FormField(
            f"quotas.{quota.call}",
            quota.title or quota.call,
            "",
            "number",
            value=part.quotas.get(quota.call),
            standard=str(quota.limit),
        )
        for quota in known
    )


def _rows(
    office: Office, model: type[BaseModel], rows: Iterable[Mapping[str, Any]], kind: str
) -> tuple[tuple[FormField, ...], ...]:
    return tuple(_fields(office, model, row, kind) for row in (*rows, {}))


def _fields(
    office: Office, model: type[BaseModel], raw: Mapping[str, Any], kind: str
) -> tuple[FormField, ...]:
    return tuple(
        _field(office, kind, key, field, raw)
        for key, field in model.model_fields.items()
        if (kind, key) not in FIXED
    )


def _field(office: Office, kind: str, key: str, field: FieldInfo, raw: Mapping[str, Any]) -> FormField:
    title, help_ = field.title or key, field.description or ""
    if is_secret(field) or key.endswith("_file"):
        stored = key if key.endswith("_file") else f"{key}_file"
        return FormField(stored, title, help_, "secret", field.is_required(), given=stored in raw)
    standard = None if field.is_required() else field.default
    value = raw.get(key, standard)
    choices = _choices(office, kind, key, field)
    unwritten = list(standard) if isinstance(standard, tuple) else standard
    return FormField(
        key, title, help_, _shape(field, choices), field.is_required(), choices, value, unwritten=unwritten
    )


def _shape(field: FieldInfo, choices: tuple[tuple[str, str], ...]) -> str:
    several = typing.get_origin(field.annotation) is tuple
    if choices:
        return "many" if several else "choice"
    if several:
        return "names"
    if field.annotation is bool:
        return "yes"
    return "number" if field.annotation is int or int in typing.get_args(field.annotation) else "text"


def _choices(office: Office, kind: str, key: str, field: FieldInfo) -> tuple[tuple[str, str], ...]:
    bureau = office.plan.bureau
    table: dict[tuple[str, str], Mapping[str, str]] = {
        ("bureau", "chain"): CHAINS,
        ("bureau", "link_portal"): {"": "缺省", **{n: bureau.label(n) for n in bureau.portals()}},
        ("bureau", "default_column"): {"": "缺省", **{n: c.title for n, c in bureau.columns.items()}},
        ("channel", "correction"): {"": "缺省", **{r.value: RULE_LABELS[r] for r in CorrectionRule}},
        ("alerts", "roles"): {r.value: words for r, words in ROLE_LABELS.items()},
        ("alerts", "levels"): {level.value: words for level, words in LEVEL_LABELS.items()},
    }
    if key == "weekdays":
        return tuple(WEEKDAYS.items())
    if kind in ("windows", "blackouts") and key == "kinds":
        return tuple((name, one.label) for name, one in KINDS.items() if not one.urgent)
    if kind in ("windows", "blackouts") and key == "channels":
        return tuple((name, plan.label) for name, plan in bureau.channels.items())
    if (kind, key) in table:
        return tuple(table[kind, key].items())
    if typing.get_origin(field.annotation) is typing.Literal:
        return tuple((str(word), str(word)) for word in typing.get_args(field.annotation))
    return ()


PLACES = {
    "bureau": "单位",
    "columns": "栏目",
    "windows": "发布时段",
    "blackouts": "停发日",
    "alerts": "告警",
    "targets": "目标",
    "channels": "渠道",
    "quotas": "次数",
    "url_file": "地址",
}
FORMS: tuple[type[BaseModel], ...] = (
    *(BureauPart, ColumnPart, ChannelPart, WindowPart, BlackoutPart, AlertsPart, TargetPart),
    *(kind.settings for kind in CHANNEL_KINDS.values()),
)
TITLES = {key: field.title for model in FORMS for key, field in model.model_fields.items() if field.title}
"""Key of the settings → what its form calls it. One key means the same everywhere."""


def place_words(office: Office, place: str) -> str:
    """A place of the settings in words: `columns.1.title` is `栏目 第 2 条 栏目名称`."""
    words = []
    for part in re.sub(r"\[(\d+)\]", lambda m: f".{int(m[1]) - 1}", place).split("."):
        if part.isdigit():
            words.append(f"第 {int(part) + 1} 条")
        elif part in office.plan.bureau.channels:
            words.append(office.plan.bureau.label(part))
        else:
            words.append(
                PLACES.get(part) or TITLES.get(part) or TITLES.get(part.removesuffix("_file")) or part
            )
    return " ".join(words)


def standards_of(office: Office, area: str) -> dict[str, Any]:
    """What counts for each key of an area while nobody wrote it."""
    kind, _, name = area.partition(":")
    models: tuple[type[BaseModel], ...] = (AlertsPart,) if kind == "alerts" else (BureauPart,)
    if kind == "channel":
        models = (ChannelPart, CHANNEL_KINDS[office.plan.settings.channels[name].kind].settings)
    found = {
        key: field.default
        for model in models
        for key, field in model.model_fields.items()
        if not field.is_required()
    }
    return {key: None if value in ("", ()) else value for key, value in found.items()}
