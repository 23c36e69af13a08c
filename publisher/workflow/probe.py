"""Trying a connection 试连接: a person asks a platform whether account, permissions and set-up are right.

`begin_probe` (right and channel) → `run_probe` with nothing open → `end_probe` (commit). Sends nothing to readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels.contract import (
    ChannelError,
    ChannelRefused,
    CredentialsRefused,
    Health,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    StepChanged,
    Unavailable,
)
from publisher.audit.entries import Outcome
from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Act, require
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.outcome import reopen_channel
from publisher.workflow.outlets import Outlets

PROBED = "person:channel:probed"

ADVICE: dict[
    type[ChannelError], str
] = {  # what an error of the contract asks of a person, nearest class first
    CredentialsRefused: "平台不认现在的密钥或授权：请重新授权，或换新的密钥后再试",
    ChannelRefused: "账号、权限或设置要在平台后台改好，改好后再试",
    RateLimited: "平台要求等一等：过了限定的时间再试，排队的内容会自己等",
    Unavailable: "没有连上：先看本机能不能上网、平台是否在维护，过几分钟再试",
    Rejected: "平台没有接受这次询问：请把说明转给系统管理员",
    OutcomeUnknown: "没有等到答复：过几分钟再试",
    StepChanged: "系统内部不一致：请把说明转给系统管理员",
}


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """One channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a platform said is wrong, and what a person can do about it."""

    words: str
    advice: str


def begin_probe(
    uow: UnitOfWork, now: datetime, actor: Actor, request: ProbeRequest, *, outlets: Outlets
) -> None:
    """Whether this person may ask and the settings still name the channel. Changes nothing."""
    require(Act.PROBE_CHANNEL, actor.person)
    if request.channel not in outlets.channels:
        raise refuse(
            Reason.NOT_FOUND,
            f"设置里没有渠道“{request.channel}”",
            field="channel",
            allowed="、".join(outlets.channels),
            english=f"channel {request.channel} is not configured",
        )


def run_probe(outlets: Outlets, channel_name: str) -> Health | ChannelError:
    """Ask the platform. No transaction may be open. An error is given back, to be put on record."""
    try:
        return outlets.channels[channel_name].probe()
    except ChannelError as why:
        return why


def end_probe(
    uow: UnitOfWork, now: datetime, actor: Actor, request: ProbeRequest, *, result: Health | ChannelError
) -> None:
    """Put on record what the platform answered. A channel that a refusal had paused opens again when all is well."""
    require(Act.PROBE_CHANNEL, actor.person)
    failed = isinstance(result, ChannelError)
    facts = {"class": type(result).__name__, "code": result.code} if isinstance(result, ChannelError) else {}
    words = "\n".join(
        [result.words, advice(result)]
        if isinstance(result, ChannelError)
        else [f"{name}：{value}" for name, value in result.facts]
    )
    uow.record(
        now,
        PROBED,
        actor.name,
        f"channel:{request.channel}",
        os_user=actor.os_user,
        outcome=Outcome.FAILED if failed else Outcome.DONE,
        facts=facts,
        notes={"words": words},
    )
    if not failed:
        reopen_channel(uow, now, request.channel)
    uow.commit()


def trouble_of(result: object) -> Trouble | None:
    """What was wrong and what to do, when a platform's answer is an error; None when all was well."""
    return Trouble(result.words, advice(result)) if isinstance(result, ChannelError) else None


def advice(why: ChannelError) -> str:
    """What a person can do about an error of a channel."""
    return next(words for kind, words in ADVICE.items() if isinstance(why, kind))
