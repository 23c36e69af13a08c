"""Paper sign-off 纸签: one person enters a signature given with a pen, with its scan; a second one confirms it.

Only then it counts. The rules of the chain hold for whoever signed, not for those who enter and confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from publisher.domain.clocks import business_day
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.lifecycle import RevisionEvent, advance_revision
from publisher.domain.people import ACT_LABELS, Act, Person, require
from publisher.domain.review import CHAINS, CHECKS, Signature, check_signer
from publisher.store.records import PaperRecord, RevisionRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.incoming import IncomingFile, keep_files

ON_PAPER = {  # what may be signed with a pen → the event it is
    Act.PASS_CONTENT: RevisionEvent.PASS_CONTENT,
    Act.CLEAR_SECRECY: RevisionEvent.CLEAR_SECRECY,
    Act.SIGN_OFF: RevisionEvent.SIGN_OFF,
}
SCAN = "attachment"
SCANS = frozenset({"application/pdf", "image/jpeg", "image/png"})
"""What a scan may be, by its bytes."""


@dataclass(frozen=True, slots=True)
class EnterPaperRequest:
    """A signature that was given on paper: which act, by which account, on which day, and the scan of it."""

    revision_id: str
    act: str
    signer: str
    signed_on: date
    scan: IncomingFile
    opinion: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SettlePaperRequest:
    """The second person's word: the scan shows this signature on this very content, or it does not."""

    revision_id: str
    paper_id: str
    reason: str = ""


def enter_paper(uow: UnitOfWork, now: datetime, actor: Actor, request: EnterPaperRequest) -> str:
    """Keep a signature on paper with its scan until a second person confirms it; returns its id.

    Refused as the signature itself would be: a drafter signs nothing of theirs, whoever's turn it is not cannot
    sign, and a scan is screened like any file.
    """
    require(Act.ENTER_PAPER, actor.person)
    revision, signer = _revision(uow, request.revision_id), _signer(uow, request.signer)
    act = _act(request.act)
    _check(uow, revision, act, signer)
    _check_day(request.signed_on, revision, business_day(now))
    if any(p.act is act and p.settled_at is None for p in uow.papers.of(revision.id)):
        raise refuse(
            Reason.WRONG_STATE,
            f"已有一份待确认的纸质{ACT_LABELS[act]}",
            field="revision",
            allowed="先确认或退掉那一份",
            english="one waits for the second person already",
        )
    (scan,) = keep_files(uow, (request.scan,), business_day(now)).values()
    if scan.media_type not in SCANS:
        raise refuse(
            Reason.BAD_INPUT,
            "这不是扫描件",
            field="scan",
            allowed="PDF、JPG、PNG",
            english="a scan is a PDF, JPG or PNG",
        )
    paper_id = uow.entropy(6).hex()
    uow.papers.add(
        id=paper_id,
        revision_id=revision.id,
        act=act,
        signer=signer.name,
        signed_on=request.signed_on.isoformat(),
        opinion=request.opinion,
        reference=request.reference,
        scan=scan.digest,
        scan_name=scan.name,
        scan_type=scan.media_type,
        entered_by=actor.name,
        entered_at=now,
    )
    _record(uow, now, actor, revision, "person:paper:entered", paper_id, act, signer.name, scan.digest)
    uow.commit()
    return paper_id


def confirm_paper(uow: UnitOfWork, now: datetime, actor: Actor, request: SettlePaperRequest) -> None:
    """The second person has laid scan and content side by side: from now on the signature counts."""
    revision, paper = _to_settle(uow, actor, request)
    signer = _signer(uow, paper.signer)
    _check(uow, revision, paper.act, signer)
    state = advance_revision(revision.state, ON_PAPER[paper.act])
    uow.papers.settle(paper.id, person=actor.name, now=now, counts=True)
    uow.items.sign(
        revision.id,
        Signature(paper.act, signer.name, revision.id, now),
        opinion=paper.opinion,
        reference=paper.reference,
        checks=CHECKS.get(paper.act, ()),
        on_paper=True,
    )
    uow.items.change_revision(revision.id, state=state, release_at=None)
    uow.record(
        now,
        f"person:revision:{paper.act}",
        actor.name,
        f"revision:{revision.id}",
        on_behalf_of=signer.name,
        os_user=actor.os_user,
        digests={"revision": revision.id, "scan": paper.scan},
        facts={
            "item": revision.item_id,
            "number": revision.number,
            "paper": paper.id,
            "signed_on": paper.signed_on,
            "entered_by": paper.entered_by,
        },
        notes={"opinion": paper.opinion, "reference": paper.reference},
    )
    uow.commit()


def refuse_paper(uow: UnitOfWork, now: datetime, actor: Actor, request: SettlePaperRequest) -> None:
    """The scan does not show it: the entry goes, with a reason, and the signature never counts."""
    revision, paper = _to_settle(uow, actor, request)
    require_words(request.reason, "要写明扫描件哪里不对")
    uow.papers.settle(paper.id, person=actor.name, now=now, counts=False)
    _record(
        uow,
        now,
        actor,
        revision,
        "person:paper:refused",
        paper.id,
        paper.act,
        paper.signer,
        paper.scan,
        reason=request.reason,
    )
    uow.commit()


def _to_settle(
    uow: UnitOfWork, actor: Actor, request: SettlePaperRequest
) -> tuple[RevisionRecord, PaperRecord]:
    require(Act.CONFIRM_PAPER, actor.person)
    revision, paper = _revision(uow, request.revision_id), uow.papers.get(request.paper_id)
    if paper is None or paper.revision_id != revision.id:
        raise refuse(
            Reason.NOT_FOUND, "没有这份纸质签字", field="revision", english="no such paper signature"
        )
    if paper.settled_at is not None:
        raise refuse(Reason.WRONG_STATE, "这份纸质签字已经办过", field="revision", english="settled already")
    if actor.name in (paper.entered_by, paper.signer, revision.drafter):
        raise refuse(
            Reason.NOT_PERMITTED,
            "录入的人、签字的人和拟稿人都不能确认纸质签字",
            field="actor",
            allowed="由另一人对照扫描件确认",
            english="a third person compares scan and content",
        )
    return revision, paper


def _check(uow: UnitOfWork, revision: RevisionRecord, act: Act, signer: Person) -> None:
    """What holds for the signature itself: right, chain, the name on the page, and that it is its turn."""
    check_signer(CHAINS[uow.bureau.chain], act, signer, revision.drafter, uow.items.signatures(revision.id))
    named = revision.content["reviewer"] if act is Act.PASS_CONTENT else ""
    if named and signer.display != named:
        raise refuse(
            Reason.NOT_PERMITTED,
            f"本版本页面上写明审核人为{named}",
            field="signer",
            allowed=f"由{named}签字，或退回后改换审核人",
            english="the page names another reviewer",
        )
    if revision.urgent:
        raise refuse(
            Reason.WRONG_STATE,
            "紧急送审的版本由值班领导在系统里紧急签发",
            field="revision",
            english="urgent revision",
        )
    advance_revision(revision.state, ON_PAPER[act])


def _check_day(day: date, revision: RevisionRecord, today: date) -> None:
    submitted = business_day(revision.submitted_at)
    if not submitted <= day <= today:
        raise refuse(
            Reason.BAD_INPUT,
            f"签字日期 {day} 不对",
            field="signed_on",
            allowed=f"{submitted}（送审）至 {today}（今天）",
            english=f"the day must lie between {submitted} and {today}",
        )


def _act(word: str) -> Act:
    if word not in set(ON_PAPER):
        allowed = "、".join(ACT_LABELS[act] for act in ON_PAPER)
        raise refuse(
            Reason.BAD_INPUT, "这件事不能用纸签", field="act", allowed=allowed, english="not signed on paper"
        )
    return Act(word)


def _signer(uow: UnitOfWork, name: str) -> Person:
    person = uow.people.get(name)
    if person is None or not person.active:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{name}”", field="signer", english="no such account")
    return person


def _revision(uow: UnitOfWork, revision_id: str) -> RevisionRecord:
    revision = uow.items.revision(revision_id)
    if revision is None:
        raise refuse(Reason.NOT_FOUND, "没有这个版本", field="revision", english="no such revision")
    return revision


def _record(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    revision: RevisionRecord,
    kind: str,
    paper_id: str,
    act: Act,
    signer: str,
    scan: str,
    *,
    reason: str = "",
) -> None:
    uow.record(
        now,
        kind,
        actor.name,
        f"revision:{revision.id}",
        os_user=actor.os_user,
        digests={"revision": revision.id, "scan": scan},
        facts={"item": revision.item_id, "paper": paper_id, "act": act, "signer": signer},
        notes={"reason": reason} if reason else {},
    )
