"""Attest 人工证明: a person shows with a picture that what no reader's address leads to is out as approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels.contract import Level
from publisher.domain.clocks import business_day
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.part import PartEvent, advance_part
from publisher.domain.people import Act, require
from publisher.store.records import PartRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.incoming import IncomingFile, keep_files
from publisher.workflow.outlets import Outlets

EVIDENCE = "evidence"
"""The role of a picture that proves something; it belongs to no item and is never published."""


@dataclass(frozen=True, slots=True)
class AttestRequest:
    """An editor says that a part stands on the platform as approved, and shows a picture of it."""

    part_id: str
    reason: str
    evidence: IncomingFile


def attest(uow: UnitOfWork, now: datetime, actor: Actor, request: AttestRequest, *, outlets: Outlets) -> None:
    """The part counts as verified, level *attested*; the picture is kept, its digest is in the log.

    Refused where a reader can look: the profile says so and the address is known. Never for a portal, whose
    verified pages open the gate for the others.
    """
    require(Act.ATTEST_PART, actor.person)
    part = uow.parts.get(request.part_id)
    if part is None:
        raise refuse(Reason.NOT_FOUND, f"没有这一篇：{request.part_id}", field="part", english="no such part")
    if _can_be_seen(uow, outlets, part):
        raise refuse(
            Reason.WRONG_STATE,
            "这一篇读者看得到，由系统去看",
            field="part",
            allowed="平台没有给出公开网址的篇",
            english="a reader can see it, so it is looked at",
        )
    require_words(request.reason, "要写明在哪里看到的")
    state = advance_part(part.state, PartEvent.ATTEST)
    (picture,) = keep_files(uow, (request.evidence,), business_day(now)).values()
    uow.parts.prove(
        part.id,
        at=now,
        level=Level.ATTESTED,
        outcome=PartEvent.ATTEST,
        differences=[],
        seen_digest=picture.digest,
        words=request.reason,
    )
    uow.parts.change(part.id, state=state, level=Level.ATTESTED, unseen=0, next_look_at=None)
    uow.accounts.close_alarms([f"part:{part.id}", f"unseen:{part.id}"], now)
    uow.record(
        now,
        "person:part:attest",
        actor.name,
        f"part:{part.id}",
        os_user=actor.os_user,
        digests={"revision": part.revision_id, EVIDENCE: picture.digest},
        facts={"channel": part.channel, "level": Level.ATTESTED},
        notes={"reason": request.reason, "file": picture.name},
    )
    uow.commit()


def _can_be_seen(uow: UnitOfWork, outlets: Outlets, part: PartRecord) -> bool:
    plan, channel = uow.bureau.channels.get(part.channel), outlets.channels.get(part.channel)
    if plan is None or channel is None or plan.portal:
        return True
    return bool(part.url) and channel.profile.visible is not Level.ATTESTED
