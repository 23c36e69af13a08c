"""What people do with single postings and channels: retry, hold, resume, cancel, open the gate, pause, reopen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from channels.contract import ChannelError
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.people import Act, Role, require
from publisher.domain.posting import (
    POSTING_ALARMS,
    ChannelEvent,
    ChannelState,
    PostingEvent,
    PostingState,
    advance_channel,
    advance_posting,
)
from publisher.domain.timing import PROBE_S
from publisher.store.records import ChannelRecord, PostingRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.outlets import Outlets
from publisher.workflow.release import late_at

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class PostingRequest:
    """One posting, and why."""

    posting_id: str
    reason: str = ""


def retry_posting(uow: UnitOfWork, now: datetime, actor: Actor, request: PostingRequest) -> None:
    """重新推送 of a failed posting, by the editor; only this channel is tried again.

    What the platform may have begun before it refused waits until a look can tell, and is looked for first.
    """
    require(Act.RETRY_POSTING, actor.person)
    posting = _posting(uow, request)
    kind = uow.bureau.kinds[_kind_of(uow, posting)]
    _move(
        uow,
        now,
        actor,
        posting,
        PostingEvent.REQUEUE,
        "person:posting:retry",
        request.reason,
        late_at=late_at(kind, now, uow.bureau),
    )
    uow.accounts.close_alarm(f"failed:{posting.id}", now)
    uow.commit()


def hold_posting(uow: UnitOfWork, now: datetime, actor: Actor, request: PostingRequest) -> None:
    """暂停 one posting, by anyone in the chain."""
    require(Act.HOLD_POSTING, actor.person)
    posting = _posting(uow, request)
    _move(uow, now, actor, posting, PostingEvent.HOLD, "person:posting:held", request.reason)
    uow.commit()


def resume_posting(uow: UnitOfWork, now: datetime, actor: Actor, request: PostingRequest) -> None:
    """恢复 a held posting: the approver, and after lateness also the editor. Its lateness counts from now."""
    require(Act.RESUME_POSTING, actor.person)
    posting = _posting(uow, request)
    was_late = now > posting.late_at
    if not was_late and Role.APPROVER not in actor.person.roles:
        raise refuse(
            Reason.NOT_PERMITTED,
            "人工暂停的推送由签发人恢复",
            field="actor",
            allowed="签发人",
            english="approver only",
        )
    kind = uow.bureau.kinds[_kind_of(uow, posting)]
    _move(
        uow,
        now,
        actor,
        posting,
        PostingEvent.RESUME,
        "person:posting:resumed",
        request.reason,
        late_at=late_at(kind, now, uow.bureau),
        next_try_at=None,
    )
    uow.accounts.close_alarm(f"late:{posting.id}", now)
    uow.commit()


def cancel_posting(uow: UnitOfWork, now: datetime, actor: Actor, request: PostingRequest) -> None:
    """取消 one posting that is not out, by the editor, with a reason."""
    require(Act.CANCEL_POSTING, actor.person)
    posting = _posting(uow, request)
    require_words(request.reason, "取消要写明理由")
    _move(
        uow,
        now,
        actor,
        posting,
        PostingEvent.CANCEL,
        "person:posting:cancel",
        request.reason,
        next_look_at=None,
    )
    uow.accounts.close_alarms([f"{cause}:{posting.id}" for cause in POSTING_ALARMS], now)
    uow.commit()


def open_gate(uow: UnitOfWork, now: datetime, actor: Actor, request: PostingRequest) -> None:
    """放行门户先行 for one posting past the gate's limit, by the approver, with a reason.

    The portal's address must be known already: a message without a link never goes out.
    """
    require(Act.OPEN_GATE, actor.person)
    posting = _posting(uow, request)
    if posting.state is not PostingState.WAITING or now <= posting.gate_limit_at:
        raise refuse(
            Reason.WRONG_STATE,
            "没有到可以放行的时限",
            field="posting",
            allowed="等待门户超过时限的推送",
            english="the gate's limit has not passed",
        )
    require_words(request.reason, "放行要写明理由")
    uow.postings.change(posting.id, gate_opened=True)
    uow.accounts.close_alarm(f"gate:{posting.id}", now)
    _record(uow, now, actor, posting, "person:gate:opened", request.reason)
    uow.commit()


@dataclass(frozen=True, slots=True)
class ChannelRequest:
    """One channel, and why."""

    channel: str
    reason: str = ""


def pause_by_hand(uow: UnitOfWork, now: datetime, actor: Actor, request: ChannelRequest) -> None:
    """暂停渠道: nothing is sent there until a person reopens it (a probe does not)."""
    require(Act.PAUSE_CHANNEL, actor.person)
    channel = _channel(uow, request)
    state = advance_channel(channel.state, ChannelEvent.PAUSE)
    uow.accounts.change_channel(
        channel.name, state=state, reason=request.reason, since=now, next_probe_at=None
    )
    uow.record(
        now,
        "person:channel:paused",
        actor.name,
        f"channel:{channel.name}",
        os_user=actor.os_user,
        notes={"reason": request.reason},
    )
    uow.commit()


def reopen_by_hand(uow: UnitOfWork, now: datetime, actor: Actor, request: ChannelRequest) -> None:
    """恢复渠道."""
    require(Act.RESUME_CHANNEL, actor.person)
    channel = _channel(uow, request)
    state = advance_channel(channel.state, ChannelEvent.REOPEN)
    uow.accounts.change_channel(channel.name, state=state, reason="", since=now, next_probe_at=None)
    uow.accounts.close_alarm(f"channel:{channel.name}", now)
    uow.record(
        now,
        "person:channel:reopened",
        actor.name,
        f"channel:{channel.name}",
        os_user=actor.os_user,
        notes={"reason": request.reason},
    )
    uow.commit()


def probe_paused(store: Store, outlets: Outlets, channel_name: str) -> bool:
    """Probe a channel that the platform refused, when it is due; True when it opened again."""
    now = outlets.now()
    with store.read() as reading:
        channel = reading.accounts.channel(channel_name)
    due = channel is not None and channel.next_probe_at is not None and channel.next_probe_at <= now
    if channel is None or channel.state is not ChannelState.PAUSED or not due:
        return False
    try:
        outlets.channels[channel_name].probe()
    except ChannelError as why:
        with store.write() as uow:
            again = outlets.now() + timedelta(seconds=PROBE_S)
            uow.accounts.change_channel(channel_name, next_probe_at=again, reason=why.words)
            uow.commit()
        return False
    now = outlets.now()
    with store.write() as uow:
        present = uow.accounts.channel(channel_name)
        if present is not None and present.state is ChannelState.PAUSED:
            state = advance_channel(present.state, ChannelEvent.PROBE_SUCCEEDS)
            uow.accounts.change_channel(channel_name, state=state, reason="", since=now, next_probe_at=None)
            uow.accounts.close_alarm(f"channel:{channel_name}", now)
            uow.record(now, "system:channel:reopened", SYSTEM, f"channel:{channel_name}")
        uow.commit()
    return True


def _posting(uow: UnitOfWork, request: PostingRequest) -> PostingRecord:
    posting = uow.postings.get(request.posting_id)
    if posting is None:
        raise refuse(
            Reason.NOT_FOUND,
            f"没有这条推送：{request.posting_id}",
            field="posting",
            english="no such posting",
        )
    return posting


def _channel(uow: UnitOfWork, request: ChannelRequest) -> ChannelRecord:
    channel = uow.accounts.channel(request.channel)
    if channel is None:
        allowed = "、".join(uow.bureau.channels)
        raise refuse(Reason.NOT_FOUND, f"没有这个渠道：{request.channel}", field="channel", allowed=allowed)
    return channel


def _kind_of(uow: UnitOfWork, posting: PostingRecord) -> str:
    revision = uow.items.revision(posting.revision_id)
    return str(revision.content["kind"]) if revision else "notice"


def _move(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    posting: PostingRecord,
    event: PostingEvent,
    kind: str,
    reason: str,
    **values: Any,
) -> None:
    uow.postings.change(posting.id, state=advance_posting(posting.state, event), **values)
    _record(uow, now, actor, posting, kind, reason)


def _record(
    uow: UnitOfWork, now: datetime, actor: Actor, posting: PostingRecord, kind: str, reason: str
) -> None:
    uow.record(
        now,
        kind,
        actor.name,
        f"posting:{posting.id}",
        os_user=actor.os_user,
        digests={"revision": posting.revision_id},
        facts={"channel": posting.channel},
        notes={"reason": reason},
    )
