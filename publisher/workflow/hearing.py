"""Hearing: kept callbacks are matched to postings, whenever the posting is known; states only move forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from channels.contract import (
    Accepted,
    Channel,
    Hears,
    InboundEvent,
    JobNews,
    Receipt,
    Rejected,
    Seen,
    StepState,
    StillRunning,
    TakenDown,
)
from publisher.domain.posting import PostingEvent, PostingState, advance_posting
from publisher.domain.timing import next_match
from publisher.store.records import InboxRecord, PostingRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.jobs import settle_job
from publisher.workflow.look import differences
from publisher.workflow.outcome import accept, bring_down, bring_out, close_open_steps
from publisher.workflow.outlets import Outlets, Tampered, article_of

SYSTEM = "system"
LATE_NEWS = timedelta(days=3)
"""A job that ended longer ago is not looked for."""

OPEN = (PostingState.UNKNOWN, PostingState.BY_HAND)
"""Postings that may be out without our knowing their job."""

DOUBTED = frozenset({PostingState.WAITING, PostingState.QUEUED, PostingState.HELD, PostingState.FAILED})
"""States that say "not out": a platform that says otherwise is looked at before anything else is done."""


def match_inbox(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Match every kept event of a channel whose turn it is. Returns how many were looked at."""
    channel = outlets.channels[channel_name]
    if not isinstance(channel, Hears):
        return 0
    with store.read() as reading:
        due = reading.inbox.due(channel_name, outlets.now())
    for event in due:
        news = channel.told(InboundEvent(event.event_key, event.kind, event.raw, event.sealed))
        _match(store, outlets, event, news)
    return len(due)


def _match(store: Store, outlets: Outlets, event: InboxRecord, news: JobNews | None) -> None:
    now = outlets.now()
    found = _whose(store, outlets, event, news) if news else None
    with store.write() as uow:
        if not uow.inbox.waiting(event.id):
            return
        present = uow.postings.get(found.id) if found else None
        if news is None:
            uow.inbox.close(event.id, "no_job", now)
        elif present is None:
            _nobody_yet(uow, now, event, news)
        elif present.state is PostingState.SENDING:
            _later(uow, now, event)  # its own thread is about to store what the platform answered
        else:
            outcome = _settle(uow, outlets, present, news) if event.sealed else _ask(uow, now, present)
            uow.inbox.close(event.id, outcome, now)
        uow.commit()


# ---------------------------------------------------------------------------- whose is it?


def _whose(store: Store, outlets: Outlets, event: InboxRecord, news: JobNews) -> PostingRecord | None:
    """The posting whose job this is; else the only one whose approved content stands at the address told."""
    with store.read() as reading:
        known = reading.postings.with_job(event.channel, news.job_ids, outlets.now() - LATE_NEWS)
        if known or not event.sealed or not isinstance(news.outcome, Receipt):
            return known
        maybe = reading.postings.in_state(*OPEN, channel=event.channel)
    channel = outlets.channels[event.channel]
    same = [posting for posting in maybe if _stands_there(store, channel, posting, news.outcome)]
    return same[0] if len(same) == 1 else None


def _stands_there(store: Store, channel: Channel, posting: PostingRecord, receipt: Receipt) -> bool:
    """Whether a reader finds each approved article of a posting at the addresses that were told."""
    with store.read() as reading:
        positions = [position for position, _, _ in reading.postings.articles(posting.id)]
        try:
            articles = [article_of(reading, posting, position) for position in positions]
        except Tampered:
            return False
    parts = {part.position: part for part in receipt.parts if part.url}
    if set(positions) != set(parts):
        return False
    for position, article in zip(positions, articles, strict=True):
        seen = channel.see(parts[position])
        if not isinstance(seen, Seen) or differences(article, seen, wanted=seen.level):
            return False
    return True


def _nobody_yet(uow: UnitOfWork, now: datetime, event: InboxRecord, news: JobNews) -> None:
    """Perhaps our own submit is not stored yet. What is unknown or by hand is looked for at once, one time."""
    if event.tries == 0 and isinstance(news.outcome, Receipt):
        for posting in uow.postings.in_state(*OPEN, channel=event.channel):
            uow.postings.change(posting.id, next_look_at=now)
    _later(uow, now, event)


def _later(uow: UnitOfWork, now: datetime, event: InboxRecord) -> None:
    tries = event.tries + 1
    again = next_match(tries, now)
    if again is None:
        uow.inbox.close(event.id, "nobody", now)
    else:
        uow.inbox.postpone(event.id, tries, again)


# ---------------------------------------------------------------------------- what follows


def _ask(uow: UnitOfWork, now: datetime, posting: PostingRecord) -> str:
    """The text is not covered by a signature: no reason to believe, a reason to ask now."""
    if posting.state in (PostingState.ACCEPTED, *OPEN):
        uow.postings.change(posting.id, next_look_at=now)
        return "asked"
    return "late"


def _settle(uow: UnitOfWork, outlets: Outlets, posting: PostingRecord, news: JobNews) -> str:
    now, outcome = outlets.now(), news.outcome
    if posting.state is PostingState.ACCEPTED:
        settle_job(uow, outlets, posting, outcome)
        return "settled"
    if posting.state in OPEN:
        return _settle_open(uow, outlets, posting, news)
    if posting.state is PostingState.OUT:
        return _after_out(uow, now, posting, outcome)
    if not isinstance(outcome, Receipt):
        return "late"
    if posting.state in DOUBTED:
        state = advance_posting(posting.state, PostingEvent.DOUBT)
        uow.postings.change(posting.id, state=state, unknown_since=now, looks=0, next_look_at=now)
    _contradicts(uow, now, posting, "平台说已经发出，这里不是")
    return "contradicts"


def _settle_open(uow: UnitOfWork, outlets: Outlets, posting: PostingRecord, news: JobNews) -> str:
    now, outcome = outlets.now(), news.outcome
    if isinstance(outcome, Receipt | TakenDown):
        close_open_steps(uow, posting, StepState.DONE, now)
        if isinstance(outcome, Receipt):
            bring_out(uow, now, posting, outcome, PostingEvent.FOUND, "system:posting:found")
        else:
            bring_down(uow, now, posting, PostingEvent.FOUND, outcome.words)
        return "settled"
    if posting.state is PostingState.BY_HAND:
        return "late"
    close_open_steps(uow, posting, StepState.DONE, now)
    job = Accepted(**posting.job) if posting.job else Accepted(news.job_ids[0])
    accept(uow, now, posting, job, PostingEvent.FOUND_RUNNING)
    settle_job(uow, outlets, replace(posting, state=PostingState.ACCEPTED), outcome)
    return "settled"


def _after_out(uow: UnitOfWork, now: datetime, posting: PostingRecord, outcome: object) -> str:
    """Late news of what is out: addresses that were not known are kept; the rest a reader's look decides."""
    parts = uow.parts.of_posting(posting.id)
    if isinstance(outcome, Receipt):
        urls = {part.position: part for part in outcome.parts if part.url}
        for part in parts:
            if not part.url and part.position in urls:
                uow.parts.change(part.id, url=urls[part.position].url, unseen=0, next_look_at=now)
        return "late"
    if isinstance(outcome, StillRunning):
        return "late"
    for part in parts:
        if part.next_look_at is not None or part.state in ("published", "verified", "differs"):
            uow.parts.change(part.id, next_look_at=now)
    if isinstance(outcome, Rejected):
        _contradicts(uow, now, posting, f"平台说没有发出（{outcome.words}），这里已发出")
        return "contradicts"
    return "looked"


def _contradicts(uow: UnitOfWork, now: datetime, posting: PostingRecord, words: str) -> None:
    label = uow.bureau.label(posting.channel)
    uow.accounts.raise_alarm(f"contradicts:{posting.id}", f"{label}的回调与记录矛盾：{words}，正在核实", now)
    uow.record(
        now,
        "system:posting:contradicted",
        SYSTEM,
        f"posting:{posting.id}",
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel, "state": posting.state},
        notes={"words": words},
    )
