"""Personnel 人员: opening accounts, changing what people may do, leaving and handing over. 三员分立 where it applies.

Where somebody is security administrator, what the system administrator changes about rights waits for their yes:
until then it stands beside the account as `asked` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.passwords import one_time_password
from publisher.domain.people import Act, Person, Role, check_unit, require
from publisher.store.people import AccountRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.handover import check_successor, hand_over
from publisher.workflow.officers import check_not_self, check_officer, security_administrators
from publisher.workflow.sessions import end_sessions
from publisher.workflow.staff import AddUserRequest, check_account, check_contact, roles_of, write_user

ADD, CHANGE, LEAVE, RETURN = "add", "change", "leave", "return"
"""What can be asked for."""


@dataclass(frozen=True, slots=True)
class OpenAccountRequest:
    """A new account for the console. `roles` are words of `Role`; `unit` is "" for the bureau itself."""

    name: str
    display: str
    roles: tuple[str, ...]
    unit: str = ""
    contact: str = ""


def open_account(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    request: OpenAccountRequest,
    *,
    targets: Collection[str] = (),
) -> str:
    """新增人员, by an administrator; returns the one-time password, which is shown once.

    Where somebody is security administrator the account opens only when they agree.
    """
    require(Act.ADD_USER, actor.person)
    check_contact(request.contact, targets)
    made = one_time_password(uow.entropy(16))
    asked = AddUserRequest(request.name, request.display, request.roles, made, request.unit)
    waits = bool(security_administrators(uow))
    write_user(uow, now, asked, one_time=True, waits=_asked(ADD, actor, now) if waits else None)
    uow.people.change(request.name, contact=request.contact)
    facts = {"roles": ",".join(sorted(request.roles)), "unit": request.unit, "waits": str(waits).lower()}
    _record(uow, now, actor, "person:user:added", request.name, facts, {"display": request.display})
    uow.commit()
    return made


@dataclass(frozen=True, slots=True)
class ChangePersonRequest:
    """What an account is to be. Everything is given; what is the same stays."""

    name: str
    display: str
    roles: tuple[str, ...]
    unit: str = ""
    substitute: str = ""
    contact: str = ""


def change_person(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    request: ChangePersonRequest,
    *,
    targets: Collection[str] = (),
) -> bool:
    """修改人员, by an administrator: True when it is done, False when a part of it waits for the second officer.

    Name, roles and unit decide what a person may sign and see: nobody changes their own, and where somebody is
    security administrator they wait for a yes. Substitute and contact change at once.
    """
    require(Act.CHANGE_USER, actor.person)
    account = _account(uow, request.name)
    before = account.person
    roles = check_account(AddUserRequest(request.name, request.display, request.roles, unit=request.unit))
    check_unit(request.unit, roles, uow.bureau.units)
    check_contact(request.contact, targets)
    _check_substitute(uow, request)
    facts: dict[str, object] = {}
    if (request.substitute, request.contact) != (before.substitute, before.contact):
        uow.people.change(request.name, substitute=request.substitute, contact=request.contact)
        facts |= {"substitute": request.substitute, "target": request.contact}
    wanted = {
        "display": request.display.strip(),
        "roles": sorted(r.value for r in roles),
        "unit": request.unit,
    }
    present = {"display": before.display, "roles": sorted(r.value for r in before.roles), "unit": before.unit}
    done = True
    if wanted != present:
        words = "自己的姓名、角色和单位不能自己改"
        check_not_self(actor, request.name, words, "nobody changes their own rights")
        _refuse_if_asked(account)
        done = _now_or_later(uow, now, actor, account, _asked(CHANGE, actor, now, **wanted))
        facts |= {"roles": ",".join(wanted["roles"]), "unit": request.unit}
    if facts:
        kind = "person:user:changed" if done else "person:user:asked"
        _record(uow, now, actor, kind, request.name, facts, {"display": request.display.strip()})
        uow.commit()
    return done


@dataclass(frozen=True, slots=True)
class LeaveRequest:
    """Who leaves, who goes on with what is open (may be nobody when nothing is), and why."""

    name: str
    successor: str = ""
    reason: str = ""


def deactivate_person(uow: UnitOfWork, now: datetime, actor: Actor, request: LeaveRequest) -> bool:
    """停用账号 and hand over, by an administrator: True when it is done, False when it waits for a second officer.

    Only the account of a security administrator or auditor waits: else who is to be watched could end the watching.
    """
    require(Act.CHANGE_USER, actor.person)
    account = _account(uow, request.name)
    check_not_self(actor, request.name, "不能停用自己的账号", "nobody closes their own account")
    require_words(request.reason, "要写明停用的原因", field="reason")
    if not account.person.active:
        raise refuse(
            Reason.WRONG_STATE, "这个账号没有在用", field="name", english="the account is not active"
        )
    check_successor(uow, account.person, request.successor)
    _refuse_if_asked(account)
    asked = _asked(LEAVE, actor, now, successor=request.successor, reason=request.reason)
    watched = bool(account.person.roles & {Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
    done = _now_or_later(uow, now, actor, account, asked, watched=watched)
    if not done:
        notes = {"reason": request.reason}
        _record(uow, now, actor, "person:user:asked", request.name, {"what": LEAVE}, notes)
    uow.commit()
    return done


@dataclass(frozen=True, slots=True)
class PersonRequest:
    """An account."""

    name: str


def reactivate_person(uow: UnitOfWork, now: datetime, actor: Actor, request: PersonRequest) -> bool:
    """恢复账号 of somebody who is back: True when it is done, False when it waits for the second officer."""
    require(Act.CHANGE_USER, actor.person)
    account = _account(uow, request.name)
    if account.person.active or account.asked:
        raise refuse(
            Reason.WRONG_STATE,
            "这个账号在用，或正等安全管理员确认",
            field="name",
            english="active, or asked for",
        )
    done = _now_or_later(uow, now, actor, account, _asked(RETURN, actor, now))
    if not done:
        _record(uow, now, actor, "person:user:asked", request.name, {"what": RETURN})
    uow.commit()
    return done


def unlock_person(uow: UnitOfWork, now: datetime, actor: Actor, request: PersonRequest) -> None:
    """解锁: the account that wrong passwords locked may be tried again now."""
    check_officer(uow, actor, Act.UNLOCK_USER, request.name)
    check_not_self(actor, request.name, "不能给自己解锁", "nobody unlocks their own account")
    _account(uow, request.name)
    uow.people.change(request.name, failed=0, locked_until=None)
    _record(uow, now, actor, "person:user:unlocked", request.name, {})
    uow.commit()


@dataclass(frozen=True, slots=True)
class ConfirmRequest:
    """What was asked for an account: agreed to, or not (then with a reason)."""

    name: str
    agree: bool
    reason: str = ""


def confirm_person(uow: UnitOfWork, now: datetime, actor: Actor, request: ConfirmRequest) -> None:
    """确认人员变动, by a security administrator who is neither the one who asked nor the one it is about."""
    require(Act.CONFIRM_USER, actor.person)
    account = _account(uow, request.name)
    asked = account.asked
    if not asked:
        raise refuse(Reason.WRONG_STATE, "没有等确认的变动", field="name", english="nothing was asked for")
    check_not_self(actor, request.name, "不能确认自己账号的变动", "nobody confirms their own account")
    check_not_self(actor, str(asked["by"]), "提出的人不能自己确认", "who asked does not confirm")
    if not request.agree:
        require_words(request.reason, "不同意要写明理由", field="reason")
    uow.people.change(request.name, asked=None)
    facts = {"what": asked["what"], "asked_by": asked["by"]}
    notes = {"reason": request.reason}
    if request.agree:
        _apply(uow, now, actor, account, asked)
    kind = "person:user:confirmed" if request.agree else "person:user:declined"
    _record(uow, now, actor, kind, request.name, facts, notes)
    uow.commit()


def _asked(what: str, actor: Actor, now: datetime, **more: Any) -> dict[str, Any]:
    return {"what": what, "by": actor.name, "at": now.isoformat(), **more}


def _now_or_later(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    account: AccountRecord,
    asked: Mapping[str, Any],
    *,
    watched: bool = True,
) -> bool:
    if watched and security_administrators(uow):
        _check_confirmer(uow, account.person)
        uow.people.change(account.person.name, asked=dict(asked))
        return False
    _apply(uow, now, actor, account, asked)
    return True


def _check_confirmer(uow: UnitOfWork, about: Person) -> None:
    if not security_administrators(uow, besides=about.name):
        raise refuse(
            Reason.WRONG_STATE,
            f"{about.display}是唯一的安全管理员，没有另一位来确认",
            field="name",
            allowed="先新增一位安全管理员，由现任确认，再由新任确认这项变动",
            english="the only security administrator: add another one first",
        )


def _apply(
    uow: UnitOfWork, now: datetime, actor: Actor, account: AccountRecord, asked: Mapping[str, Any]
) -> None:
    person, what = account.person, asked["what"]
    if what in (ADD, RETURN):
        check_unit(person.unit, person.roles, uow.bureau.units)
        uow.people.change(person.name, active=True, failed=0, locked_until=None)
        if what == RETURN:
            _record(uow, now, actor, "person:user:reactivated", person.name, {})
    elif what == CHANGE:
        roles = frozenset(roles_of(tuple(asked["roles"])))
        _keep_administrator(uow, replace(person, roles=roles))
        check_unit(asked["unit"], roles, uow.bureau.units)
        uow.people.change(
            person.name, display=asked["display"], roles=list(asked["roles"]), unit=asked["unit"]
        )
    else:
        _keep_administrator(uow, replace(person, active=False))
        hand_over(uow, now, actor, person, str(asked["successor"]))
        uow.people.change(person.name, active=False)
        end_sessions(uow, now, person.name, "deactivated", by=actor.name)
        notes = {"reason": str(asked["reason"])}
        facts = {"successor": asked["successor"]}
        _record(uow, now, actor, "person:user:deactivated", person.name, facts, notes)


def _keep_administrator(uow: UnitOfWork, after: Person) -> None:
    others = [p for p in uow.people.with_role(Role.ADMINISTRATOR) if p.name != after.name]
    if not others and not (after.active and Role.ADMINISTRATOR in after.roles):
        raise refuse(
            Reason.WRONG_STATE,
            f"{after.display}是唯一在用的系统管理员，至少要留一位",
            field="roles",
            allowed="先新增另一位系统管理员",
            english="the only active administrator",
        )


def _account(uow: UnitOfWork, name: str) -> AccountRecord:
    found = uow.people.account(name)
    if found is None:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{name}”", field="name", english="no such account")
    return found


def _refuse_if_asked(account: AccountRecord) -> None:
    if account.asked:
        raise refuse(
            Reason.WRONG_STATE,
            "这个账号有一项变动正等安全管理员确认",
            field="name",
            allowed="等确认，或请安全管理员不同意",
            english="a change waits for the security administrator",
        )


def _check_substitute(uow: UnitOfWork, request: ChangePersonRequest) -> None:
    if not request.substitute:
        return
    found = uow.people.get(request.substitute)
    if found is None or not found.active or found.name == request.name:
        raise refuse(
            Reason.BAD_INPUT, "替补要是另一个在用的账号", field="substitute", english="another active account"
        )


def _record(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    kind: str,
    name: str,
    facts: Mapping[str, object],
    notes: Mapping[str, str] | None = None,
) -> None:
    uow.record(
        now,
        kind,
        actor.name,
        f"user:{name}",
        os_user=actor.os_user,
        facts=dict(facts),
        notes=dict(notes or {}),
    )
