"""Channels as people read them: how each is, since when and why, what waits, what was done to it. Reads only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from publisher.audit.entries import Outcome, StoredEntry, parse_entry
from publisher.domain.catalogue import KINDS, ChannelPlan
from publisher.domain.correction import RULE_LABELS
from publisher.domain.errors import Reason, refuse
from publisher.domain.events import entry_label
from publisher.domain.posting import ChannelState, PostingState
from publisher.domain.windows import Blackout, ReleaseWindow
from publisher.store.records import ChannelRecord, FreezeRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.people_words import people_words
from publisher.workflow.probe import PROBED
from publisher.workflow.quota_report import QuotaLine, quota_book

HISTORY = 30
"""So many of the newest entries stand on a channel's page; all of them are in the log."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The last time a person tried the connection: when, who, whether all was well, and what was said."""

    at: datetime
    who: str
    ok: bool
    words: tuple[str, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One configured channel at one moment. `state` is None before the service has registered it."""

    name: str
    plan: ChannelPlan
    state: ChannelState | None
    reason: str
    since: datetime | None
    next_probe_at: datetime | None
    waiting: int
    quotas: tuple[QuotaLine, ...]
    tried: Tried | None

    @property
    def by_platform(self) -> bool:
        """Whether the platform refused and the service asks again by itself."""
        return self.state is ChannelState.PAUSED and self.next_probe_at is not None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry about a channel. `words` are what was noted with it."""

    seq: int
    at: datetime
    who: str
    what: str
    words: tuple[str, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class Hours:
    """When something may go to a channel: one window, with the kinds that it is for (none: all)."""

    kinds: tuple[str, ...]
    window: ReleaseWindow


@dataclass(frozen=True, slots=True)
class Shut:
    """Days on which nothing of these kinds goes out there."""

    kinds: tuple[str, ...]
    blackout: Blackout


@dataclass(frozen=True, slots=True)
class ChannelSheet:
    """All that is known of one channel without asking its platform."""

    row: ChannelRow
    freeze: FreezeRecord | None
    everything: FreezeRecord | None
    correction: str
    hours: tuple[Hours, ...]
    shut: tuple[Shut, ...]
    changes: tuple[Change, ...]


def channel_rows(reading: Reading, now: datetime) -> list[ChannelRow]:
    """Every configured channel, in configured order. A fixed number of questions beside the quota book's."""
    return _rows(reading, now, quota_book(reading, now))


def channel_sheet(reading: Reading, now: datetime, name: str) -> ChannelSheet:
    """One channel. Refused as not found for a name that the settings do not have."""
    if name not in reading.bureau.channels:
        raise refuse(Reason.NOT_FOUND, "没有这个渠道", field="channel", english="no such channel")
    row = next(one for one in _rows(reading, now, quota_book(reading, now, name)) if one.name == name)
    rules = reading.bureau.release_rules
    return ChannelSheet(
        row,
        reading.accounts.freeze(name),
        reading.accounts.freeze(),
        RULE_LABELS[row.plan.correction],
        tuple(
            Hours(_kinds(w.scope.kinds), w)
            for w in rules.windows
            if not w.scope.channels or name in w.scope.channels
        ),
        tuple(
            Shut(_kinds(b.scope.kinds), b)
            for b in rules.blackouts
            if not b.scope.channels or name in b.scope.channels
        ),
        _changes(reading, name),
    )


def _rows(reading: Reading, now: datetime, book: list[QuotaLine]) -> list[ChannelRow]:
    known = {record.name: record for record in reading.accounts.channels()}
    waiting = Counter(p.channel for p in reading.postings.in_state(PostingState.WAITING, PostingState.QUEUED))
    tried = _tried(reading)
    rows = []
    for name, plan in reading.bureau.channels.items():
        record: ChannelRecord | None = known.get(name)
        rows.append(
            ChannelRow(
                name,
                plan,
                record.state if record else None,
                record.reason if record else "",
                record.since if record else None,
                record.next_probe_at if record else None,
                waiting[name],
                tuple(one for one in book if one.channel == name),
                tried.get(name),
            )
        )
    return rows


def _tried(reading: Reading) -> dict[str, Tried]:
    stored = reading.log.newest_of([f"channel:{name}" for name in reading.bureau.channels], PROBED)
    notes = reading.log.notes_of([one.seq for one in stored])
    named = people_words(reading)
    found = {}
    for one in stored:
        entry = parse_entry(one.canonical)
        words = _lines(notes.get(one.seq, {}))
        found[entry.subject.partition(":")[2]] = Tried(
            datetime.fromisoformat(entry.at),
            named(entry.actor),
            entry.outcome == Outcome.DONE,
            words,
            one.seq,
        )
    return found


def _changes(reading: Reading, name: str) -> tuple[Change, ...]:
    stored = reading.log.newest_about(f"channel:{name}", HISTORY)
    notes = reading.log.notes_of([one.seq for one in stored])
    named = people_words(reading)
    return tuple(
        _change(one, notes.get(one.seq, {}), named(parse_entry(one.canonical).actor)) for one in stored
    )


def _change(stored: StoredEntry, notes: dict[str, str | None], who: str) -> Change:
    entry = parse_entry(stored.canonical)
    return Change(
        entry.seq,
        datetime.fromisoformat(entry.at),
        who,
        entry_label(entry.kind),
        _lines(notes),
        entry.outcome != Outcome.DONE,
    )


def _lines(notes: dict[str, str | None]) -> tuple[str, ...]:
    texts = ["（已抹除）" if text is None else text for text in notes.values()]
    return tuple(line for text in texts for line in text.splitlines() if line.strip())


def _kinds(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(kind.label for name, kind in KINDS.items() if name in names)
