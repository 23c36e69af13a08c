"""Release 下发: a due, approved, unheld revision becomes postings; waiting postings become ready or late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from publisher.domain.catalogue import Bureau, DisclosureAttribute, Kind
from publisher.domain.clocks import BEIJING, add_working_days, business_day, local
from publisher.domain.correction import CorrectionRule
from publisher.domain.identifiers import ItemId, posting_key
from publisher.domain.item import Content, content_from_json
from publisher.domain.lifecycle import RevisionEvent, RevisionState, advance_revision
from publisher.domain.order import OrderKind, OrderScope
from publisher.domain.part import PUBLIC, PartState
from publisher.domain.people import Act
from publisher.domain.posting import ChannelState, PostingEvent, PostingState, advance_posting
from publisher.domain.review import CHAINS, complete, lawful
from publisher.domain.timing import REMOVALS_ALARM
from publisher.domain.windows import Opening
from publisher.store.records import PartRecord, PostingRecord, RevisionRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.gate import look_at_gate
from publisher.workflow.outlets import signed_content_holds
from publisher.workflow.planning import (
    Book,
    Wish,
    keep_plan,
    open_book,
    opening,
    places_by_posting,
    plan,
    waits_words,
    wish_of,
)

SYSTEM = "system"


def release_due(uow: UnitOfWork, now: datetime) -> list[str]:
    """Release everything that is due and passes each gate; hold what does not. Digests of what was released."""
    released = []
    for revision in uow.items.due_for_release(now):
        fault = gate_fault(uow, revision) or _expired(revision, now)
        if fault:
            _hold(uow, now, revision, fault)
            continue
        _release(uow, now, revision)
        released.append(revision.id)
    uow.commit()
    return released


def gate_fault(uow: UnitOfWork, revision: RevisionRecord) -> str:
    """Which gate of rules.md 1.1 this revision fails now, in Chinese; "" when it passes them all."""
    item = uow.items.item(revision.item_id)
    if item is None or not signed_content_holds(revision, item.index_no or ""):
        return "存储的内容与签发的内容不一致"
    given = uow.items.signatures(revision.id)
    if revision.urgent:
        if not any(s.act is Act.SIGN_OFF and s.digest == revision.id for s in given):
            return "没有值班领导签发"
    elif not complete(CHAINS[uow.bureau.chain], revision.id, given):
        return "签署不全"
    if not lawful(CHAINS[uow.bureau.chain], revision.id, revision.drafter, given):
        return "签署不全：签名的人不合审签规定"
    if revision.content["disclosure_attribute"] != DisclosureAttribute.PROACTIVE.value:
        return "公开属性不是主动公开"
    return _overtaken(uow, revision)


def _expired(revision: RevisionRecord, now: datetime) -> str:
    """What would be taken back the minute it is out does not go out."""
    past = bool(revision.expires_on) and revision.expires_on <= business_day(now).isoformat()
    return f"到期下线日期 {revision.expires_on} 已经过了" if past else ""


def _overtaken(uow: UnitOfWork, revision: RevisionRecord) -> str:
    """A withdrawal that was ordered meanwhile is never undone by what was under way."""
    states = {r.state for r in uow.items.revisions(revision.item_id)}
    if RevisionState.WITHDRAWING in states:
        return "这个条目正在撤下"
    if revision.content.get("correction") and RevisionState.RELEASED not in states:
        return "被更正的版本已经不在公开状态"
    return ""


def _hold(uow: UnitOfWork, now: datetime, revision: RevisionRecord, fault: str) -> None:
    uow.items.change_revision(revision.id, held=True)
    uow.accounts.raise_alarm(f"release:{revision.id}", f"未下发，已暂停：{fault}", now)
    uow.record(
        now,
        "system:revision:held",
        SYSTEM,
        f"revision:{revision.id}",
        digests={"revision": revision.id},
        notes={"reason": fault},
    )


def _release(uow: UnitOfWork, now: datetime, revision: RevisionRecord) -> None:
    content = content_from_json(revision.content)
    state = advance_revision(revision.state, RevisionEvent.RELEASE)
    uow.items.change_revision(revision.id, state=state, released_at=now)
    uow.record(
        now,
        "system:revision:released",
        SYSTEM,
        f"revision:{revision.id}",
        on_behalf_of=_approver(uow, revision),
        digests={"revision": revision.id},
        facts={"item": revision.item_id, "channels": ",".join(content.channels)},
    )
    if _supersede_older(uow, now, revision, content):
        return  # a correction: publisher.workflow.correct plans each channel by its rule
    for channel in content.channels:
        plan_posting(uow, now, revision, content, channel, occasion=1)


def _supersede_older(uow: UnitOfWork, now: datetime, revision: RevisionRecord, content: Content) -> bool:
    """The revision that was out is superseded now, under an order to correct; whether there was one."""
    approver = _approver(uow, revision)
    older = [
        r
        for r in uow.items.revisions(revision.item_id)
        if r.state is RevisionState.RELEASED and r.id != revision.id
    ]
    for old in older:
        uow.items.change_revision(old.id, state=advance_revision(old.state, RevisionEvent.SUPERSEDE))
        uow.record(
            now,
            "system:revision:superseded",
            SYSTEM,
            f"revision:{old.id}",
            on_behalf_of=approver,
            digests={"by": revision.id},
        )
    if older:
        order = uow.parts.add_order(
            kind=OrderKind.CORRECT,
            scope=OrderScope.ITEM,
            item_id=revision.item_id,
            signed_by=approver,
            confirmed_by=approver,
            at=now,
            reason=content.correction,
        )
        uow.record(
            now,
            "system:order:corrected",
            SYSTEM,
            f"item:{revision.item_id}",
            on_behalf_of=approver,
            digests={"revision": revision.id, "corrects": older[-1].id},
            facts={"order": order},
            notes={"note": content.correction},
        )
    return bool(older)


def _approver(uow: UnitOfWork, revision: RevisionRecord) -> str:
    return next((s.person for s in uow.items.signatures(revision.id) if s.act is Act.SIGN_OFF), "")


def plan_posting(
    uow: UnitOfWork,
    now: datetime,
    revision: RevisionRecord,
    content: Content,
    channel: str,
    *,
    occasion: int,
    amends: str = "",
) -> str:
    """One posting for one channel, waiting; returns its key. The business key makes a second one impossible.

    It keeps its place in the quota book; lateness and the gate's limit count from when it may go. `amends` is
    the part that it will correct in place.
    """
    kind = uow.bureau.kinds[content.kind]
    key = posting_key(ItemId(revision.item_id), revision.id, channel, occasion)
    due = max(now, revision.release_at or now)
    wish = Wish(key, revision.id, channel, kind, due)
    planned = plan(uow, now, wish)
    counted = max(due, opening(uow, wish, due).at)
    uow.postings.add(
        articles=[(revision.item_id, revision.id)],
        id=key,
        body=uow.bureau.body,
        item_id=revision.item_id,
        revision_id=revision.id,
        channel=channel,
        occasion=occasion,
        state=PostingState.WAITING,
        urgent=kind.urgent,
        due_at=due,
        late_at=late_at(kind, counted, uow.bureau),
        gate_limit_at=counted + kind.gate_limit,
        waits_for=waits_words(planned) if planned.at > now else "",
        created_at=now,
        amends=amends,
    )
    uow.record(
        now,
        "system:posting:planned",
        SYSTEM,
        f"posting:{key}",
        digests={"revision": revision.id},
        facts={
            "item": revision.item_id,
            "channel": channel,
            "occasion": occasion,
            "amends": amends,
            "for": planned.at.isoformat(timespec="seconds"),
        },
    )
    return key


def late_at(kind: Kind, due: datetime, bureau: Bureau) -> datetime:
    """When a posting of this kind is so late that a person is asked: 1 h for urgent kinds, else 3 working days."""
    if kind.late_after is not None:
        return due + kind.late_after
    start = local(due)
    day = add_working_days(start.date(), kind.late_working_days, bureau.calendar).day
    return datetime.combine(day, start.timetz().replace(tzinfo=None), BEIJING) + timedelta(0)


def advance_postings(uow: UnitOfWork, now: datetime) -> int:
    """The sweep over waiting and queued postings: ready, not ready any more, late, cancelled by an order.

    Returns how many changed. A posting's gate that stays shut past its limit raises one alarm.
    """
    waiting = uow.postings.in_state(PostingState.WAITING, PostingState.QUEUED)
    if not waiting:
        return 0
    sight = _Sight(uow, now)
    changed = [_advance(uow, now, one, sight) for one in sorted(waiting, key=lambda one: not one.urgent)]
    uow.commit()
    return sum(changed)


class _Sight:
    """What one sweep looks at for many postings, each thing once: nothing here changes while it sweeps."""

    def __init__(self, uow: UnitOfWork, now: datetime) -> None:
        self._uow = uow
        self.places = places_by_posting(uow)
        self.book: Book = open_book(uow, now)
        self.channels = {channel.name: channel for channel in uow.accounts.channels()}
        self.freeze = uow.accounts.freeze()
        self.alarms = {alarm.cause for alarm in uow.accounts.open_alarms()}
        self._revisions: dict[str, RevisionRecord | None] = {}
        self._parts: dict[str, list[PartRecord]] = {}

    def revision(self, revision_id: str) -> RevisionRecord | None:
        if revision_id not in self._revisions:
            self._revisions[revision_id] = self._uow.items.revision(revision_id)
        return self._revisions[revision_id]

    def parts(self, item_id: str) -> list[PartRecord]:
        if item_id not in self._parts:
            self._parts[item_id] = self._uow.parts.of_item(item_id)
        return self._parts[item_id]


def _advance(uow: UnitOfWork, now: datetime, posting: PostingRecord, sight: _Sight) -> bool:
    revision = sight.revision(posting.revision_id)
    if revision is None or revision.state is not RevisionState.RELEASED:
        return False  # an order is at work: publisher.workflow.withdraw decides
    if now > posting.late_at:
        return _late(uow, now, posting)
    planned = Opening(now)
    if not revision.held and posting.channel in uow.bureau.channels:
        places = sight.places.get(posting.id, [])
        planned = keep_plan(uow, now, wish_of(uow, posting, revision), places, sight.book)
    url, why = _readiness(uow, now, posting, revision, planned, sight)
    if posting.state is PostingState.WAITING and not why:
        values = {"slots": {**posting.slots, "portal_url": url}} if url else {}
        _move(uow, now, posting, PostingEvent.READY, "system:posting:ready", waits_for="", **values)
        return True
    if posting.state is PostingState.QUEUED and why:
        _move(uow, now, posting, PostingEvent.UNREADY, "system:posting:unready", waits_for=why)
        return True
    if why != posting.waits_for:
        uow.postings.change(posting.id, waits_for=why)
    return False


def _readiness(
    uow: UnitOfWork,
    now: datetime,
    posting: PostingRecord,
    revision: RevisionRecord,
    planned: Opening,
    sight: _Sight,
) -> tuple[str, str]:
    """(portal address, ""), or ("", what it waits for). The gate is looked at last: it costs most."""
    channel, freeze = sight.channels.get(posting.channel), sight.freeze
    reasons = (
        ("已暂停", revision.held),
        (f"未到时间（{local(posting.due_at):%m-%d %H:%M}）", posting.due_at > now),
        ("全部渠道已冻结", freeze is not None and (freeze.urgent_too or not posting.urgent)),
        ("渠道已冻结", channel is not None and channel.state is ChannelState.FROZEN),
        ("渠道已暂停", channel is None or channel.state is not ChannelState.OPEN),
        (waits_words(planned), planned.at > now),
    )
    why = next((words for words, holds in reasons if holds), "")
    if why and now <= posting.gate_limit_at:
        return "", why
    gate = look_at_gate(uow, posting, revision, sight.parts(posting.item_id))
    if not gate.open and now > posting.gate_limit_at and f"gate:{posting.id}" not in sight.alarms:
        label = uow.bureau.label(posting.channel)
        words = f"{label}等待门户超过时限：{gate.waits_for}。签发人可以放行这一条"
        uow.accounts.raise_alarm(f"gate:{posting.id}", words, now)
    why = why or gate.waits_for
    if not why and _old_one_stands(uow, posting, sight):
        why = "等待旧稿撤下"
    return gate.portal_url, why


def _old_one_stands(uow: UnitOfWork, posting: PostingRecord, sight: _Sight) -> bool:
    """Where a correction replaces the old post, that one goes first; once a person has the task, nobody waits."""
    plan = uow.bureau.channels.get(posting.channel)
    if plan is None or plan.correction is not CorrectionRule.REPLACE:
        return False
    older = (
        p
        for p in sight.parts(posting.item_id)
        if p.channel == posting.channel and p.revision_id != posting.revision_id
    )
    return any(
        p.state in PUBLIC or (p.state is PartState.WITHDRAWING and p.removals < REMOVALS_ALARM) for p in older
    )


def _late(uow: UnitOfWork, now: datetime, posting: PostingRecord) -> bool:
    label = uow.bureau.label(posting.channel)
    uow.accounts.raise_alarm(f"late:{posting.id}", f"{label}超过时限仍未发出，请决定补发还是取消", now)
    _move(uow, now, posting, PostingEvent.LATE, "system:posting:late", waits_for="超过时限，请人决定")
    return True


def _move(
    uow: UnitOfWork, now: datetime, posting: PostingRecord, event: PostingEvent, kind: str, **values: Any
) -> None:
    state = advance_posting(posting.state, event)
    uow.postings.change(posting.id, state=state, **values)
    uow.record(
        now,
        kind,
        SYSTEM,
        f"posting:{posting.id}",
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel, "from": posting.state, "to": state},
        notes={"waits_for": str(values.get("waits_for", ""))},
    )
