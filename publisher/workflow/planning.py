"""Planning 排额度: when a posting may be sent, by release windows, days without releases and the quota book.

A posting keeps one call of each sending quota in the window in which it is planned. The place moves with it and is
given back when the posting can send no more. Urgent kinds wait for no window and take a place from what is not urgent.
Used within a transaction; the caller commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from publisher.domain.catalogue import Kind
from publisher.domain.clocks import business_day, local
from publisher.domain.identifiers import ItemId, posting_key
from publisher.domain.quota import WINDOW_WORDS, QuotaWindow, has_room, sending_windows
from publisher.domain.windows import Opening
from publisher.store.records import PostingRecord, QuotaRecord, ReservationRecord, RevisionRecord
from publisher.store.unit_of_work import Reading, UnitOfWork

SYSTEM = "system"
MOST_WINDOWS = 400
"""So many full windows in a row are passed over; then the posting waits for the last one's end and is planned anew."""

Book = Mapping[tuple[str, str, str, datetime], QuotaRecord]


@dataclass(frozen=True, slots=True)
class Wish:
    """What wants to be sent: a posting of a revision, on a channel, not before `due` (aware)."""

    posting_id: str
    revision_id: str
    channel: str
    kind: Kind
    due: datetime


def wish_of(reading: Reading, posting: PostingRecord, revision: RevisionRecord) -> Wish:
    """The wish of a posting that exists."""
    kind = reading.bureau.kinds[revision.content["kind"]]
    return Wish(posting.id, revision.id, posting.channel, kind, posting.due_at)


def scheduled_wishes(reading: Reading, revision: RevisionRecord, at: datetime) -> list[Wish]:
    """The wishes of a revision that will be released at `at`: its postings have no rows yet, but their keys."""
    kind = reading.bureau.kinds[revision.content["kind"]]
    return [
        scheduled_wish(revision.item_id, revision.id, channel, kind, at)
        for channel in revision.content["channels"]
        if channel in reading.bureau.channels
    ]


def scheduled_wish(item_id: str, revision_id: str, channel: str, kind: Kind, at: datetime) -> Wish:
    """The wish of one channel of a revision that will be released at `at`."""
    return Wish(posting_key(ItemId(item_id), revision_id, channel, 1), revision_id, channel, kind, at)


def opening(reading: Reading, wish: Wish, at: datetime) -> Opening:
    """The first instant from `at` on at which the windows of its kind and channel are open."""
    bureau = reading.bureau
    urgent = wish.kind.urgent
    return bureau.release_rules.opening(wish.kind.name, wish.channel, at, bureau.calendar, urgent=urgent)


def waits_words(planned: Opening) -> str:
    """What people read while a posting waits for its window: why, and until when in Beijing time."""
    return f"{planned.why or '未到时间'}，排到 {local(planned.at):%m-%d %H:%M}"


def plan(uow: UnitOfWork, now: datetime, wish: Wish, full: str = "") -> Opening:
    """Give a posting its place: the first instant at which a window is open and each sending quota has room.

    `full` says why it lost the place that it had.
    """
    uow.quotas.free(wish.posting_id)
    when = opening(uow, wish, max(now, wish.due))
    for _ in range(MOST_WINDOWS):
        until, window = _reserve_all(uow, now, wish, Opening(when.at, full or when.why))
        if window is None or until is None:
            break
        full = full or _full_words(uow, now, window, until)
        when = opening(uow, wish, until)
    return Opening(when.at, full or when.why)


def keep_plan(
    uow: UnitOfWork, now: datetime, wish: Wish, places: Sequence[ReservationRecord], book: Book
) -> Opening:
    """What the sweep does for a waiting posting: its place stands, or it gets another one.

    A place is moved when its window is over, when the platform has closed it, when the rules open later, and
    forward when an earlier window has room again. `book` is how the windows stood when the sweep began.
    """
    wanted = opening(uow, wish, max(now, wish.due))
    windows = sending_windows(wish.channel, uow.bureau.channels[wish.channel].quotas, wanted.at)
    if not windows:
        return wanted
    if len(places) == len(windows) and not _must_move(places, windows, book, now):
        last = max(places, key=lambda place: place.planned_at)
        return wanted if last.planned_at <= wanted.at else Opening(last.planned_at, last.why)
    planned = plan(uow, now, wish)
    if places:
        _record_move(uow, now, wish, places[0].planned_at, planned)
    return planned


def open_book(reading: Reading, now: datetime) -> Book:
    """The windows that are not over, by account, call, period and start."""
    rows = reading.quotas.windows(now)
    return {(row.account, row.call, row.period, row.window_start): row for row in rows}


def places_by_posting(reading: Reading) -> dict[str, list[ReservationRecord]]:
    """Every place that is kept and not used, by posting."""
    places: dict[str, list[ReservationRecord]] = {}
    for place in reading.quotas.reservations():
        places.setdefault(place.posting_id, []).append(place)
    return places


def _must_move(
    places: Sequence[ReservationRecord], windows: Sequence[QuotaWindow], book: Book, now: datetime
) -> bool:
    for place in places:
        row = book.get((place.account, place.call, place.period, place.window_start))
        if row and row.blocked_until and row.blocked_until > max(now, place.planned_at):
            return True
    started = {(place.call, place.period): place.window_start for place in places}
    others = [w for w in windows if started.get((w.quota.call, w.quota.period)) != w.start]
    if any(started.get((w.quota.call, w.quota.period), w.start) < w.start for w in others):
        return True
    return bool(others) and all(_room(book, window, now) for window in others)


def _room(book: Book, window: QuotaWindow, now: datetime) -> bool:
    row = book.get((window.account, window.quota.call, window.quota.period, window.start))
    used = row.used + row.reserved if row else 0
    return has_room(used, window.quota.maximum, row.blocked_until if row else None, now)


def _reserve_all(
    uow: UnitOfWork, now: datetime, wish: Wish, planned: Opening
) -> tuple[datetime | None, QuotaWindow | None]:
    """Reserve in every window that `planned` falls into; else nothing, and until when which window is full."""
    windows = sending_windows(wish.channel, uow.bureau.channels[wish.channel].quotas, planned.at)
    for window in windows:
        until = _reserve(uow, wish, window, planned)
        if until is not None and wish.kind.urgent and _make_room(uow, now, window):
            until = _reserve(uow, wish, window, planned)
        if until is not None:
            uow.quotas.free(wish.posting_id)
            return until, window
    return None, None


def _reserve(uow: UnitOfWork, wish: Wish, window: QuotaWindow, planned: Opening) -> datetime | None:
    return uow.quotas.reserve(
        window,
        wish.posting_id,
        revision_id=wish.revision_id,
        at=planned.at,
        urgent=wish.kind.urgent,
        why=planned.why,
    )


def _make_room(uow: UnitOfWork, now: datetime, window: QuotaWindow) -> bool:
    """Move the last planned posting that is not urgent to a later window. False when there is none."""
    loser = uow.quotas.replaceable(window)
    if not loser:
        return False
    place = uow.quotas.reservations([loser])[0]
    revision = uow.items.revision(place.revision_id)
    posting = uow.postings.get(loser)
    uow.quotas.free(loser)
    if revision is None:
        return True
    kind = uow.bureau.kinds[revision.content["kind"]]
    due = posting.due_at if posting else revision.release_at or place.planned_at
    wish = Wish(loser, revision.id, place.account, kind, max(due, window.end))
    planned = plan(uow, now, wish, _full_words(uow, now, window, window.end))
    if posting is not None:
        _record_move(uow, now, wish, place.planned_at, planned)
    return True


def _full_words(uow: UnitOfWork, now: datetime, window: QuotaWindow, until: datetime) -> str:
    label = uow.bureau.label(window.account)
    row = uow.quotas.window(window)
    if row and row.blocked_until == until:
        return f"{label}说额度已用完"
    today = business_day(window.start) <= business_day(now)
    when = WINDOW_WORDS[window.quota.period] if today else f"{local(window.start):%m-%d}"
    return f"{label}{when}的额度已排满"


def _record_move(uow: UnitOfWork, now: datetime, wish: Wish, before: datetime, planned: Opening) -> None:
    """The place lies in another window now: on record, with the reason as a note."""
    if planned.at == before:
        return
    uow.record(
        now,
        "system:posting:moved",
        SYSTEM,
        f"posting:{wish.posting_id}",
        digests={"revision": wish.revision_id},
        facts={
            "channel": wish.channel,
            "from": before.isoformat(timespec="seconds"),
            "to": planned.at.isoformat(timespec="seconds"),
        },
        notes={"why": planned.why},
    )
