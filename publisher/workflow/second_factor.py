"""The second factor 动态码: six digits of an app on the phone (RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.passwords import ALPHABET
from publisher.domain.people import Act
from publisher.store.people import AccountRecord, token_digest
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.store.vault import Vault, VaultClosed
from publisher.workflow.acts import Actor
from publisher.workflow.officers import check_not_self, check_officer
from publisher.workflow.personnel import PersonRequest
from publisher.workflow.sessions import Entered, begin_session, check_proof

STEP_S = 30
HALF_WAY = timedelta(minutes=5)
"""So long a sign-in may wait for its code."""
TRIES = 5
RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the phone is to be given: shown while it is being set up, never again."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def begin_second_factor(store: Store, now: datetime, actor: Actor, vault: Vault, issuer: str) -> Enrolment:
    """A new secret that serves nothing until a code of it was given. Refused while a second factor is in force."""
    import pyotp

    with store.write() as uow:
        account = _account(uow, actor.name)
        if account.second_at:
            raise refuse(Reason.WRONG_STATE, "动态码已经启用", field="code", english="it is on already")
        secret = pyotp.random_base32()
        uow.people.change(actor.name, secret=vault.seal(secret), last_step=0)
        uow.commit()
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=actor.name, issuer_name=issuer))


def confirm_second_factor(
    store: Store, now: datetime, actor: Actor, vault: Vault, code: str
) -> tuple[str, ...]:
    """启用动态码 with a first code; returns ten recovery codes, which are shown once and kept as digests."""
    with store.write() as uow:
        account = _account(uow, actor.name)
        step = _step_of(vault, account, code, now) if account.secret and not account.second_at else None
        if step is None:
            raise _wrong(uow, now, actor.name, "confirm_second_factor")
        codes = tuple(_recovery_code(uow.entropy(10)) for _ in range(RECOVERY_CODES))
        uow.people.change(
            actor.name, second_at=now, last_step=step, recovery=[token_digest(one) for one in codes]
        )
        uow.record(now, "person:user:second_factor", actor.name, f"user:{actor.name}", os_user=actor.os_user)
        uow.commit()
    return codes


def stop_second_factor(store: Store, now: datetime, actor: Actor, password: str) -> None:
    """停用动态码 by the person, who proves to be it with the password."""
    check_proof(store, now, actor.name, password, "stop_second_factor", field="old")
    with store.write() as uow:
        _off(uow, now, actor, actor.name)
        uow.commit()


def drop_second_factor(uow: UnitOfWork, now: datetime, actor: Actor, request: PersonRequest) -> None:
    """停用他人的动态码, by the security administrator, for somebody whose phone and codes are lost."""
    check_officer(uow, actor, Act.RESET_PASSWORD, request.name)
    check_not_self(actor, request.name, "自己的动态码在“我的账号”里停用", "use your own account's page")
    _account(uow, request.name)
    _off(uow, now, actor, request.name)
    uow.commit()


def half_way(store: Store, now: datetime, token: str) -> str:
    """Whose sign-in waits for its code with this token; "" when none does, or it waited too long."""
    with store.read() as reading:
        found = reading.sessions.by_token(token, stage="code") if token else None
    return found.person if found and now - found.began_at < HALF_WAY else ""


def finish_sign_in(
    store: Store, now: datetime, vault: Vault, token: str, code: str, *, address: str = "", agent: str = ""
) -> Entered:
    """The second half of a sign-in: a code never used before, or a recovery code. Gives a session of a new token.

    Five wrong ones end this sign-in; the password is then asked again. Each is on record.
    """
    with store.write() as uow:
        session = uow.sessions.by_token(token, stage="code") if token else None
        account = uow.people.account(session.person) if session else None
        if (
            session is None
            or account is None
            or not account.person.active
            or now - session.began_at >= HALF_WAY
        ):
            raise _over()
        name = account.person.name
        left = _used(vault, account, code, now)
        if left is None:
            if uow.sessions.fail(session.id) >= TRIES:
                uow.sessions.end(session.id, now)
            raise _wrong(uow, now, name, "sign_in")
        uow.people.change(name, **left)
        uow.sessions.end(session.id, now)
        uow.commit()
    return begin_session(store, now, account, address=address, agent=agent, stage="")


def _used(vault: Vault, account: AccountRecord, code: str, now: datetime) -> dict[str, Any] | None:
    step = _step_of(vault, account, code, now)
    if step is not None:
        return {"last_step": step}
    digest = token_digest(code.strip().lower())
    if digest in account.recovery:
        return {"recovery": [one for one in account.recovery if one != digest]}
    return None


def _step_of(vault: Vault, account: AccountRecord, code: str, now: datetime) -> int | None:
    """The time step whose code this is, later than any that was used; the phone may be half a minute off."""
    import pyotp

    given = "".join(code.split())
    if not (given.isascii() and given.isdecimal() and len(given) == 6):
        return None
    try:
        made = pyotp.TOTP(vault.open(account.secret))
    except VaultClosed:
        return None
    present = int(now.timestamp()) // STEP_S
    fits = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(made.at(step * STEP_S), given)
    ]
    return next((step for step in fits if step > account.last_step), None)


def _recovery_code(entropy: bytes) -> str:
    signs = "".join(ALPHABET[byte % len(ALPHABET)] for byte in entropy)
    return f"{signs[:5]}-{signs[5:]}"


def _off(uow: UnitOfWork, now: datetime, actor: Actor, name: str) -> None:
    uow.people.change(name, secret="", second_at=None, last_step=0, recovery=[])
    uow.record(now, "person:user:second_factor_off", actor.name, f"user:{name}", os_user=actor.os_user)


def _account(uow: UnitOfWork, name: str) -> AccountRecord:
    found = uow.people.account(name)
    if found is None:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{name}”", field="name", english="no such account")
    return found


def _wrong(uow: UnitOfWork, now: datetime, name: str, act: str) -> Refused:
    note_wrong_code(uow, now, name, act)
    uow.commit()
    return refuse(
        Reason.NOT_PROVED,
        "动态码不对，或者刚刚用过",
        field="code",
        allowed="手机上新的 6 位数字，或一个没用过的备用码",
        english="wrong code, or one that was just used",
    )


def _over() -> Refused:
    return refuse(
        Reason.NOT_PROVED,
        "这次登录等得太久，或试得太多",
        field="code",
        allowed="从账号和口令重新开始",
        english="this sign-in is over",
    )


def note_wrong_code(uow: UnitOfWork, now: datetime, name: str, act: str) -> None:
    """Put a wrong code on record, without the code."""
    from publisher.audit.entries import NOBODY, Outcome, fact_value

    facts = {"act": act, "claimed": fact_value(name), "by": "code"}
    uow.record(now, "person:act:refused", NOBODY, "", outcome=Outcome.REFUSED, facts=facts)
