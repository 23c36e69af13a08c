"""Sight: whose items a person may see. A subordinate unit sees its own; the bureau itself sees all.

What is not theirs is not there for them: the refusal is the same as for an id that nobody has.
"""

from __future__ import annotations

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import Person
from publisher.store.records import ItemRecord, PartRecord, PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading


def sees(person: Person, item: ItemRecord) -> bool:
    """Whether the item is this person's to see at all."""
    return person.unit in ("", item.unit)


def item_for(reading: Reading, person: Person, item_id: str) -> ItemRecord:
    """An item by its whole id. Raises `Refused` (not found) when there is none that this person sees."""
    found = reading.items.item(item_id)
    if found is None or not sees(person, found):
        raise _missing("item", "条目", item_id)
    return found


def revision_for(reading: Reading, person: Person, digest: str) -> RevisionRecord:
    """A revision by its whole digest, on the same terms."""
    found = reading.items.revision(digest)
    if found is None or not _sees(reading, person, found.item_id):
        raise _missing("revision", "版本", digest)
    return found


def posting_for(reading: Reading, person: Person, posting_id: str) -> PostingRecord:
    """A posting by its whole key, on the same terms."""
    found = reading.postings.get(posting_id)
    if found is None or not _sees(reading, person, found.item_id):
        raise _missing("posting", "推送", posting_id)
    return found


def part_for(reading: Reading, person: Person, part_id: str) -> PartRecord:
    """A part by its whole id, on the same terms."""
    found = reading.parts.get(part_id)
    if found is None or not _sees(reading, person, found.item_id):
        raise _missing("part", "这一篇", part_id)
    return found


def check_sight(reading: Reading, person: Person, request: object) -> None:
    """Refuse what a request names and this person may not see; a request about nothing of theirs passes."""
    if not person.unit:
        return
    for name, find in (
        ("item_id", item_for),
        ("revision_id", revision_for),
        ("posting_id", posting_for),
        ("part_id", part_for),
    ):
        key = getattr(request, name, "")
        if key:
            find(reading, person, str(key))


def _sees(reading: Reading, person: Person, item_id: str) -> bool:
    item = reading.items.item(item_id) if person.unit else None
    return not person.unit or (item is not None and sees(person, item))


def _missing(field: str, what: str, key: str) -> Refused:
    return refuse(Reason.NOT_FOUND, f"没有{what}：{key}", field=field, english=f"no {field} {key}")
