"""Review as people see it: the queue, and one revision as the public will read it with what may be done. Reads only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from publisher.domain.catalogue import Bureau
from publisher.domain.clocks import WorkCalendar, business_day
from publisher.domain.errors import IllegalTransition, Reason, refuse
from publisher.domain.labels import SIGNED
from publisher.domain.lifecycle import FINAL, RevisionEvent, RevisionState, advance_revision
from publisher.domain.people import Act, Person, may
from publisher.domain.review import CHECKS, Check, Signature
from publisher.domain.timing import SECOND_LOOK_H
from publisher.render.freeze import thaw
from publisher.render.subset import shown_body
from publisher.store.records import ItemRecord, PaperRecord, RevisionRecord, SignedRecord
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.content_words import content_labels, content_pairs
from publisher.workflow.diff import Changes, changes
from publisher.workflow.nudges import TURNS, may_sign
from publisher.workflow.people_words import people_words
from publisher.workflow.sight import sees

T = TypeVar("T")

SLOT = re.compile(r"\[\[slot:([a-z_]+)[^\]]*\]\]")
SLOTS = {"portal_url": "〔门户网址，发出时填入〕"}
SOON_DAYS = 3
"""From so many working days on the limit is said aloud."""


@dataclass(frozen=True, slots=True)
class Waits:
    """One revision in the queue. `days_left` are working days to the legal limit, below zero once it has passed."""

    digest: str
    title: str
    index_no: str
    act: Act
    since: datetime
    due_on: str
    days_left: int
    urgent: bool
    mine: bool
    can: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What one channel will show: title, summary, paragraphs of its text, pictures and files by name."""

    channel: str
    label: str
    practice: bool
    title: str
    summary: str
    author: str
    lines: tuple[str, ...]
    link: str
    images: tuple[str, ...]
    attachments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """One signature as it is shown."""

    act: str
    who: str
    for_whom: str
    said: str
    at: datetime
    on_paper: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Possible:
    """What this person may do with the revision now. `checks` are to be ticked for it."""

    name: str
    act: Act
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Everything on the page of one revision at one moment."""

    revision: RevisionRecord
    item: ItemRecord
    title: str
    drafter: str
    days_left: int
    pairs: tuple[tuple[str, str], ...]
    body: str
    files: tuple[Mapping[str, Any], ...]
    findings: tuple[Mapping[str, Any], ...]
    channels: tuple[Read, ...]
    signed: tuple[Sealed, ...]
    papers: tuple[PaperRecord, ...]
    named: Mapping[str, str]
    possible: tuple[Possible, ...]
    turn: Act | None
    can: tuple[str, ...]
    since: RevisionRecord | None
    seen_before: bool
    changed: Changes | None


POSSIBLE: tuple[
    tuple[str, Act, RevisionEvent | None], ...
] = (  # word in addresses, right, what the state must allow
    ("pass", Act.PASS_CONTENT, RevisionEvent.PASS_CONTENT),
    ("clear", Act.CLEAR_SECRECY, RevisionEvent.CLEAR_SECRECY),
    ("sign", Act.SIGN_OFF, RevisionEvent.SIGN_OFF),
    ("urgent", Act.SIGN_OFF, RevisionEvent.SIGN_OFF_URGENT),
    ("second-look", Act.SECOND_LOOK, None),
    ("return", Act.RETURN, RevisionEvent.RETURN),
    ("refer", Act.REFER_UP, RevisionEvent.REFER_UP),
    ("withhold", Act.WITHHOLD, RevisionEvent.WITHHOLD),
    ("recall", Act.RECALL, RevisionEvent.RECALL),
    ("revoke", Act.REVOKE, RevisionEvent.REVOKE),
    ("hold", Act.HOLD, None),
    ("resume", Act.RESUME, None),
)
SIGNATURES = frozenset({"pass", "clear", "sign", "urgent", "second-look", "refer", "withhold"})


def review_queue(reading: Reading, now: datetime, person: Person) -> tuple[Waits, ...]:
    """What waits for a signature: this person's first, urgent ones before others, then by how long they have waited."""
    revisions = reading.items.in_state(*TURNS)
    looks = reading.items.not_looked_at(now + timedelta(hours=SECOND_LOOK_H))
    items = reading.many.items({r.item_id for r in (*revisions, *looks)})
    given = _given(reading, [r.id for r in (*revisions, *looks)])
    people = [one for one in reading.people.all() if one.active]
    found = []
    for revision, act in [*((r, _turn(r)) for r in revisions), *((r, Act.SECOND_LOOK) for r in looks)]:
        item = items[revision.item_id]
        if act is None or not sees(person, item):
            continue
        signed = given.get(revision.id, [])
        able = [p for p in people if may_sign(reading.bureau, revision, act, p, signed)]
        since = max((s.at for s in signed), default=revision.submitted_at)
        found.append(
            Waits(
                revision.id,
                str(revision.content["title"]),
                item.index_no or "",
                act,
                since,
                revision.due_on,
                days_left(business_day(now), revision.due_day(), reading.bureau.calendar),
                revision.urgent,
                person.name in {p.name for p in able},
                tuple(p.display for p in able),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.mine, not one.urgent, one.since)))


def days_left(today: date, due: date, calendar: WorkCalendar) -> int:
    """Working days after `today` up to and with `due`; below zero when it has passed."""
    first, last, sign = (today, due, 1) if due >= today else (due, today, -1)
    span = (last - first).days
    count = sum(calendar.is_workday(first + timedelta(days=n)) for n in range(1, min(span, 800) + 1))
    return count if sign > 0 else -max(count, 1)


def reviewed(reading: Reading, now: datetime, person: Person, revision: RevisionRecord) -> Reviewed:
    """The page of one revision for one person."""
    item = reading.many.items([revision.item_id])[revision.item_id]
    versions = reading.many.revisions([item.id])[item.id]
    signed = reading.many.signatures([revision.id])
    given = [Signature(s.act, s.person, s.digest, s.at) for s in signed]
    people = [one for one in reading.people.all() if one.active]
    named, turn, papers = people_words(reading), _turn(revision), reading.papers.of(revision.id)
    can = [p for p in people if turn and may_sign(reading.bureau, revision, turn, p, given)]
    since, seen = _before(reading, person, revision, versions)
    labels = content_labels(revision.content, reading.bureau, named)
    accounts = {name for p in papers for name in (p.signer, p.entered_by, p.settled_by)}
    return Reviewed(
        revision,
        item,
        str(revision.content["title"]),
        named(revision.drafter),
        days_left(business_day(now), revision.due_day(), reading.bureau.calendar),
        tuple(pair for pair in content_pairs(revision.content, labels) if pair[1]),
        shown_body(str(revision.content.get("body", "")), lambda d: f"/items/{item.id}/files/{d}"),
        tuple(revision.content.get("files", ())),
        tuple(revision.findings),
        tuple(_read(reading.bureau, revision, channel) for channel in revision.messages),
        tuple(_sealed(one, named(one.person), named(one.on_behalf_of)) for one in signed),
        tuple(papers),
        {name: named(name) for name in accounts if name},
        tuple(_possible(reading.bureau, now, person, revision, given)),
        turn,
        tuple(p.display for p in can),
        since,
        seen,
        changes(since.content, revision.content, reading.bureau) if since and since.salt else None,
    )


def _turn(revision: RevisionRecord) -> Act | None:
    """The signature that is due in this state."""
    if revision.state is RevisionState.SUBMITTED and revision.urgent:
        return Act.SIGN_OFF
    return TURNS[revision.state][1] if revision.state in TURNS else None


def _given(reading: Reading, digests: Sequence[str]) -> dict[str, list[Signature]]:
    given: dict[str, list[Signature]] = {}
    for s in reading.many.signatures(digests):
        given.setdefault(s.revision_id, []).append(Signature(s.act, s.person, s.digest, s.at))
    return given


def _before(
    reading: Reading, person: Person, revision: RevisionRecord, versions: Sequence[RevisionRecord]
) -> tuple[RevisionRecord | None, bool]:
    """The version to compare with: the newest earlier one this person has had before them, else the one before."""
    earlier = [v for v in versions if v.number < revision.number]
    looked = reading.papers.looked(person.name, [v.id for v in earlier])
    mine = [v for v in earlier if v.id in looked]
    return (mine[-1], True) if mine else (earlier[-1] if earlier else None, False)


def _read(bureau: Bureau, revision: RevisionRecord, channel: str) -> Read:
    article = thaw(revision.messages[channel]).articles[0]
    plan = bureau.channels.get(channel)
    return Read(
        channel,
        bureau.label(channel) if plan else channel,
        bool(plan and plan.practice),
        article.title,
        article.summary,
        article.author,
        tuple(_later(line) for line in article.text.splitlines() if line.strip()),
        _later(article.link),
        tuple(image.name for image in article.images),
        tuple(file.name for file in article.attachments),
    )


def _later(text: str) -> str:
    """Places that are filled when it goes out, in words."""
    return SLOT.sub(lambda found: SLOTS.get(found[1], ""), text)


def _sealed(signed: SignedRecord, who: str, for_whom: str) -> Sealed:
    said = "；".join(filter(None, (signed.opinion, signed.reference)))
    words = SIGNED.get(signed.act, signed.act.value)
    checks = tuple(Check(word) for word in signed.checks)
    return Sealed(words, who, for_whom, said, signed.at, signed.on_paper, checks)


def _possible(
    bureau: Bureau, now: datetime, person: Person, revision: RevisionRecord, given: Sequence[Signature]
) -> Iterator[Possible]:
    for name, act, event in POSSIBLE:
        if may(act, person) and _allows(bureau, now, person, revision, given, name, act, event):
            yield Possible(name, act, CHECKS.get(act, ()))


def _allows(
    bureau: Bureau,
    now: datetime,
    person: Person,
    revision: RevisionRecord,
    given: Sequence[Signature],
    name: str,
    act: Act,
    event: RevisionEvent | None,
) -> bool:
    if name in SIGNATURES and not may_sign(bureau, revision, act, person, given):
        return False
    if (name == "urgent" and not revision.urgent) or (
        name == "sign" and revision.urgent and revision.state is RevisionState.SUBMITTED
    ):
        return False
    if name == "recall" and person.name != revision.drafter:
        return False
    if name == "return" and not may(_turn(revision) or Act.RETURN, person):
        return False
    if name == "second-look":
        return revision.second_look_by is not None
    if name in ("hold", "resume"):
        return revision.held == (name == "resume") and revision.state not in FINAL
    try:
        advance_revision(revision.state, event) if event else None
    except IllegalTransition:
        return False
    return True


def look_at(store: Store, now: datetime, person: Person, digest: str) -> None:
    """Note that this person has the revision before them, the first time alone: later versions are laid beside it.

    No act of business, so no entry in the log.
    """
    with store.read() as reading:
        known = reading.papers.looked(person.name, [digest])
    if not known:
        with store.write() as uow:
            uow.papers.look(person.name, digest, now)
            uow.commit()


def as_seen(act: Callable[..., T], shown: str) -> Callable[..., T]:
    """The act, refused when the revision does not stand any more where the page showed it to the person who acts.

    Compared in the act's own transaction; the refusal is on record under the act's name. The text itself cannot
    have changed: a revision is addressed by the digest of all that was seen.
    """

    @wraps(act)
    def done(uow: UnitOfWork, now: datetime, actor: Actor, request: Any, **tools: Any) -> T:
        revision = uow.items.revision(request.revision_id)
        if revision is not None and standing_of(revision) != shown:
            raise refuse(
                Reason.WRONG_STATE,
                "您打开页面以后，这个版本已经有人办过，或者有了更新的版本",
                field="state",
                allowed="请看页面上现在的情况，再决定",
                english="it has changed since the page was opened",
            )
        return act(uow, now, actor, request, **tools)

    return done


def standing_of(revision: RevisionRecord) -> str:
    """What a form carries of the revision it was shown for: its state and whether it is held."""
    return f"{revision.state}{'+held' if revision.held else ''}{'' if revision.second_look_by else '-'}"
