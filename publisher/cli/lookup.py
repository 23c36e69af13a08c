"""From what a person typed to one item, revision, posting or part. A beginning is enough while it is the only one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.lifecycle import FINAL, UNDER_WAY, RevisionState

if TYPE_CHECKING:
    from publisher.store.records import ItemRecord, PartRecord, PostingRecord, RevisionRecord
    from publisher.store.unit_of_work import Reading

SHORTEST_CHARS = 4
DIGEST_BEGINNING = re.compile(r"[0-9a-f]{6,64}")
SEARCHED = (  # the likeliest first, so that the long tail of ended revisions is read last
    tuple(sorted(UNDER_WAY)),
    (RevisionState.RELEASED, RevisionState.WITHDRAWING),
    tuple(sorted(FINAL)),
)


def item(reading: Reading, text: str) -> ItemRecord:
    """By id, beginning of the id, or index number."""
    found = reading.items.find_item(text) if text else []
    exact = [record for record in found if text in (record.id, record.index_no)]
    if not exact and found:
        _long_enough(text)
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise _missing("item", "条目", text)
    raise _ambiguous("item", text, (f"{record.id}（{record.index_no or '未编号'}）" for record in found))


def revision(reading: Reading, text: str) -> RevisionRecord:
    """By digest or its beginning; an item means its revision under review, else its newest one."""
    if len(text) == 64 and (whole := reading.items.revision(text)) is not None:
        return whole
    items = reading.items.find_item(text) if text else []
    digests = _by_beginning(reading, text) if DIGEST_BEGINNING.fullmatch(text) else []
    if len(digests) == 1 and not items:
        return digests[0]
    if len(digests) + len(items) > 1:
        raise _ambiguous("revision", text, [*(r.id for r in digests), *(i.id for i in items)])
    owner = item(reading, text)
    under_way = reading.items.under_way(owner.id)
    newest = under_way[-1] if under_way else reading.items.latest_revision(owner.id)
    if newest is None:
        raise refuse(
            Reason.WRONG_STATE,
            "这个条目还没有送审，没有版本",
            field="revision",
            allowed="先送审：publisher item submit",
            english="the item was never submitted",
        )
    return newest


def _by_beginning(reading: Reading, text: str) -> list[RevisionRecord]:
    for states in SEARCHED:
        found = [r for r in reading.items.in_state(*states) if r.id.startswith(text)]
        if found:
            return found
    return []


def posting(reading: Reading, text: str) -> PostingRecord:
    """By key or its beginning."""
    found = reading.postings.find(text) if text else []
    exact = [record for record in found if record.id == text]
    if not exact and found:
        _long_enough(text)
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise _missing("posting", "推送", text)
    raise _ambiguous("posting", text, (f"{record.id}（{record.channel}）" for record in found))


def part(reading: Reading, text: str) -> PartRecord:
    """By id (posting, colon, position), or by a beginning of the posting when it has one part."""
    key, colon, position = text.partition(":")
    owner = posting(reading, key)
    parts = reading.parts.of_posting(owner.id)
    chosen = [p for p in parts if not colon or str(p.position) == position]
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        raise _missing("part", "这一篇（还没有发出，或没有这个位置）", text)
    raise _ambiguous("part", text, (p.id for p in chosen))


def channel(reading: Reading, text: str) -> str:
    """The name of a configured channel."""
    if text in reading.bureau.channels:
        return text
    raise refuse(
        Reason.NOT_FOUND,
        f"没有这个渠道：{text}",
        field="channel",
        allowed="、".join(reading.bureau.channels),
        english=f"no channel {text}",
    )


def _long_enough(text: str) -> None:
    """A slip of the finger must not name an item: what is not the whole id has some length."""
    if len(text) < SHORTEST_CHARS:
        raise refuse(
            Reason.BAD_INPUT,
            f"编号“{text}”太短",
            field="id",
            allowed=f"至少 {SHORTEST_CHARS} 个字符",
            english="the id is too short",
        )


def _missing(field: str, what: str, text: str) -> Refused:
    return refuse(
        Reason.NOT_FOUND,
        f"没有{what}：{text}",
        field=field,
        allowed="编号，或编号开头几位",
        english=f"no {field} {text}",
    )


def _ambiguous(field: str, text: str, candidates: Iterable[str]) -> Refused:
    return refuse(
        Reason.BAD_INPUT,
        f"“{text}”对应不止一个",
        field=field,
        allowed="写得更长一些：" + "、".join(candidates),
        english=f"{text} is ambiguous",
    )
