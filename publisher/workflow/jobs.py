"""Jobs that the platform accepted: asked about until it says what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from channels.contract import (
    Accepted,
    ChannelError,
    LostTrack,
    OutcomeUnknown,
    RateLimited,
    Receipt,
    Rejected,
    StepState,
    StillRunning,
    TakenDown,
)
from publisher.domain.posting import PostingEvent, PostingState
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.journal import PUBLISH
from publisher.workflow.outcome import become_unknown, bring_down, bring_out, reject
from publisher.workflow.outlets import Outlets


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
    for step in uow.steps.of(posting.id, PUBLISH):
        if not step.repeatable and step.state == StepState.DONE:
            uow.steps.end(posting.id, PUBLISH, step.name, state=StepState.NOT_DONE, now=now)
