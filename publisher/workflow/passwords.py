"""Passwords 口令: one's own, and the one-time password that an officer hands over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from publisher.domain.errors import Problem, Reason, Refused, refuse
from publisher.domain.passwords import KEPT, check_password, one_time_password
from publisher.domain.people import Act
from publisher.store.people import AccountRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor, note_refusal
from publisher.workflow.officers import check_not_self, check_officer
from publisher.workflow.sessions import AGENT_CHARS, check_proof, end_sessions
from publisher.workflow.staff import hash_password, password_matches


@dataclass(frozen=True, slots=True)
class ChangePasswordRequest:
    """One's own new password; `old` is not asked of who has just proved to be it otherwise (`proved`)."""

    new: str = field(repr=False)
    old: str = field(default="", repr=False)
    proved: bool = False
    address: str = ""
    agent: str = ""


def change_password(store: Store, now: datetime, actor: Actor, request: ChangePasswordRequest) -> str:
    """Set one's own password: ends every session of the person and returns the token of a new one.

    Refused, and on record: a wrong old password (counted like one at the sign-in), one that the rules do not
    allow, and one of the last few.
    """
    try:
        if not request.proved:
            check_proof(store, now, actor.name, request.old, "change_password", field="old")
        with store.write() as uow:
            account = _account(uow, actor.name)
            check_password(request.new, account.person.name, account.person.display)
            _check_new(account, request.new)
            _keep(uow, now, account, request.new, one_time=False)
            end_sessions(uow, now, actor.name, "password")
            token = uow.entropy(32).hex()
            uow.sessions.begin(
                token, actor.name, now, address=request.address, agent=request.agent[:AGENT_CHARS]
            )
            uow.record(now, "person:user:password", actor.name, f"user:{actor.name}", os_user=actor.os_user)
            uow.commit()
    except Refused as why:
        if why.reason is not Reason.NOT_PROVED:  # that one is on record already
            note_refusal(store, now, actor, "change_password", None, why)
        raise
    return token


@dataclass(frozen=True, slots=True)
class ResetPasswordRequest:
    """Whose password is made anew."""

    name: str


def reset_password(uow: UnitOfWork, now: datetime, actor: Actor, request: ResetPasswordRequest) -> str:
    """重设口令: returns a one-time password, which is shown once; every session of the account ends.

    It opens the account for three days and must be changed at the next sign-in. A lock is lifted with it.
    """
    check_officer(uow, actor, Act.RESET_PASSWORD, request.name)
    check_not_self(actor, request.name, "自己的口令在“我的账号”里改", "change your own password instead")
    account = _account(uow, request.name)
    made = one_time_password(uow.entropy(16))
    _keep(uow, now, account, made, one_time=True)
    end_sessions(uow, now, request.name, "reset")
    uow.record(now, "person:user:reset", actor.name, f"user:{request.name}", os_user=actor.os_user)
    uow.commit()
    return made


def _account(uow: UnitOfWork, name: str) -> AccountRecord:
    found = uow.people.account(name)
    if found is None or not found.person.active:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{name}”", field="name", english="no such account")
    return found


def _check_new(account: AccountRecord, password: str) -> None:
    before = [account.password_hash, *account.old_hashes][:KEPT]
    if any(password_matches(password, stored) for stored in before if stored):
        raise Refused(
            Reason.BAD_INPUT,
            Problem("password", "这个口令用过", f"和最近 {KEPT} 次都不同的口令", "one of the last passwords"),
        )


def _keep(uow: UnitOfWork, now: datetime, account: AccountRecord, password: str, *, one_time: bool) -> None:
    old = [stored for stored in (account.password_hash, *account.old_hashes) if stored]
    values: dict[str, Any] = {"failed": 0, "locked_until": None, "password_at": now, "one_time": one_time}
    if not account.one_time:
        values["old_hashes"] = old[:KEPT]
    uow.people.change(account.person.name, password_hash=hash_password(password), **values)
