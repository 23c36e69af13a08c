"""One posting as people judge it: what was to go out, what is known of it, and what may be done. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from channels.contract import Article, ChannelMessage
from publisher.domain.errors import Reason, refuse
from publisher.domain.events import ENTRY_KINDS
from publisher.domain.people import Person
from publisher.domain.posting import POSTING_TABLE, PostingEvent, PostingState
from publisher.store.audit_log import LogLine
from publisher.store.records import PartRecord, PostingRecord, RevisionRecord, StepRow
from publisher.store.unit_of_work import Reading, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.board import needs_person, said_of
from publisher.workflow.compare import Comparison, side_by_side
from publisher.workflow.outlets import Outlets, Tampered, message_of
from publisher.workflow.sight import part_for, posting_for

T = TypeVar("T")
E, S = PostingEvent, PostingState

MOST_ENTRIES = 200

CHANGED = "您打开这一页以后，情况变了"


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the log about a thing: when (aware), who, what, and the words beside it ("" = erased or none)."""

    seq: int
    at: datetime
    kind: str
    label: str
    who: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartStory:
    """One article that is out: what looks at it found, oldest first, and the newest difference side by side.

    `tampered`: what is stored is not what was signed, so nothing can be compared. `shown` stands for what the page
    shows; an act on it is refused when that is no longer so.
    """

    part: PartRecord
    proofs: tuple[Mapping[str, Any], ...]
    comparison: Comparison | None
    tampered: bool
    shown: str


@dataclass(frozen=True, slots=True)
class PostingStory:
    """One posting at one moment.

    `article` is what was frozen (None when what is stored is not what was signed); `say` what is known, with the time
    `since`; `events` what the state allows; `denied_by` who has said that it is not out; `gate_may_open` whether the
    gate's limit has passed.
    """

    posting: PostingRecord
    revision: RevisionRecord | None
    index_no: str
    title: str
    label: str
    practice: bool
    article: Article | None
    articles: int
    say: str
    since: datetime | None
    hot: bool
    steps: tuple[StepRow, ...]
    parts: tuple[PartStory, ...]
    told: tuple[Told, ...]
    names: Mapping[str, str]
    events: frozenset[PostingEvent]
    gate_may_open: bool
    late: bool
    configured: bool
    shown: str

    @property
    def looks(self) -> tuple[Told, ...]:
        """What was looked up while nobody knew whether it is out, oldest first."""
        return tuple(one for one in reversed(self.told) if one.kind in LOOKS)


LOOKS = frozenset(
    {
        "system:posting:looked",
        "system:posting:found",
        "system:posting:absent",
        "system:posting:needs_person",
        "system:posting:contradicted",
        "person:posting:deny",
    }
)
"""Entries that say what a look found."""


def posting_story(
    reading: Reading, now: datetime, person: Person, posting_id: str, outlets: Outlets
) -> PostingStory:
    """Everything about one posting. Raises `Refused` (not found) for what this person may not see."""
    posting = posting_for(reading, person, posting_id)
    revision = reading.items.revision(posting.revision_id)
    item = reading.items.item(posting.item_id)
    message = _message(reading, posting)
    parts = reading.parts.of_posting(posting.id)
    proofs = reading.parts.proofs_of([part.id for part in parts])
    plan = reading.bureau.channels.get(posting.channel)
    say, since = said_of(posting, None)
    return PostingStory(
        posting,
        revision,
        (item.index_no or "") if item else "",
        str(revision.content["title"]) if revision else "",
        reading.bureau.label(posting.channel),
        bool(plan and plan.practice),
        message.articles[0] if message else None,
        len(message.articles) if message else 0,
        say,
        since,
        needs_person(posting),
        tuple(reading.steps.of(posting.id)),
        tuple(_part(reading, part, proofs.get(part.id, [])) for part in parts),
        told_about(reading, [f"posting:{posting.id}", *(f"part:{part.id}" for part in parts)]),
        {one.name: one.display for one in reading.people.all()},
        frozenset(event for state, event in POSTING_TABLE if state is posting.state),
        posting.state is S.WAITING and now > posting.gate_limit_at and not posting.gate_opened,
        now > posting.late_at,
        posting.channel in outlets.channels,
        shown_of(posting),
    )


@dataclass(frozen=True, slots=True)
class PartPage:
    """One part on a page of its own, with the posting that it came of. `attestable`: no reader can look at it."""

    story: PartStory
    posting: PostingRecord
    title: str
    label: str
    practice: bool
    attestable: bool
    configured: bool
    told: tuple[Told, ...]
    names: Mapping[str, str]
    evidence: tuple[str, ...]


def part_page(reading: Reading, person: Person, part_id: str, outlets: Outlets) -> PartPage:
    """Everything about one part. Raises `Refused` (not found) for what this person may not see."""
    part = part_for(reading, person, part_id)
    posting = reading.postings.get(part.posting_id)
    if posting is None:
        raise LookupError(part.posting_id)
    titles = reading.board.titles([part.revision_id])
    plan = reading.bureau.channels.get(part.channel)
    channel = outlets.channels.get(part.channel)
    seen = bool(part.url) and channel is not None and channel.profile.visible != "attested"
    return PartPage(
        _part(reading, part, reading.parts.proofs(part.id)),
        posting,
        titles.get(part.revision_id, ""),
        reading.bureau.label(part.channel),
        bool(plan and plan.practice),
        plan is not None and channel is not None and not plan.portal and not seen,
        channel is not None,
        told_about(reading, [f"part:{part.id}"]),
        {one.name: one.display for one in reading.people.all()},
        tuple(dict.fromkeys(reading.parts.evidence(part.id))),
    )


def _message(reading: Reading, posting: PostingRecord) -> ChannelMessage | None:
    try:
        return message_of(reading, posting)
    except Tampered:
        return None


def _part(reading: Reading, part: PartRecord, proofs: Sequence[Mapping[str, Any]]) -> PartStory:
    try:
        comparison, tampered = side_by_side(reading, part), False
    except Tampered:
        comparison, tampered = None, True
    return PartStory(part, tuple(proofs), comparison, tampered, shown_of_part(part, proofs))


def told_about(reading: Reading, subjects: Collection[str]) -> tuple[Told, ...]:
    """What the log tells about these subjects, newest first, at most 200 entries."""
    return tuple(_told(line) for line in reading.log.story(subjects, MOST_ENTRIES))


def _told(line: LogLine) -> Told:
    words = tuple(text for name, text in sorted(line.notes.items()) if text and name != "url")
    return Told(line.seq, line.at, line.kind, ENTRY_KINDS.get(line.kind, line.kind), line.actor, words)


def shown_of(posting: PostingRecord) -> str:
    """A mark of what a page shows of a posting: another attempt or another state has another mark."""
    return f"{posting.state}.{posting.fence}.{posting.attempts}.{posting.denied_by}"


def shown_of_part(part: PartRecord, proofs: Sequence[Mapping[str, Any]]) -> str:
    """A mark of what a page shows of a part: its state, and what was seen last."""
    seen = next((str(p["seen_digest"]) for p in reversed(proofs) if p["seen_digest"]), "")
    return f"{part.state}.{seen[:16]}"


def as_shown(act: Callable[..., T], shown: str) -> Callable[..., T]:
    """The act, refused when the posting or part is not any more as the page showed it to the person who acts.

    What is shown is compared in the act's own transaction; the refusal is on record under the act's name.
    """

    @wraps(act)
    def done(uow: UnitOfWork, now: datetime, actor: Actor, request: Any, **tools: Any) -> T:
        present = _present(uow, request)
        if present and present != shown:
            raise refuse(
                Reason.WRONG_STATE,
                CHANGED,
                field="state",
                allowed="请看页面上现在的情况，再决定",
                english="it has changed since the page was opened",
            )
        return act(uow, now, actor, request, **tools)

    return done


def _present(uow: UnitOfWork, request: Any) -> str:
    posting = uow.postings.get(request.posting_id) if hasattr(request, "posting_id") else None
    if posting is not None:
        return shown_of(posting)
    part = uow.parts.get(request.part_id) if hasattr(request, "part_id") else None
    return shown_of_part(part, uow.parts.proofs(part.id)) if part is not None else ""
