"""What a person says became of a posting: it is out, and where, or it is not out.

Nothing is believed unseen: the product looks at the address first, and looks once more before each of the two
people who say that nothing is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels.contract import ChannelError, Found, PartReceipt, Receipt, Seen, SeeResult, StepState
from publisher.domain.clocks import shown_minute
from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Act, require
from publisher.domain.posting import PostingEvent, PostingState, advance_posting
from publisher.domain.timing import DENY_LOOK, absence_counts_from
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.journal import PUBLISH
from publisher.workflow.look import differences
from publisher.workflow.outcome import bring_out, close_open_steps
from publisher.workflow.outlets import Outlets, Tampered, article_of, message_of
from publisher.workflow.reconcile import settle_look


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
        steps = reading.steps.of(posting_id, PUBLISH)
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
                settle_look(uow, outlets, present, found, began)
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
    if posting.denied_by and posting.denied_by in (actor.name, actor.person.behalf):
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
