"""Alerts: open alarms as messages to people, one a cause, grouped, said again while open, closed at the end.

What is to be sent is a row first. A row is claimed (commit), sent with nothing open, settled (commit): a crash
between sending and settling may send a message twice; it never loses one. Each target has rows of its own, so
one that fails does not send again to those that took the message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from publisher.domain.alerting import (
    LEVEL_LABELS,
    OVERDUE_AFTER,
    CauseFamily,
    Level,
    NotDelivered,
    Post,
    Ripening,
    Subject,
    Target,
    family_of,
    next_send,
    ripe,
    shortened,
)
from publisher.domain.clocks import business_day, shown_minute
from publisher.screening.findings import hard
from publisher.screening.screen import screen_text
from publisher.store.notices import AGAIN, CLOSED, OPENED, NoticeRecord
from publisher.store.records import AlarmRecord
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.report import oldest_overdue

MORE = "另有 {n} 条，请运行 publisher alert list"
GONE = "没有发送：已经自行恢复"


def plan_alerts(store: Store, now: datetime, targets: Sequence[Target]) -> int:
    """Make the messages that open and ended alarms call for now; how many. Takes no lock when there are none."""
    with store.read() as reading:
        wanted = [*_open(reading, now, targets), *_ended(reading, now)]
    if not wanted:
        return 0
    with store.write() as uow:
        made = sum(uow.notices.add(**values) for values in wanted)
        uow.commit()
    return made


def _open(reading: Reading, now: datetime, targets: Sequence[Target]) -> Iterator[dict[str, Any]]:
    held = {person.name: person.roles for person in reading.people.all() if person.active}
    for alarm in reading.accounts.open_alarms():
        family, level = family_of(alarm.cause), level_of(reading, alarm)
        told = reading.notices.of_thing(f"alarm:{alarm.id}")
        for target in targets:
            if alarm.cause != f"alert:{target.name}" and target.concerned(level, family.to, held):
                mine = [n for n in told if n.target == target.name]
                event = _event(mine, family, now)
                if event:
                    yield _notice(alarm, event, len(mine), target.name, level, now)


def _event(told: Sequence[NoticeRecord], family: CauseFamily, now: datetime) -> str:
    if not told:
        return OPENED
    sent = told[-1].sent_at
    return AGAIN if sent is not None and now >= sent + timedelta(hours=family.repeat_h) else ""


def _ended(reading: Reading, now: datetime) -> Iterator[dict[str, Any]]:
    for alarm, target in reading.notices.to_close():
        yield _notice(alarm, CLOSED, 0, target, level_of(reading, alarm), now)


def _notice(
    alarm: AlarmRecord, event: str, number: int, target: str, level: Level, now: datetime
) -> dict[str, Any]:
    return {
        "thing": f"alarm:{alarm.id}",
        "event": event,
        "number": number,
        "target": target,
        "alarm_id": alarm.id,
        "level": level,
        "words": _sayable(alarm, now),
        "made_at": now,
        "next_try_at": now,
    }


def level_of(reading: Reading, alarm: AlarmRecord) -> Level:
    """How loud an alarm is: its family's level, or urgent where its posting or revision is of the urgent path."""
    family = family_of(alarm.cause)
    subject = alarm.cause.partition(":")[2]
    found: Any = None
    if family.subject is Subject.POSTING:
        found = reading.postings.get(subject)
    elif family.subject is Subject.REVISION:
        found = reading.items.revision(subject)
    return Level.URGENT if found is not None and found.urgent else family.level


def _sayable(alarm: AlarmRecord, now: datetime) -> str:
    """The alarm's words; only its label where they quote what may stand in no message."""
    words = " ".join(alarm.words.split())
    return family_of(alarm.cause).label if hard(screen_text(words, today=business_day(now))) else words


def send_notices(store: Store, now: Callable[[], datetime], target: Target, post: Post) -> int:
    """Offer a target everything that waits for it, as one message; how many rows it held. 0 when nothing goes now."""
    began = now()
    with store.read() as reading:
        waiting = reading.notices.due(target.name, began)
        over = {n.id for n in waiting if _over(reading, n)}
        name = reading.bureau.name
    if over:
        with store.write() as uow:
            uow.notices.settle(over, next_try_at=None, error=GONE)
            uow.commit()
    waiting = [n for n in waiting if n.id not in over]
    going = [waiting[at] for at in ripe([Ripening(n.level, n.made_at) for n in waiting], began, post.quiet)]
    if not going:
        return 0
    with store.write() as uow:
        until = next_send(max(n.attempts for n in going) + 1, began)
        going = uow.notices.claim(going, until)
        uow.commit()
    if not going:
        return 0
    try:
        post.send(target.name, *message(name, going))
    except NotDelivered as why:
        _failed(store, now(), target, going, why)
    else:
        _sent(store, now(), target, going)
    return len(going)


def _over(reading: Reading, notice: NoticeRecord) -> bool:
    if notice.alarm_id is None or notice.event == CLOSED:
        return False
    alarm = reading.notices.alarm(notice.alarm_id)
    return alarm is None or alarm.closed_at is not None


WORDS: Mapping[str, str] = {OPENED: "", AGAIN: "仍未解决：", CLOSED: "已恢复："}


def message(bureau: str, notices: Sequence[NoticeRecord]) -> tuple[str, str]:
    """Title and text of one message over these rows, urgent ones first."""
    ordered = sorted(notices, key=lambda n: (n.level is not Level.URGENT, n.id))
    urgent = sum(n.level is Level.URGENT and n.event != CLOSED for n in notices)
    count = f"{len(notices)} 条" + (f"，其中紧急 {urgent} 条" if urgent else "")
    lines = [
        f"［{LEVEL_LABELS[n.level]}］{WORDS.get(n.event, '')}{n.words}（{shown_minute(n.made_at)[5:]}）"
        for n in ordered
    ]
    return f"公开发布 · {bureau}：{count}", shortened(lines, more=MORE)


def _sent(store: Store, now: datetime, target: Target, notices: Sequence[NoticeRecord]) -> None:
    with store.write() as uow:
        uow.notices.settle([n.id for n in notices], sent_at=now, next_try_at=None, error="")
        uow.accounts.close_alarm(f"alert:{target.name}", now)
        _record_nudges(uow, now, notices)
        uow.commit()


def _record_nudges(uow: UnitOfWork, now: datetime, notices: Sequence[NoticeRecord]) -> None:
    for one in notices:
        if one.alarm_id is None:
            uow.record(
                now,
                "system:nudge:sent",
                "system",
                one.thing.partition(":")[2],
                facts={"act": one.thing.partition(":")[0], "person": one.person, "event": one.event},
            )


def _failed(
    store: Store, now: datetime, target: Target, notices: Sequence[NoticeRecord], why: NotDelivered
) -> None:
    with store.write() as uow:
        again = next_send(max(n.attempts for n in notices) + 1, now)
        uow.notices.settle([n.id for n in notices], next_try_at=again, error=why.words)
        uow.accounts.raise_alarm(f"alert:{target.name}", f"告警目标“{target.name}”送不到：{why.words}", now)
        uow.commit()


def watch_overdue(store: Store, now: datetime) -> bool:
    """One alarm while something that should be out is not, and nothing explains it; whether it is so."""
    with store.read() as reading:
        oldest = oldest_overdue(reading, now)
        known = any(alarm.cause == "overdue:postings" for alarm in reading.accounts.open_alarms())
    late = oldest is not None and now - oldest > OVERDUE_AFTER
    if late != known:
        with store.write() as uow:
            if late and oldest is not None:
                words = f"有推送应发未发，最早的应在 {shown_minute(oldest)} 发出，请看服务是否在运行"
                uow.accounts.raise_alarm("overdue:postings", words, now)
            else:
                uow.accounts.close_alarm("overdue:postings", now)
            uow.commit()
    return late


__all__ = ["level_of", "message", "plan_alerts", "send_notices", "watch_overdue"]
