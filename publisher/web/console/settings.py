"""Settings 设置: each area, its form and its versions; a change is checked, logged and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.bootstrap import (
    AreaForm,
    checker,
    diagnose,
    drop_secret,
    file_value,
    form_of,
    keep_secret,
    over_file,
    standards_of,
)
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import View
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Fields, Posted
from publisher.web.console.forms import again, row_values, single_values
from publisher.workflow.rules import (
    AREA_LABELS,
    ChangeRequest,
    RestoreRequest,
    change_rules,
    changers,
    may_change,
    newest_versions,
    restore_rules,
    versions_of,
)

DONE = {
    "saved": "已保存，现在就按新的办。",
    "later": "已保存。发布服务重新启动以后按新的办。",
    "restored": "已恢复，现在就按恢复的办。",
}
ABOUT = {
    "bureau": "名称、机构代码、审签链、缺省的栏目和责任编辑。",
    "columns": "门户上的栏目：名称、说明、关键词。",
    "windows": "哪些类别、哪些渠道在什么时段发；没有写就随时可发。",
    "blackouts": "哪些天不发，以及理由。急件不受限制。",
    "alerts": "出了问题告诉谁，什么时候只说紧急的。",
}
EFFECT = {
    "bureau": "保存以后立刻按新的办，已经送审的不变。",
    "columns": "保存以后立刻按新的办，已经发出的页面不变。",
    "windows": "保存以后立刻按新的办，已经排好的按新的时段重排。",
    "blackouts": "保存以后立刻按新的办。",
    "alerts": "试发现在就用新的；告警要等发布服务重新启动才发给新的目标。",
    "channel": "保存以后立刻按新的办，正在发的那一条按原来的办完。",
}
SAID = {
    **{f"about:{key}": words for key, words in ABOUT.items()},
    **{f"effect:{key}": words for key, words in EFFECT.items()},
    **{f"area:{key}": words for key, words in AREA_LABELS.items()},
}
LEVELS = ("bad", "warn", "ok")
PLAIN = ("bureau", "columns", "windows", "blackouts", "alerts")
"""Areas whose page is one form."""


def add(app: FastAPI, console: Console) -> None:
    """The index, a page an area, and undoing."""

    @app.get("/settings")
    def index(request: Request) -> Response:
        visit = console.visit(request, View.SETTINGS)
        with console.office.store.read() as reading:
            newest = newest_versions(reading)
        channels = [(name, plan.label) for name, plan in console.office.store.bureau.channels.items()]
        return console.show(
            visit,
            "settings",
            areas=[
                (kind, AREA_LABELS[kind], ABOUT[kind], changers(kind), _last(newest, kind)) for kind in ABOUT
            ],
            channels=[(name, label, newest.get(f"channel:{name}")) for name, label in channels],
            channel_changers=changers("channel"),
            unapplied=console.office.unapplied,
            done_words=DONE,
        )

    @app.get("/settings/health")
    def health(request: Request) -> Response:
        visit = console.visit(request, View.SETTINGS)
        checks = sorted(diagnose(console.office), key=lambda check: LEVELS.index(check.level))
        return console.show(
            visit,
            "settings_health",
            checks=checks,
            bad=sum(check.level == "bad" for check in checks),
            warned=sum(check.level == "warn" for check in checks),
            version=version("gongkai"),
        )

    @app.get("/settings/channels/{name}")
    def channel(request: Request, name: str) -> Response:
        visit = console.visit(request, View.SETTINGS)
        return _page(console, visit, _channel_area(console, name))

    @app.post("/settings/channels/{name}")
    def change_channel(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.SETTINGS)
        return _change(console, visit, _channel_area(console, name))

    @app.post("/settings/restore")
    def restore(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.SETTINGS)
        area = _known(console, fields["area"])
        asked = RestoreRequest(area, _number(fields["version"]), fields["reason"], _number(fields["seen"]))
        return console.act(
            visit,
            lambda: console.perform(visit, restore_rules, asked, check=checker(console.office)),
            then=path_of(area),
            done="restored",
            again=lambda why: _page(console, visit, area, refused=why),
        )

    @app.get("/settings/{area}")
    def one(request: Request, area: str) -> Response:
        visit = console.visit(request, View.SETTINGS)
        return _page(console, visit, _plain(area))

    @app.post("/settings/{area}")
    def change(request: Request, area: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.SETTINGS)
        return _change(console, visit, _plain(area))


def path_of(area: str) -> str:
    """Where an area's page is."""
    kind, _, name = area.partition(":")
    return f"/settings/channels/{name}" if kind == "channel" else f"/settings/{kind}"


def _last(newest: dict[str, Any], kind: str) -> Any:
    mine = [version for area, version in newest.items() if area.partition(":")[0] == kind]
    return max(mine, key=lambda version: version.id, default=None)


def _plain(area: str) -> str:
    if area not in PLAIN:
        raise refuse(Reason.NOT_FOUND, "没有这一类设置", field="area", english="no such area")
    return area


def _channel_area(console: Console, name: str) -> str:
    if name not in console.office.settings.channels:
        raise refuse(Reason.NOT_FOUND, "没有这个渠道", field="channel", english="no such channel")
    return f"channel:{name}"


def _known(console: Console, area: str) -> str:
    kind, _, name = area.partition(":")
    return _channel_area(console, name) if kind == "channel" else _plain(area)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _page(console: Console, visit: Visit, area: str, *, refused: Refused | None = None) -> Response:
    """One area: its form, with the person's own input after a refusal."""
    office, kind = console.office, area.partition(":")[0]
    form = form_of(office, area)
    with office.store.read() as reading:
        versions = versions_of(reading, area)
    return console.show(
        visit,
        "settings_area",
        area=area,
        kind=kind,
        here=path_of(area),
        title=AREA_LABELS[kind],
        named=office.store.bureau.label(area.partition(":")[2]) if kind == "channel" else "",
        about=ABOUT.get(kind, ""),
        effect=EFFECT[kind],
        form=again(form, visit.given) if refused else form,
        versions=versions,
        seen=versions[0].id if versions else 0,
        may=may_change(area, visit.person),
        who=changers(area),
        done_words=DONE,
        refused=refused,
    )


def _change(console: Console, visit: Visit, area: str) -> Response:
    office, fields = console.office, visit.given
    written: list[str] = []

    def keep(key: str, text: str) -> str:
        stem = area.partition(":")[2] or area
        written.append(keep_secret(office, stem, key, text))
        return written[-1]

    def do() -> Any:
        if not may_change(area, visit.person):
            return console.perform(visit, change_rules, _asked(area, None, fields), check=checker(office))
        with _dropped_unless_kept(office, written):
            value = _value(console, area, fields, keep)
            replaced = _replaced(console, area, value)
            version = console.perform(visit, change_rules, _asked(area, value, fields), check=checker(office))
        for name in replaced:
            drop_secret(office, name)
        return version

    return console.act(
        visit,
        do,
        then=path_of(area),
        done="saved",
        again=lambda why: _page(console, visit, area, refused=why),
    )


def _asked(area: str, value: Any, fields: Fields) -> ChangeRequest:
    return ChangeRequest(area, value, fields["reason"], _number(fields["seen"]))


@contextmanager
def _dropped_unless_kept(office: Any, written: list[str]) -> Iterator[None]:
    """What was written for a change that was not made goes again."""
    try:
        yield
    except BaseException:
        for name in written:
            drop_secret(office, name)
        raise


def _value(console: Console, area: str, fields: Fields, keep: Callable[[str, str], str]) -> Any:
    """What the form says, as a version holds it: what differs from the settings file."""
    office, form = console.office, form_of(console.office, area)
    file = file_value(office, area)
    if not form.fields:
        rows = row_values(form, fields, _present(console, form), keep)
        return None if rows == file else rows
    values = single_values(form, fields)
    if form.row_key:
        values[form.row_key] = row_values(form, fields, _present(console, form), keep) or None
    values |= _secrets(console, area, form, fields, keep)
    return over_file(values, file, standards_of(office, area))


def _secrets(
    console: Console, area: str, form: AreaForm, fields: Fields, keep: Callable[[str, str], str]
) -> dict[str, Any]:
    """The file of each secret: a new one where something was written, else that of now."""
    section = _section(console, area)
    found = {}
    for field in form.fields:
        if field.shape == "secret":
            text = fields[field.key]
            found[field.key] = keep(field.key, text) if text else section.get(field.key)
    return found


def _replaced(console: Console, area: str, value: Any) -> list[str]:
    """Files of a channel's secrets that the new version no longer names."""
    if not area.startswith("channel:"):
        return []
    named = value or {}
    return [
        str(name)
        for key, name in _section(console, area).items()
        if key.endswith("_file") and named.get(key, name) != name
    ]


def _section(console: Console, area: str) -> dict[str, Any]:
    kind, _, name = area.partition(":")
    raw = console.office.plan.raw
    return dict(raw["channels"][name] if kind == "channel" else raw.get(kind, {}))


def _present(console: Console, form: AreaForm) -> list[dict[str, Any]]:
    raw = console.office.plan.raw.get(form.area, [])
    rows = raw.get(form.row_key, []) if isinstance(raw, dict) else raw
    return [dict(row) for row in rows]
