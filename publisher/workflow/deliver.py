"""Deliver 推送: claim (commit), intent (commit), call with nothing open, end and log entry (commit).

If the process dies between any two of these, the next start finds the posting in `sending` and
`publisher.workflow.reconcile` decides what may follow. Nothing here repeats a call that may have worked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from channels.contract import (
    Absent,
    Accepted,
    Channel,
    ChannelError,
    ChannelMessage,
    ChannelRefused,
    Found,
    Journal,
    NeedsHand,
    OutcomeUnknown,
    RateLimited,
    Receipt,
    Rejected,
    SafeToRepeat,
    StepChanged,
    StepState,
    Unavailable,
)
from publisher.domain.clocks import shown_minute
from publisher.domain.posting import PostingEvent, PostingState
from publisher.domain.timing import GATE_LOOK_S, absence_counts_from, next_attempt
from publisher.store.blobs import BlobDamaged
from publisher.store.items import SignedArticle
from publisher.store.postings import Due, Standing
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.account import sending
from publisher.workflow.gate import gate_pages, page_fault, receipt_of
from publisher.workflow.journal import PUBLISH, LeaseLost, StoreJournal
from publisher.workflow.outcome import (
    UNSURE,
    accept,
    become_unknown,
    bring_out,
    close_open_steps,
    need_hand,
    open_unrepeatable,
    postpone,
    refuse_channel,
    reject,
)
from publisher.workflow.outlets import Outlets, Tampered, message_of, signed_message, slots_of_versions

SYSTEM = "system"
CLAIMS = 10
"""So often somebody else may be faster before this worker leaves a channel to them until its next round."""


class GateShut(Unavailable):
    """The portal page could not be seen as approved at the moment of sending. Nothing was sent."""


def deliver_next(store: Store, outlets: Outlets, channel_name: str) -> bool:
    """Send the most urgent due posting of a channel. False when there was none.

    Never raises for what a platform does: every ending is a state of the posting and an entry.
    """
    claimed = claim(store, outlets, channel_name)
    if claimed is None:
        return False
    posting, signed = claimed
    channel = outlets.channels[channel_name]
    journal = outlets.journal_for(store, posting, PUBLISH)
    try:
        message = _approved_message(store, outlets, posting, signed)
        result: Receipt | Accepted | NeedsHand | None
        result = _out_already(store, posting, channel, journal)
        if result is None:
            with sending(posting, outlets.worker):
                result = _send(store, posting, channel, message, journal)
    except LeaseLost:
        return True  # somebody else has it; our claim's fence is old and settles nothing
    except (Tampered, BlobDamaged, FileNotFoundError) as why:
        _settle_held(store, outlets, posting, journal, str(why))
    except Rejected as why:
        _settle_rejection(store, outlets, posting, journal, why)
    except ChannelError as why:
        _settle_error(store, outlets, posting, journal, why)
    except Exception as why:  # noqa: BLE001 - whatever an adapter raises, what is out must be found out
        unexpected = OutcomeUnknown("适配器出错，结果不明", code=type(why).__name__)
        _settle_error(store, outlets, posting, journal, unexpected)
    else:
        _settle_success(store, outlets, posting, journal, result)
    return True


def _send(
    store: Store, posting: PostingRecord, channel: Channel, message: ChannelMessage, journal: Journal
) -> Receipt | Accepted | NeedsHand:
    """Publish, or correct in place what this posting amends."""
    if not posting.amends:
        return channel.publish(message, journal)
    with store.read() as reading:
        part = reading.parts.get(posting.amends)
    if part is None:
        raise LookupError(posting.amends)
    there = receipt_of(part)
    return channel.amend(Receipt(there.remote_id, (there,)), message, journal)


def claim(
    store: Store, outlets: Outlets, channel_name: str
) -> tuple[PostingRecord, list[SignedArticle]] | None:
    """Take one posting, fill its slots once, commit: the posting, and what was signed. None when nothing is due.

    What was signed never changes under its digest, so it is read before the lock is taken.
    """
    now = outlets.now()
    for _ in range(CLAIMS):
        with store.glance() as reading:
            due = reading.postings.next_due(channel_name, now, PUBLISH)
        if due is None:
            return None
        posting = _take(store, outlets, due, channel_name, now)
        if posting is not None:
            return posting, due.articles
    return None


def _take(store: Store, outlets: Outlets, due: Due, channel_name: str, now: datetime) -> PostingRecord | None:
    """None when somebody was faster, or it may not go out any more.

    Once a step has begun the slots stay, so that the same call has the same content.
    """
    slots = json.loads(due.slots)
    if not due.begun:
        slots = {**slots, "posted_at": shown_minute(now), "corrected_at": shown_minute(now)}
    with store.write() as uow:
        posting = uow.postings.claim(due, channel_name, now, outlets.worker, slots)
        if posting is None:
            return None
        if not due.begun and (
            posting.amends or any(a.revision and a.revision.number > 1 for a in due.articles)
        ):
            slots = {**slots, **slots_of_versions(uow, posting)}
            uow.postings.change(posting.id, slots=slots)
        gap = timedelta(seconds=uow.bureau.channels[channel_name].gap_s)
        if gap:
            uow.accounts.change_channel(channel_name, catch_up_at=now + gap)
        uow.record(
            now,
            "system:posting:claimed",
            SYSTEM,
            f"posting:{posting.id}",
            digests={"revision": posting.revision_id},
            facts={"channel": channel_name, "fence": posting.fence, "attempt": posting.attempts + 1},
        )
        uow.commit()
    return replace(posting, slots=slots)


def _approved_message(
    store: Store, outlets: Outlets, posting: PostingRecord, signed: Sequence[SignedArticle]
) -> ChannelMessage:
    message = signed_message(posting, signed)
    if store.bureau.channels[posting.channel].portal or posting.gate_opened:
        return message
    with store.read() as reading:
        pages = gate_pages(reading, posting)
        labels = [reading.bureau.label(part.channel) for part, _ in pages]
    if not pages:
        raise GateShut("先看门户：没有门户页面", code="gate")
    for label, (part, article) in zip(labels, pages, strict=True):
        fault = page_fault(outlets.channels[part.channel], part, article)
        if fault:
            raise GateShut(f"先看门户：{label}{fault}", code="gate")
    return message


def _out_already(
    store: Store, posting: PostingRecord, channel: Channel, journal: Journal
) -> Receipt | Accepted | None:
    """An editor retries what a platform refused after it may have begun: look for it once more before sending.

    None when it is not there. Raises `OutcomeUnknown` when the look does not settle it.
    """
    if (posting.error or {}).get("sure") != UNSURE:
        return None
    found = _one_look(channel, store, posting, journal)
    if isinstance(found, Found):
        return found.receipt or found.job
    if isinstance(found, Absent | SafeToRepeat):
        return None
    with store.write() as uow:
        _reopen_last_step(uow, posting)
        uow.commit()
    raise OutcomeUnknown("上次被拒收后是否发出还不能断定", code="unsure")


def _ours(uow: UnitOfWork, posting: PostingRecord, journal: StoreJournal) -> Standing | None:
    """How it stands while it is being sent under this very claim, the end of its last step written; else None."""
    standing = uow.postings.standing(posting.id)
    if standing.state is not PostingState.SENDING or standing.fence != posting.fence:
        return None
    journal.end_last(uow)
    return standing


def _settle_success(
    store: Store,
    outlets: Outlets,
    posting: PostingRecord,
    journal: StoreJournal,
    result: Receipt | Accepted | NeedsHand,
) -> None:
    now = outlets.now()
    with store.write() as uow:
        standing = _ours(uow, posting, journal)
        if standing is None:
            return
        journal.end_refused(uow)  # the adapter has found another way
        if isinstance(result, Receipt):
            event = PostingEvent.PUBLISH
            bring_out(uow, now, posting, result, event, "system:posting:out", standing=standing)
        elif isinstance(result, Accepted):
            accept(uow, now, posting, result, PostingEvent.ACCEPT)
        else:
            need_hand(uow, now, posting, result.words)
        uow.commit()


def _settle_rejection(
    store: Store, outlets: Outlets, posting: PostingRecord, journal: StoreJournal, why: Rejected
) -> None:
    """Rejected is final, but after a step that cannot be repeated one look confirms that nothing is out."""
    found = None
    if not why.before_execution and _tried_unrepeatable(store, posting):
        found = _one_look(outlets.channels[posting.channel], store, posting, journal)
    now = outlets.now()
    with store.write() as uow:
        if not _ours(uow, posting, journal):
            return
        if isinstance(found, Found):
            close_open_steps(uow, posting, StepState.DONE, now)
        if isinstance(found, Found) and found.receipt is not None:
            bring_out(uow, now, posting, found.receipt, PostingEvent.PUBLISH, "system:posting:found")
        elif isinstance(found, Found) and found.job is not None:
            accept(uow, now, posting, found.job, PostingEvent.ACCEPT)
        elif found is None or isinstance(found, Absent | SafeToRepeat):
            journal.end_refused(uow)
            again = None if not isinstance(found, Absent) else _settled_at(uow, posting, outlets, now)
            reject(uow, now, posting, why, PostingEvent.REJECT, again=again)
        else:
            _reopen_last_step(uow, posting)
            become_unknown(
                uow, now, posting, why, PostingEvent.LOSE_ANSWER, outlets.channels[posting.channel]
            )
        uow.commit()


def _settled_at(uow: UnitOfWork, posting: PostingRecord, outlets: Outlets, now: datetime) -> datetime:
    """From when another look can be believed: no retry goes out before."""
    profile = outlets.channels[posting.channel].profile
    started = [step.started_at for step in uow.steps.of(posting.id, PUBLISH) if not step.repeatable]
    return absence_counts_from(max(started, default=now), profile.call_timeout_s, profile.settle_s)


def _tried_unrepeatable(store: Store, posting: PostingRecord) -> bool:
    with store.read() as reading:
        steps = reading.steps.of(posting.id, PUBLISH)
    return any(not step.repeatable for step in steps)


def _one_look(channel: Channel, store: Store, posting: PostingRecord, journal: Journal) -> object:
    with store.read() as reading:
        message = message_of(reading, posting)
    try:
        return channel.find(message, journal)
    except ChannelError as why:
        return why


def _reopen_last_step(uow: UnitOfWork, posting: PostingRecord) -> None:
    """What was refused may be out after all: the step is open until a look has settled it."""
    for step in uow.steps.of(posting.id, PUBLISH):
        if not step.repeatable and step.state == StepState.NOT_DONE:
            uow.steps.end(posting.id, PUBLISH, step.name, state=StepState.OPEN, now=step.started_at)


def _settle_error(
    store: Store, outlets: Outlets, posting: PostingRecord, journal: StoreJournal, why: ChannelError
) -> None:
    now = outlets.now()
    with store.write() as uow:
        if not _ours(uow, posting, journal):
            return
        channel = outlets.channels[posting.channel]
        if isinstance(why, GateShut):
            again = now + timedelta(seconds=GATE_LOOK_S)
            postpone(uow, now, posting, why, again, counts=False)
        elif isinstance(why, RateLimited):
            postpone(uow, now, posting, why, why.until, counts=False)
        elif isinstance(why, Unavailable):
            postpone(uow, now, posting, why, next_attempt(posting.attempts + 1, now))
        elif isinstance(why, ChannelRefused):
            refuse_channel(uow, now, posting, why)
        elif isinstance(why, StepChanged):
            need_hand(uow, now, posting, why.words, why)
        elif open_unrepeatable(uow, posting):
            become_unknown(uow, now, posting, why, PostingEvent.LOSE_ANSWER, channel)
        else:
            postpone(uow, now, posting, why, next_attempt(posting.attempts + 1, now))
        uow.commit()


def _settle_held(
    store: Store, outlets: Outlets, posting: PostingRecord, journal: StoreJournal, revision: str
) -> None:
    """Stored bytes are not the signed ones: nothing goes out, the revision is held, an alarm."""
    now = outlets.now()
    why = Unavailable("存储的内容与签发的内容不一致，没有发出", code="tampered")
    with store.write() as uow:
        if not _ours(uow, posting, journal):
            return
        uow.items.change_revision(posting.revision_id, held=True)
        uow.accounts.raise_alarm(f"tampered:{revision}", why.words, now)
        postpone(uow, now, posting, why, next_attempt(posting.attempts + 1, now))
        uow.commit()
