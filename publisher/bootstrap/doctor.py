"""`doctor`: is everything well? Red on what is overdue and unproven, not on whether a process is alive."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from publisher.bootstrap.calendar import FILE_NAME
from publisher.bootstrap.office import ANCHOR, KEY, Office
from publisher.bootstrap.warnings import space_of
from publisher.domain.clocks import business_day, shown_minute
from publisher.domain.posting import CHANNEL_LABELS, ChannelState
from publisher.domain.timing import CONSENT_WARN_DAYS
from publisher.workflow.consent import consent_of
from publisher.workflow.health import health
from publisher.workflow.report import waiting_for_people
from publisher.workflow.seal import verify_log

CALENDAR_NOTICE_DAYS = 60
"""The notice of next year's holidays comes in November: so long before the calendar ends somebody is reminded."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `level` is ok, warn or bad."""

    name: str
    level: str
    words: str

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.level == "ok"


def diagnose(office: Office) -> list[Check]:
    """Every check, in the order in which a person would mend things. Changes nothing."""
    return [
        *_files(office),
        *_settings(office),
        *_work(office),
        _calendar(office),
        *_channels(office),
        *_consents(office),
        *_log(office),
    ]


def _files(office: Office) -> Iterator[Check]:
    kept = office.store.target
    for path in (kept, office.home / KEY) if isinstance(kept, Path) else (office.home / KEY,):
        open_to_others = path.stat().st_mode & 0o077
        words = f"{path.name} 其他用户可读写，请改为 600" if open_to_others else f"{path.name} 权限正确"
        yield Check("文件权限", "bad" if open_to_others else "ok", words)
    if isinstance(kept, Path):
        writable = os.access(kept, os.W_OK)
        yield Check("数据库", "ok" if writable else "bad", "可以写入" if writable else "数据库只读")


def _settings(office: Office) -> Iterator[Check]:
    """Room on the disk, and whether what was changed in the console is in force."""
    space = space_of(office.home)
    yield Check("磁盘", "bad" if space.full else "warn" if space.low else "ok", space.words())
    if office.unapplied is not None:
        words = "；".join(problem.sentence() for problem in office.unapplied.problems)
        yield Check("设置", "bad", f"最近一次改动没有生效：{words}")


def _work(office: Office) -> Iterator[Check]:
    with office.store.read() as reading:
        alive = [worker for worker in reading.workers.all() if worker.lives]
        told = health(reading, office.now())
        tasks = waiting_for_people(reading)
        alarms = reading.accounts.open_alarms()
    running = "正在运行" if len(alive) == 1 else f"{len(alive)} 个正在运行"
    yield Check("服务", "ok" if alive else "warn", running if alive else "没有在运行")
    yield Check("应发未发", "ok" if told.ready else "bad", "；".join(told.reasons) or "没有应发未发")
    yield Check("待人工", "warn" if tasks else "ok", "；".join(tasks) or "没有")
    yield Check("告警", "warn" if alarms else "ok", "；".join(a.words for a in alarms) or "没有")
    yield from _messages(office, told.stuck_messages)


def _messages(office: Office, stuck: tuple[str, ...]) -> Iterator[Check]:
    """Whether alarms reach somebody: addresses that cannot be used, messages that nobody takes."""
    names = [target.name for target in office.post.targets]
    faults = [f"{name}：{words}" for name in names if (words := office.messenger.fault(name))]
    told = "；".join([*faults, *stuck]) or ("送得到" if names else "没有设置告警目标，只有这里看得到告警")
    yield Check("告警送达", "bad" if faults else "warn" if stuck or not names else "ok", told)


def _calendar(office: Office) -> Check:
    """Whether limits can be counted: past its last year the calendar knows weekdays only."""
    calendar = office.store.bureau.calendar
    left, last = calendar.days_left(business_day(office.now())), calendar.last_year
    if left > CALENDAR_NOTICE_DAYS:
        return Check("工作日历", "ok", f"到 {last} 年底")
    mend = f"期限标“暂定”，请升级或在 {FILE_NAME} 写上 {last + 1} 年的放假安排"
    ends = f"{last} 年底就到头（还有 {left} 天），之后" if left >= 0 else f"{last} 年底已经到头，"
    return Check("工作日历", "warn", ends + mend)


def _channels(office: Office) -> Iterator[Check]:
    with office.store.read() as reading:
        known = reading.accounts.channels()
    for channel in known:
        plan = office.store.bureau.channels.get(channel.name)
        if plan is None:
            continue
        well = channel.state is ChannelState.OPEN
        words = CHANNEL_LABELS[channel.state] + (f"：{channel.reason}" if channel.reason else "")
        yield Check(
            f"渠道 {plan.label}", "ok" if well else "bad", words + ("（练习）" if plan.practice else "")
        )


def _consents(office: Office) -> Iterator[Check]:
    """Accounts that a person has opened: red when it has ended, yellow in the days of the warnings."""
    for name in office.outlets.channels:
        known = consent_of(office.outlets, name)
        if known is None or known.expires_at is None:
            continue
        left = known.expires_at - office.now()
        level = "bad" if left <= timedelta(0) else "warn" if left.days < max(CONSENT_WARN_DAYS) else "ok"
        words = f"{shown_minute(known.expires_at)} 到期" if level != "bad" else "已到期，请重新授权"
        yield Check(f"授权 {office.store.bureau.label(name)}", level, words)


def anchored_elsewhere(office: Office) -> bool:
    """Whether checkpoints are kept anywhere but beside the database that they vouch for."""
    anchor = office.seal.anchor
    return anchor is not None and anchor.resolve() != (office.home / ANCHOR).resolve()


def _log(office: Office) -> Iterator[Check]:
    with office.store.read() as reading:
        verdict = verify_log(reading, public_key=office.public_key, anchor=office.seal.anchor)
    words = (
        f"{verdict.entries} 条，核验通过"
        if verdict.ok
        else str(verdict.first_bad.words if verdict.first_bad else "")
    )
    yield Check("存证日志", "ok" if verdict.ok else "bad", words)
    beside = not anchored_elsewhere(office)
    anchored = "检查点只存在本机，请在设置里指向另一台机器的磁盘" if beside else "检查点另存于设置的位置"
    practice = all(plan.practice for plan in office.store.bureau.channels.values())
    yield Check("检查点外存", ("warn" if practice else "bad") if beside else "ok", anchored)
