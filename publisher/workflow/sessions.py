"""Signing in 登录: by name and password; wrong ones are counted, on record, and lock the account for a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from publisher.audit.entries import NOBODY, Outcome, fact_value
from publisher.domain.clocks import local
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.passwords import ONE_TIME_FOR
from publisher.domain.people import Act, View, require, require_view
from publisher.domain.sessions import LOCKED, NOTED_EVERY, TRIES, end_of, locked_until
from publisher.store.people import AccountRecord, token_digest
from publisher.store.sessions import SessionRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acting import acting
from publisher.workflow.acts import Actor, note_refusal
from publisher.workflow.officers import check_officer
from publisher.workflow.staff import password_matches

AGENT_CHARS = 200
STRANGERS = 10_000
NO_ACCOUNT = "no_account"


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a person gave, and what their browser came with."""

    name: str
    password: str = field(repr=False)
    address: str = ""
    agent: str = ""


@dataclass
class Strangers:
    """Wrong tries with names that no account has, in memory: they are locked as accounts are, so that nobody
    learns from a lock which accounts there are."""

    tries: dict[str, tuple[int, datetime | None]] = field(default_factory=dict, repr=False)

    def get(self, name: str) -> tuple[int, datetime | None]:
        """How many in a row, and until when the name is locked."""
        return self.tries.get(name, (0, None))

    def put(self, name: str, failed: int, until: datetime | None) -> None:
        """Keep it; when there are too many, the oldest is forgotten."""
        self.tries.pop(name, None)
        self.tries[name] = (failed, until)
        if len(self.tries) > STRANGERS:
            self.tries.pop(next(iter(self.tries)))


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that began. `stage` is what is still to be proved, "" when the person is in."""

    token: str = field(repr=False)
    stage: str = ""


def sign_in(
    store: Store, now: datetime, request: SignInRequest, strangers: Strangers | None = None
) -> Entered:
    """A new session, whose token is kept only as a digest.

    Refused alike for an unknown account, a wrong password and an account that is not active, so that nobody
    learns which accounts there are; while an account is locked, also for the right password.
    """
    account = check_proof(store, now, request.name, request.password, "sign_in", strangers=strangers)
    if account.one_time and account.password_at is not None and now - account.password_at >= ONE_TIME_FOR:
        raise refuse(
            Reason.NOT_PROVED,
            "这个一次性口令过期了",
            field="password",
            allowed="请管理员再重设一次",
            english="this one-time password is too old",
        )
    return begin_session(store, now, account, address=request.address, agent=request.agent)


def begin_session(
    store: Store, now: datetime, account: AccountRecord, *, address: str, agent: str, stage: str | None = None
) -> Entered:
    """A session of a person who has just been proved; without `stage` the second factor follows where there is one."""
    waits = ("code" if account.second_at else "") if stage is None else stage
    name = account.person.name
    with store.write() as uow:
        token = uow.entropy(32).hex()
        session = uow.sessions.begin(
            token, name, now, address=address, agent=agent[:AGENT_CHARS], stage=waits
        )
        if not waits:
            uow.record(
                now,
                "person:session:began",
                name,
                f"user:{name}",
                facts={"session": session[:16]},
                notes={"address": address},
            )
        uow.commit()
    return Entered(token, waits)


def check_proof(
    store: Store,
    now: datetime,
    name: str,
    password: str,
    act: str,
    *,
    field: str = "password",
    strangers: Strangers | None = None,
) -> AccountRecord:
    """The account that this password opens now. A wrong one is refused, counted and on record; it may lock."""
    others = Strangers() if strangers is None else strangers
    with store.read() as reading:
        account = reading.people.account(name)
    right = password_matches(password, account.password_hash if account else "")  # as slow for an unknown one
    with store.write() as uow:
        failed, locked = uow.people.wrong_passwords(name) if account else others.get(name)
        if locked is not None and locked > now:
            _note(uow, now, name if account else "", "locked", act)
            uow.commit()
            raise _locked(locked, field)
        if account is None or not account.person.active or not right:
            raise _refused(uow, now, name, failed + 1, act, field, None if account else others)
        if failed or locked:
            uow.people.change(name, failed=0, locked_until=None)
            uow.commit()
    return account


def _refused(
    uow: UnitOfWork, now: datetime, name: str, failed: int, act: str, where: str, strangers: Strangers | None
) -> Refused:
    locked = locked_until(failed, now)
    if strangers is None:
        uow.people.change(name, failed=0 if locked else failed, locked_until=locked)
    else:
        strangers.put(name, 0 if locked else failed, locked)
    _note(uow, now, name if strangers is None else "", "password", act)
    uow.commit()
    minutes = int(LOCKED.total_seconds() // 60)
    return refuse(
        Reason.NOT_PROVED,
        "账号或口令不对" if where == "password" else "现在的口令不对",
        field=where,
        allowed=f"正确的账号和口令。连续 {TRIES} 次不对会锁 {minutes} 分钟；忘了请找管理员重设",
        english="wrong account or password" if where == "password" else "wrong password",
    )


def _locked(until: datetime, where: str = "password") -> Refused:
    return refuse(
        Reason.NOT_PROVED,
        "这个账号因为口令连续不对，暂时锁住了",
        field=where,
        allowed=f"{local(until):%H:%M} 以后再试，或请管理员重设口令",
        english="the account is locked for a while",
    )


def _note(uow: UnitOfWork, now: datetime, name: str, why: str, act: str) -> None:
    # A name that no account has ("" here) may be a password in the wrong field: it is not kept.
    uow.record(
        now,
        "person:act:refused",
        NOBODY,
        "",
        outcome=Outcome.REFUSED,
        facts={"act": act, "claimed": fact_value(name or NO_ACCOUNT), "by": why},
    )


@dataclass(frozen=True, slots=True)
class Session:
    """An open session and whose it is. `one_time`: the password must be changed before anything else."""

    id: str
    actor: Actor
    one_time: bool = False
    password_at: datetime | None = None
    second_factor: bool = False


def session_of(store: Store, now: datetime, token: str, *, used: bool = True) -> Session | None:
    """The session of a token, used now; None when there is none, it has ended, or the account is not active.

    With `used` False nobody is taken to be there: a page that looks again by itself keeps no session open.
    """
    with store.read() as reading:
        found = reading.sessions.by_token(token)
        account = reading.people.account(found.person) if found else None
        person = acting(reading, now, account.person) if account else None
    if found is None or account is None or person is None:
        return None
    if not person.active or end_of(found.began_at, found.seen_at) <= now:
        _end(store, now, found, "inactive" if not person.active else "idle")
        return None
    if used and now - found.seen_at >= NOTED_EVERY:
        with store.write() as uow:
            uow.sessions.seen(found.id, now)
            uow.commit()
    proved = bool(account.password_hash)
    return Session(
        found.id,
        Actor(person),
        account.one_time,
        account.password_at or (account.created_at if proved else None),
        account.second_at is not None,
    )


def enter_room(store: Store, now: datetime, actor: Actor, view: View, act: Act | None = None) -> None:
    """Refuse a room of the console that is not this person's, and a page that serves one act which is not theirs.

    That is put on record.
    """
    try:
        require_view(view, actor.person)
        if act is not None:
            require(act, actor.person)
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


def end_sessions(
    uow: UnitOfWork, now: datetime, person: str, why: str, *, by: str = "", besides: str = ""
) -> int:
    """End every open session of a person, without one, within a transaction; how many there were."""
    ended = 0
    for session in uow.sessions.open_of(person):
        if session.id != besides and uow.sessions.end(session.id, now):
            ended += 1
            facts = {"session": session.id[:16], "why": why}
            uow.record(now, "person:session:ended", by or person, f"user:{person}", facts=facts)
    return ended


def end_own_sessions(store: Store, now: datetime, actor: Actor, current: str, session_id: str = "") -> int:
    """End one other session of one's own, or all others; how many ended. The one that asks stays open."""
    with store.write() as uow:
        theirs = [s for s in uow.sessions.open_of(actor.name) if s.id == session_id or not session_id]
        ended = 0
        for session in theirs:
            if session.id != current and uow.sessions.end(session.id, now):
                ended += 1
                facts = {"session": session.id[:16], "why": "by_hand"}
                uow.record(now, "person:session:ended", actor.name, f"user:{actor.name}", facts=facts)
        uow.commit()
    return ended


@dataclass(frozen=True, slots=True)
class EndSessionsRequest:
    """Whose sessions end: all of them."""

    name: str


def end_all_sessions(uow: UnitOfWork, now: datetime, actor: Actor, request: EndSessionsRequest) -> int:
    """请出: ends every session of an account, by the security administrator; how many there were."""
    check_officer(uow, actor, Act.END_SESSIONS, request.name)
    ended = end_sessions(uow, now, request.name, "officer", by=actor.name)
    uow.commit()
    return ended


def form_token(session_token: str) -> str:
    """What each form of a session carries, so that no other site can send it."""
    return token_digest(f"form {session_token}")
