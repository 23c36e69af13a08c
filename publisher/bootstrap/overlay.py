"""What people changed in the console, laid over the settings file: a version an area, the newest one counts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from copy import deepcopy
from importlib.resources.abc import Traversable
from typing import Any

from publisher.domain.errors import Problem
from publisher.settings import SettingsRefused

Raw = dict[str, Any]
Rules = Mapping[str, Any]
"""Area → the newest value; None where the file alone counts again."""


def area_of(kind: str, name: str = "") -> str:
    """`columns`, or `channel:weibo`."""
    return f"{kind}:{name}" if name else kind


def _merged(whole: Raw, kind: str, value: Any) -> None:
    section = dict(whole.get(kind, {}))
    for key, given in value.items():
        if given is None:
            section.pop(key, None)
        else:
            section[key] = given
    whole[kind] = section


def _replaced(whole: Raw, kind: str, value: Any) -> None:
    whole[kind] = value


def _elsewhere(_whole: Raw, _kind: str, _value: Any) -> None:
    """Not a section of the file: read by the calendar and by the renderer."""


HOW: dict[str, Callable[[Raw, str, Any], None]] = {  # kind of area → how it lies over its section
    "bureau": _merged,
    "alerts": _merged,
    "columns": _replaced,
    "windows": _replaced,
    "blackouts": _replaced,
    "channel": _merged,
    "calendar": _elsewhere,
    "template": _elsewhere,
}


def overlaid(raw: Raw, rules: Rules) -> Raw:
    """The file's content with what the console changed. In a merged section None takes a key away.

    Raises `SettingsRefused` for an area that this program does not know.
    """
    whole = deepcopy(raw)
    for area, value in rules.items():
        kind, _, name = area.partition(":")
        if kind not in HOW:
            raise SettingsRefused(Problem(area, "没有这一类设置", "、".join(HOW), f"unknown area {area}"))
        if value is None:
            continue
        if kind == "channel":
            channels = whole.setdefault("channels", {})
            _merged(channels, name, value)
        else:
            HOW[kind](whole, kind, value)
    return whole


def only_running(rules: Rules, raw: Raw, running: frozenset[str]) -> Rules:
    """The rules without channels that this process did not open: they begin when it is started again."""
    known = running | set(raw.get("channels", {}))
    return {
        area: value
        for area, value in rules.items()
        if not area.startswith("channel:") or area.partition(":")[2] in known
    }


def template_folder(rules: Rules) -> Traversable | None:
    """The templates that were written in the console, as a folder; None when there are none."""
    written = {
        area.partition(":")[2]: value["text"]
        for area, value in rules.items()
        if area.startswith("template:") and value is not None
    }
    if not written:
        return None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in written.items():
            archive.writestr(name, text)
    return zipfile.Path(zipfile.ZipFile(packed))
