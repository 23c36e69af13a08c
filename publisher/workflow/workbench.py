"""The workbench 工作台: what needs a person, what waits for me, and how each channel is. Reads only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time

from publisher.domain.clocks import BEIJING, business_day
from publisher.domain.nudging import NUDGES
from publisher.domain.people import Person
from publisher.domain.posting import CHANNEL_LABELS, POSTING_LABELS, ChannelState, PostingState
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.health import Health, health
from publisher.workflow.nudges import ASKED_ONLY, POSTINGS, waiting_things
from publisher.workflow.quota_report import QuotaLine, quota_book


@dataclass(frozen=True, slots=True)
class Trouble:
    """A posting that goes on only when a person does something: what is known, and what is to be done."""

    posting_id: str
    item_id: str
    title: str
    channel: str
    label: str
    state: PostingState
    words: str
    say: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for one of several people, this one among them. `about` is its number and channel."""

    what: str
    title: str
    about: str
    thing: str
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
    mine: tuple[Task, ...]
    outlets: tuple[Outlet, ...]
    health: Health


def workbench(reading: Reading, now: datetime, person: Person) -> Workbench:
    """What stands on the front page of this person. Urgent things first, then what has waited longest."""
    mine = [
        Task(NUDGES[one.act].what, _title(reading, one.thing), one.about, one.thing, one.since, one.loud)
        for one in waiting_things(reading, now)
        if person.name in one.people
    ]
    return Workbench(
        now,
        tuple(sorted(_troubles(reading, now), key=lambda one: not one.urgent)),
        tuple(sorted(mine, key=lambda one: (not one.loud, one.since))),
        tuple(_outlets(reading, now)),
        health(reading, now),
    )


def _title(reading: Reading, thing: str) -> str:
    """The title of the item that a log subject is about."""
    kind, _, key = thing.partition(":")
    if kind == "item":
        revision = reading.items.latest_revision(key)
    else:
        row = (
            reading.postings.get(key)
            if kind == "posting"
            else reading.parts.get(key)
            if kind == "part"
            else None
        )
        revision = reading.items.revision(row.revision_id if row else key)
    return str(revision.content["title"]) if revision else ""


def _troubles(reading: Reading, now: datetime) -> list[Trouble]:
    asked = [
        one
        for one in reading.postings.in_state(*POSTINGS)
        if one.person_needed or one.state not in ASKED_ONLY
    ]
    found = []
    for posting in asked:
        revision = reading.items.revision(posting.revision_id)
        found.append(
            Trouble(
                posting.id,
                posting.item_id,
                str(revision.content["title"]) if revision else "",
                posting.channel,
                reading.bureau.label(posting.channel),
                posting.state,
                POSTING_LABELS[posting.state],
                _say(posting),
                posting.urgent,
            )
        )
    return found


def _say(posting: PostingRecord) -> str:
    error = (posting.error or {}).get("words", "")
    return posting.person_needed or error or posting.waits_for


def _outlets(reading: Reading, now: datetime) -> list[Outlet]:
    waiting = reading.postings.in_state(PostingState.WAITING, PostingState.QUEUED)
    queued = Counter(posting.channel for posting in waiting)
    book = quota_book(reading, now)
    midnight = datetime.combine(business_day(now), time(), BEIJING)
    outlets = []
    for name, plan in reading.bureau.channels.items():
        record = reading.accounts.channel(name)
        outlets.append(
            Outlet(
                name,
                plan.label,
                plan.practice,
                record.state if record else None,
                CHANNEL_LABELS[record.state] if record else "未登记",
                record.reason if record else "",
                queued[name],
                len(reading.parts.out_since(name, midnight)),
                tuple(
                    line
                    for line in book
                    if line.channel == name and line.sending and line.window_start <= now < line.window_end
                ),
            )
        )
    return outlets
