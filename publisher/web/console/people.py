"""人员: who has an account, what they may do, the second officer's yes, leaving and handing over."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.domain.clocks import BEIJING
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import APART, CHAIN_ROLES, Act, Role, View
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Fields, Posted
from publisher.workflow import roster
from publisher.workflow.handover import open_with, successors
from publisher.workflow.mandates import (
    EndMandateRequest,
    MandateRequest,
    end_mandate,
    give_mandate,
    mandates_of,
)
from publisher.workflow.officers import security_administrators
from publisher.workflow.passwords import ResetPasswordRequest, reset_password
from publisher.workflow.personnel import (
    ADD,
    CHANGE,
    LEAVE,
    RETURN,
    ChangePersonRequest,
    ConfirmRequest,
    LeaveRequest,
    OpenAccountRequest,
    PersonRequest,
    change_person,
    confirm_person,
    deactivate_person,
    open_account,
    reactivate_person,
    unlock_person,
)
from publisher.workflow.roster import entry_of
from publisher.workflow.sessions import EndSessionsRequest, end_all_sessions

DONE = {
    "changed": "改好了。",
    "asked": "已提出，等安全管理员确认；确认以前什么都没有改变。",
    "confirmed": "已确认，从现在起生效。",
    "declined": "已记下不同意，什么都没有改变。",
    "left": "账号已停用，手上的事已交给接手的人，所有登录已结束。",
    "back": "账号已恢复。",
    "unlocked": "已解锁，现在可以登录。",
    "mandate": "代办已定下。到时自动开始、自动结束。",
    "mandate_ended": "代办已结束。",
    "bound": "已绑定（留空则已解除）。",
    "ended": "这个账号的登录都已结束。",
}
SAID = {
    **{
        f"state {word}": word
        for word in (
            roster.IN_USE,
            roster.CLOSED,
            roster.WAITS,
            roster.LOCKED,
            roster.ONE_TIME,
            roster.STALE_ONE,
        )
    },
}
WHATS = {ADD: "新增人员", CHANGE: "改姓名、角色或单位", LEAVE: "停用和交接", RETURN: "恢复账号"}
SAID |= {f"what {what}": words for what, words in WHATS.items()}
MARKS = {
    roster.IN_USE: ("malachite", "verified"),
    roster.CLOSED: ("stone", "cancelled"),
    roster.WAITS: ("ochre", "waiting"),
    roster.LOCKED: ("cinnabar", "block"),
    roster.ONE_TIME: ("azurite", "submitted"),
    roster.STALE_ONE: ("ochre", "held"),
}
"""Colour and glyph of an account's state."""


def add(app: FastAPI, console: Console) -> None:
    """The list, an account's page, the form of a new one, and the hand-over."""
    _add_list(app, console)
    _add_changes(app, console)
    _add_officer(app, console)
    _add_leaving(app, console)
    _add_mandates(app, console)


def _targets(console: Console) -> list[str]:
    return [target.name for target in console.office.post.targets]


def _choices(console: Console) -> dict[str, Any]:
    return {
        "roles": [role for role in Role if role in CHAIN_ROLES] + [r for r in Role if r not in CHAIN_ROLES],
        "units": dict(console.office.store.bureau.units),
        "targets": _targets(console),
        "named": [(name, name) for name in _targets(console)],
    }


def _add_list(app: FastAPI, console: Console) -> None:
    @app.get("/people")
    def people(request: Request) -> Response:
        visit = console.visit(request, View.PEOPLE)
        with console.office.store.read() as reading:
            lines = roster.roster(reading, visit.now)
            officers = security_administrators(reading)
        return console.show(visit, "people", lines=lines, officers=officers, marks=MARKS, done_words=DONE)

    @app.get("/people/new")
    def new(request: Request) -> Response:
        return new_page(console.visit(request, View.PEOPLE, act=Act.ADD_USER), Fields())

    def new_page(visit: Visit, given: Fields, why: Refused | None = None) -> Response:
        with console.office.store.read() as reading:
            officers = security_administrators(reading)
        return console.show(
            visit, "people_new", refused=why, given=given, officers=officers, **_choices(console)
        )

    @app.post("/people/new")
    def create(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        asked = OpenAccountRequest(
            fields["name"], fields["display"], fields.all("role"), fields["unit"], fields["contact"]
        )
        try:
            made = console.perform(visit, open_account, asked, targets=_targets(console))
        except Refused as why:
            return new_page(visit, fields, why)
        return secret_page(console, visit, asked.name, made)


def secret_page(console: Console, visit: Visit, name: str, made: str) -> Response:
    """The page that shows a one-time password, once; it is nowhere kept, so the page cannot be opened again."""
    with console.office.store.read() as reading:
        entry = entry_of(reading, visit.now, name)
    return console.show(visit, "people_secret", entry=entry, made=made)


def person_page(
    console: Console, visit: Visit, name: str, given: Fields | None = None, why: Refused | None = None
) -> Response:
    """An account's page; after a refusal with what the person had filled in."""
    with console.office.store.read() as reading:
        entry = entry_of(reading, visit.now, name)
        mandates = [(m, m.stands(visit.now)) for m in mandates_of(reading, visit.now, name)]
        names = {p.name: p.display for p in reading.people.all()}
        others = [p for p in reading.people.all() if p.active and p.name != name]
    part = console.office.settings.console.oidc
    return console.show(
        visit,
        "person",
        refused=why,
        entry=entry,
        given=given,
        mandates=mandates,
        names=names,
        able=[(p.name, p.display) for p in others if p.unit == entry.person.unit and not p.roles & APART],
        lendable=[r for r in sorted(entry.person.roles) if r in CHAIN_ROLES],
        elsewhere=part.label if part else "",
        state_mark=MARKS[entry.line.state],
        whats=WHATS,
        security=Role.SECURITY_ADMINISTRATOR in visit.person.roles,
        pairs=[(p.name, f"{p.display}（{p.name}）") for p in others],
        done_words=DONE,
        **_choices(console),
    )


def _add_changes(app: FastAPI, console: Console) -> None:
    @app.get("/people/{name}")
    def person(request: Request, name: str) -> Response:
        return person_page(console, console.visit(request, View.PEOPLE), name)

    @app.post("/people/{name}")
    def change(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        asked = ChangePersonRequest(
            name,
            fields["display"],
            fields.all("role"),
            fields["unit"],
            fields["substitute"],
            fields["contact"],
        )
        return console.act(
            visit,
            lambda: console.perform(visit, change_person, asked, targets=_targets(console)),
            then=lambda done: f"/people/{name}?done={'changed' if done else 'asked'}",
            done="",
            again=lambda why: person_page(console, visit, name, fields, why),
        )

    @app.post("/people/{name}/return")
    def back(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        return console.act(
            visit,
            lambda: console.perform(visit, reactivate_person, PersonRequest(name)),
            then=lambda done: f"/people/{name}?done={'back' if done else 'asked'}",
            done="",
            again=lambda why: person_page(console, visit, name, None, why),
        )


def _add_officer(app: FastAPI, console: Console) -> None:
    @app.post("/people/{name}/reset")
    def reset(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        try:
            made = console.perform(visit, reset_password, ResetPasswordRequest(name))
        except Refused as why:
            return person_page(console, visit, name, None, why)
        return secret_page(console, visit, name, made)

    def simple(path: str, use_case: object, make: object, done: str) -> None:
        @app.post(f"/people/{{name}}/{path}")
        def act(request: Request, name: str, fields: Posted) -> Response:
            visit = console.post(request, fields, View.PEOPLE)
            return console.act(
                visit,
                lambda: console.perform(visit, use_case, make(name)),  # type: ignore[arg-type,operator]
                then=f"/people/{name}",
                done=done,
                again=lambda why: person_page(console, visit, name, None, why),
            )

    simple("unlock", unlock_person, PersonRequest, "unlocked")
    simple("sessions", end_all_sessions, EndSessionsRequest, "ended")

    @app.post("/people/{name}/confirm")
    def confirm(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        agree = fields["answer"] == "agree"
        asked = ConfirmRequest(name, agree, fields["reason"])
        return console.act(
            visit,
            lambda: console.perform(visit, confirm_person, asked),
            then=f"/people/{name}",
            done="confirmed" if agree else "declined",
            again=lambda why: person_page(console, visit, name, None, why),
        )


def _add_mandates(app: FastAPI, console: Console) -> None:
    @app.post("/people/{name}/mandates")
    def give(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)

        def do() -> None:
            since, until = day_in(fields["since"], "since"), day_in(fields["until"], "until")
            asked = MandateRequest(
                name,
                fields["by"],
                fields.all("lend"),
                since,
                until + timedelta(days=1),
                fields["why"],
            )
            console.perform(visit, give_mandate, asked)

        return console.act(
            visit,
            do,
            then=f"/people/{name}",
            done="mandate",
            again=lambda why: person_page(console, visit, name, None, why),
        )

    @app.post("/people/{name}/mandates/{mandate_id}/end")
    def end(request: Request, name: str, mandate_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        return console.act(
            visit,
            lambda: console.perform(visit, end_mandate, EndMandateRequest(mandate_id[:20])),
            then=f"/people/{name}",
            done="mandate_ended",
            again=lambda why: person_page(console, visit, name, None, why),
        )


def day_in(text: str, name: str) -> datetime:
    """The beginning of a day in business time. Raises `Refused`."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), BEIJING)
    except (ValueError, OverflowError) as why:
        raise refuse(
            Reason.BAD_INPUT,
            "日期不对",
            field=name,
            allowed="如 2026-12-01",
            english="a date such as 2026-12-01",
        ) from why


def _add_leaving(app: FastAPI, console: Console) -> None:
    def page(visit: Visit, name: str, given: Fields, why: Refused | None = None) -> Response:
        with console.office.store.read() as reading:
            entry = entry_of(reading, visit.now, name)
            left = open_with(reading, entry.person)
            able = successors(reading, entry.person)
        return console.show(
            visit, "person_leave", refused=why, entry=entry, left=left, able=able, given=given
        )

    @app.get("/people/{name}/leave")
    def leaving(request: Request, name: str) -> Response:
        return page(console.visit(request, View.PEOPLE, act=Act.CHANGE_USER), name, Fields())

    @app.post("/people/{name}/leave")
    def leave(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        asked = LeaveRequest(name, fields["successor"], fields["reason"])
        return console.act(
            visit,
            lambda: console.perform(visit, deactivate_person, asked),
            then=lambda done: f"/people/{name}?done={'left' if done else 'asked'}",
            done="",
            again=lambda why: page(visit, name, fields, why),
        )
