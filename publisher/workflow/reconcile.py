"""Reconcile: what became of a posting that nobody can say is out.

After a crash `recover` sorts what was left in `sending`. `look_for_unknown` asks the platform through
`find`; absence is believed only when the look began after request start + call time-out + settle time,
and twice, at least a minute apart. What no look settles is a person's task (`publisher.workflow.settle_by_hand`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from channels.contract import (
    Absent,
    Accepted,
    ChannelError,
    ChannelMessage,
    ChannelRefused,
    FindResult,
    Found,
    NeedsHand,
    NotYet,
    OutcomeUnknown,
    RateLimited,
    Receipt,
    SafeToRepeat,
    StepState,
)
from publisher.domain.posting import PostingEvent, PostingState, advance_posting
from publisher.domain.timing import ABSENT_APART_S, absence_counts_from, next_look
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.account import sending
from publisher.workflow.journal import PUBLISH
from publisher.workflow.outcome import (
    SYSTEM,
    accept,
    become_unknown,
    bring_out,
    close_open_steps,
    open_unrepeatable,
    pause_channel,
)
from publisher.workflow.outlets import Outlets, Tampered, message_of


def recover(store: Store, outlets: Outlets, channel_name: str = "") -> int:
    """What was left in `sending` by a worker that no longer lives, or by a fault of the database in our own.

    Called at the start of a worker, and by a channel's own thread between two sendings: what we ourselves
    claimed on that channel is then in no call of ours. The fencing number grows, so that a worker that
    comes back to life stores nothing more. With an open step that must not be repeated the posting is
    unknown; else it may be sent again at once. Returns how many were sorted.
    """
    now = outlets.now()
    with store.read() as reading:
        if not _left(reading, outlets, channel_name):
            return 0
    with store.write() as uow:
        left = _left(uow, outlets, channel_name)
        for posting in left:
            _take_over(uow, now, outlets, posting)
        uow.commit()
    return len(left)


def _left(reading: Reading, outlets: Outlets, channel_name: str) -> list[PostingRecord]:
    sending = reading.postings.in_state(PostingState.SENDING, channel=channel_name)
    return [p for p in sending if p.claimed_by == outlets.worker or not reading.workers.lives(p.claimed_by)]


def _take_over(uow: UnitOfWork, now: datetime, outlets: Outlets, posting: PostingRecord) -> None:
    fence = posting.fence + 1
    if posting.channel not in outlets.channels:
        words = f"{posting.channel} 已不在设置里，它有一条推送没有结果"
        uow.accounts.raise_alarm(f"person:{posting.id}", words, now)
    elif open_unrepeatable(uow, posting):
        why = OutcomeUnknown("上次运行在推送途中停止，结果不明", code="stopped")
        channel = outlets.channels[posting.channel]
        uow.postings.change(posting.id, fence=fence)
        become_unknown(uow, now, posting, why, PostingEvent.LOSE_LEASE_OPEN, channel)
    else:
        state = advance_posting(posting.state, PostingEvent.LOSE_LEASE)
        uow.postings.change(posting.id, state=state, next_try_at=None, fence=fence)
        _record(uow, now, "system:posting:postponed", posting, facts={"class": "LoseLease"})


def look_for_unknown(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Look for every posting of a channel whose outcome is unknown and whose look is due."""
    with store.read() as reading:
        due = reading.postings.due_to_look(channel_name, outlets.now(), PostingState.UNKNOWN)
    for posting in due:
        _look(store, outlets, posting)
    return len(due)


def _look(store: Store, outlets: Outlets, posting: PostingRecord) -> None:
    began = outlets.now()
    try:
        with store.read() as reading:
            message = message_of(reading, posting)
    except Tampered:
        with store.write() as uow:
            _ask_person(uow, began, posting, "存储的内容与签发的内容不一致，请查存证日志，并到平台上看一看")
            uow.commit()
        return
    channel = outlets.channels[posting.channel]
    try:
        found: FindResult | RateLimited = channel.find(message, outlets.journal_for(store, posting, PUBLISH))
        if isinstance(found, SafeToRepeat):
            found = _repeat(store, outlets, posting, message)
    except ChannelRefused as why:
        found = NotYet(600, why.words)
        with store.write() as uow:
            pause_channel(uow, outlets.now(), posting.channel, why.words)
            uow.commit()
    except RateLimited as why:
        found = why
    except ChannelError as why:
        found = NotYet(60, why.words)
    with store.write() as uow:
        present = uow.postings.get(posting.id)
        if present is not None and present.state is PostingState.UNKNOWN:
            if isinstance(found, RateLimited):  # nothing was looked at: no look is counted
                _plan_look(uow, outlets.now(), present, found.until, found.words)
            else:
                settle_look(uow, outlets, present, found, began)
        uow.commit()


def _repeat(
    store: Store, outlets: Outlets, posting: PostingRecord, message: ChannelMessage
) -> Found | NotYet | NeedsHand:
    """Make the same call again under the platform's own key, which tells what became of the first one.

    The posting stays unknown until the answer is stored: it may be out all the while.
    """
    with store.write() as uow:
        present = uow.postings.get(posting.id)
        if present is None or present.state is not PostingState.UNKNOWN:
            return NotYet(60)
        close_open_steps(uow, present, StepState.NOT_DONE, outlets.now())
        uow.commit()
    journal = outlets.journal_for(store, posting, PUBLISH)
    with sending(present, outlets.worker):
        result = outlets.channels[posting.channel].publish(message, journal)
    journal.end_now()
    match result:
        case Receipt():
            return Found(result)
        case Accepted():
            return Found(None, result)
        case NeedsHand():
            return result


def settle_look(
    uow: UnitOfWork, outlets: Outlets, posting: PostingRecord, found: FindResult, began: datetime
) -> None:
    """What a look that began at `began` (aware) says of a posting that is unknown. The caller commits."""
    now = outlets.now()
    match found:
        case Found(receipt=Receipt() as receipt):
            close_open_steps(uow, posting, StepState.DONE, now)
            bring_out(uow, now, posting, receipt, PostingEvent.FOUND, "system:posting:found")
        case Found(job=Accepted() as job):
            close_open_steps(uow, posting, StepState.DONE, now)
            accept(uow, now, posting, job, PostingEvent.FOUND_RUNNING)
        case Absent():
            _settle_absence(uow, outlets, posting, began)
        case NeedsHand(words):
            _ask_person(uow, now, posting, words)
        case NotYet(again_after_s, words):
            _look_again(uow, outlets, posting, again_after_s, words)
        case _:
            _look_again(uow, outlets, posting, 60, "")


def _settle_absence(uow: UnitOfWork, outlets: Outlets, posting: PostingRecord, began: datetime) -> None:
    now = outlets.now()
    profile = outlets.channels[posting.channel].profile
    started = [s.started_at for s in uow.steps.of(posting.id, PUBLISH) if s.state == StepState.OPEN]
    counts_from = absence_counts_from(max(started, default=began), profile.call_timeout_s, profile.settle_s)
    if began < counts_from:
        _plan_look(uow, now, posting, counts_from, "还没到可以断定的时间")
        return
    first = posting.absent_seen_at
    if first is None or began - first < timedelta(seconds=ABSENT_APART_S):
        uow.postings.change(posting.id, absent_seen_at=first or began)
        _plan_look(uow, now, posting, began + timedelta(seconds=ABSENT_APART_S), "没有找到，再看一次")
        return
    close_open_steps(uow, posting, StepState.NOT_DONE, now)
    state = advance_posting(posting.state, PostingEvent.SURELY_ABSENT)
    uow.postings.change(
        posting.id, state=state, next_look_at=None, next_try_at=None, unknown_since=None, person_needed=""
    )
    uow.accounts.close_alarm(f"unknown:{posting.id}", now)
    _record(uow, now, "system:posting:absent", posting)


def _look_again(uow: UnitOfWork, outlets: Outlets, posting: PostingRecord, after_s: int, words: str) -> None:
    now = outlets.now()
    looks = outlets.channels[posting.channel].profile.looks_s
    planned = next_look(looks, posting.looks + 1, posting.unknown_since or now)
    if planned is None:
        _ask_person(uow, now, posting, words or "查找多次仍不能断定，请到平台上看一看")
        return
    uow.postings.change(posting.id, looks=posting.looks + 1, absent_seen_at=None)
    _plan_look(uow, now, posting, max(planned, now + timedelta(seconds=min(after_s, 600))), words)


def _plan_look(uow: UnitOfWork, now: datetime, posting: PostingRecord, at: datetime, words: str) -> None:
    state = advance_posting(posting.state, PostingEvent.LOOK_AGAIN)
    uow.postings.change(posting.id, state=state, next_look_at=max(at, now))
    _record(uow, now, "system:posting:looked", posting, notes={"words": words})


def _ask_person(uow: UnitOfWork, now: datetime, posting: PostingRecord, words: str) -> None:
    uow.postings.change(posting.id, next_look_at=None, person_needed=words)
    label = uow.bureau.label(posting.channel)
    uow.accounts.close_alarm(f"unknown:{posting.id}", now)
    uow.accounts.raise_alarm(f"person:{posting.id}", f"{label}：{words}", now)
    _record(uow, now, "system:posting:needs_person", posting, notes={"words": words})


def _record(
    uow: UnitOfWork,
    now: datetime,
    kind: str,
    posting: PostingRecord,
    *,
    facts: dict[str, object] | None = None,
    notes: dict[str, str] | None = None,
) -> None:
    uow.record(
        now,
        kind,
        SYSTEM,
        f"posting:{posting.id}",
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel, **(facts or {})},
        notes=notes,
    )
