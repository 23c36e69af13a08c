"""A request that a program may send again: done once, answered alike, and said honestly where nobody can know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from publisher.domain.errors import Reason, refuse
from publisher.store.replies import ReplyRecord
from publisher.store.unit_of_work import Store

KEPT = timedelta(days=7)
"""How long an answer is kept under its key."""
AT_WORK = timedelta(minutes=2)
"""No request takes longer; one that has no answer by then was broken off, and what it did is not known."""
KEY = re.compile(r"[\x21-\x7e]{1,200}")


class Known(StrEnum):
    """What is known of a key."""

    NEW = "new"
    ANSWERED = "answered"
    AT_WORK = "at_work"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a key, and the answer where there is one."""

    known: Known
    status: int = 0
    headers: Mapping[str, str] | None = None
    body: str = ""


def begin_reply(store: Store, now: datetime, person: str, key: str, digest: str) -> Kept:
    """Take a key for a request, in a transaction of its own, or say what became of it.

    `digest` tells one request from another. `Known.NEW` comes to one of several at most, also when they
    arrive at once. Refused for a key that is none.
    """
    if not KEY.fullmatch(key):
        raise refuse(
            Reason.BAD_INPUT,
            "Idempotency-Key 不合要求",
            field="Idempotency-Key",
            allowed="1 至 200 个可见的 ASCII 字符",
            english="1 to 200 visible ASCII characters",
        )
    with store.write() as uow:
        uow.replies.drop_before(now - KEPT)
        found = uow.replies.get(person, key)
        if found is None:
            uow.replies.begin(person, key, digest, now)
        uow.commit()
    return Kept(Known.NEW) if found is None else _known(found, now, digest)


def _known(found: ReplyRecord, now: datetime, digest: str) -> Kept:
    if found.digest != digest:
        return Kept(Known.OTHER)
    if found.status:
        return Kept(Known.ANSWERED, found.status, found.headers, found.body)
    return Kept(Known.AT_WORK if now - found.began_at < AT_WORK else Known.UNCLEAR)


def settle_reply(
    store: Store, person: str, key: str, status: int, headers: Mapping[str, str], body: str
) -> None:
    """Keep the answer of a request that was done."""
    with store.write() as uow:
        uow.replies.settle(person, key, status, dict(headers), body)
        uow.commit()


def forget_reply(store: Store, person: str, key: str) -> None:
    """The request was refused and did nothing: its key is free again."""
    with store.write() as uow:
        uow.replies.forget(person, key)
        uow.commit()
