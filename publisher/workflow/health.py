"""Health: is what should be out out? Red on the age of what is due, not on whether a process is alive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from publisher.domain.alerting import OVERDUE_AFTER, Level
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.store.unit_of_work import Reading
from publisher.workflow.alerts import level_of
from publisher.workflow.report import oldest_overdue

LOOK_OVERDUE_AFTER = timedelta(minutes=30)
"""From this age on a look, a poll or a removal that is due and not made makes readiness red: nobody serves it."""

STUCK_AFTER = timedelta(minutes=15)
"""A message that was offered and not taken for so long is said; it does not make readiness red."""


@dataclass(frozen=True, slots=True)
class Health:
    """How it is at `at`. `reasons` say in Chinese why it is not ready; empty when it is. Ages are in seconds."""

    at: datetime
    reasons: tuple[str, ...]
    oldest_due_at: datetime | None = None
    oldest_due_age_s: int = 0
    oldest_look_age_s: int = 0
    services: int = 0
    open_alarms: int = 0
    urgent_alarms: int = 0
    stuck_messages: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether everything that is due is being done."""
        return not self.reasons

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {"ready": self.ready, **asdict(self)}


def health(reading: Reading, now: datetime) -> Health:
    """Look at the rows; asks no process and no platform. A service that was stopped shows by what it left undone."""
    oldest, look = oldest_overdue(reading, now), min(_looks(reading, now), default=None)
    due_age = now - oldest if oldest else timedelta(0)
    look_age = now - look if look else timedelta(0)
    reasons = []
    if due_age > OVERDUE_AFTER:
        reasons.append(f"最早一条应发未发已 {_minutes(due_age)} 分钟")
    if look_age > LOOK_OVERDUE_AFTER:
        reasons.append(f"最早一次该查看、该撤下而没有做的已 {_minutes(look_age)} 分钟")
    alarms = reading.accounts.open_alarms()
    stuck = {f"{n.target}：{n.error or '没有答复'}" for n in reading.notices.stuck(now - STUCK_AFTER)}
    return Health(
        now,
        tuple(reasons),
        oldest,
        int(due_age.total_seconds()),
        int(look_age.total_seconds()),
        sum(worker.lives for worker in reading.workers.all()),
        len(alarms),
        sum(level_of(reading, alarm) is Level.URGENT for alarm in alarms),
        tuple(sorted(stuck)),
    )


def unreachable(now: datetime, words: str) -> Health:
    """Health of an installation whose database does not answer: red."""
    return Health(now, (words,))


def _looks(reading: Reading, now: datetime) -> Iterator[datetime]:
    for channel in reading.bureau.channels:
        for state in (PostingState.UNKNOWN, PostingState.ACCEPTED):
            yield from (
                p.next_look_at for p in reading.postings.due_to_look(channel, now, state) if p.next_look_at
            )
        for part in reading.parts.due(channel, now, PartState.WITHDRAWING):
            if part.next_look_at:
                yield part.next_look_at


def _minutes(age: timedelta) -> int:
    return int(age.total_seconds() // 60)
