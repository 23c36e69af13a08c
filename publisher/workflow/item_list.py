"""The list of items, a page at a time, and what a search finds. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from publisher.domain.lifecycle import RevisionState
from publisher.domain.people import Person
from publisher.store.items import ItemSearch
from publisher.store.unit_of_work import Reading
from publisher.workflow.where import ItemWhere, places

PAGE = 50
DRAFTS = "draft"
"""The word for items with an open draft, beside the states of revisions."""


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of the list. `after` leads to the next one, "" where there is none."""

    places: tuple[ItemWhere, ...]
    after: str


def item_page(
    reading: Reading, now: datetime, person: Person, *, text: str = "", state: str = "", after: str = ""
) -> ItemPage:
    """What this person sees, newest first. An unknown state or a place that leads nowhere means the beginning."""
    wanted = ItemSearch(
        person.unit,
        text.strip(),
        RevisionState(state) if state in set(RevisionState) else None,
        drafts=state == DRAFTS,
    )
    found = reading.items.page(wanted, before=_place(after), count=PAGE + 1)
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    return ItemPage(
        tuple(places(reading, shown, now)),
        f"{last.created_at.timestamp():.6f}-{last.id}" if last else "",
    )


def _place(after: str) -> tuple[datetime, str] | None:
    at, dash, key = after.partition("-")
    try:
        return (datetime.fromtimestamp(float(at), UTC), key) if dash else None
    except (ValueError, OverflowError, OSError):
        return None
