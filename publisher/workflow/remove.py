"""Removal of parts under an order: take one away, then look until a reader finds it gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import (
    CannotSee,
    Channel,
    ChannelError,
    ChannelRefused,
    Gone,
    NeedsHand,
    OutcomeUnknown,
    PartReceipt,
    RateLimited,
    Rejected,
    SeeResult,
    Unavailable,
    Withdrawn,
)
from publisher.domain.clocks import local
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.part import PartEvent, PartState, advance_part
from publisher.domain.people import Act, require
from publisher.domain.posting import PostingState
from publisher.domain.timing import REAPPEAR_S, REMOVALS_ALARM, next_removal
from publisher.store.records import PartRecord
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.gate import receipt_of
from publisher.workflow.journal import withdraw_scope
from publisher.workflow.outcome import pause_channel
from publisher.workflow.outlets import Outlets

SYSTEM = "system"
CANCELLABLE = frozenset(
    {PostingState.WAITING, PostingState.QUEUED, PostingState.HELD, PostingState.FAILED, PostingState.BY_HAND}
)
UNSETTLED = frozenset({PostingState.SENDING, PostingState.UNKNOWN, PostingState.ACCEPTED})


def remove_due_parts(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Carry orders out on one channel: remove, then look until it is gone. Returns how many were tried."""
    now = outlets.now()
    gap = timedelta(seconds=outlets.channels[channel_name].profile.removal_gap_s)
    with store.read() as reading:
        due = reading.parts.due(channel_name, now, PartState.WITHDRAWING)
        last = reading.steps.last_removal(channel_name) if due and gap else None
        leaks = {part.id for part in due if _is_leak(reading, part)}
    due.sort(key=lambda part: part.id not in leaks)
    ready = [] if last is not None and last <= now < last + gap else due[:1] if gap else due
    for part in ready:
        _remove(store, outlets, part)
    _put_off(store, due[len(ready) :], (now if ready else last or now) + gap)
    return len(ready)


def _is_leak(reading: Reading, part: PartRecord) -> bool:
    order = reading.parts.order(part.order_id)
    return order is not None and order.leak


def _put_off(store: Store, parts: list[PartRecord], until: datetime) -> None:
    """One account is not asked for removals in a burst: what is left has its turn a gap later."""
    if not parts:
        return
    with store.write() as uow:
        for part in parts:
            uow.parts.change(part.id, next_look_at=until)
        uow.commit()


def _remove(store: Store, outlets: Outlets, part: PartRecord) -> None:
    with store.read() as reading:
        posting = reading.postings.get(part.posting_id)
        order = reading.parts.order(part.order_id)
        returned = sum(proof["outcome"] == "gone" for proof in reading.parts.proofs(part.id))
    if posting is None or order is None:
        raise LookupError(part.posting_id)
    channel = outlets.channels[part.channel]
    journal = outlets.journal_for(store, posting, withdraw_scope(part.id, part.order_id, returned))
    try:
        answer: object = channel.withdraw(receipt_of(part), journal, reason=order.reason)
    except ChannelError as why:
        answer = why
    unsure = isinstance(answer, OutcomeUnknown) and not channel.profile.files_beside
    seen = channel.see(receipt_of(part)) if unsure or isinstance(answer, Withdrawn) else None
    addresses = answer.addresses if isinstance(answer, Withdrawn) else ()
    if isinstance(seen, Gone):
        seen = see_addresses(channel, addresses)
    now = outlets.now()
    with store.write() as uow:
        present = uow.parts.get(part.id)
        if present is not None and present.state is PartState.WITHDRAWING:
            if addresses:
                uow.parts.change(part.id, addresses=list(addresses))
            _settle_removal(uow, now, present, answer, seen)
        uow.commit()


def see_addresses(channel: Channel, addresses: Iterable[str]) -> SeeResult:
    """`Gone` when nothing answers at any address that went with a part; else what was seen there first."""
    for url in addresses:
        seen = channel.see(PartReceipt("", url))
        if not isinstance(seen, Gone):
            words = f"附件或历史页还能打开：{url}"
            return CannotSee(f"{words}（{seen.words}）") if isinstance(seen, CannotSee) else seen
    return Gone()


def _settle_removal(
    uow: UnitOfWork, now: datetime, part: PartRecord, answer: object, seen: SeeResult | None
) -> None:
    if isinstance(seen, Gone):
        confirm_gone(uow, now, part, "system:part:withdrawn", SYSTEM)
        return
    match answer:
        case NeedsHand(words):
            _by_hand(uow, now, part, PartEvent.NEEDS_HAND, words)
        case Rejected() as why:
            _by_hand(uow, now, part, PartEvent.REJECT, why.words)
        case ChannelRefused() as why:
            pause_channel(uow, now, part.channel, why.words)
            _try_again(uow, now, part, PartEvent.POSTPONE, why.words)
        case RateLimited() as why:
            _wait_for_budget(uow, now, part, why)
        case Unavailable() as why:
            _try_again(uow, now, part, PartEvent.POSTPONE, why.words)
        case ChannelError() as why:
            _try_again(uow, now, part, PartEvent.LOSE_ANSWER, why.words)
        case _:
            words = seen.words if isinstance(seen, CannotSee) else "还能看到"
            _try_again(uow, now, part, PartEvent.POSTPONE, words)


def confirm_gone(
    uow: UnitOfWork, now: datetime, part: PartRecord, kind: str, actor: str, os_user: str = ""
) -> None:
    """A look has found that it is gone; look once more later, in case it comes back."""
    again = now + timedelta(seconds=REAPPEAR_S)
    uow.parts.change(part.id, state=advance_part(part.state, PartEvent.CONFIRM_GONE), next_look_at=again)
    uow.parts.prove(part.id, at=now, level=part.level, outcome="gone", differences=[], seen_digest="")
    uow.accounts.close_alarms([f"{cause}:{part.id}" for cause in ("removal", "part", "unseen")], now)
    uow.record(
        now,
        kind,
        actor,
        f"part:{part.id}",
        os_user=os_user,
        digests={"revision": part.revision_id},
        facts={"channel": part.channel, "order": part.order_id},
        notes={"url": part.url},
    )


def _try_again(uow: UnitOfWork, now: datetime, part: PartRecord, event: PartEvent, words: str) -> None:
    removals = part.removals + 1
    uow.parts.change(
        part.id,
        state=advance_part(part.state, event),
        removals=removals,
        next_look_at=next_removal(removals, now),
    )
    if removals == REMOVALS_ALARM:
        label = uow.bureau.label(part.channel)
        uow.accounts.raise_alarm(f"removal:{part.id}", f"{label}还没有撤下：{words}", now)


def _wait_for_budget(uow: UnitOfWork, now: datetime, part: PartRecord, why: RateLimited) -> None:
    """The account may remove no more for now: it goes on by itself, and people are told at once."""
    again = max(why.until, now)
    uow.parts.change(part.id, state=advance_part(part.state, PartEvent.POSTPONE), next_look_at=again)
    label = uow.bureau.label(part.channel)
    words = f"{label}撤下次数已用完，{local(again):%m-%d %H:%M}自动继续；急的请到后台手工删除"
    uow.accounts.raise_alarm(f"removal:{part.id}", words, now)


def _by_hand(uow: UnitOfWork, now: datetime, part: PartRecord, event: PartEvent, words: str) -> None:
    uow.parts.change(part.id, state=advance_part(part.state, event), next_look_at=None)
    label = uow.bureau.label(part.channel)
    uow.accounts.raise_alarm(f"removal:{part.id}", f"请到{label}后台手工撤下：{words}", now)
    uow.record(
        now,
        "system:part:withdraw_by_hand",
        SYSTEM,
        f"part:{part.id}",
        facts={"channel": part.channel, "order": part.order_id},
        notes={"words": words},
    )


@dataclass(frozen=True, slots=True)
class PartGoneRequest:
    """An editor has removed a part on the platform; the product looks first."""

    part_id: str


def confirm_part_gone(
    uow: UnitOfWork, now: datetime, actor: Actor, request: PartGoneRequest, *, seen: SeeResult
) -> None:
    """Believe it only when `seen`, a look made just now with nothing open, found it gone."""
    require(Act.CONFIRM_GONE, actor.person)
    part = uow.parts.get(request.part_id)
    if part is None:
        raise refuse(Reason.NOT_FOUND, f"没有这一篇：{request.part_id}", field="part", english="no such part")
    if not isinstance(seen, Gone):
        raise refuse(
            Reason.WRONG_STATE,
            "读者仍能看到，或暂时看不清",
            field="part",
            allowed="撤下后再确认",
            english="still seen",
        )
    confirm_gone(uow, now, part, "person:part:confirm_gone", actor.name, actor.os_user)
    uow.commit()


@dataclass(frozen=True, slots=True)
class UnremovableRequest:
    """An approver signs that a part cannot be removed, and why."""

    part_id: str
    reason: str


def declare_unremovable(uow: UnitOfWork, now: datetime, actor: Actor, request: UnremovableRequest) -> None:
    """Closes the part without claiming that it is gone."""
    require(Act.DECLARE_UNREMOVABLE, actor.person)
    part = uow.parts.get(request.part_id)
    if part is None:
        raise refuse(Reason.NOT_FOUND, f"没有这一篇：{request.part_id}", field="part", english="no such part")
    require_words(request.reason, "要写明理由")
    uow.parts.change(part.id, state=advance_part(part.state, PartEvent.CANNOT_REMOVE))
    uow.accounts.close_alarm(f"removal:{part.id}", now)
    uow.record(
        now,
        "person:part:unremovable",
        actor.name,
        f"part:{part.id}",
        os_user=actor.os_user,
        notes={"reason": request.reason},
    )
    uow.commit()
