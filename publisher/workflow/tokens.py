"""Tokens 接口令牌 for programs: made by a person for one's own programs, shown once, good for what its scopes name.

A token does at most what its person may do and its scopes open; it signs nothing, and makes no other token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import Act, may
from publisher.domain.scopes import LONGEST, USUAL_DAYS, Scope, scopes_of, within_roles
from publisher.domain.sessions import NOTED_EVERY
from publisher.store.tokens import TokenRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor, note_refusal

PREFIX = "gongkai_"
"""Begins every token, so that a search for leaked ones finds it."""
MOST_TOKENS = 20
NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class MakeTokenRequest:
    """A token for one program: what it is called, its scopes as words, and for how many days."""

    name: str
    scopes: tuple[str, ...]
    days: int = USUAL_DAYS


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token and what is kept of it. `token` is shown once."""

    token: str
    id: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Without the token."""
        return f"MadeToken({self.id})"


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that proved its token: in whose name it comes, and what it may."""

    token_id: str
    actor: Actor
    scopes: frozenset[Scope]


def make_token(store: Store, now: datetime, actor: Actor, request: MakeTokenRequest) -> MadeToken:
    """A token of one's own; kept as its digest only. A refusal is on record.

    Refused: no name, no or unknown scopes, a scope of which nothing is this person's, more days than a year,
    and more than 20 that are good at once.
    """
    try:
        with store.write() as uow:
            return _make(uow, now, actor, request)
    except Refused as why:
        note_refusal(store, now, actor, "make_token", None, why)
        raise


def _make(uow: UnitOfWork, now: datetime, actor: Actor, request: MakeTokenRequest) -> MadeToken:
    name, scopes = " ".join(request.name.split()), scopes_of(request.scopes)
    _check(name, scopes, actor, request.days)
    if sum(is_good(one, now) for one in uow.tokens.of(actor.name)) >= MOST_TOKENS:
        raise refuse(
            Reason.WRONG_STATE,
            "可用的令牌太多了",
            field="name",
            allowed=f"同时不超过 {MOST_TOKENS} 个，先作废不用的",
            english=f"at most {MOST_TOKENS} tokens at once; revoke one first",
        )
    token, token_id = f"{PREFIX}{uow.entropy(24).hex()}", uow.entropy(6).hex()
    until = now + timedelta(days=request.days)
    uow.tokens.add(token_id, token, person=actor.name, name=name, scopes=scopes, now=now, expires_at=until)
    facts = {"token": token_id, "scopes": ",".join(sorted(scopes)), "days": request.days}
    _record(uow, now, actor, "person:token:made", actor.name, facts, name)
    return MadeToken(token, token_id, until)


def _check(name: str, scopes: frozenset[Scope], actor: Actor, days: int) -> None:
    if not name or len(name) > NAME_CHARS or not name.isprintable():
        raise refuse(
            Reason.BAD_INPUT,
            "要写明给哪个程序用",
            field="name",
            allowed=f"不超过 {NAME_CHARS} 个字符，例如“门户同步程序”",
            english=f"name the program, at most {NAME_CHARS} characters",
        )
    if not 1 <= days <= LONGEST.days:
        raise refuse(
            Reason.BAD_INPUT,
            f"有效期 {days} 天不合适",
            field="days",
            allowed=f"1 至 {LONGEST.days} 天",
            english=f"from 1 to {LONGEST.days} days",
        )
    beyond = sorted(scope for scope in scopes if not within_roles(scope, actor.person))
    if beyond or not actor.person.active:
        raise refuse(
            Reason.NOT_PERMITTED,
            f"这些权限不在您的角色之内：{'、'.join(beyond)}",
            field="scopes",
            allowed="、".join(scope for scope in Scope if within_roles(scope, actor.person)),
            english=f"not within your roles: {', '.join(beyond)}",
        )


@dataclass(frozen=True, slots=True)
class RevokeTokenRequest:
    """Which token is to be worth nothing from now on."""

    token_id: str


def revoke_token(store: Store, now: datetime, actor: Actor, request: RevokeTokenRequest) -> TokenRecord:
    """作废 a token of one's own, or anybody's by whoever keeps the accounts. Twice is harmless."""
    try:
        with store.write() as uow:
            found = uow.tokens.get(request.token_id)
            own = found is not None and found.person == actor.name
            if found is None or not (own or may(Act.CHANGE_USER, actor.person)):
                raise refuse(Reason.NOT_FOUND, "没有这个令牌", field="token", english="no such token")
            if uow.tokens.revoke(found.id, now):
                facts: dict[str, object] = {"token": found.id}
                _record(uow, now, actor, "person:token:revoked", found.person, facts, found.name)
            return found
    except Refused as why:
        note_refusal(store, now, actor, "revoke_token", None, why)
        raise


def _record(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    kind: str,
    person: str,
    facts: dict[str, object],
    name: str,
) -> None:
    notes = {"name": name}
    uow.record(now, kind, actor.name, f"user:{person}", os_user=actor.os_user, facts=facts, notes=notes)
    uow.commit()


def is_good(token: TokenRecord, now: datetime) -> bool:
    """Whether a token is neither revoked nor past its day."""
    return token.revoked_at is None and token.expires_at > now


def caller_of(store: Store, now: datetime, token: str) -> Caller | None:
    """Who comes with a token, used now; None for one that is unknown or ended, or whose account is not active.

    The actor's `os_user` names the token, so that the log tells a program's act from a person's own.
    """
    with store.read() as reading:
        found = reading.tokens.by_token(token)
        person = reading.people.get(found.person) if found else None
    if found is None or person is None or not person.active or not is_good(found, now):
        return None
    if found.used_at is None or now - found.used_at >= NOTED_EVERY:
        with store.write() as uow:
            uow.tokens.used(found.id, now)
            uow.commit()
    known = {scope.value: scope for scope in Scope}
    scopes = frozenset(known[word] for word in found.scopes if word in known)
    return Caller(found.id, Actor(person, f"api:{found.id}"), scopes)
