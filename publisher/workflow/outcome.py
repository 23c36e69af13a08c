"""What became of a posting: each ending of an attempt or a look as a state, a plan and a log entry.

Used within a transaction; the caller commits.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from channels.contract import (
    Accepted,
    Channel,
    ChannelError,
    ChannelRefused,
    OutcomeUnknown,
    PartReceipt,
    Receipt,
    Rejected,
    StepState,
)
from publisher.audit.entries import Outcome
from publisher.domain.part import PUBLIC, PartEvent, advance_part
from publisher.domain.posting import (
    POSTING_ALARMS,
    ChannelEvent,
    ChannelState,
    PostingEvent,
    advance_channel,
    advance_posting,
)
from publisher.domain.timing import PROBE_S, next_hand_look, next_look
from publisher.store.postings import Standing
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.journal import PUBLISH

SYSTEM = "system"
UNSURE = "no"
"""Kept with a refusal that the platform may have given after it had begun."""


def bring_out(
    uow: UnitOfWork,
    now: datetime,
    posting: PostingRecord,
    receipt: Receipt,
    event: PostingEvent,
    kind: str,
    *,
    actor: str = SYSTEM,
    os_user: str = "",
    level: str = "",
    standing: Standing | None = None,
) -> None:
    """The posting is out: keep the receipt, make its parts, look at each at once.

    How it stands in this transaction is read where it is not at hand.
    """
    state = advance_posting(posting.state, event)
    standing = standing or uow.postings.standing(posting.id)
    uow.postings.change(
        posting.id,
        keeps=standing.keeps,
        state=state,
        receipt=asdict(receipt),
        out_at=now,
        error=None,
        person_needed="",
        next_look_at=None,
        waits_for="",
    )
    for part, (position, item_id, revision_id) in zip(receipt.parts, standing.articles, strict=False):
        uow.parts.add(
            id=f"{posting.id}:{position}",
            posting_id=posting.id,
            position=position,
            item_id=item_id,
            revision_id=revision_id,
            channel=posting.channel,
            state="published",
            remote_id=part.remote_id,
            url=part.url,
            level=level,
            out_at=now,
            next_look_at=now,
        )
    if posting.amends:
        _replace(uow, now, posting)
    if standing.alarms:
        uow.accounts.close_alarms([f"{cause}:{posting.id}" for cause in POSTING_ALARMS], now)
    uow.record(
        now,
        kind,
        actor,
        f"posting:{posting.id}",
        os_user=os_user,
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel, "parts": len(receipt.parts), "remote_id": receipt.remote_id},
        notes={"url": "\n".join(part.url for part in receipt.parts)},
    )


def _replace(uow: UnitOfWork, now: datetime, posting: PostingRecord) -> None:
    """The part that was corrected in place has given its address to the new one."""
    part = uow.parts.get(posting.amends)
    if part is None or part.state not in PUBLIC:
        return  # an order had begun to take it away: it goes on, for the same address
    uow.parts.change(part.id, state=advance_part(part.state, PartEvent.REPLACE), next_look_at=None)
    uow.accounts.close_alarm(f"part:{part.id}", now)
    uow.record(
        now,
        "system:part:replaced",
        SYSTEM,
        f"part:{part.id}",
        digests={"revision": part.revision_id, "by": posting.revision_id},
        facts={"channel": part.channel, "posting": posting.id},
        notes={"url": part.url},
    )


def accept(
    uow: UnitOfWork, now: datetime, posting: PostingRecord, job: Accepted, event: PostingEvent
) -> None:
    """The platform took the job: ask again later."""
    uow.postings.change(
        posting.id,
        state=advance_posting(posting.state, event),
        job=asdict(job),
        looks=0,
        next_look_at=now + timedelta(seconds=job.poll_after_s),
        error=None,
        person_needed=job.words,
    )
    if job.words:
        label = uow.bureau.label(posting.channel)
        uow.accounts.raise_alarm(f"person:{posting.id}", f"{label}：{job.words}", now)
    uow.record(
        now,
        "system:posting:accepted",
        SYSTEM,
        f"posting:{posting.id}",
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel, "job": job.job_id},
    )


def reject(
    uow: UnitOfWork,
    now: datetime,
    posting: PostingRecord,
    why: Rejected,
    event: PostingEvent,
    *,
    again: datetime | None = None,
) -> None:
    """Failed, to the editor, with the platform's words and our help; a retry waits at least until `again`."""
    uow.postings.change(
        posting.id,
        state=advance_posting(posting.state, event),
        error=error_values(why),
        attempts=posting.attempts + 1,
        next_look_at=None,
        next_try_at=again,
        person_needed="",
    )
    uow.accounts.close_alarm(f"person:{posting.id}", now)
    label = uow.bureau.label(posting.channel)
    uow.accounts.raise_alarm(f"failed:{posting.id}", f"{label}拒收：{why.words}", now)
    record_error(uow, now, posting, "system:posting:rejected", why)


def open_unrepeatable(uow: UnitOfWork, posting: PostingRecord) -> bool:
    """Whether a step that must not be repeated is open: only then the outcome is unknown to the public."""
    steps = uow.steps.of(posting.id, PUBLISH)
    return any(step.state == StepState.OPEN and not step.repeatable for step in steps)


def close_open_steps(uow: UnitOfWork, posting: PostingRecord, state: StepState, now: datetime) -> None:
    """What was open is known now: every open step of the sending ends so."""
    for step in uow.steps.of(posting.id, PUBLISH):
        if step.state == StepState.OPEN:
            uow.steps.end(posting.id, PUBLISH, step.name, state=state, now=now)


def postpone(
    uow: UnitOfWork,
    now: datetime,
    posting: PostingRecord,
    why: ChannelError,
    again: datetime,
    *,
    counts: bool = True,
) -> None:
    """Not out; try again at `again`, until the kind's lateness limit asks a person."""
    uow.postings.change(
        posting.id,
        state=advance_posting(posting.state, PostingEvent.POSTPONE),
        next_try_at=again,
        attempts=posting.attempts + counts,
        error=error_values(why),
    )
    record_error(uow, now, posting, "system:posting:postponed", why, again=again)


def refuse_channel(uow: UnitOfWork, now: datetime, posting: PostingRecord, why: ChannelRefused) -> None:
    """The item is not at fault: it waits, the channel is paused, one alarm, a probe every 10 minutes."""
    uow.postings.change(
        posting.id,
        state=advance_posting(posting.state, PostingEvent.REFUSE_CHANNEL),
        error=error_values(why),
        waits_for="渠道已暂停",
    )
    pause_channel(uow, now, posting.channel, why.words)
    record_error(uow, now, posting, "system:posting:channel_refused", why)


def reopen_channel(uow: UnitOfWork, now: datetime, name: str) -> None:
    """A platform that was just asked by a person and is content again: as good as the service's own probe.

    What a person paused or froze stays so.
    """
    channel = uow.accounts.channel(name)
    if channel is None or channel.state is not ChannelState.PAUSED or channel.next_probe_at is None:
        return
    state = advance_channel(channel.state, ChannelEvent.PROBE_SUCCEEDS)
    uow.accounts.change_channel(name, state=state, reason="", since=now, next_probe_at=None)
    uow.accounts.close_alarm(f"channel:{name}", now)
    uow.record(now, "system:channel:reopened", SYSTEM, f"channel:{name}")


def pause_channel(uow: UnitOfWork, now: datetime, name: str, words: str) -> None:
    """Pause an open channel with one alarm; a channel that is paused already stays as it is."""
    channel = uow.accounts.channel(name)
    if channel is None or channel.state != "open":
        return
    uow.accounts.change_channel(
        name,
        state=advance_channel(channel.state, ChannelEvent.REFUSE_CHANNEL),
        reason=words,
        since=now,
        next_probe_at=now + timedelta(seconds=PROBE_S),
    )
    uow.accounts.raise_alarm(f"channel:{name}", f"{uow.bureau.label(name)}已暂停：{words}", now)
    uow.record(now, "system:channel:paused", SYSTEM, f"channel:{name}", notes={"why": words})


def become_unknown(
    uow: UnitOfWork,
    now: datetime,
    posting: PostingRecord,
    why: ChannelError,
    event: PostingEvent,
    channel: Channel,
) -> None:
    """Perhaps out: look for it on the planned looks, never call again."""
    uow.postings.change(
        posting.id,
        state=advance_posting(posting.state, event),
        unknown_since=now,
        looks=0,
        absent_seen_at=None,
        denied_by="",
        next_look_at=next_look(channel.profile.looks_s, 0, now),
        error=error_values(why),
    )
    label = uow.bureau.label(posting.channel)
    uow.accounts.raise_alarm(f"unknown:{posting.id}", f"{label}结果不明，正在查找，请不要手工重发", now)
    record_error(uow, now, posting, "system:posting:unknown", why)


def need_hand(
    uow: UnitOfWork, now: datetime, posting: PostingRecord, words: str, why: ChannelError | None = None
) -> None:
    """Only a person can go on: one task, and looks that see by themselves when it is done.

    `why` is the fault that made it so; without one the platform simply wants a person.
    """
    uow.postings.change(
        posting.id,
        state=advance_posting(posting.state, PostingEvent.NEED_HAND),
        error=error_values(why) if why else None,
        person_needed=words,
        looks=0,
        next_look_at=None if why else next_hand_look(0, now),
    )
    uow.accounts.raise_alarm(f"person:{posting.id}", f"{uow.bureau.label(posting.channel)}：{words}", now)
    if why:
        record_error(uow, now, posting, "system:posting:by_hand", why)
        return
    uow.record(
        now,
        "system:posting:by_hand",
        SYSTEM,
        f"posting:{posting.id}",
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel},
        notes={"words": words},
    )


def bring_down(
    uow: UnitOfWork, now: datetime, posting: PostingRecord, event: PostingEvent, words: str
) -> None:
    """It was out and the platform says that it is gone again: out, its parts missing, an alarm."""
    articles = uow.postings.articles(posting.id)
    parts = tuple(PartReceipt("", "", position) for position, _, _ in articles)
    job = str((posting.job or {}).get("job_id", ""))
    bring_out(uow, now, posting, Receipt(job, parts), event, "system:posting:out")
    for part in uow.parts.of_posting(posting.id):
        uow.parts.change(part.id, state=advance_part(part.state, PartEvent.VANISH), next_look_at=None)
        uow.parts.prove(
            part.id, at=now, level="account", outcome="gone", differences=[], seen_digest="", words=words
        )
        label = uow.bureau.label(part.channel)
        uow.accounts.raise_alarm(f"part:{part.id}", f"{label}上的内容不见了：{words}", now)
        uow.record(
            now,
            "system:part:missing",
            SYSTEM,
            f"part:{part.id}",
            digests={"revision": part.revision_id},
            facts={"channel": part.channel},
            notes={"words": words},
        )


def error_values(why: ChannelError) -> dict[str, str]:
    """What is kept and shown of an error: class, words, code, field, the platform's own words."""
    return {
        "class": type(why).__name__,
        "words": why.words,
        "code": why.code,
        "field": getattr(why, "field", ""),
        "answer": why.answer,
        "sure": UNSURE if isinstance(why, Rejected) and not why.before_execution else "",
    }


def record_error(
    uow: UnitOfWork, now: datetime, posting: PostingRecord, kind: str, why: ChannelError, **facts: Any
) -> None:
    """One entry of what a platform or an adapter said; words and answer as erasable notes."""
    if "again" in facts:
        facts["again"] = facts["again"].isoformat(timespec="seconds")
    uow.record(
        now,
        kind,
        SYSTEM,
        f"posting:{posting.id}",
        outcome=Outcome.UNKNOWN if isinstance(why, OutcomeUnknown) else Outcome.FAILED,
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel, "class": type(why).__name__, "code": why.code, **facts},
        notes={"words": why.words, "answer": why.answer},
    )
