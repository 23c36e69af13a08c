"""Consent 授权: a person opens an account to us in a browser; warnings before it ends; the answer taken once.

`ask_consent` (commit) → the person says yes → `take_consent` (commit) → `exchange` with nothing open → `end_consent`
(commit). A code works once: whatever happens after `take_consent`, the same answer is never taken again.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from channels.contract import (
    Authorisable,
    ChannelError,
    ChannelRefused,
    Consent,
    OutcomeUnknown,
)
from publisher.audit.entries import Outcome
from publisher.domain.clocks import shown_minute
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import Act, require
from publisher.domain.timing import (
    CONSENT_ASKED_S,
    CONSENT_LOOK_S,
    CONSENT_RETRY_S,
    CONSENT_WARN_DAYS,
    consent_warning,
    next_consent_look,
)
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.outcome import pause_channel, reopen_channel
from publisher.workflow.outlets import Outlets

STATE = "consent-state"
LOOK = "consent-look"
CODE_CHARS = 512


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """One channel, and the answer of its platform: the whole address that the browser came back to, or the code."""

    channel: str
    answer: str = ""


def authorisable(outlets: Outlets, channel_name: str) -> Authorisable:
    """The channel as one that takes consent; refused for a kind that needs none."""
    channel = outlets.channels.get(channel_name)
    if isinstance(channel, Authorisable):
        return channel
    raise refuse(
        Reason.WRONG_STATE,
        f"渠道“{channel_name}”不需要授权",
        field="channel",
        allowed="、".join(n for n, c in outlets.channels.items() if isinstance(c, Authorisable)),
        english=f"channel {channel_name} takes no authorisation",
    )


def consent_of(outlets: Outlets, channel_name: str) -> Consent | None:
    """What is known of a channel's consent without asking; None where it needs none or has none."""
    channel = outlets.channels.get(channel_name)
    if isinstance(channel, Authorisable):
        return channel.consent()
    return None


def ask_consent(
    uow: UnitOfWork, now: datetime, actor: Actor, request: ConsentRequest, *, outlets: Outlets
) -> str:
    """The address that the account's owner opens; its state value is kept and expires after half an hour."""
    require(Act.AUTHORISE_CHANNEL, actor.person)
    channel = authorisable(outlets, request.channel)
    state = uow.entropy(16).hex()
    try:
        address = channel.consent_address(state)
    except ChannelRefused as why:
        raise refuse(
            Reason.WRONG_STATE, why.words, field="channel", english="the set-up is incomplete"
        ) from why
    uow.accounts.keep_value(request.channel, STATE, state, until=now + timedelta(seconds=CONSENT_ASKED_S))
    _record(uow, now, actor, request.channel, "person:channel:consent_asked")
    uow.commit()
    return address


def take_consent(uow: UnitOfWork, now: datetime, actor: Actor, request: ConsentRequest) -> str:
    """The code in the answer. Its state value must be ours, alive, and is used up by this."""
    require(Act.AUTHORISE_CHANNEL, actor.person)
    code, state, refusal = _read(request.answer)
    kept = uow.accounts.value(request.channel, STATE)
    if kept is None or not kept.value or kept.expires_at is None or kept.expires_at <= now:
        raise _refused("没有在等的授权，或已过半小时", "先运行 channel authorise 取新的地址")
    if state and not hmac.compare_digest(state.encode(), kept.value.encode()):
        raise _refused("这个回答不是这次授权的", "最后一次给出的地址的回答")
    if refusal:
        raise _refused(f"对方没有给出授权：{refusal}", "由发布账号的主人点“授权”")
    if not code:
        raise _refused("回答里没有授权码", "授权后浏览器地址栏里的整个网址，或其中的 code")
    uow.accounts.drop_value(request.channel, STATE, expected_version=kept.version)
    _record(uow, now, actor, request.channel, "person:channel:consent_taken")
    uow.commit()
    return code


def _read(answer: str) -> tuple[str, str, str]:
    """(code, state, refusal) of an address or of a bare code."""
    text = answer.strip()
    if "?" not in text and "=" not in text:
        return text[:CODE_CHARS], "", ""
    query = parse_qs(urlsplit(text).query or text.partition("?")[2] or text)

    def first(name: str) -> str:
        return query.get(name, [""])[0][:CODE_CHARS]

    return first("code"), first("state"), first("error")


def _refused(why: str, allowed: str) -> Refused:
    return refuse(
        Reason.BAD_INPUT, why, field="answer", allowed=allowed, english="the answer cannot be taken"
    )


def exchange(outlets: Outlets, channel_name: str, code: str) -> Consent | ChannelError:
    """Exchange the code. No transaction may be open. An error is given back, to be put on record."""
    try:
        return authorisable(outlets, channel_name).authorise(code)
    except ChannelError as why:
        return why


def end_consent(
    uow: UnitOfWork, now: datetime, actor: Actor, request: ConsentRequest, *, result: Consent | ChannelError
) -> Consent | ChannelError:
    """Put on record what the exchange gave. With a consent, a channel that a refusal had paused opens again."""
    require(Act.AUTHORISE_CHANNEL, actor.person)
    if isinstance(result, ChannelError):
        outcome = Outcome.UNKNOWN if isinstance(result, OutcomeUnknown) else Outcome.FAILED
        _record(
            uow,
            now,
            actor,
            request.channel,
            "person:channel:consent_failed",
            outcome=outcome,
            facts={"class": type(result).__name__, "code": result.code},
            notes={"words": result.words, "answer": result.answer},
        )
        uow.commit()
        return result
    facts = {"account": result.account, "until": _iso(result.expires_at)}
    _record(uow, now, actor, request.channel, "person:channel:authorised", facts=facts)
    _close_warnings(uow, request.channel, now)
    uow.accounts.keep_value(request.channel, LOOK, "look", until=next_consent_look(result.expires_at, now))
    reopen_channel(uow, now, request.channel)
    uow.commit()
    return result


def watch_consent(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Once a day, and when a warning or the end falls due, ask whose the consent is and until when.

    Days ahead it warns; a consent that has ended, was taken back or is another's pauses the channel and nothing
    else. Returns 1 when it looked.
    """
    channel, now = outlets.channels[channel_name], outlets.now()
    if not isinstance(channel, Authorisable):
        return 0
    with store.glance() as reading:
        if not reading.accounts.is_over(channel_name, LOOK, now):
            return 0
    known, why, again = None, None, timedelta(seconds=CONSENT_LOOK_S)
    try:
        known = channel.check_consent()
    except ChannelRefused as refused:
        why = refused
    except ChannelError:
        again = timedelta(seconds=CONSENT_RETRY_S)
    known = known or channel.consent()
    now = outlets.now()
    with store.write() as uow:
        if why is not None:
            pause_channel(uow, now, channel_name, why.words)
        _warn(uow, now, channel_name, known)
        planned = next_consent_look(known.expires_at if known else None, now)
        uow.accounts.keep_value(channel_name, LOOK, "look", until=min(planned, now + again))
        uow.commit()
    return 1


def _warn(uow: UnitOfWork, now: datetime, name: str, known: Consent | None) -> None:
    """One alarm for the nearest of the warning days; the farther ones are closed by it."""
    if known is None or known.expires_at is None:
        return
    days = consent_warning(known.expires_at, now)
    others = [f"consent:{name}:{other}" for other in CONSENT_WARN_DAYS if other != days]
    uow.accounts.close_alarms(others, now)
    if days is not None:
        words = f"{uow.bureau.label(name)}的授权 {shown_minute(known.expires_at)} 到期，请在那之前重新授权"
        uow.accounts.raise_alarm(f"consent:{name}:{days}", words, now)


def _close_warnings(uow: UnitOfWork, name: str, now: datetime) -> None:
    uow.accounts.close_alarms([f"consent:{name}:{days}" for days in CONSENT_WARN_DAYS], now)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _record(
    uow: UnitOfWork,
    now: datetime,
    actor: Actor,
    channel: str,
    kind: str,
    *,
    outcome: Outcome = Outcome.DONE,
    facts: Mapping[str, object] | None = None,
    notes: dict[str, str] | None = None,
) -> None:
    uow.record(
        now,
        kind,
        actor.name,
        f"channel:{channel}",
        os_user=actor.os_user,
        outcome=outcome,
        facts=facts,
        notes=notes,
    )
