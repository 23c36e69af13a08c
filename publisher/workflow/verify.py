"""Verify 核验: look at each part as a reader would, at once, after 10 minutes, after 24 hours (promise 6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import Article, CannotSee, Channel, Gone, Seen, SeeResult
from channels.reading import comparable
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.part import PartEvent, PartState, advance_part
from publisher.domain.people import Act, require
from publisher.domain.timing import CANNOT_SEE_ALARM, next_sight, next_verification
from publisher.store.records import PartRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.compare import sight_of
from publisher.workflow.gate import receipt_of
from publisher.workflow.journal import PUBLISH
from publisher.workflow.look import differences
from publisher.workflow.outlets import Outlets, Tampered, article_of
from publisher.workflow.remove import see_addresses

SYSTEM = "system"
CANNOT_COMPARE_S = 600
LOOKED_AT = (
    PartState.PUBLISHED,
    PartState.VERIFIED,
    PartState.DIFFERS,
    PartState.MISSING,
    PartState.WITHDRAWN,
)


def look_at_due_parts(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Look at every part of a channel whose look is due. Returns how many were looked at.

    The look itself runs with nothing open and spends no sending quota.
    """
    with store.read() as reading:
        due = reading.parts.due(channel_name, outlets.now(), *LOOKED_AT)
    for part in due:
        if _being_corrected(store, outlets, part):
            continue
        try:
            look_at_part(store, outlets, part)
        except Tampered:
            _cannot_compare(store, outlets, part)
    return len(due)


def _being_corrected(store: Store, outlets: Outlets, part: PartRecord) -> bool:
    """While its page is being corrected nobody can say which of the two must stand there: look later."""
    with store.read() as reading:
        posting = reading.postings.amending(part.id)
        begun = posting is not None and bool(reading.steps.of(posting.id, PUBLISH))
    if not begun:
        return False
    with store.write() as uow:
        uow.parts.change(part.id, next_look_at=outlets.now() + timedelta(seconds=CANNOT_COMPARE_S))
        uow.commit()
    return True


def _cannot_compare(store: Store, outlets: Outlets, part: PartRecord) -> None:
    """What was approved is not in the store as it was signed: an alarm, and no look is worth anything."""
    now = outlets.now()
    with store.write() as uow:
        uow.accounts.raise_alarm(
            f"tampered:{part.revision_id}", "存储的内容与签发的内容不一致，无法核验", now
        )
        uow.parts.change(part.id, next_look_at=now + timedelta(seconds=CANNOT_COMPARE_S))
        uow.commit()


def look_at_part(store: Store, outlets: Outlets, part: PartRecord) -> SeeResult:
    """One look: compare, keep a proof, change the state, plan the next look."""
    with store.read() as reading:
        posting = reading.postings.get(part.posting_id)
        if posting is None:
            raise LookupError(part.posting_id)
        article = None if part.state is PartState.WITHDRAWN else article_of(reading, posting, part.position)
    channel = outlets.channels[part.channel]
    seen = channel.see(receipt_of(part))
    if part.state is PartState.WITHDRAWN and isinstance(seen, Gone):
        seen = see_addresses(channel, part.addresses)
    now = outlets.now()
    with store.write() as uow:
        present = uow.parts.get(part.id)
        if present is not None and present.state is part.state:
            _keep(uow, now, present, article, seen, channel)
        uow.commit()
    return seen


def _keep(
    uow: UnitOfWork,
    now: datetime,
    part: PartRecord,
    article: Article | None,
    seen: SeeResult,
    channel: Channel,
) -> None:
    if part.state is PartState.WITHDRAWN or article is None:
        _keep_after_withdrawal(uow, now, part, seen)
        return
    match seen:
        case Seen():
            _keep_seen(uow, now, part, article, seen, channel)
        case Gone(words):
            _keep_gone(uow, now, part, words)
        case CannotSee(words):
            _keep_unseen(uow, now, part, words)


def _keep_seen(
    uow: UnitOfWork, now: datetime, part: PartRecord, article: Article, seen: Seen, channel: Channel
) -> None:
    found = differences(article, seen, wanted=channel.profile.visible)
    digest = hashlib.sha256(comparable(seen.title + seen.text).encode()).hexdigest()
    accepted = bool(found) and digest == part.accepted_digest
    event = PartEvent.DIFFER if found and not accepted else PartEvent.MATCH
    state = advance_part(part.state, event)
    looks = part.looks + (event is PartEvent.MATCH)
    again = (
        next_verification(looks, part.out_at) if event is PartEvent.MATCH else next_sight(part.looks + 1, now)
    )
    uow.parts.prove(part.id, at=now, level=seen.level, outcome=event, differences=found, seen_digest=digest)
    if found:
        uow.parts.keep_sight(part.id, digest, sight_of(seen), now)
    uow.parts.change(
        part.id,
        state=state,
        looks=looks,
        unseen=0,
        level=seen.level,
        differences=found,
        next_look_at=None if again is None else max(again, now),
    )
    uow.accounts.close_alarm(f"unseen:{part.id}", now)
    if event is PartEvent.MATCH:
        uow.accounts.close_alarm(f"part:{part.id}", now)
    else:
        label = uow.bureau.label(part.channel)
        uow.accounts.raise_alarm(f"part:{part.id}", f"{label}上的内容与批准的不符：{'；'.join(found)}", now)
    if state is not part.state or event is PartEvent.MATCH:
        kind = "system:part:verified" if event is PartEvent.MATCH else "system:part:differs"
        _record(uow, now, kind, part, digests={"seen": digest}, facts={"level": seen.level, "look": looks})


def _keep_gone(uow: UnitOfWork, now: datetime, part: PartRecord, words: str) -> None:
    uow.parts.prove(part.id, at=now, level="", outcome="gone", differences=[], seen_digest="", words=words)
    uow.parts.change(part.id, next_look_at=next_sight(part.looks + 1, now))
    uow.accounts.close_alarm(f"unseen:{part.id}", now)
    if part.state is PartState.MISSING:
        return
    uow.parts.change(part.id, state=advance_part(part.state, PartEvent.VANISH))
    label = uow.bureau.label(part.channel)
    uow.accounts.raise_alarm(f"part:{part.id}", f"{label}上的内容不见了", now)
    _record(uow, now, "system:part:missing", part)


def _keep_unseen(uow: UnitOfWork, now: datetime, part: PartRecord, words: str) -> None:
    unseen = part.unseen + 1
    advance_part(part.state, PartEvent.CANNOT_SEE)
    uow.parts.prove(
        part.id, at=now, level="", outcome="cannot_see", differences=[], seen_digest="", words=words
    )
    uow.parts.change(part.id, unseen=unseen, next_look_at=next_sight(unseen, now))
    if unseen == CANNOT_SEE_ALARM:
        label = uow.bureau.label(part.channel)
        uow.accounts.raise_alarm(f"unseen:{part.id}", f"{label}连续 {unseen} 次看不到页面：{words}", now)
        _record(uow, now, "system:part:unseen", part, facts={"times": unseen})


def _keep_after_withdrawal(uow: UnitOfWork, now: datetime, part: PartRecord, seen: SeeResult) -> None:
    if isinstance(seen, Seen):
        uow.parts.change(
            part.id, state=advance_part(part.state, PartEvent.REAPPEAR), next_look_at=now, removals=0
        )
        label = uow.bureau.label(part.channel)
        uow.accounts.raise_alarm(f"part:{part.id}", f"{label}上已撤下的内容又出现了", now)
        _record(uow, now, "system:part:reappeared", part)
    else:
        again = next_sight(1, now) if isinstance(seen, CannotSee) else None
        uow.parts.change(part.id, next_look_at=again)


def _record(
    uow: UnitOfWork,
    now: datetime,
    kind: str,
    part: PartRecord,
    *,
    digests: dict[str, str] | None = None,
    facts: dict[str, object] | None = None,
) -> None:
    uow.record(
        now,
        kind,
        SYSTEM,
        f"part:{part.id}",
        digests={"revision": part.revision_id, **(digests or {})},
        facts={"channel": part.channel, **(facts or {})},
        notes={"url": part.url},
    )


@dataclass(frozen=True, slots=True)
class AcceptDifferenceRequest:
    """A content reviewer says that what is seen is right enough, and why."""

    part_id: str
    reason: str


def accept_difference(uow: UnitOfWork, now: datetime, actor: Actor, request: AcceptDifferenceRequest) -> None:
    """The differing text as seen last counts as verified; the next other text differs again."""
    require(Act.ACCEPT_DIFFERENCE, actor.person)
    part = uow.parts.get(request.part_id)
    if part is None:
        raise refuse(Reason.NOT_FOUND, f"没有这一篇：{request.part_id}", field="part")
    require_words(request.reason, "要写明理由")
    seen = next((p["seen_digest"] for p in reversed(uow.parts.proofs(part.id)) if p["seen_digest"]), "")
    state = advance_part(part.state, PartEvent.ACCEPT_DIFFERENCE)
    uow.parts.change(part.id, state=state, accepted_digest=seen, next_look_at=None)
    uow.accounts.close_alarm(f"part:{part.id}", now)
    uow.record(
        now,
        "person:part:accept_difference",
        actor.name,
        f"part:{part.id}",
        os_user=actor.os_user,
        digests={"seen": seen} if seen else {},
        notes={"reason": request.reason},
    )
    uow.commit()
