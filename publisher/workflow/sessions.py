"""Signing in 登录: by name and password; wrong ones are counted, on record, and lock the account for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from publisher.audit.entries import NOBODY, Outcome, fact_value
from publisher.domain.clocks import local
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import View, require_view
from publisher.domain.sessions import LOCKED, NOTED_EVERY, TRIES, end_of, locked_until
from publisher.store.people import token_digest
from publisher.store.sessions import SessionRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor, note_refusal
from publisher.workflow.staff import password_matches

AGENT_CHARS = 200


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a person gave, and what their browser came with."""

    name: str
    password: str = field(repr=False)
    address: str = ""
    agent: str = ""


def sign_in(store: Store, now: datetime, request: SignInRequest) -> str:
    """The token of a new session, which is kept only as a digest.

    Refused alike for an unknown account, a wrong password and an account that is not active, so that nobody
    learns which accounts there are; while an account is locked, also for the right password.
    """
    with store.read() as reading:
        person = reading.people.get(request.name)
        stored = reading.people.password_hash(request.name)
    right = password_matches(request.password, stored)  # takes as long for an unknown account
    with store.write() as uow:
        failed, locked = uow.people.wrong_passwords(request.name)
        if locked is not None and locked > now:
            _note(uow, now, request.name, "locked")
            uow.commit()
            raise _locked(locked)
        if person is None or not person.active or not right:
            raise _refused(uow, now, request.name, failed + 1, known=person is not None)
        token = uow.entropy(32).hex()
        session = uow.sessions.begin(
            token, person.name, now, address=request.address, agent=request.agent[:AGENT_CHARS]
        )
        if failed or locked:
            uow.people.change(person.name, failed=0, locked_until=None)
        uow.record(
            now,
            "person:session:began",
            person.name,
            f"user:{person.name}",
            facts={"session": session[:16]},
            notes={"address": request.address},
        )
        uow.commit()
    return token


def _refused(uow: UnitOfWork, now: datetime, name: str, failed: int, *, known: bool) -> Refused:
    locked = locked_until(failed, now)
    if known:
        uow.people.change(name, failed=0 if locked else failed, locked_until=locked)
    _note(uow, now, name, "password")
    uow.commit()
    minutes = int(LOCKED.total_seconds() // 60)
    return refuse(
        Reason.NOT_PROVED,
        "账号或口令不对",
        field="password",
        allowed=f"正确的账号和口令。连续 {TRIES} 次不对会锁 {minutes} 分钟；忘了请找系统管理员重设",
        english="wrong account or password",
    )


def _locked(until: datetime) -> Refused:
    return refuse(
        Reason.NOT_PROVED,
        "这个账号因为口令连续不对，暂时锁住了",
        field="password",
        allowed=f"{local(until):%H:%M} 以后再试，或请系统管理员重设口令",
        english="the account is locked for a while",
    )


def _note(uow: UnitOfWork, now: datetime, name: str, why: str) -> None:
    uow.record(
        now,
        "person:act:refused",
        NOBODY,
        "",
        outcome=Outcome.REFUSED,
        facts={"act": "sign_in", "claimed": fact_value(name), "by": why},
    )


@dataclass(frozen=True, slots=True)
class Session:
    """An open session and whose it is."""

    id: str
    actor: Actor


def session_of(store: Store, now: datetime, token: str, *, used: bool = True) -> Session | None:
    """The session of a token, used now; None when there is none, it has ended, or the account is not active.

    With `used` False nobody is taken to be there: a page that looks again by itself keeps no session open.
    """
    with store.read() as reading:
        found = reading.sessions.by_token(token)
        person = reading.people.get(found.person) if found else None
    if found is None or person is None:
        return None
    if not person.active or end_of(found.began_at, found.seen_at) <= now:
        _end(store, now, found, "inactive" if not person.active else "idle")
        return None
    if used and now - found.seen_at >= NOTED_EVERY:
        with store.write() as uow:
            uow.sessions.seen(found.id, now)
            uow.commit()
    return Session(found.id, Actor(person))


def enter_room(store: Store, now: datetime, actor: Actor, view: View) -> None:
    """Refuse a room of the console that is not this person's; that is put on record."""
    try:
        require_view(view, actor.person)
    except Refused as why:
        note_refusal(store, now, actor, f"view_{view}", None, why)
        raise


def sign_out(store: Store, now: datetime, token: str) -> None:
    """End the session of a token; nothing happens when it has ended."""
    with store.read() as reading:
        found = reading.sessions.by_token(token)
    if found is not None:
        _end(store, now, found, "signed_out")


def _end(store: Store, now: datetime, session: SessionRecord, why: str) -> None:
    with store.write() as uow:
        if uow.sessions.end(session.id, now):
            facts = {"session": session.id[:16], "why": why}
            uow.record(now, "person:session:ended", session.person, f"user:{session.person}", facts=facts)
        uow.commit()


def form_token(session_token: str) -> str:
    """What each form of a session carries, so that no other site can send it."""
    return token_digest(f"form {session_token}")
