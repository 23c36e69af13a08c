"""Every step of every adapter that a whole trip makes, the points at which it may die, and what then needs a person.

The list is written out so that a step that vanishes or appears is noticed: `test_steps.py` compares it with
what a trip without any fault puts into the journal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

PUBLISH, WITHDRAW = "publish", "withdraw"
DIGEST = re.compile(r":[0-9a-f]{16}$")
AMENDS = re.compile(r"^amend-[0-9a-f]{12}:")


class Point(StrEnum):
    """Where around one step the process dies."""

    BEFORE_INTENT = "before intent"
    AFTER_INTENT = "after intent"
    RECEIVED = "request received"
    EXECUTED = "executed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `request` is the call by which the platform gets it, "" where the platform is a folder."""

    channel: str
    trip: str
    name: str
    request: str = ""

    def __str__(self) -> str:
        return f"{self.channel} {self.trip} {self.name}"


def plain_name(name: str) -> str:
    """The name of a step without the digest of the file, or of the corrected page, that it is about."""
    return AMENDS.sub("amend:", DIGEST.sub("", name))


def trip_of(scope: str) -> str:
    """Whether a journal's scope brings something out or takes it back."""
    return scope.partition(":")[0]


CITY, BUREAU, DROP, WECHAT, WEIBO = "city-portal", "bureau-portal", "archive", "wechat", "weibo"

PUBLISHING = (
    Step(CITY, PUBLISH, "files"),
    Step(CITY, PUBLISH, "page"),
    Step(CITY, PUBLISH, "lists"),
    Step(BUREAU, PUBLISH, "files"),
    Step(BUREAU, PUBLISH, "page"),
    Step(BUREAU, PUBLISH, "lists"),
    Step(WECHAT, PUBLISH, "image", "/cgi-bin/media/uploadimg"),
    Step(WECHAT, PUBLISH, "cover", "/cgi-bin/material/add_material"),
    Step(WECHAT, PUBLISH, "draft", "/cgi-bin/draft/add"),
    Step(WECHAT, PUBLISH, "submit", "/cgi-bin/freepublish/submit"),
    Step(WEIBO, PUBLISH, "share", "/2/statuses/share.json"),
    Step(DROP, PUBLISH, "content"),
    Step(DROP, PUBLISH, "receipt"),
)

WITHDRAWING = (
    Step(WECHAT, WITHDRAW, "delete:0", "/cgi-bin/freepublish/delete"),
    Step(WEIBO, WITHDRAW, "destroy", "/2/statuses/destroy.json"),
    Step(DROP, WITHDRAW, "withdraw"),
    Step(CITY, WITHDRAW, "withdraw:names"),
    Step(CITY, WITHDRAW, "withdraw:page"),
    Step(CITY, WITHDRAW, "withdraw:lists"),
    Step(BUREAU, WITHDRAW, "withdraw:names"),
    Step(BUREAU, WITHDRAW, "withdraw:page"),
    Step(BUREAU, WITHDRAW, "withdraw:lists"),
)

CORRECTING = (
    Step(CITY, PUBLISH, "amend:files"),
    Step(CITY, PUBLISH, "amend:history"),
    Step(CITY, PUBLISH, "amend:page"),
    Step(CITY, PUBLISH, "amend:lists"),
)
"""The steps by which a page is corrected in place."""

AFTER_FAULTS = {
    "first-try": Step(WEIBO, PUBLISH, "first-try"),
    "answer-1": Step(WEIBO, PUBLISH, "answer-1"),
    "answer-2": Step(WEIBO, PUBLISH, "answer-2"),
    "cover-again": Step(WECHAT, PUBLISH, "cover-again", "/cgi-bin/material/add_material"),
}
"""Steps that an adapter makes only after a platform's refusal. The first three are notes and call nothing."""

HAND_TASKS = {  # a draft still in the box proves nothing: WeChat has no list of what it is about to publish
    (WECHAT, PUBLISH, "submit", Point.AFTER_INTENT),
    (WECHAT, PUBLISH, "submit", Point.RECEIVED),
}
"""The only points after which a person must look. At all others the product finds out by itself."""

PUBLIC_REQUESTS = {WECHAT: "/cgi-bin/freepublish/submit", WEIBO: "/2/statuses/share.json"}
"""The request by which something becomes public, for each platform that has requests."""
