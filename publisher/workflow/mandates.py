"""代办: while a mandate stands, the substitute acts in the absent person's roles, and both names are on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.people import APART, CHAIN_ROLES, ROLE_LABELS, Act, Person
from publisher.store.mandates import MandateRecord
from publisher.store.unit_of_work import Reading, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.officers import check_not_self, check_officer
from publisher.workflow.staff import roles_of

LONGEST = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class MandateRequest:
    """Who acts for whom, in which roles, from when until before when (aware), and why."""

    person: str
    substitute: str
    roles: tuple[str, ...]
    since: datetime
    until: datetime
    reason: str


def give_mandate(uow: UnitOfWork, now: datetime, actor: Actor, request: MandateRequest) -> str:
    """指定代办, by an officer who is neither of the two; returns its id.

    Only roles of the chain that the absent person holds, to somebody of the same unit who is no administrator or
    auditor. Whoever signs by it signs for both: what either may not sign with the other, neither may.
    """
    check_officer(uow, actor, Act.GIVE_MANDATE, request.person)
    for name in (request.person, request.substitute):
        check_not_self(actor, name, "不能给自己办代办", "nobody gives a mandate to or for themselves")
    person, substitute = (_active(uow, name) for name in (request.person, request.substitute))
    roles = frozenset(roles_of(request.roles))
    require_words(request.reason, "要写明代办的原因", field="reason")
    if not roles or not roles <= person.roles & CHAIN_ROLES:
        raise refuse(
            Reason.BAD_INPUT,
            "代办的角色要是本人现在有的",
            field="roles",
            allowed="、".join(ROLE_LABELS[r] for r in sorted(person.roles & CHAIN_ROLES))
            or "管理和审计不能代办",
            english="only roles of the chain that the person holds",
        )
    if substitute.roles & APART or substitute.name == person.name or substitute.unit != person.unit:
        raise refuse(
            Reason.BAD_INPUT,
            "代办的人要是同一单位、参与发布的另一个人",
            field="substitute",
            allowed="不是系统管理员、安全管理员或审计员",
            english="another person of the same unit who takes part in publishing",
        )
    if not (request.since < request.until and now < request.until <= request.since + LONGEST):
        raise refuse(
            Reason.BAD_INPUT,
            "代办的起止日期不对",
            field="until",
            allowed=f"结束在开始和今天之后，最长 {LONGEST.days} 天",
            english="the dates do not fit",
        )
    key = uow.entropy(6).hex()
    values = {"roles": sorted(r.value for r in roles), "since": request.since, "until": request.until}
    uow.mandates.add(
        id=key,
        person=person.name,
        substitute=substitute.name,
        reason=request.reason,
        made_by=actor.name,
        made_at=now,
        **values,
    )
    facts = {"substitute": substitute.name, "mandate": key, "roles": ",".join(values["roles"])}  # type: ignore[arg-type]
    facts |= {"since": request.since.isoformat(), "until": request.until.isoformat()}
    uow.record(
        now,
        "person:mandate:given",
        actor.name,
        f"user:{person.name}",
        os_user=actor.os_user,
        facts=facts,
        notes={"reason": request.reason},
    )
    uow.commit()
    return key


@dataclass(frozen=True, slots=True)
class EndMandateRequest:
    """A mandate."""

    mandate_id: str


def end_mandate(uow: UnitOfWork, now: datetime, actor: Actor, request: EndMandateRequest) -> str:
    """结束代办 before its day, by an officer; returns whose it was."""
    found = uow.mandates.get(request.mandate_id)
    check_officer(uow, actor, Act.GIVE_MANDATE, found.person if found else "")
    if found is None or found.ended_at:
        raise refuse(Reason.NOT_FOUND, "没有这项代办", field="mandate", english="no such mandate")
    uow.mandates.end(found.id, now)
    uow.record(
        now,
        "person:mandate:ended",
        actor.name,
        f"user:{found.person}",
        os_user=actor.os_user,
        facts={"mandate": found.id, "substitute": found.substitute},
    )
    uow.commit()
    return found.person


def mandates_of(reading: Reading, now: datetime, name: str) -> list[MandateRecord]:
    """The mandates that somebody gives or holds and that are not over."""
    return reading.mandates.about(name, now)


def _active(uow: UnitOfWork, name: str) -> Person:
    found = uow.people.get(name)
    if found is None or not found.active:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{name}”", field="name", english="no such account")
    return found
