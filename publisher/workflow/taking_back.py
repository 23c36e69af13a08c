"""What will happen when something is taken back, corrected or erased, said before anybody presses. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.domain.correction import CorrectionRule
from publisher.domain.lifecycle import UNDER_WAY, RevisionState
from publisher.domain.order import OrderKind, OrderScope, OrderState
from publisher.domain.part import CLOSED, PUBLIC, PartState
from publisher.domain.people import Person
from publisher.domain.posting import PostingState
from publisher.store.records import ItemRecord, OrderRecord, PartRecord, PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.outlets import Outlets
from publisher.workflow.quota_report import QuotaLine, quota_book
from publisher.workflow.sight import item_for
from publisher.workflow.withdraw import (
    CANCELLABLE,
    UNSETTLED,
    WithdrawRequest,
    concerned_parts,
    concerns_posting,
)

ONE_REMOVAL_S = 60
"""Removing one part and looking that it is gone takes about this long where nothing stands in the way."""


class Way(StrEnum):
    """What happens on a channel when something is taken back."""

    CANCEL = "cancel"
    SETTLE = "settle"
    REMOVE = "remove"
    BY_HAND = "by_hand"
    GOING = "going"
    HAND = "hand"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One channel of a withdrawal. `turn` is 1, or 2 for what waits until the others are gone; 0 for nothing to remove.

    `seconds` is about how long it takes from the order on. `quota` is the day's book of removals, `short` whether it
    does not suffice. `copies`: the public may have copies that nobody takes back.
    """

    channel: str
    label: str
    practice: bool
    state: PostingState | PartState
    way: Way
    parts: int
    turn: int
    seconds: int
    quota: QuotaLine | None
    short: bool
    copies: bool
    portal: bool


@dataclass(frozen=True, slots=True)
class WithdrawalPlan:
    """What an order would do now, a line a channel. `stands`: this order is under way already.

    `unreleased`: there is nothing to take back. `leaks` wait for the approver's word.
    """

    item: ItemRecord
    scope: OrderScope
    channel: str
    part_id: str
    leak: bool
    lines: tuple[PlanLine, ...]
    stands: OrderRecord | None
    unreleased: bool
    leaks: tuple[OrderRecord, ...]
    names: Mapping[str, str]

    @property
    def touched(self) -> int:
        """On how many channels something is cancelled or removed."""
        return sum(line.way in (Way.CANCEL, Way.SETTLE, Way.REMOVE, Way.BY_HAND) for line in self.lines)


def withdrawal_plan(
    reading: Reading, now: datetime, person: Person, outlets: Outlets, request: WithdrawRequest
) -> WithdrawalPlan:
    """Computed from the states of what is there and the profiles of the channels. `request` needs no reason yet."""
    item = item_for(reading, person, request.item_id)
    scope = OrderScope.PART if request.part_id else OrderScope.CHANNEL if request.channel else OrderScope.ITEM
    order = _as_order(request, scope, now)
    postings = [p for p in reading.postings.of_item(item.id) if concerns_posting(order, p)]
    parts = concerned_parts(reading, order)
    orders = reading.parts.orders(item.id)
    same = (request.channel, request.part_id)
    lines = _lines(reading, now, outlets, order, postings, parts)
    revisions = reading.items.revisions(item.id)
    return WithdrawalPlan(
        item,
        scope,
        request.channel,
        request.part_id,
        request.leak,
        tuple(lines),
        next((o for o in orders if _is_open(o) and (o.channel, o.part_id) == same), None),
        scope is OrderScope.ITEM and not any(r.state is RevisionState.RELEASED for r in revisions),
        tuple(o for o in orders if o.leak and not o.confirmed_by),
        {one.name: one.display for one in reading.people.all()},
    )


def _is_open(order: OrderRecord) -> bool:
    return order.kind is OrderKind.WITHDRAW and order.state is OrderState.OPEN


def _as_order(request: WithdrawRequest, scope: OrderScope, now: datetime) -> OrderRecord:
    return OrderRecord(
        0,
        OrderKind.WITHDRAW,
        scope,
        request.item_id,
        request.channel,
        request.part_id,
        request.leak,
        OrderState.OPEN,
        "",
        "",
        now,
        request.reason,
        None,
    )


def _lines(
    reading: Reading,
    now: datetime,
    outlets: Outlets,
    order: OrderRecord,
    postings: Sequence[PostingRecord],
    parts: Sequence[PartRecord],
) -> list[PlanLine]:
    """The channels in the order in which they are done: those that are no portal first, unless all go at once."""
    portals, book = reading.bureau.portals(), quota_book(reading, now)
    last = [name for name in portals if order.scope is OrderScope.ITEM and not order.leak]
    names = sorted(reading.bureau.channels, key=lambda name: name in last)
    found: list[PlanLine] = []
    for name in names:
        mine = [p for p in postings if p.channel == name]
        theirs = [part for part in parts if part.channel == name]
        if mine or theirs:
            before = max((one.seconds for one in found if not one.portal), default=0) if name in last else 0
            found.append(_line(reading, now, outlets, name, mine, theirs, book, before, second=name in last))
    return found


def _line(
    reading: Reading,
    now: datetime,
    outlets: Outlets,
    name: str,
    postings: Sequence[PostingRecord],
    parts: Sequence[PartRecord],
    book: Sequence[QuotaLine],
    before: int,
    *,
    second: bool,
) -> PlanLine:
    plan, channel = reading.bureau.channels[name], outlets.channels.get(name)
    public = [part for part in parts if part.state in PUBLIC]
    able = channel is not None and channel.profile.withdrawable
    state, way = _way(postings, parts, able=able)
    profile = channel.profile if channel else None
    gap = max(profile.removal_gap_s if profile else 0, ONE_REMOVAL_S)
    quota = next(
        (
            q
            for q in book
            if profile
            and (q.channel, q.call) == (name, profile.removal_call)
            and q.window_start <= now < q.window_end
        ),
        None,
    )
    removes = way is Way.REMOVE
    return PlanLine(
        name,
        plan.label,
        plan.practice,
        state,
        way,
        len(public),
        (2 if second else 1) if removes or way in (Way.BY_HAND, Way.SETTLE) else 0,
        before + gap * len(public) if removes else 0,
        quota if removes else None,
        bool(quota and removes and quota.free < len(public)),
        bool(public),
        plan.portal,
    )


def _way(
    postings: Sequence[PostingRecord], parts: Sequence[PartRecord], *, able: bool
) -> tuple[PostingState | PartState, Way]:
    """What is done on one channel, and the state that says why: what is not settled first, then what is public."""
    unsettled = next((p for p in postings if p.state in UNSETTLED), None)
    public = next((part for part in reversed(parts) if part.state in PUBLIC), None)
    waiting = next((p for p in postings if p.state in CANCELLABLE), None)
    going = next((part for part in parts if part.state not in CLOSED | PUBLIC), None)
    if unsettled is not None:
        return unsettled.state, Way.SETTLE
    if public is not None:
        return public.state, Way.REMOVE if able else Way.BY_HAND
    if going is not None:
        return going.state, Way.HAND if going.state is PartState.WITHDRAW_BY_HAND else Way.GOING
    if waiting is not None:
        return waiting.state, Way.CANCEL
    return (parts[-1].state if parts else postings[-1].state), Way.GONE


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One channel of a correction: by which rule, and whether anything is public there."""

    channel: str
    label: str
    practice: bool
    rule: CorrectionRule
    public: int


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """How a correction will appear. `released` is what is corrected (None: nothing), `under_way` and `draft` stand in
    the way."""

    item: ItemRecord
    released: RevisionRecord | None
    under_way: bool
    draft: bool
    lines: tuple[CorrectionLine, ...]


def correction_plan(reading: Reading, person: Person, item_id: str) -> CorrectionPlan:
    """From the rule of each channel and what is public there now."""
    item = item_for(reading, person, item_id)
    revisions = reading.items.revisions(item.id)
    released = [r for r in revisions if r.state is RevisionState.RELEASED]
    parts = reading.parts.of_item(item.id)
    chosen = released[-1].content["channels"] if released else ()
    lines = []
    for name, plan in reading.bureau.channels.items():
        public = [part for part in parts if part.channel == name and part.state in PUBLIC]
        if name in chosen or public:
            lines.append(CorrectionLine(name, plan.label, plan.practice, plan.correction, len(public)))
    return CorrectionPlan(
        item,
        released[-1] if released else None,
        any(r.state in UNDER_WAY for r in revisions),
        reading.items.open_draft(item.id) is not None,
        tuple(lines),
    )


@dataclass(frozen=True, slots=True)
class ExpungeView:
    """What would be erased, and the order that waits for a second person. `public` parts must be gone before."""

    item: ItemRecord
    order: OrderRecord | None
    revisions: int
    drafts: int
    public: int
    names: Mapping[str, str]


def expunge_view(reading: Reading, person: Person, item_id: str) -> ExpungeView:
    """What there is to erase of an item."""
    item = item_for(reading, person, item_id)
    orders = reading.parts.open_orders(item.id)
    return ExpungeView(
        item,
        next((o for o in orders if o.kind is OrderKind.EXPUNGE), None),
        len(reading.items.revisions(item.id)),
        len(reading.items.drafts(item.id)),
        sum(part.state not in CLOSED for part in reading.parts.of_item(item.id)),
        {one.name: one.display for one in reading.people.all()},
    )
