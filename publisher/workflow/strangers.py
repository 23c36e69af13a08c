"""Strangers 来历不明: what a platform lists under the account and no posting of ours brought out (promises 1, 6).

Posted by hand past review, by somebody who got hold of the account, or by a worker that we took for dead: the same
words twice. Each raises one alarm until a person says where it comes from. Older than the account's joining counts
for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import ChannelError, Listed, Lists
from channels.reading import comparable
from publisher.domain.errors import Reason, refuse, require_words
from publisher.domain.people import Act, require
from publisher.domain.posting import ChannelState, PostingState
from publisher.domain.timing import STRANGERS_BACK, STRANGERS_S
from publisher.store.records import PostingRecord, StrangerRecord
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.outlets import Outlets, Tampered, article_of

SYSTEM = "system"
JOINED, LOOK = "strangers-since", "strangers-look"
"""Account values: when the account was first looked after, and when its list is looked through next."""

LOOKED_FOR = (PostingState.SENDING, PostingState.ACCEPTED, PostingState.UNKNOWN, PostingState.BY_HAND)
"""What may be out without our knowing where: its own looks find it."""

SHOWN_CHARS = 80


def watch_strangers(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Look through the account's list every three hours while the channel is open. Returns 1 when it looked.

    What was strange and has turned out to be ours is one no longer, whether or not the list still shows it.
    """
    channel, now = outlets.channels[channel_name], outlets.now()
    if not isinstance(channel, Lists):
        return 0
    with store.glance() as reading:
        if not reading.accounts.is_over(channel_name, LOOK, now):
            return 0
    with store.read() as reading:
        joined, record = reading.accounts.value(channel_name, JOINED), reading.accounts.channel(channel_name)
    if joined is None:
        _join(store, channel_name, now)
        return 0
    if record is None or record.state is not ChannelState.OPEN:
        return 0
    since = max(datetime.fromisoformat(joined.value), now - STRANGERS_BACK)
    try:
        listed: Sequence[Listed] = channel.published(since)
    except ChannelError:
        listed = ()  # nothing was seen; the next look reaches back far enough
    with store.write() as uow:
        for stranger in uow.strangers.unexplained(channel_name):
            if _ours(uow, channel_name, stranger.remote_id, stranger.url):
                _close(uow, outlets.now(), stranger, SYSTEM)
        for entry in listed:
            _judge(uow, outlets.now(), channel_name, entry)
        _plan(uow, channel_name, outlets.now())
        uow.commit()
    return 1


def _join(store: Store, channel: str, now: datetime) -> None:
    with store.write() as uow:
        if uow.accounts.value(channel, JOINED) is None:
            uow.accounts.keep_value(channel, JOINED, now.isoformat(), until=None)
            _plan(uow, channel, now)
        uow.commit()


def _plan(uow: UnitOfWork, channel: str, now: datetime) -> None:
    uow.accounts.keep_value(channel, LOOK, "look", until=now + timedelta(seconds=STRANGERS_S))


def _judge(uow: UnitOfWork, now: datetime, channel: str, entry: Listed) -> None:
    if _ours(uow, channel, entry.remote_id, entry.url) or _being_looked_for(uow, channel, entry):
        return
    if uow.strangers.get(channel, entry.remote_id) is None:
        _note(uow, now, channel, entry)


def _ours(uow: UnitOfWork, channel: str, remote_id: str, url: str) -> bool:
    addresses = {url, url.partition("#")[0]} - {""}
    return bool(uow.parts.known(channel, [remote_id], sorted(addresses)))


def _being_looked_for(reading: Reading, channel: str, entry: Listed) -> bool:
    """Whether a posting that may be out carries this key, or says these very words: then its own looks decide."""
    maybe = reading.postings.in_state(*LOOKED_FOR, channel=channel)
    if entry.key:
        return entry.key in {posting.id for posting in maybe}
    return any(_says(reading, posting, 0, entry.words) for posting in maybe)


def _note(uow: UnitOfWork, now: datetime, channel: str, entry: Listed) -> None:
    """On record with one alarm: a second copy of a posting under that posting, else under the channel."""
    twin = _twin(uow, channel, entry)
    label, words = uow.bureau.label(channel), " ".join(entry.words.split())[:SHOWN_CHARS]
    uow.strangers.add(
        channel=channel,
        remote_id=entry.remote_id,
        url=entry.url,
        words=words,
        posting_id=twin,
        posted_at=entry.at,
        seen_at=now,
    )
    facts, notes = {"channel": channel, "remote_id": entry.remote_id}, {"words": words, "url": entry.url}
    if twin:
        uow.accounts.raise_alarm(f"doubled:{twin}", f"{label}上同一条出现了两次：{words} {entry.url}", now)
        uow.record(now, "system:posting:doubled", SYSTEM, f"posting:{twin}", facts=facts, notes=notes)
        return
    told = f"{label}上有一条不是本系统发出的内容：{words} {entry.url}"
    uow.accounts.raise_alarm(f"stranger:{channel}:{entry.remote_id}", told, now)
    uow.record(now, "system:channel:stranger", SYSTEM, f"channel:{channel}", facts=facts, notes=notes)


def _twin(reading: Reading, channel: str, entry: Listed) -> str:
    """The posting of which this is a second copy: by its key, else by the words of what went out in these days."""
    if entry.key:
        posting = reading.postings.get(entry.key)
        mine = posting is not None and posting.channel == channel and reading.parts.of_posting(entry.key)
        return entry.key if mine else ""
    for part in reading.parts.out_since(channel, entry.at - STRANGERS_BACK):
        posting = reading.postings.get(part.posting_id)
        if posting is not None and _says(reading, posting, part.position, entry.words):
            return posting.id
    return ""


def _says(reading: Reading, posting: PostingRecord, position: int, words: str) -> bool:
    try:
        return comparable(article_of(reading, posting, position).text) == comparable(words)
    except Tampered:
        return False


def _close(uow: UnitOfWork, now: datetime, stranger: StrangerRecord, who: str) -> None:
    uow.strangers.explain(stranger.channel, stranger.remote_id, who, now)
    if not stranger.posting_id:
        uow.accounts.close_alarm(f"stranger:{stranger.channel}:{stranger.remote_id}", now)
        return
    if stranger.posting_id not in {s.posting_id for s in uow.strangers.unexplained(stranger.channel)}:
        uow.accounts.close_alarm(f"doubled:{stranger.posting_id}", now)


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """A person says where something on the platform comes from, or that it was removed there."""

    channel: str
    remote_id: str
    reason: str


def explain_stranger(uow: UnitOfWork, now: datetime, actor: Actor, request: ExplainRequest) -> None:
    """Ends the alarm. What is said goes on record; nothing on the platform is changed."""
    require(Act.EXPLAIN_STRANGER, actor.person)
    stranger = uow.strangers.get(request.channel, request.remote_id)
    if stranger is None:
        raise refuse(
            Reason.NOT_FOUND,
            f"没有这一条：{request.remote_id}",
            field="remote_id",
            allowed="channel strangers 列出的编号",
            english="no such thing was seen",
        )
    require_words(request.reason, "要写明来历")
    _close(uow, now, stranger, actor.name)
    uow.record(
        now,
        "person:channel:stranger_explained",
        actor.name,
        f"channel:{request.channel}",
        os_user=actor.os_user,
        facts={"remote_id": request.remote_id},
        notes={"reason": request.reason},
    )
    uow.commit()
