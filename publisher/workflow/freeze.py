"""Freeze 冻结: a person stops one channel, or everything, until the approver lifts it.

A frozen channel sends nothing at all. A freeze of everything lets urgent kinds pass, because a flood warning must be
published in time (突发事件应对法 art. 64), unless whoever freezes says that it is for them too. Looking, withdrawing
and what is being sent at that moment go on: a freeze keeps things from going out, never from going away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.people import Act, require
from publisher.domain.posting import ChannelEvent, advance_channel
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor

EVERYTHING = ""


@dataclass(frozen=True, slots=True)
class FreezeRequest:
    """Which channel ("" = all) and why. `urgent_too` only with all: urgent kinds stop as well."""

    channel: str = EVERYTHING
    reason: str = ""
    urgent_too: bool = False


def freeze(uow: UnitOfWork, now: datetime, actor: Actor, request: FreezeRequest) -> None:
    """Nothing is claimed there from this commit on. Anyone in the chain, or an administrator, with a reason."""
    require(Act.FREEZE_CHANNEL, actor.person)
    require_words(request.reason, "冻结要写明理由")
    if uow.accounts.freeze(request.channel):
        raise refuse(
            Reason.WRONG_STATE,
            "已经冻结" if request.channel else "全部渠道已经冻结",
            field="channel",
            allowed="没有冻结的渠道",
            english="it is frozen already",
        )
    if request.channel:
        _change(uow, now, request.channel, ChannelEvent.FREEZE, request.reason)
    uow.accounts.begin_freeze(
        request.channel,
        urgent_too=request.urgent_too or bool(request.channel),
        reason=request.reason,
        person=actor.name,
        now=now,
    )
    what = uow.bureau.label(request.channel) if request.channel else "全部渠道"
    words = f"{what}已由{actor.person.display}冻结：{request.reason}"
    uow.accounts.raise_alarm(f"freeze:{request.channel}", words, now)
    _record(uow, now, actor, "person:channel:frozen", request)
    uow.commit()


def unfreeze(uow: UnitOfWork, now: datetime, actor: Actor, request: FreezeRequest) -> None:
    """Lift a standing freeze, by the approver. What is overdue by then goes out a channel's gap apart."""
    require(Act.UNFREEZE_CHANNEL, actor.person)
    if not uow.accounts.lift_freeze(request.channel, person=actor.name, now=now):
        raise refuse(
            Reason.WRONG_STATE,
            "没有冻结",
            field="channel",
            allowed="已经冻结的渠道",
            english="it is not frozen",
        )
    if request.channel:
        _change(uow, now, request.channel, ChannelEvent.UNFREEZE, "")
    uow.accounts.close_alarm(f"freeze:{request.channel}", now)
    _record(uow, now, actor, "person:channel:unfrozen", request)
    uow.commit()


def _change(uow: UnitOfWork, now: datetime, name: str, event: ChannelEvent, reason: str) -> None:
    channel = uow.accounts.channel(name)
    if channel is None:
        allowed = "、".join(uow.bureau.channels)
        raise refuse(Reason.NOT_FOUND, f"没有这个渠道：{name}", field="channel", allowed=allowed)
    state = advance_channel(channel.state, event)
    uow.accounts.change_channel(name, state=state, reason=reason, since=now, next_probe_at=None)
    uow.accounts.close_alarm(f"channel:{name}", now)


def _record(uow: UnitOfWork, now: datetime, actor: Actor, kind: str, request: FreezeRequest) -> None:
    uow.record(
        now,
        kind,
        actor.name,
        f"channel:{request.channel or 'all'}",
        os_user=actor.os_user,
        facts={"urgent_too": "yes" if request.urgent_too or request.channel else "no"},
        notes={"reason": request.reason},
    )
