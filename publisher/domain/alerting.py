"""Alerts 告警: how loud each cause is, whom it concerns, when it is said and said again. Literal tables, pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from publisher.domain.clocks import local
from publisher.domain.people import Role


class NotDelivered(Exception):
    """A messenger did not take a message. `words` say why, without its address."""

    def __init__(self, words: str) -> None:
        """Words for people."""
        super().__init__(words)
        self.words = words


class Level(StrEnum):
    """Whether quiet hours hold a message back."""

    URGENT = "urgent"
    ORDINARY = "ordinary"


LEVEL_LABELS = {Level.URGENT: "紧急", Level.ORDINARY: "一般"}


class Subject(StrEnum):
    """What the second part of a cause names. A posting or revision of the urgent path makes its alarm urgent."""

    POSTING = "posting"
    REVISION = "revision"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CauseFamily:
    """What stands before the colon of a cause. Said again every `repeat_h` hours while it is open."""

    label: str
    level: Level
    to: frozenset[Role]
    repeat_h: int
    subject: Subject = Subject.OTHER


URGENT, ORDINARY = Level.URGENT, Level.ORDINARY
EDITORS = frozenset({Role.EDITOR})
DECIDERS = frozenset({Role.EDITOR, Role.APPROVER})
REVIEWERS = frozenset({Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER})
KEEPERS = frozenset({Role.EDITOR, Role.ADMINISTRATOR})

CAUSES: dict[str, CauseFamily] = {  # family → how loud, for whom, again after; a test finds unlisted ones
    "leak": CauseFamily("泄露撤下待确认", URGENT, frozenset({Role.APPROVER}) | REVIEWERS, 1),
    "tampered": CauseFamily("存储的内容被改动", URGENT, DECIDERS | KEEPERS | {Role.AUDITOR}, 4),
    "part": CauseFamily("公开的内容不对", URGENT, DECIDERS, 4),
    "unseen": CauseFamily("公开的页面看不到", ORDINARY, DECIDERS, 12),
    "removal": CauseFamily("还没有撤下", URGENT, DECIDERS, 4),
    "second_look": CauseFamily("紧急发布待复核", ORDINARY, REVIEWERS, 4),
    "release": CauseFamily("到时间没有下发", ORDINARY, DECIDERS, 4, Subject.REVISION),
    "late": CauseFamily("超过时限没有发出", ORDINARY, DECIDERS, 4, Subject.POSTING),
    "gate": CauseFamily("等待门户超过时限", ORDINARY, DECIDERS, 4, Subject.POSTING),
    "failed": CauseFamily("平台拒收", ORDINARY, EDITORS, 4, Subject.POSTING),
    "unknown": CauseFamily("结果不明", ORDINARY, EDITORS, 4, Subject.POSTING),
    "person": CauseFamily("要人到平台上看", ORDINARY, DECIDERS, 4, Subject.POSTING),
    "contradicts": CauseFamily("回调与记录矛盾", ORDINARY, DECIDERS, 4, Subject.POSTING),
    "doubled": CauseFamily("同一条出现两次", URGENT, DECIDERS, 4, Subject.POSTING),
    "stranger": CauseFamily("平台上有不认得的内容", URGENT, DECIDERS, 4),
    "callback": CauseFamily("回调不可信", ORDINARY, KEEPERS, 12),
    "consent": CauseFamily("账号授权快到期", ORDINARY, KEEPERS, 24),
    "freeze": CauseFamily("已冻结", ORDINARY, DECIDERS, 24),
    "channel": CauseFamily("渠道停了", ORDINARY, KEEPERS, 12),
    "overdue": CauseFamily("应发未发", URGENT, DECIDERS | KEEPERS, 2),
    "alert": CauseFamily("告警送不到", ORDINARY, KEEPERS, 12),
}
UNLISTED = CauseFamily("其他告警", URGENT, DECIDERS | KEEPERS, 4)
"""What an alarm of another release is treated as: rather too loud than lost."""

GROUP_S = {URGENT: 10, ORDINARY: 60}
"""A message waits so long for company. What has mended itself meanwhile is not sent."""

RESEND_S = (60, 300, 900, 3600)
"""Waits after a target did not take a message; longer than any send may last."""

OVERDUE_AFTER = timedelta(minutes=5)
"""From this age on, a posting that should be out and is not makes readiness red."""

LINES_MOST = 8
LINE_MOST_CHARS = 64
"""A text message of WeCom holds 2,048 bytes (its page on group bots, read 2026-11-20), about 680 characters."""


def family_of(cause: str) -> CauseFamily:
    """The row of a cause `family:subject`."""
    return CAUSES.get(cause.partition(":")[0], UNLISTED)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of business time in which only urgent causes are sent; may reach over midnight. Equal ends: none."""

    start: time = time(21)
    end: time = time(7, 30)

    def holds(self, now: datetime) -> bool:
        """Whether ordinary messages wait at `now` (aware)."""
        at = local(now).time()
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go. Without roles and people it takes everything of its levels."""

    name: str
    roles: frozenset[Role] = frozenset()
    people: frozenset[str] = frozenset()
    levels: frozenset[Level] = frozenset(Level)

    def concerned(self, level: Level, to: frozenset[Role], held: Mapping[str, frozenset[Role]]) -> bool:
        """Whether an alarm for these roles goes here. `held` are the roles of each person."""
        if level not in self.levels:
            return False
        if not self.roles and not self.people:
            return True
        return bool(self.roles & to) or any(held.get(name, frozenset()) & to for name in self.people)


Send = Callable[[str, str, str], None]
"""(target, title, text); raises `NotDelivered`."""


@dataclass(frozen=True, slots=True)
class Post:
    """Who is told, when not, and by what."""

    targets: Sequence[Target]
    quiet: QuietHours
    send: Send


@dataclass(frozen=True, slots=True)
class Ripening:
    """What of a waiting message decides whether it goes now."""

    level: Level
    made_at: datetime


def ripe(waiting: Sequence[Ripening], now: datetime, quiet: QuietHours) -> list[int]:
    """Positions of those that go out in one message now; none while the oldest still waits for company."""
    silence = quiet.holds(now)
    going = [at for at, one in enumerate(waiting) if not silence or one.level is URGENT]
    full = any(now >= waiting[at].made_at + timedelta(seconds=GROUP_S[waiting[at].level]) for at in going)
    return going if full else []


def next_send(attempts: int, now: datetime) -> datetime:
    """When to offer a message again after `attempts` attempts."""
    return now + timedelta(seconds=RESEND_S[min(attempts, len(RESEND_S)) - 1])


def shortened(lines: Iterable[str], *, more: str) -> str:
    """Lines of one message, each cut to its length; `more` (with `{n}`) tells how many did not fit."""
    kept = [line if len(line) <= LINE_MOST_CHARS else line[: LINE_MOST_CHARS - 1] + "…" for line in lines]
    over = len(kept) - LINES_MOST
    return "\n".join([*kept[:LINES_MOST], *([more.format(n=over)] if over > 0 else [])])
