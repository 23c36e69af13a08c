"""Withdrawal 撤下 as one order: a reason, a step per part, each looked at until gone (promise 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.domain.clocks import business_day
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.lifecycle import RevisionEvent, RevisionState, advance_revision
from publisher.domain.order import OrderKind, OrderScope, OrderState, may_remove_now
from publisher.domain.part import CLOSED, PUBLIC, PartEvent, advance_part
from publisher.domain.people import Act, Role, require
from publisher.domain.posting import POSTING_ALARMS, PostingEvent, PostingState, advance_posting
from publisher.domain.timing import LEAK_CONFIRM_H
from publisher.store.records import OrderRecord, PartRecord, PostingRecord
from publisher.store.unit_of_work import Reading, UnitOfWork
from publisher.workflow.acts import Actor

SYSTEM = "system"
CANCELLABLE = frozenset(
    {PostingState.WAITING, PostingState.QUEUED, PostingState.HELD, PostingState.FAILED, PostingState.BY_HAND}
)
UNSETTLED = frozenset({PostingState.SENDING, PostingState.UNKNOWN, PostingState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class WithdrawRequest:
    """Take an item back, or one channel of it, or one part. `reason` is public."""

    item_id: str
    reason: str
    channel: str = ""
    part_id: str = ""
    leak: bool = False


def order_withdrawal(uow: UnitOfWork, now: datetime, actor: Actor, request: WithdrawRequest) -> int:
    """Sign the order; the channels carry it out. Returns its number.

    The approver signs. A leak may be reported by anyone in the chain and goes to all channels at once.
    """
    require(Act.REPORT_LEAK if request.leak else Act.ORDER_WITHDRAWAL, actor.person)
    require_words(request.reason, "撤下要写明公开的理由")
    scope = _scope(uow, request)
    if scope is OrderScope.ITEM:
        _start_item_withdrawal(uow, now, request.item_id)
    order_id = uow.parts.add_order(
        scope=scope,
        item_id=request.item_id,
        channel=request.channel,
        part_id=request.part_id,
        leak=request.leak,
        signed_by=actor.name,
        confirmed_by=actor.name if Role.APPROVER in actor.person.roles else "",
        at=now,
        reason=request.reason,
    )
    uow.record(
        now,
        "person:order:withdraw",
        actor.name,
        f"item:{request.item_id}",
        os_user=actor.os_user,
        facts={
            "order": order_id,
            "scope": scope,
            "channel": request.channel,
            "part": request.part_id,
            "leak": request.leak,
        },
        notes={"reason": request.reason},
    )
    uow.commit()
    return order_id


@dataclass(frozen=True, slots=True)
class ConfirmLeakRequest:
    """The approver stands by the withdrawal of a leak that somebody else reported."""

    item_id: str
    reason: str = ""


def confirm_leak(uow: UnitOfWork, now: datetime, actor: Actor, request: ConfirmLeakRequest) -> int:
    """Confirm every leak order on the item that waits for it; returns how many. The removal goes on meanwhile."""
    require(Act.CONFIRM_LEAK, actor.person)
    waiting = [o for o in uow.parts.orders(request.item_id) if o.leak and not o.confirmed_by]
    if not waiting:
        raise refuse(
            Reason.WRONG_STATE,
            "这个条目没有待确认的泄露撤下",
            field="item",
            english="no leak waits for confirmation",
        )
    for order in waiting:
        uow.parts.change_order(order.id, confirmed_by=actor.name)
        uow.accounts.close_alarm(f"leak:{order.id}", now)
        uow.record(
            now,
            "person:order:confirm_leak",
            actor.name,
            f"item:{request.item_id}",
            os_user=actor.os_user,
            facts={"order": order.id},
            notes={"reason": request.reason},
        )
    uow.commit()
    return len(waiting)


def expire_due(uow: UnitOfWork, now: datetime) -> int:
    """The sweep over signed days of expiry: on that day (Beijing) the item is withdrawn, once, for its approver.

    Returns how many orders were made. The order is like any other: looked at until everything is gone.
    """
    due = uow.items.expired(business_day(now).isoformat())
    for revision in due:
        approver = next((s.person for s in uow.items.signatures(revision.id) if s.act is Act.SIGN_OFF), "")
        _start_item_withdrawal(uow, now, revision.item_id)
        order_id = uow.parts.add_order(
            scope=OrderScope.ITEM,
            item_id=revision.item_id,
            signed_by=approver,
            confirmed_by=approver,
            at=now,
            reason=f"已到签发时定下的到期下线日期 {revision.expires_on}",
        )
        uow.record(
            now,
            "system:order:expired",
            SYSTEM,
            f"item:{revision.item_id}",
            on_behalf_of=approver,
            digests={"revision": revision.id},
            facts={"order": order_id, "expires_on": revision.expires_on},
        )
    uow.commit()
    return len(due)


def watch_leaks(uow: UnitOfWork, now: datetime) -> int:
    """The sweep over leak orders that no approver has confirmed within the hour: one alarm each; how many are new."""
    words = "泄露撤下超过 1 小时没有签发人确认"
    limit = now - timedelta(hours=LEAK_CONFIRM_H)
    late = [o for o in uow.parts.unconfirmed_leaks() if o.at < limit]
    raised = [uow.accounts.raise_alarm(f"leak:{order.id}", words, now) for order in late]
    uow.commit()
    return sum(raised)


def _scope(uow: UnitOfWork, request: WithdrawRequest) -> OrderScope:
    if uow.items.item(request.item_id) is None:
        raise refuse(
            Reason.NOT_FOUND, f"没有这个条目：{request.item_id}", field="item", english="no such item"
        )
    open_orders = [o for o in uow.parts.open_orders(request.item_id) if o.kind is OrderKind.WITHDRAW]
    if any(o.part_id == request.part_id and o.channel == request.channel for o in open_orders):
        raise refuse(Reason.WRONG_STATE, "这个撤下指令已经在办理", field="item", english="already under way")
    if request.part_id:
        part = uow.parts.get(request.part_id)
        if part is None or part.item_id != request.item_id:
            raise refuse(
                Reason.NOT_FOUND, f"没有这一篇：{request.part_id}", field="part", english="no such part"
            )
        if part.state not in PUBLIC:
            raise refuse(
                Reason.WRONG_STATE, "这一篇现在不在公开状态", field="part", english="the part is not out"
            )
        return OrderScope.PART
    if request.channel:
        if request.channel not in uow.bureau.channels:
            allowed = "、".join(uow.bureau.channels)
            raise refuse(
                Reason.BAD_INPUT, f"没有这个渠道：{request.channel}", field="channel", allowed=allowed
            )
        return OrderScope.CHANNEL
    return OrderScope.ITEM


def _start_item_withdrawal(uow: UnitOfWork, now: datetime, item_id: str) -> None:
    released = [r for r in uow.items.revisions(item_id) if r.state is RevisionState.RELEASED]
    if not released:
        raise refuse(
            Reason.WRONG_STATE,
            "条目还没有下发，没有可撤下的内容",
            field="item",
            allowed="已下发的条目；未下发的请撤回签发",
            english="the item is not released",
        )
    for revision in released:
        state = advance_revision(revision.state, RevisionEvent.ORDER_WITHDRAWAL)
        uow.items.change_revision(revision.id, state=state)
    for revision in uow.items.under_way(item_id):
        if not revision.held:  # a correction under way must not put back what is taken away
            uow.items.change_revision(revision.id, held=True)
            uow.record(
                now,
                "system:revision:held",
                SYSTEM,
                f"revision:{revision.id}",
                digests={"revision": revision.id},
                notes={"reason": "条目已下令撤下"},
            )


def advance_orders(uow: UnitOfWork, now: datetime) -> int:
    """The sweep over open orders: cancel what waits, start what may be removed now, close what is done.

    Postings that are sending, unknown or accepted settle first. Returns how many orders were fulfilled.
    """
    fulfilled = 0
    for order in uow.parts.open_orders():
        if order.kind is not OrderKind.WITHDRAW:
            continue
        postings = [p for p in uow.postings.of_item(order.item_id) if concerns_posting(order, p)]
        for posting in postings:
            if posting.state in CANCELLABLE:
                cancel_by_order(uow, now, posting, order)
        parts = concerned_parts(uow, order)
        for part in parts:
            _start_part(uow, now, part, order, parts)
        fulfilled += _close_if_done(uow, now, order)
    uow.commit()
    return fulfilled


def concerns_posting(order: OrderRecord, posting: PostingRecord) -> bool:
    """Whether an order to withdraw keeps this posting from going out, or waits for its outcome."""
    if order.scope is OrderScope.PART:
        return posting.amends == order.part_id  # what waits to correct this very page
    return order.scope is OrderScope.ITEM or posting.channel == order.channel


def concerned_parts(uow: Reading, order: OrderRecord) -> list[PartRecord]:
    """The parts that an order takes away. One part is one place: what corrected it there goes with it."""
    parts = uow.parts.of_item(order.item_id)
    if order.scope is OrderScope.ITEM:
        return parts
    if order.scope is OrderScope.CHANNEL:
        return [p for p in parts if p.channel == order.channel]
    places = {(p.channel, p.remote_id) for p in parts if p.id == order.part_id}
    return [p for p in parts if (p.channel, p.remote_id) in places]


def cancel_by_order(uow: UnitOfWork, now: datetime, posting: PostingRecord, order: OrderRecord) -> None:
    """A posting that waits does not go out any more: an order has overtaken it."""
    uow.postings.change(
        posting.id, state=advance_posting(posting.state, PostingEvent.CANCEL), next_look_at=None
    )
    uow.accounts.close_alarms([f"{cause}:{posting.id}" for cause in POSTING_ALARMS], now)
    uow.record(
        now,
        "system:posting:cancelled",
        SYSTEM,
        f"posting:{posting.id}",
        on_behalf_of=order.signed_by,
        facts={"channel": posting.channel, "order": order.id},
    )


def _start_part(
    uow: UnitOfWork, now: datetime, part: PartRecord, order: OrderRecord, parts: list[PartRecord]
) -> None:
    if part.state not in PUBLIC:
        return
    portals = uow.bureau.portals()
    others = [p.state for p in parts if p.channel not in portals]
    waits = not order.leak and order.scope is OrderScope.ITEM and _unsettled_others(uow, order)
    is_portal = part.channel in portals
    if (is_portal and waits) or not may_remove_now(is_portal=is_portal, leak=order.leak, others=others):
        return
    start_removal(uow, now, part, order)


def start_removal(uow: UnitOfWork, now: datetime, part: PartRecord, order: OrderRecord) -> None:
    """From now on the part's channel removes it and looks until it is gone."""
    uow.parts.change(
        part.id,
        state=advance_part(part.state, PartEvent.WITHDRAW),
        order_id=order.id,
        removals=0,
        next_look_at=now,
    )
    uow.accounts.close_alarms([f"part:{part.id}", f"unseen:{part.id}"], now)
    uow.record(
        now,
        "system:part:withdrawing",
        SYSTEM,
        f"part:{part.id}",
        on_behalf_of=order.signed_by,
        facts={"channel": part.channel, "order": order.id},
    )


def _unsettled_others(uow: UnitOfWork, order: OrderRecord) -> bool:
    portals = uow.bureau.portals()
    return any(p.state in UNSETTLED and p.channel not in portals for p in uow.postings.of_item(order.item_id))


def _close_if_done(uow: UnitOfWork, now: datetime, order: OrderRecord) -> bool:
    postings = [p for p in uow.postings.of_item(order.item_id) if concerns_posting(order, p)]
    parts = concerned_parts(uow, order)
    if any(p.state not in (PostingState.OUT, PostingState.CANCELLED) for p in postings):
        return False
    if any(part.state not in CLOSED for part in parts):
        return False
    fulfil(uow, now, order)
    if order.scope is OrderScope.ITEM:
        _finish_item(uow, now, order)
    return True


def fulfil(uow: UnitOfWork, now: datetime, order: OrderRecord) -> None:
    """Nothing is left to do for an order, of whatever kind."""
    uow.parts.change_order(order.id, state=OrderState.FULFILLED, closed_at=now)
    uow.record(
        now,
        "system:order:fulfilled",
        SYSTEM,
        f"item:{order.item_id}",
        on_behalf_of=order.signed_by,
        facts={"order": order.id, "kind": order.kind},
    )


def _finish_item(uow: UnitOfWork, now: datetime, order: OrderRecord) -> None:
    for revision in uow.items.revisions(order.item_id):
        if revision.state is RevisionState.WITHDRAWING:
            state = advance_revision(revision.state, RevisionEvent.ALL_GONE)
            uow.items.change_revision(revision.id, state=state)
            uow.record(
                now,
                "system:revision:withdrawn",
                SYSTEM,
                f"revision:{revision.id}",
                on_behalf_of=order.signed_by,
                digests={"revision": revision.id},
                facts={"order": order.id},
            )
