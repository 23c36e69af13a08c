"""What the store hands out: frozen values whose fields are the columns of one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from publisher.domain.lifecycle import RevisionState
from publisher.domain.order import OrderKind, OrderScope, OrderState
from publisher.domain.part import PartState
from publisher.domain.people import Act
from publisher.domain.posting import ChannelState, PostingState


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item 政府信息条目. `index_no` is given at the first submit, "" before; `unit` is who wrote it, "" the bureau
    itself; `title` and `doc_no` those of what was written last; `state` the newest revision's, "" before the first."""

    id: str
    body: str
    index_no: str | None
    created_at: datetime
    created_by: str
    unit: str
    title: str
    doc_no: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """The working copy of an item."""

    id: str
    item_id: str
    content: dict[str, Any]
    findings: list[dict[str, Any]]
    version: int
    open: bool
    based_on: str
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """One signature with what was said; `on_paper` when it was given with a pen and entered by others,
    `checks` what was ticked; `on_behalf_of` under whose mandate, "" under none."""

    revision_id: str
    act: Act
    person: str
    digest: str
    at: datetime
    opinion: str
    reference: str
    on_paper: bool
    checks: list[str]
    on_behalf_of: str


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A signature given with a pen. It counts once a second person has confirmed it; `scan` is the file's digest."""

    id: str
    revision_id: str
    act: Act
    signer: str
    signed_on: str
    opinion: str
    reference: str
    scan: str
    scan_name: str
    scan_type: str
    entered_by: str
    entered_at: datetime
    settled_by: str
    settled_at: datetime | None
    counts: bool


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """One fixed content; `id` is its digest. `messages` maps a channel to its frozen message."""

    id: str
    item_id: str
    number: int
    content: dict[str, Any]
    messages: dict[str, str]
    findings: list[dict[str, Any]]
    salt: str
    state: RevisionState
    held: bool
    urgent: bool
    drafter: str
    submitted_at: datetime
    release_at: datetime | None
    released_at: datetime | None
    due_on: str
    due_provisional: bool
    second_look_by: datetime | None
    expires_on: str

    def due_day(self) -> date:
        """The last day of the legal limit."""
        return date.fromisoformat(self.due_on)


@dataclass(frozen=True, slots=True)
class PostingRecord:
    """One sending to one channel; `id` is its key, the same for each attempt.

    `amends` is the part that it corrects in place, empty where it goes out as something new.
    """

    id: str
    body: str
    item_id: str
    revision_id: str
    channel: str
    occasion: int
    state: PostingState
    urgent: bool
    due_at: datetime
    late_at: datetime
    gate_limit_at: datetime
    gate_opened: bool
    waits_for: str
    next_try_at: datetime | None
    attempts: int
    fence: int
    claimed_by: str
    claimed_at: datetime | None
    slots: dict[str, str]
    amends: str
    receipt: dict[str, Any] | None
    job: dict[str, Any] | None
    unknown_since: datetime | None
    looks: int
    next_look_at: datetime | None
    absent_seen_at: datetime | None
    person_needed: str
    denied_by: str
    error: dict[str, str] | None
    out_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a posting as stored."""

    posting_id: str
    scope: str
    name: str
    digest: str
    state: str
    repeatable: bool
    fence: int
    calls: int
    started_at: datetime
    ended_at: datetime | None
    result: dict[str, str]


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One article that went out. `addresses` are what went with it when it was removed, and must stay gone."""

    id: str
    posting_id: str
    position: int
    item_id: str
    revision_id: str
    channel: str
    state: PartState
    remote_id: str
    url: str
    level: str
    out_at: datetime
    looks: int
    unseen: int
    next_look_at: datetime | None
    accepted_digest: str
    differences: list[str]
    addresses: list[str]
    removals: int
    order_id: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One signed order."""

    id: int
    kind: OrderKind
    scope: OrderScope
    item_id: str
    channel: str
    part_id: str
    leak: bool
    state: OrderState
    signed_by: str
    confirmed_by: str
    at: datetime
    reason: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """One configured channel as the database knows it."""

    name: str
    body: str
    kind: str
    state: ChannelState
    reason: str
    since: datetime
    next_probe_at: datetime | None
    catch_up_at: datetime | None
    keeper: str


@dataclass(frozen=True, slots=True)
class QuotaRecord:
    """One window of one call of an account: what is used, what planned postings keep, what the platform said."""

    account: str
    call: str
    period: str
    window_start: datetime
    window_end: datetime
    used: int
    reserved: int
    maximum: int
    sending: bool
    blocked_until: datetime | None


@dataclass(frozen=True, slots=True)
class ReservationRecord:
    """A posting's place in one window. `planned_at` is when it may be sent; `why` says why not before."""

    posting_id: str
    call: str
    period: str
    account: str
    revision_id: str
    window_start: datetime
    window_end: datetime
    planned_at: datetime
    urgent: bool
    used_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """One version of one area of the settings, made in the console. `value` None: as the file says."""

    id: int
    area: str
    value: Any
    made_by: str
    made_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FreezeRecord:
    """Somebody stopped a channel, or all of them (`channel` is "")."""

    id: int
    channel: str
    urgent_too: bool
    reason: str
    frozen_by: str
    since: datetime
    lifted_at: datetime | None
    lifted_by: str


@dataclass(frozen=True, slots=True)
class StrangerRecord:
    """One thing that a platform lists and that no posting brought out; `posting_id` when it carries that one's key."""

    channel: str
    remote_id: str
    url: str
    words: str
    posting_id: str
    posted_at: datetime
    seen_at: datetime
    explained_by: str
    explained_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlarmRecord:
    """One open or closed alarm; one open alarm a cause."""

    id: int
    cause: str
    words: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxRecord:
    """One event that a platform told by itself. `outcome` is empty until it is matched."""

    id: int
    channel: str
    event_key: str
    kind: str
    raw: bytes
    sealed: bool
    received_at: datetime
    matched_at: datetime | None
    outcome: str
    tries: int


T = TypeVar("T")


def record(kind: type[T], row: sa.Row[Any]) -> T:
    """One row as a record, by column names; it may have more columns."""
    return cast(T, _by_name(kind, row))


def records(kind: type[T], result: sa.CursorResult[Any]) -> list[T]:
    """All rows as records, by column names."""
    make: Callable[[sa.Row[Any]], T] = _maker(cast(Any, kind), tuple(result.keys()))
    return [make(row) for row in result]


def one_or_none(kind: type[T], result: sa.CursorResult[Any]) -> T | None:
    """The first row as a record, or None."""
    make: Callable[[sa.Row[Any]], T] = _maker(cast(Any, kind), tuple(result.keys()))
    row = result.first()
    return None if row is None else make(row)


@cache
def _maker(kind: Any, columns: tuple[str, ...]) -> Callable[[sa.Row[Any]], Any]:
    """How a row with these columns becomes a record: in order where the order is the same, else by name."""
    if _names(kind) == columns:
        return lambda row: kind(*row)
    return lambda row: _by_name(kind, row)


def _by_name(kind: Any, row: sa.Row[Any]) -> Any:
    return kind(**{name: row._mapping[name] for name in _names(kind)})


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))
