"""Review 三审: signatures by named people, bound to the digest of what they saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.lifecycle import FINAL, RevisionEvent, RevisionState, advance_revision
from publisher.domain.people import Act, require
from publisher.domain.review import CHAINS, WITHHOLD_REASONS, Signature, check_signer, require_checks
from publisher.domain.timing import SECOND_LOOK_H
from publisher.screening.findings import Level
from publisher.store.records import RevisionRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor


@dataclass(frozen=True, slots=True)
class SignRequest:
    """One act of review. `revision_id` is the whole digest of what the person saw.

    `opinion` is required where a reason is; `reference` names an authority, a basis or a standing review.
    `checks` are those of the five that were ticked, all that the act stands for; None where nobody was asked
    (the command line), which is what the log then says. `found` says what the content reviewer found of each
    finding that had to be answered, by its place in the list; None likewise. `reason` is a code of `WITHHOLD_REASONS`.
    """

    revision_id: str
    opinion: str = ""
    reference: str = ""
    checks: tuple[str, ...] | None = None
    found: Mapping[int, str] | None = None
    reason: str = ""


def pass_content(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """初审通过: by the content reviewer whose name the page shows, who is not the drafter."""
    revision = _revision(uow, request)
    _need_named_reviewer(actor, revision)
    request = _with_found(revision, request)
    _sign(uow, now, actor, revision, request, Act.PASS_CONTENT, RevisionEvent.PASS_CONTENT)


def clear_secrecy(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """保密审查通过: by the secrecy reviewer, who is not the drafter."""
    _sign(uow, now, actor, _revision(uow, request), request, Act.CLEAR_SECRECY, RevisionEvent.CLEAR_SECRECY)


def refer_up(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """报请确定: names the authority that is asked; never times out into a yes."""
    require_words(request.reference, "要写明报请的主管部门或保密部门", field="reference")
    _sign(uow, now, actor, _revision(uow, request), request, Act.REFER_UP, RevisionEvent.REFER_UP)


def withhold(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """不予公开: ends the revision, with a reason and a legal basis, into the register."""
    require_words(request.opinion, "要写明不予公开的理由", field="opinion")
    require_words(request.reference, "要写明法律依据", field="reference")
    if request.reason and request.reason not in WITHHOLD_REASONS:
        raise refuse(
            Reason.BAD_INPUT, "没有这一种理由", field="reason", allowed="从单子里选", english="no such reason"
        )
    _sign(uow, now, actor, _revision(uow, request), request, Act.WITHHOLD, RevisionEvent.WITHHOLD)


def sign_off(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """签发: by the approver, who drafted nothing and signs nothing else on it."""
    _sign(uow, now, actor, _revision(uow, request), request, Act.SIGN_OFF, RevisionEvent.SIGN_OFF)


def sign_off_urgent(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """紧急签发: the leader on duty approves an urgent revision at once and it is scheduled now.

    Secrecy is covered by a standing review whose id is `reference`, or by the secrecy reviewer's signature.
    The ordinary reviewers look within 12 hours.
    """
    revision = _revision(uow, request)
    if not revision.urgent:
        raise refuse(
            Reason.WRONG_STATE,
            "这不是紧急送审的版本",
            field="revision",
            allowed="按三审流程办理",
            english="not submitted as urgent",
        )
    _need_named_reviewer(actor, revision)
    require_words(request.reference, "要写明常设保密审查的编号", field="reference")
    _sign(
        uow,
        now,
        actor,
        revision,
        request,
        Act.SIGN_OFF,
        RevisionEvent.SIGN_OFF_URGENT,
        kind="sign_off_urgent",
        commit=False,
    )
    state = advance_revision(RevisionState.APPROVED, RevisionEvent.SCHEDULE)
    uow.items.change_revision(
        revision.id, state=state, release_at=now, second_look_by=now + timedelta(hours=SECOND_LOOK_H)
    )
    uow.commit()


def second_look(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """事后复核 of an urgent release by an ordinary reviewer: passed. Else they order a withdrawal."""
    revision = _revision(uow, request)
    if revision.second_look_by is None:
        raise refuse(
            Reason.WRONG_STATE, "这个版本不需要事后复核", field="revision", english="no second look is due"
        )
    check_signer(
        CHAINS[uow.bureau.chain],
        Act.SECOND_LOOK,
        actor.person,
        revision.drafter,
        uow.items.signatures(revision.id),
    )
    _need_checks(Act.SECOND_LOOK, request)
    uow.items.sign(
        revision.id,
        Signature(Act.SECOND_LOOK, actor.name, revision.id, now, actor.person.behalf),
        opinion=request.opinion,
        checks=request.checks or (),
    )
    uow.items.change_revision(revision.id, second_look_by=None)
    uow.accounts.close_alarm(f"second_look:{revision.id}", now)
    _record(uow, now, actor, revision, "person:revision:second_look", request)
    uow.commit()


TURN = {  # whose turn it is in each state: who may return it
    RevisionState.SUBMITTED: Act.PASS_CONTENT,
    RevisionState.REVIEWED: Act.CLEAR_SECRECY,
    RevisionState.REFERRED: Act.CLEAR_SECRECY,
    RevisionState.CLEARED: Act.SIGN_OFF,
}


def return_revision(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """退回, by whoever's turn it is, with a reason. Editing opens a draft made from it."""
    revision = _revision(uow, request)
    require_words(request.opinion, "退回要写明理由", field="opinion")
    state = advance_revision(revision.state, RevisionEvent.RETURN)
    require(Act.RETURN, actor.person)
    if revision.state is RevisionState.SUBMITTED and revision.urgent:
        require(Act.SIGN_OFF, actor.person)
    else:
        require(TURN[revision.state], actor.person)
    _end(uow, now, actor, revision, state, "person:revision:return", request)


def recall(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """撤回送审, by the drafter."""
    revision = _revision(uow, request)
    require(Act.RECALL, actor.person)
    if actor.name != revision.drafter:
        raise refuse(
            Reason.NOT_PERMITTED,
            "只有拟稿人本人能撤回送审",
            field="actor",
            allowed=revision.drafter,
            english="drafter only",
        )
    state = advance_revision(revision.state, RevisionEvent.RECALL)
    _end(uow, now, actor, revision, state, "person:revision:recall", request)


def revoke(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """撤回签发, by an approver, before the release."""
    revision = _revision(uow, request)
    require(Act.REVOKE, actor.person)
    require_words(request.opinion, "撤回签发要写明理由", field="opinion")
    state = advance_revision(revision.state, RevisionEvent.REVOKE)
    _end(uow, now, actor, revision, state, "person:revision:revoke", request)


def hold(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """暂停: anyone in the chain; while it stands nothing is released or claimed."""
    revision = _revision(uow, request)
    require(Act.HOLD, actor.person)
    if revision.held or revision.state in FINAL:
        raise refuse(
            Reason.WRONG_STATE, "已经暂停，或已经结束", field="revision", english="held already, or ended"
        )
    uow.items.change_revision(revision.id, held=True)
    _record(uow, now, actor, revision, "person:revision:held", request)
    uow.commit()


def resume(uow: UnitOfWork, now: datetime, actor: Actor, request: SignRequest) -> None:
    """解除暂停, by an approver."""
    revision = _revision(uow, request)
    require(Act.RESUME, actor.person)
    if not revision.held:
        raise refuse(Reason.WRONG_STATE, "没有暂停", field="revision", english="not held")
    uow.items.change_revision(revision.id, held=False)
    uow.accounts.close_alarm(f"release:{revision.id}", now)
    _record(uow, now, actor, revision, "person:revision:resumed", request)
    uow.commit()


def watch_second_looks(uow: UnitOfWork, now: datetime) -> int:
    """The sweep over urgent releases that nobody has looked at within 12 hours: one alarm each; how many are new."""
    words = "紧急发布超过 12 小时没有事后复核"
    late = uow.items.not_looked_at(now)
    raised = [uow.accounts.raise_alarm(f"second_look:{revision.id}", words, now) for revision in late]
    uow.commit()
    return sum(raised)


def _revision(uow: UnitOfWork, request: SignRequest) -> RevisionRecord:
    revision = uow.items.revision(request.revision_id)
    if revision is None:
        raise refuse(
            Reason.NOT_FOUND,
            "没有这个版本（内容摘要不符）",
            field="revision",
            allowed="审核时看到的完整摘要值",
            english="no revision with this digest",
        )
    return revision


def _need_named_reviewer(actor: Actor, revision: RevisionRecord) -> None:
    """The page says who reviewed: nobody else may give that signature."""
    reviewer = revision.content["reviewer"]
    if reviewer and actor.person.display != reviewer:
        raise refuse(
            Reason.NOT_PERMITTED,
            f"本版本页面上写明审核人为{reviewer}",
            field="actor",
            allowed=f"由{reviewer}审核，或退回后改换审核人",
            english="the page names another reviewer",
        )


def _sign(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    revision: RevisionRecord,
    request: SignRequest,
    act: Act,
    event: RevisionEvent,
    *,
    kind: str = "",
    commit: bool = True,
) -> None:
    chain = CHAINS[uow.bureau.chain]
    check_signer(chain, act, actor.person, revision.drafter, uow.items.signatures(revision.id))
    _need_checks(act, request)
    if revision.urgent and act is Act.SIGN_OFF and event is not RevisionEvent.SIGN_OFF_URGENT:
        raise refuse(
            Reason.WRONG_STATE,
            "紧急送审的版本由值班领导紧急签发",
            field="revision",
            english="urgent revision",
        )
    state = advance_revision(revision.state, event)
    signature = Signature(act, actor.name, revision.id, now, actor.person.behalf)
    uow.items.sign(
        revision.id,
        signature,
        opinion=request.opinion,
        reference=request.reference,
        checks=request.checks or (),
    )
    uow.items.change_revision(revision.id, state=state, release_at=None)  # only a schedule sets a time
    _record(uow, now, actor, revision, f"person:revision:{kind or act}", request)
    if commit:
        uow.commit()


def to_look_into(revision: RevisionRecord) -> tuple[int, ...]:
    """Places of the findings that had to be answered before the submit: the content reviewer looks into each."""
    return tuple(n for n, one in enumerate(revision.findings) if one.get("level") != Level.HINT)


def _with_found(revision: RevisionRecord, request: SignRequest) -> SignRequest:
    """What the reviewer found stands in the opinion, so that it is kept and erased with it."""
    if request.found is None:
        return request
    said = [request.opinion] if request.opinion else []
    for place in to_look_into(revision):
        advice = str(revision.findings[place]["advice_zh"]).rstrip("。")
        words = request.found.get(place, "").strip()
        require_words(words, f"“{advice}”还没有写核对的情况", field="opinion")
        said.append(f"{advice}：{words}")
    return replace(request, opinion="；".join(said))


def _need_checks(act: Act, request: SignRequest) -> None:
    if request.checks is not None:
        require_checks(act, request.checks)


def _end(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    revision: RevisionRecord,
    state: RevisionState,
    kind: str,
    request: SignRequest,
) -> None:
    uow.items.change_revision(revision.id, state=state, release_at=None)
    _record(uow, now, actor, revision, kind, request)
    uow.commit()


def _record(
    uow: UnitOfWork, now: datetime, actor: Actor, revision: RevisionRecord, kind: str, request: SignRequest
) -> None:
    uow.record(
        now,
        kind,
        actor.name,
        f"revision:{revision.id}",
        os_user=actor.os_user,
        digests={"revision": revision.id},
        facts={
            "item": revision.item_id,
            "number": revision.number,
            **({} if request.checks is None else {"checks": ",".join(request.checks)}),
            **({"reason": request.reason} if request.reason else {}),
        },
        notes={"opinion": request.opinion, "reference": request.reference},
    )
