"""统一身份: people whose account elsewhere an officer has bound come in by it. Nobody is made an account by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.audit.entries import NOBODY, Outcome
from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Act
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.officers import check_not_self, check_officer
from publisher.workflow.sessions import Entered, begin_session

MAX_CHARS = 255


@dataclass(frozen=True, slots=True)
class BindRequest:
    """Which account elsewhere is this person's: the issuer's subject; the empty text for none any more."""

    name: str
    issuer: str
    subject: str = ""


def bind_subject(uow: UnitOfWork, now: datetime, actor: Actor, request: BindRequest) -> None:
    """绑定统一身份, by the officer who also resets passwords. One account elsewhere opens one account here."""
    check_officer(uow, actor, Act.RESET_PASSWORD, request.name)
    check_not_self(actor, request.name, "不能绑定自己的账号", "nobody binds their own account")
    person = uow.people.get(request.name)
    if person is None:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{request.name}”", field="name", english="no such account")
    subject = request.subject.strip()
    if len(subject) > MAX_CHARS or not subject.isprintable():
        raise refuse(Reason.BAD_INPUT, "编号不能用", field="subject", english="not a subject")
    key = key_of(request.issuer, subject) if subject else ""
    holder = uow.people.by_subject(key)
    if holder is not None and holder.name != request.name:
        raise refuse(
            Reason.WRONG_STATE,
            f"已经绑定在{holder.display}的账号上",
            field="subject",
            allowed="先解除那一个",
            english="bound to another account already",
        )
    uow.people.change(request.name, subject=key)
    kind = "person:user:bound" if key else "person:user:unbound"
    uow.record(now, kind, actor.name, f"user:{request.name}", os_user=actor.os_user)
    uow.commit()


def key_of(issuer: str, subject: str) -> str:
    """How an account elsewhere is kept: a subject means nothing without its issuer."""
    return f"{issuer} {subject}"


def enter_by_subject(
    store: Store, now: datetime, issuer: str, subject: str, *, address: str = "", agent: str = ""
) -> Entered:
    """A session for whom the issuer has proved; refused, on record, when nobody active is bound to it."""
    with store.read() as reading:
        person = reading.people.by_subject(key_of(issuer, subject)) if subject else None
        account = reading.people.account(person.name) if person and person.active else None
    if account is None:
        with store.write() as uow:
            facts = {"act": "sign_in", "claimed": "", "by": "oidc"}
            uow.record(now, "person:act:refused", NOBODY, "", outcome=Outcome.REFUSED, facts=facts)
            uow.commit()
        raise refuse(
            Reason.NOT_PROVED,
            "这个统一身份没有绑定账号",
            field="account",
            allowed="请管理员绑定，或用账号和口令登录",
            english="no account is bound to this identity",
        )
    return begin_session(store, now, account, address=address, agent=agent)
