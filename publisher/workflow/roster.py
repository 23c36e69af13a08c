"""The roster 人员名单: every account as the people page shows it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Person, Role
from publisher.store.people import AccountRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.officers import security_administrators
from publisher.workflow.own import OpenSession, open_sessions

STALE = timedelta(days=90)
"""An account that nobody used for so long is pointed out (R9.06)."""

IN_USE, CLOSED, WAITS, LOCKED, ONE_TIME, STALE_ONE = "在用", "停用", "待确认", "锁住", "待改口令", "久未登录"


@dataclass(frozen=True, slots=True)
class Line:
    """One account. `state` is a Chinese word; `substitute` and `unit` are as people read them."""

    person: Person
    state: str
    unit: str
    substitute: str
    seen_at: datetime | None
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that waits for the security administrator: who asked, when, what it would be."""

    what: str
    by: str
    at: datetime
    roles: tuple[Role, ...]
    unit: str
    display: str
    successor: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One account in full. `proofs` says how it can be entered."""

    line: Line
    account: AccountRecord
    asked: Asked | None
    sessions: tuple[OpenSession, ...]
    officers: tuple[Person, ...]

    @property
    def person(self) -> Person:
        """Whose account it is."""
        return self.line.person


def roster(reading: Reading, now: datetime) -> list[Line]:
    """Everybody: who is waited for first, then who is in use, then who has left. A fixed number of questions."""
    accounts = reading.people.accounts()
    seen = reading.sessions.last_seen()
    shown = {a.person.name: a.person.display for a in accounts}
    lines = [_line(reading, account, seen.get(account.person.name), shown, now) for account in accounts]
    order = {WAITS: 0, LOCKED: 1, CLOSED: 3}
    return sorted(lines, key=lambda line: (order.get(line.state, 2), line.person.name))


def entry_of(reading: Reading, now: datetime, name: str) -> Entry:
    """One account. Raises `Refused` (not found) when there is none."""
    account = reading.people.account(name)
    if account is None:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{name}”", field="name", english="no such account")
    shown = {p.name: p.display for p in reading.people.all()}
    seen = reading.sessions.last_seen().get(name)
    line = _line(reading, account, seen, shown, now)
    return Entry(
        line,
        account,
        _asked(reading, account.asked, shown),
        open_sessions(reading, now, name),
        tuple(security_administrators(reading, besides=name)),
    )


def _asked(reading: Reading, asked: dict[str, Any] | None, shown: dict[str, str]) -> Asked | None:
    if not asked:
        return None
    unit = str(asked.get("unit", ""))
    return Asked(
        asked["what"],
        shown.get(asked["by"], asked["by"]),
        datetime.fromisoformat(asked["at"]),
        tuple(Role(word) for word in asked.get("roles", ())),
        reading.bureau.units.get(unit, unit),
        str(asked.get("display", "")),
        shown.get(asked.get("successor", ""), ""),
        str(asked.get("reason", "")),
    )


def _line(
    reading: Reading, account: AccountRecord, seen: datetime | None, shown: dict[str, str], now: datetime
) -> Line:
    person = account.person
    return Line(
        person,
        _state(account, seen, now),
        reading.bureau.units.get(person.unit, person.unit),
        shown.get(person.substitute, person.substitute),
        seen,
        account.second_at is not None,
    )


def _state(account: AccountRecord, seen: datetime | None, now: datetime) -> str:
    if account.asked:
        return WAITS
    if not account.person.active:
        return CLOSED
    if account.locked_until and account.locked_until > now:
        return LOCKED
    if account.one_time:
        return ONE_TIME
    if account.password_hash and now - (seen or account.created_at) >= STALE:
        return STALE_ONE
    return IN_USE
