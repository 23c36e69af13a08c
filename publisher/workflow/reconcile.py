"""Reconcile: what became of a posting that nobody can say is out; jobs that the platform accepted.

After a crash `recover` sorts what was left in `sending`. `look_for_unknown` asks the platform through
`find`; absence is believed only when the look began after request start + call time-out + settle time,
and twice, at least a minute apart. What no look settles is a person's task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import (
    Absent,
    Accepted,
    ChannelError,
    ChannelMessage,
    ChannelRefused,
    FindResult,
    Found,
    LostTrack,
    NeedsHand,
    NotYet,
    OutcomeUnknown,
    PartReceipt,
    RateLimited,
    Receipt,
    Rejected,
    SafeToRepeat,
    Seen,
    SeeResult,
    StepState,
    StillRunning,
    TakenDown,
)
from publisher.domain.clocks import shown_minute
from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Act, require
from publisher.domain.posting import PostingEvent, PostingState, advance_posting
from publisher.domain.timing import ABSENT_APART_S, DENY_LOOK, absence_counts_from, next_look
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.account import sending
from publisher.workflow.acts import Actor
from publisher.workflow.journal import PUBLISH
from publisher.workflow.look import differences
from publisher.workflow.outcome import (
    SYSTEM,
    accept,
    become_unknown,
    bring_down,
    bring_out,
    open_unrepeatable,
    pause_channel,
    reject,
)
from publisher.workflow.outlets import Outlets, Tampered, article_of, message_of


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
                _settle_look(uow, outlets, present, found, began)
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
    with sending(posting.id):
        result = outlets.channels[posting.channel].publish(
            message, outlets.journal_for(store, posting, PUBLISH)
        )
    match result:
        case Receipt():
            return Found(result)
        case Accepted():
            return Found(None, result)
        case NeedsHand():
            return result


def _settle_look(
    uow: UnitOfWork, outlets: Outlets, posting: PostingRecord, found: FindResult, began: datetime
) -> None:
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
    started = [s.started_at for s in uow.postings.steps(posting.id, PUBLISH) if s.state == StepState.OPEN]
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


def close_open_steps(uow: UnitOfWork, posting: PostingRecord, state: StepState, now: datetime) -> None:
    """What was open is known now: every open step of the sending ends so."""
    for step in uow.postings.steps(posting.id, PUBLISH):
        if step.state == StepState.OPEN:
            uow.postings.end_step(posting.id, PUBLISH, step.name, state=state, now=now)


def poll_accepted(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Ask the platform about every accepted job of a channel whose question is due."""
    with store.read() as reading:
        due = reading.postings.due_to_look(channel_name, outlets.now(), PostingState.ACCEPTED)
    for posting in due:
        _poll(store, outlets, posting)
    return len(due)


def _poll(store: Store, outlets: Outlets, posting: PostingRecord) -> None:
    channel = outlets.channels[posting.channel]
    job = Accepted(**(posting.job or {}))
    answer: object
    try:
        answer = channel.poll(job)
    except RateLimited as why:
        answer = StillRunning(int((why.until - outlets.now()).total_seconds()) + 1)
    except Rejected as why:
        answer = why
    except ChannelError:
        answer = StillRunning(60)
    with store.write() as uow:
        present = uow.postings.get(posting.id)
        if present is None or present.state is not PostingState.ACCEPTED:
            return
        settle_job(uow, outlets, present, answer)
        uow.commit()


def settle_job(uow: UnitOfWork, outlets: Outlets, posting: PostingRecord, answer: object) -> None:
    """What the platform says about the job of an accepted posting, asked or told by itself. The caller commits."""
    now = outlets.now()
    match answer:
        case Receipt():
            bring_out(uow, now, posting, answer, PostingEvent.APPEAR, "system:posting:out")
        case Rejected():
            _close_done_submit(uow, posting, now)
            reject(uow, now, posting, answer, PostingEvent.REFUSE_LATER)
        case TakenDown(words):
            bring_down(uow, now, posting, PostingEvent.APPEAR, words)
        case LostTrack(words):
            lost = OutcomeUnknown(words, code="lost_track")
            channel = outlets.channels[posting.channel]
            become_unknown(uow, now, posting, lost, PostingEvent.LOSE_TRACK, channel)
        case StillRunning(again_after_s):
            uow.postings.change(
                posting.id, looks=posting.looks + 1, next_look_at=now + timedelta(seconds=again_after_s)
            )


def _close_done_submit(uow: UnitOfWork, posting: PostingRecord, now: datetime) -> None:
    """A job that the platform refused is not out: its step may be made again after an editor's retry."""
    for step in uow.postings.steps(posting.id, PUBLISH):
        if not step.repeatable and step.state == StepState.DONE:
            uow.postings.end_step(posting.id, PUBLISH, step.name, state=StepState.NOT_DONE, now=now)


@dataclass(frozen=True, slots=True)
class ConfirmRequest:
    """An editor says that it is out, and where. The product looks there first."""

    posting_id: str
    url: str
    remote_id: str = ""


def look_at_claimed(outlets: Outlets, channel_name: str, request: ConfirmRequest) -> SeeResult:
    """Fetch the address that a person named, as a reader, before anything is believed. No transaction may be open."""
    return outlets.channels[channel_name].see(_claimed(request))


def _claimed(request: ConfirmRequest) -> PartReceipt:
    # Who reads an address rarely knows the platform's own id: then the adapter finds it by the address.
    return PartReceipt(request.remote_id.strip(), request.url.strip())


def confirm_by_hand(
    uow: UnitOfWork, now: datetime, actor: Actor, request: ConfirmRequest, *, seen: SeeResult
) -> None:
    """Adopt what a person found. `seen` is what `look_at_claimed` found at that address just now.

    Refused when the address shows something else, or cannot be seen by a reader.
    """
    require(Act.CONFIRM_POSTING, actor.person)
    posting = _posting(uow, request.posting_id)
    advance_posting(posting.state, PostingEvent.CONFIRM_BY_HAND)
    part = _claimed(request)
    article = article_of(uow, posting, 0)
    faults = differences(article, seen, wanted=seen.level) if isinstance(seen, Seen) else ["打不开这个网址"]
    if faults:
        raise refuse(
            Reason.BAD_INPUT,
            f"这个网址上不是批准的内容：{'；'.join(faults)}",
            field="url",
            allowed="平台上这一条的公开网址",
            english="the address does not show the approved content",
        )
    others = [p for p in uow.parts.at_address(posting.channel, part.url) if p.posting_id != posting.id]
    if any(p.id != posting.amends for p in others):
        raise refuse(
            Reason.BAD_INPUT,
            "这个网址是另一条推送的",
            field="url",
            allowed="这一条自己的公开网址",
            english="the address belongs to another posting",
        )
    close_open_steps(uow, posting, StepState.DONE, now)
    bring_out(
        uow,
        now,
        posting,
        Receipt(part.remote_id, (part,)),
        PostingEvent.CONFIRM_BY_HAND,
        "person:posting:confirm",
        actor=actor.name,
        os_user=actor.os_user,
    )
    uow.accounts.close_alarm(f"person:{posting.id}", now)
    uow.commit()


@dataclass(frozen=True, slots=True)
class LookedFor:
    """One more look for a posting of unknown outcome, made for a person who wants to deny it.

    `began` is when (aware); `found` says that it is there, and then it was adopted; `failed` why no look could
    be made, "" when it could. Before `counts_from` the platform may still be at it.
    """

    began: datetime
    counts_from: datetime
    found: bool = False
    failed: str = ""


def look_before_deny(store: Store, outlets: Outlets, posting_id: str) -> LookedFor:
    """Look once more, now, with nothing open. What is found is adopted at once, like by any other look."""
    began = outlets.now()
    with store.read() as reading:
        posting = reading.postings.get(posting_id)
        steps = reading.postings.steps(posting_id, PUBLISH)
    if posting is None or posting.state is not PostingState.UNKNOWN:
        return LookedFor(began, began)
    channel = outlets.channels[posting.channel]
    started = max((s.started_at for s in steps if s.state == StepState.OPEN), default=None)
    times = channel.profile.call_timeout_s, channel.profile.settle_s
    counts_from = absence_counts_from(started, *times) if started else began
    try:
        with store.read() as reading:
            message = message_of(reading, posting)
        found = channel.find(message, outlets.journal_for(store, posting, PUBLISH))
    except Tampered:
        return LookedFor(began, counts_from, failed="存储的内容与签发的内容不一致，请查存证日志")
    except ChannelError as why:
        return LookedFor(began, counts_from, failed=why.words)
    if isinstance(found, Found):
        with store.write() as uow:
            present = uow.postings.get(posting_id)
            if present is not None and present.state is PostingState.UNKNOWN:
                _settle_look(uow, outlets, present, found, began)
            uow.commit()
    return LookedFor(began, counts_from, found=isinstance(found, Found))


@dataclass(frozen=True, slots=True)
class DenyRequest:
    """A person has looked and says that it is not out. Two people must say so."""

    posting_id: str
    reason: str = ""


def deny_by_hand(
    uow: UnitOfWork, now: datetime, actor: Actor, request: DenyRequest, *, looked: LookedFor
) -> bool:
    """The first person's word is kept; with the second person's the posting may be sent again.

    `looked` is what `look_before_deny` found just now: each of the two says so after a fresh look. True when it
    is queued again. The same person twice is refused.
    """
    require(Act.DENY_POSTING, actor.person)
    posting = _posting(uow, request.posting_id)
    _refuse_without_look(now, looked)
    state = advance_posting(posting.state, PostingEvent.DENY_BY_HAND)
    if posting.denied_by == actor.name:
        raise refuse(
            Reason.NOT_PERMITTED,
            "要由另一人再看一次并确认未发出",
            field="actor",
            allowed="第二个人",
            english="a second person must look and deny",
        )
    second = bool(posting.denied_by)
    if second:
        close_open_steps(uow, posting, StepState.NOT_DONE, now)
        uow.postings.change(
            posting.id, state=state, denied_by="", person_needed="", next_look_at=None, next_try_at=None
        )
        uow.accounts.close_alarm(f"person:{posting.id}", now)
        uow.accounts.close_alarm(f"unknown:{posting.id}", now)
    else:
        uow.postings.change(posting.id, denied_by=actor.name)
    uow.record(
        now,
        "person:posting:deny",
        actor.name,
        f"posting:{posting.id}",
        os_user=actor.os_user,
        facts={"channel": posting.channel, "person": "second" if second else "first"},
        notes={"reason": request.reason},
    )
    uow.commit()
    return second


def _refuse_without_look(now: datetime, looked: LookedFor) -> None:
    refusals = (
        (looked.found, "平台上查到了这一条，已按发出记下", "不用再确认", "it is there"),
        (
            bool(looked.failed),
            f"刚才没能查看平台：{looked.failed}",
            "能查看的时候再确认",
            "no look could be made",
        ),
        (now - looked.began > DENY_LOOK, "查看已过时，请再看一次", "刚看过平台以后", "the look is too old"),
        (
            looked.began < looked.counts_from,
            "平台可能还在处理，现在看不到不说明没有发出",
            f"{shown_minute(looked.counts_from)} 以后",
            "too early: the platform may still be at it",
        ),
    )
    for applies, words, allowed, english in refusals:
        if applies:
            raise refuse(Reason.WRONG_STATE, words, field="posting", allowed=allowed, english=english)


def _posting(uow: UnitOfWork, posting_id: str) -> PostingRecord:
    posting = uow.postings.get(posting_id)
    if posting is None:
        raise refuse(
            Reason.NOT_FOUND, f"没有这条推送：{posting_id}", field="posting", english="no such posting"
        )
    return posting


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


__all__ = [
    "ConfirmRequest",
    "DenyRequest",
    "LookedFor",
    "close_open_steps",
    "confirm_by_hand",
    "deny_by_hand",
    "look_at_claimed",
    "look_before_deny",
    "look_for_unknown",
    "poll_accepted",
    "recover",
    "settle_job",
]
