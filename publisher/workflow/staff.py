"""Named people: adding them, and proving that it is really they."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from publisher.audit.entries import NOBODY, Outcome, fact_value
from publisher.domain.errors import Reason, refuse
from publisher.domain.passwords import check_password
from publisher.domain.people import Act, Person, Role, check_roles, check_unit, require
from publisher.store.people import token_digest
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acting import acting
from publisher.workflow.acts import Actor

RESERVED = frozenset({"new", "system", "nobody", "none"})
"""Words of ours: no account is called so."""
NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@dataclass(frozen=True, slots=True)
class AddUserRequest:
    """A new account. `roles` are words of `publisher.domain.people.Role`; without a password only the token proves."""

    name: str
    display: str
    roles: tuple[str, ...]
    password: str = field(default="", repr=False)
    unit: str = ""


def add_user(uow: UnitOfWork, now: datetime, actor: Actor, request: AddUserRequest) -> str:
    """Make an account, by an administrator; returns the token, which is shown once and kept only as a digest.

    Where somebody is security administrator the account opens only when they agree.
    """
    require(Act.ADD_USER, actor.person)
    waits = bool(uow.people.with_role(Role.SECURITY_ADMINISTRATOR))
    asked = {"what": "add", "by": actor.name, "at": now.isoformat()} if waits else None
    token = write_user(uow, now, request, waits=asked)
    uow.record(
        now,
        "person:user:added",
        actor.name,
        f"user:{request.name}",
        os_user=actor.os_user,
        facts={"roles": ",".join(sorted(request.roles))} | ({"waits": "true"} if waits else {}),
        notes={"display": request.display},
    )
    uow.commit()
    return token


@dataclass(frozen=True, slots=True)
class SubstituteRequest:
    """Who is asked too when this person does not act; the empty text for nobody."""

    name: str
    substitute: str


def name_substitute(uow: UnitOfWork, now: datetime, actor: Actor, request: SubstituteRequest) -> None:
    """指定替补, by an administrator. The substitute is told, and acts only within the own roles."""
    require(Act.CHANGE_USER, actor.person)
    _account(uow, request.name, "name")
    if request.substitute:
        _account(uow, request.substitute, "substitute")
    if request.substitute == request.name:
        raise refuse(
            Reason.BAD_INPUT,
            "替补不能是本人",
            field="substitute",
            allowed="另一个人",
            english="another person",
        )
    uow.people.change(request.name, substitute=request.substitute)
    _record_change(
        uow, now, actor, "person:user:substitute", request.name, {"substitute": request.substitute}
    )


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """By which target of the settings a person is reached; the empty text for none of their own."""

    name: str
    target: str


def set_contact(
    uow: UnitOfWork, now: datetime, actor: Actor, request: ContactRequest, *, targets: Collection[str]
) -> None:
    """指定联系目标, by an administrator. `targets` are the names in the settings."""
    require(Act.CHANGE_USER, actor.person)
    _account(uow, request.name, "name")
    check_contact(request.target, targets)
    uow.people.change(request.name, contact=request.target)
    _record_change(uow, now, actor, "person:user:contact", request.name, {"target": request.target})


def check_contact(target: str, targets: Collection[str]) -> None:
    """Refuse a target that the settings do not name."""
    if target and target not in targets:
        raise refuse(
            Reason.BAD_INPUT,
            f"设置里没有目标“{target}”",
            field="target",
            allowed="、".join(sorted(targets)) or "先在设置里写 [[alerts.targets]]",
            english="no such target",
        )


def _account(uow: UnitOfWork, name: str, field: str) -> None:
    person = uow.people.get(name)
    if person is None or not person.active:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{name}”", field=field, english="no such account")


def _record_change(
    uow: UnitOfWork, now: datetime, actor: Actor, kind: str, name: str, facts: dict[str, object]
) -> None:
    uow.record(now, kind, actor.name, f"user:{name}", os_user=actor.os_user, facts=facts)
    uow.commit()


def write_user(
    uow: UnitOfWork,
    now: datetime,
    request: AddUserRequest,
    *,
    one_time: bool = False,
    waits: dict[str, Any] | None = None,
) -> str:
    """Check and insert an account without committing; returns its token, "" when a one-time password proves it.

    With `waits` (what was asked) it is not active until somebody agrees.
    """
    roles = check_account(request)
    check_unit(request.unit, roles, uow.bureau.units)
    if request.password and not one_time:
        check_password(request.password, request.name, request.display.strip())
    if uow.people.get(request.name) is not None:
        raise refuse(
            Reason.WRONG_STATE, f"账号“{request.name}”已存在", field="name", english="the account exists"
        )
    token = "" if one_time else uow.entropy(24).hex()
    uow.people.add(
        Person(request.name, request.display.strip(), roles, active=waits is None, unit=request.unit),
        body=uow.bureau.body,
        password_hash=hash_password(request.password) if request.password else "",
        token_hash=token_digest(token) if token else "",
        now=now,
        one_time=one_time,
        asked=waits,
    )
    return token


def check_account(request: AddUserRequest) -> frozenset[Role]:
    """The roles of an account that could be made; refused for a name, person or role that cannot be."""
    if not NAME.fullmatch(request.name) or request.name in RESERVED:
        raise refuse(
            Reason.BAD_INPUT,
            f"账号“{request.name}”不能用",
            field="name",
            allowed="2 至 32 个小写字母、数字、. _ -，以字母开头",
            english="an account name has 2 to 32 of a-z 0-9 . _ -",
        )
    if not request.display.strip():
        raise refuse(
            Reason.BAD_INPUT, "要写姓名", field="display", allowed="真实姓名", english="the person's name"
        )
    return check_roles(roles_of(request.roles))


def roles_of(words: tuple[str, ...]) -> list[Role]:
    """The roles of their words; refused for one that is none."""
    known = {role.value: role for role in Role}
    unknown = [word for word in words if word not in known]
    if unknown:
        raise refuse(
            Reason.BAD_INPUT,
            f"没有角色“{'、'.join(unknown)}”",
            field="roles",
            allowed="、".join(known),
            english="unknown role",
        )
    return [known[word] for word in words]


def hash_password(password: str) -> str:
    """How a password is kept: Argon2id."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),)).hash(password)


def prove(
    store: Store,
    now: datetime,
    name: str,
    *,
    token: str = "",
    password: str = "",
    os_user: str = "",
    changing: bool = False,
) -> Actor:
    """The person behind a token or password. A failed proof is refused and recorded, without what was offered.

    A one-time password proves nothing but that one may set a password of one's own (`changing`).
    """
    with store.read() as reading:
        account = reading.people.account(name)
        by_token = reading.people.by_token(token) if token else None
        person = acting(reading, now, account.person) if account else None
    usable = account is not None and (changing or not account.one_time)
    stored = account.password_hash if account and password and usable else ""
    proved = by_token is not None and by_token.name == name
    if not proved and password and stored:
        proved = password_matches(password, stored)
    if person is not None and person.active and proved:
        return Actor(person, os_user)
    with store.write() as uow:
        uow.record(
            now,
            "person:act:refused",
            NOBODY,
            "",
            os_user=os_user,
            outcome=Outcome.REFUSED,
            facts={"act": "prove", "claimed": fact_value(name), "by": "token" if token else "password"},
        )
        uow.commit()
    raise refuse(
        Reason.NOT_PROVED,
        f"不能确认是“{name}”本人",
        field="actor",
        allowed="正确的账号和令牌，或账号和口令",
        english="wrong account, token or password",
    )


NO_PASSWORD = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43
"""Fits no password: with it an account that does not exist takes as long as one that does."""


def password_matches(password: str, stored: str) -> bool:
    """Whether a password fits its hash; never for an empty one, and as slowly."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),)).verify(password, stored or NO_PASSWORD)
