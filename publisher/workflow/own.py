"""我的账号: what a person sees of their own account."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Person
from publisher.domain.sessions import end_of
from publisher.store.sessions import SessionRecord
from publisher.store.unit_of_work import Reading

BROWSERS = (  # a mark in what browsers say of themselves → name; the first that fits
    ("Edg/", "Edge"),
    ("MicroMessenger", "微信"),
    ("360", "360"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One open session. `device` is what the browser says of itself, in short; "" when it says nothing known."""

    id: str
    began_at: datetime
    seen_at: datetime
    address: str
    device: str


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One's own account. `change_by` is when the password must be changed, None when never; `recovery` how many
    recovery codes are left."""

    person: Person
    substitute: str
    password_at: datetime | None
    one_time: bool
    change_by: datetime | None
    second_at: datetime | None
    recovery: int
    bound: bool
    sessions: tuple[OpenSession, ...]


def own_account(reading: Reading, now: datetime, person: Person, days: int) -> OwnAccount:
    """Everything on the page about oneself; `days` is how long a password serves, 0 for ever."""
    account = reading.people.account(person.name)
    if account is None:
        raise refuse(Reason.NOT_FOUND, f"没有账号“{person.name}”", field="name", english="no such account")
    substitute = reading.people.get(person.substitute) if person.substitute else None
    made = account.password_at or (account.created_at if account.password_hash else None)
    return OwnAccount(
        replace(person, unit=reading.bureau.units.get(person.unit, person.unit)),
        f"{substitute.display}（{substitute.name}）" if substitute else "",
        made,
        account.one_time,
        made + timedelta(days=days) if made and days else None,
        account.second_at,
        len(account.recovery),
        bool(account.subject),
        open_sessions(reading, now, person.name),
    )


def open_sessions(reading: Reading, now: datetime, name: str) -> tuple[OpenSession, ...]:
    """The sessions of an account in which somebody is signed in now, the last used first."""
    return tuple(
        OpenSession(s.id, s.began_at, s.seen_at, s.address, device_of(s))
        for s in reading.sessions.open_of(name)
        if not s.stage and end_of(s.began_at, s.seen_at) > now
    )


def device_of(session: SessionRecord) -> str:
    """`Chrome · Windows`; "" for a program that does not say what it is."""
    agent = re.sub(r"\(KHTML, like Gecko\)", "", session.agent)
    names = [next((name for mark, name in row if mark in agent), "") for row in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in names if name)
