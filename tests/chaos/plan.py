"""Which faults come when, and in which order: all of it follows from one number."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from channels.sandbox.call import Do, Fault
from tests.chaos.pulse import PACE
from tests.fault.test_lost_answers import REFUSALS

WECHAT, WEIBO = "wechat", "weibo"
PORTALS = ("city-portal", "bureau-portal")
TIMEOUT_S = 60 / PACE


class Ill(StrEnum):
    """A kind of fault."""

    KILL = "a daemon killed"
    KILL_RECEIVED = "a daemon killed when its request arrived"
    KILL_EXECUTED = "a daemon killed when its request was executed"
    FREEZE = "a daemon stopped past its lease and continued"
    DROP_BEFORE = "connection dropped before execution"
    DROP_AFTER = "connection dropped after execution"
    TRUNCATE = "answer cut in the middle"
    GATEWAY = "5xx without execution"
    GATEWAY_AFTER = "5xx after execution"
    REFUSED_AFTER = "executed, then answered 4xx"
    SLOW = "executed, answered after twice our time-out"
    LATE = "executed after four times our time-out"
    TOKENS = "all tokens dead"
    QUOTA = "quota spent"
    READERS = "readers' pages down"
    DATABASE = "database away"
    FORWARD = "clock an hour ahead"
    BACKWARD = "clock set back two minutes"


@dataclass(frozen=True)
class Trouble:
    """One fault: after how many log entries of the service, what, on whom, and how long (real seconds)."""

    after: int
    ill: Ill
    where: str = ""
    fault: Fault | None = None
    lasts_s: float = 0
    which: int = 0

    def __str__(self) -> str:
        path = f" {self.fault.path}" if self.fault else ""
        return f"{self.after:6}  {self.ill}  {self.where}{path}"


CALLS = {
    WECHAT: ("freepublish/submit", "freepublish/submit", "draft/add", "draft/get", "media/uploadimg",
             "material/add_material", "freepublish/get", "freepublish/batchget", "stable_token"),
    WEIBO: ("share.json", "share.json", "share.json", "user_timeline.json"),
    **dict.fromkeys(PORTALS, ("/tzgg/",)),
}  # fmt: skip
"""Calls that faults hit. What makes something public stands there more often: it is what matters."""

PUBLIC = {WECHAT: "freepublish/submit", WEIBO: "share.json"}
ANSWERS = {
    Ill.QUOTA: {
        WECHAT: (200, '{"errcode":45009,"errmsg":"reach max api daily quota limit"}'),
        WEIBO: (403, '{"error_code":10023,"error":"User requests out of rate limit!"}'),
    },
    Ill.REFUSED_AFTER: {WECHAT: (200, REFUSALS[WECHAT]), WEIBO: (400, REFUSALS[WEIBO])},
}
"""Status and body of what the platforms say instead."""

WEIGHTS = {
    Ill.KILL: 5,
    Ill.FREEZE: 2,
    Ill.KILL_RECEIVED: 4,
    Ill.KILL_EXECUTED: 6,
    Ill.DROP_BEFORE: 4,
    Ill.DROP_AFTER: 6,
    Ill.TRUNCATE: 4,
    Ill.GATEWAY: 4,
    Ill.GATEWAY_AFTER: 4,
    Ill.REFUSED_AFTER: 3,
    Ill.SLOW: 4,
    Ill.LATE: 5,
    Ill.TOKENS: 2,
    Ill.QUOTA: 1,
    Ill.READERS: 2,
    Ill.DATABASE: 2,
    Ill.FORWARD: 3,
    Ill.BACKWARD: 3,
}
"""How often each comes, against the others."""

ON_REQUESTS = {
    Ill.KILL_RECEIVED: Do.KILL_RECEIVED,
    Ill.KILL_EXECUTED: Do.KILL_EXECUTED,
    Ill.DROP_BEFORE: Do.DROP_BEFORE,
    Ill.DROP_AFTER: Do.DROP_AFTER,
    Ill.TRUNCATE: Do.TRUNCATE,
    Ill.GATEWAY: Do.ANSWER,
    Ill.GATEWAY_AFTER: Do.ANSWER_AFTER,
    Ill.REFUSED_AFTER: Do.ANSWER_AFTER,
    Ill.SLOW: Do.DELAY_AFTER,
    Ill.LATE: Do.DELAY_BEFORE,
    Ill.QUOTA: Do.ANSWER,
}
SENDING = (WECHAT, WEIBO)
ANYWHERE = (*SENDING, *SENDING, *PORTALS)
WHERE = {
    Ill.READERS: PORTALS,
    Ill.TOKENS: SENDING,
    Ill.QUOTA: SENDING,
    Ill.REFUSED_AFTER: SENDING,
    Ill.DROP_BEFORE: ANYWHERE,
    Ill.DROP_AFTER: ANYWHERE,
    Ill.TRUNCATE: ANYWHERE,
    Ill.GATEWAY: ANYWHERE,
    Ill.SLOW: ANYWHERE,
}
"""On which channels; where nothing is said, on those that send requests."""

LASTS_S = {Ill.SLOW: 2 * TIMEOUT_S, Ill.LATE: 4 * TIMEOUT_S, Ill.TOKENS: 1.0, Ill.READERS: 1.0}
LASTS_S |= {Ill.DATABASE: 1.5, Ill.FREEZE: 2.6}


def troubles(seed: int, *, count: int, every: float, weights: dict[Ill, int] | None = None) -> list[Trouble]:
    """`count` faults, one about every `every` log entries, each kind at least once if there are enough.

    The same numbers give the same list.
    """
    dice = random.Random(seed)
    return list(_drawn(dice, count, every, weights or WEIGHTS))


def _drawn(dice: random.Random, count: int, every: float, weights: dict[Ill, int]) -> Iterator[Trouble]:
    after, first, turns = every, dice.sample(list(weights), len(weights)), itertools.cycle(SENDING)
    for _ in range(count):
        if first:
            yield _sure(dice, int(after), first.pop(), turns)
        else:
            ill = dice.choices(list(weights), list(weights.values()))[0]
            channel = dice.choice(WHERE.get(ill, SENDING))
            yield _trouble(dice, int(after), ill, channel, dice.choice(CALLS[channel]))
        after += dice.uniform(0.2, 1.8) * every


def _sure(dice: random.Random, after: int, ill: Ill, turns: Iterator[str]) -> Trouble:
    """On calls that each item needs, on each sending channel in turn: it is met whatever else happens."""
    where = WHERE.get(ill, SENDING)
    channel = dice.choice(where) if WECHAT not in where else next(turns)
    return _trouble(dice, after, ill, channel, CALLS[channel][0])


def _trouble(dice: random.Random, after: int, ill: Ill, channel: str, path: str) -> Trouble:
    which, lasts_s = dice.randrange(1000), LASTS_S.get(ill, 0.0)
    if ill not in ON_REQUESTS:
        return Trouble(after, ill, channel if ill in WHERE else "", lasts_s=lasts_s, which=which)
    status, body = 502, "<title>502</title>"
    if ill in ANSWERS:
        path, (status, body) = PUBLIC[channel], ANSWERS[ill][channel]
    fault = Fault(path, ON_REQUESTS[ill], status=status, body=body, seconds=lasts_s)
    return Trouble(after, ill, channel, fault, lasts_s)
