"""The workbench 工作台: what needs a person, what waits for me, and how each channel is. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum

from publisher.domain.clocks import BEIJING, business_day
from publisher.domain.nudging import NUDGES, Waiting
from publisher.domain.part import PartState
from publisher.domain.people import Person, View, may_view
from publisher.domain.posting import CHANNEL_LABELS, ChannelState
from publisher.store.records import ItemRecord, PartRecord, PostingRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.health import Health, health
from publisher.workflow.nudges import ASKED_ONLY, POSTINGS, waiting_things
from publisher.workflow.quota_report import QuotaLine, quota_book
from publisher.workflow.sight import sees

SHOWN = 30
"""So many rows of a kind stand on the front page; how many there are is said."""

TROUBLED = frozenset({PartState.DIFFERS, PartState.MISSING, PartState.WITHDRAW_BY_HAND})


@dataclass(frozen=True, slots=True)
class Trouble:
    """A posting or a part that goes on only when a person does something: what is known, and what is to be done."""

    path: str
    title: str
    channel: str
    label: str
    state: StrEnum
    say: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for one of several people, this one among them. `about` is its number and channel;
    `path` the page on which it is done."""

    what: str
    title: str
    about: str
    path: str
    since: datetime
    loud: bool


@dataclass(frozen=True, slots=True)
class Outlet:
    """How one channel is: its state in words, why, what waits there, and its sending quotas."""

    name: str
    label: str
    practice: bool
    state: ChannelState | None
    words: str
    reason: str
    queued: int
    out_today: int
    quotas: tuple[QuotaLine, ...]


@dataclass(frozen=True, slots=True)
class Workbench:
    """One person's front page at one moment."""

    at: datetime
    troubles: tuple[Trouble, ...]
    troubled: int
    mine: tuple[Task, ...]
    awaited: int
    outlets: tuple[Outlet, ...]
    health: Health


def workbench(reading: Reading, now: datetime, person: Person) -> Workbench:
    """What stands on the front page of this person. Urgent things first, then what has waited longest.

    The number of questions to the database does not grow with what there is.
    """
    waiting = [one for one in waiting_things(reading, now) if person.name in one.people]
    waiting.sort(key=lambda one: (not one.loud, one.since))
    shown = waiting[:SHOWN]
    items = reading.many.titles([one.thing for one in shown])
    troubles = _troubles(reading, person)
    return Workbench(
        now,
        tuple(troubles[:SHOWN]),
        len(troubles),
        tuple(_task(one, items) for one in shown),
        len(waiting),
        tuple(_outlets(reading, now)),
        health(reading, now),
    )


def _task(waiting: Waiting, items: Mapping[str, ItemRecord]) -> Task:
    item = items.get(waiting.thing)
    kind, _, key = waiting.thing.partition(":")
    paths = {"item": "/items/", "revision": "/review/", "posting": "/postings/", "part": "/parts/"}
    path = f"/calendar?revision={key}" if waiting.act == "schedule" else f"{paths[kind]}{key}"
    title = item.title if item else ""
    return Task(NUDGES[waiting.act].what, title, waiting.about, path, waiting.since, waiting.loud)


def _troubles(reading: Reading, person: Person) -> list[Trouble]:
    postings = [
        one
        for one in reading.postings.in_state(*POSTINGS)
        if one.person_needed or one.state not in ASKED_ONLY
    ]
    parts = reading.parts.in_state(*TROUBLED) if may_view(View.POSTINGS, person) else []
    subjects = [*(f"posting:{p.id}" for p in postings), *(f"part:{p.id}" for p in parts)]
    items = reading.many.titles(subjects)
    found = [_of_posting(reading, one, items) for one in postings] + [
        _of_part(reading, one, items) for one in parts
    ]
    mine = [(t, item) for t, item in found if item is None or sees(person, item)]
    shows = may_view(View.POSTINGS, person)
    told = [t if shows else replace(t, title="", say="", path="") for t, _ in mine]
    return sorted(told, key=lambda one: not one.urgent)


def _of_posting(
    reading: Reading, posting: PostingRecord, items: Mapping[str, ItemRecord]
) -> tuple[Trouble, ItemRecord | None]:
    item = items.get(f"posting:{posting.id}")
    error = (posting.error or {}).get("words", "")
    say = posting.person_needed or error or posting.waits_for
    label = reading.bureau.label(posting.channel)
    path, title = f"/postings/{posting.id}", item.title if item else ""
    return Trouble(path, title, posting.channel, label, posting.state, say, posting.urgent), item


def _of_part(
    reading: Reading, part: PartRecord, items: Mapping[str, ItemRecord]
) -> tuple[Trouble, ItemRecord | None]:
    item = items.get(f"part:{part.id}")
    label = reading.bureau.label(part.channel)
    say, title = "；".join(part.differences), item.title if item else ""
    return Trouble(f"/parts/{part.id}", title, part.channel, label, part.state, say, urgent=False), item


def _outlets(reading: Reading, now: datetime) -> list[Outlet]:
    known = {record.name: record for record in reading.accounts.channels()}
    queued = reading.many.queued(list(reading.bureau.channels))
    book = quota_book(reading, now)
    midnight = datetime.combine(business_day(now), time(), BEIJING)
    out = reading.many.out_since(list(reading.bureau.channels), midnight)
    outlets = []
    for name, plan in reading.bureau.channels.items():
        record = known.get(name)
        outlets.append(
            Outlet(
                name,
                plan.label,
                plan.practice,
                record.state if record else None,
                CHANNEL_LABELS[record.state] if record else "未登记",
                record.reason if record else "",
                queued.get(name, 0),
                out.get(name, 0),
                tuple(
                    line
                    for line in book
                    if line.channel == name and line.sending and line.window_start <= now < line.window_end
                ),
            )
        )
    return outlets
