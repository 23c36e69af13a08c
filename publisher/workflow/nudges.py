"""Nudges: what waits for whom, and the reminders that are due. Sent and settled like alerts, and on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from publisher.domain.alerting import Level, Target
from publisher.domain.catalogue import Bureau
from publisher.domain.errors import Refused
from publisher.domain.lifecycle import RevisionState
from publisher.domain.nudging import Waiting, may_go, waited
from publisher.domain.part import PartState
from publisher.domain.people import Act, Person, Role
from publisher.domain.posting import PostingState
from publisher.domain.review import CHAINS, Signature, check_signer
from publisher.domain.timing import SECOND_LOOK_H
from publisher.store.notices import ESCALATED, NUDGE, NoticeRecord
from publisher.store.records import ItemRecord, OrderRecord, PartRecord, PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading, Store

TURNS: dict[RevisionState, tuple[str, Act, Role]] = {  # state → what waits, the act of review, who
    RevisionState.SUBMITTED: ("pass_content", Act.PASS_CONTENT, Role.CONTENT_REVIEWER),
    RevisionState.REVIEWED: ("clear_secrecy", Act.CLEAR_SECRECY, Role.SECRECY_REVIEWER),
    RevisionState.REFERRED: ("referred", Act.CLEAR_SECRECY, Role.SECRECY_REVIEWER),
    RevisionState.CLEARED: ("sign_off", Act.SIGN_OFF, Role.APPROVER),
}
POSTINGS: dict[PostingState, str] = {
    PostingState.BY_HAND: "by_hand",
    PostingState.FAILED: "failed",
    PostingState.HELD: "late",
    PostingState.UNKNOWN: "settle",
    PostingState.ACCEPTED: "settle",
}
ASKED_ONLY = frozenset({PostingState.UNKNOWN, PostingState.ACCEPTED})
"""These wait for a person only once the product has asked for one."""

MENDED = "没有发送：已经办理"


def plan_nudges(store: Store, now: datetime, targets: Sequence[Target]) -> int:
    """Make the reminders that are due and drop those whose thing is done; how many are new."""
    with store.read() as reading:
        waiting = list(waiting_things(reading, now))
        open_keys = {f"{one.act}:{one.thing}" for one in waiting}
        stale = [n.id for n in reading.notices.unsent_nudges() if n.thing not in open_keys]
        wanted = [notice for one in waiting for notice in _due(reading, now, targets, one)]
    if not wanted and not stale:
        return 0
    with store.write() as uow:
        made = sum(uow.notices.add(**values) for values in wanted)
        if stale:
            uow.notices.settle(stale, next_try_at=None, error=MENDED)
        uow.commit()
    return made


def _due(
    reading: Reading, now: datetime, targets: Sequence[Target], thing: Waiting
) -> Iterator[dict[str, Any]]:
    calendar = reading.bureau.calendar
    age = waited(thing, thing.since, now, calendar)
    if age < thing.row.after or not may_go(thing, now, calendar):
        return
    people = {person.name: person for person in reading.people.all() if person.active}
    told = reading.notices.of_thing(f"{thing.act}:{thing.thing}")
    for name in thing.people:
        person = people[name]
        words = f"{thing.row.what}：{thing.about}，请{person.display}办理"
        yield from _rows(thing, person, NUDGE, words, told, targets, now, reading)
        substitute = people.get(person.substitute)
        if age >= thing.row.escalate and substitute is not None and substitute.name not in thing.people:
            words = f"{thing.row.what}：{thing.about}，{person.display}未办理，请{substitute.display}代为催办"
            yield from _rows(thing, substitute, ESCALATED, words, told, targets, now, reading)


def _rows(
    thing: Waiting,
    person: Person,
    event: str,
    words: str,
    told: Sequence[NoticeRecord],
    targets: Sequence[Target],
    now: datetime,
    reading: Reading,
) -> Iterator[dict[str, Any]]:
    mine = [n for n in told if n.person == person.name and n.event == event]
    if mine and waited(thing, mine[-1].made_at, now, reading.bureau.calendar) < thing.row.every:
        return
    number = 1 + max((n.number for n in mine), default=-1)
    for target in route(person, thing.roles, targets):
        yield {
            "thing": f"{thing.act}:{thing.thing}",
            "event": event,
            "number": number,
            "target": target,
            "person": person.name,
            "level": Level.URGENT if thing.loud else Level.ORDINARY,
            "words": words,
            "made_at": now,
            "next_try_at": now,
        }


def route(person: Person, roles: frozenset[Role], targets: Sequence[Target]) -> list[str]:
    """Where a person is reached: their contact, else targets that name them, else their role's, else the group's."""
    choices = (
        [t.name for t in targets if t.name == person.contact],
        [t.name for t in targets if person.name in t.people],
        [t.name for t in targets if t.roles & roles & person.roles],
        [t.name for t in targets if not t.roles and not t.people],
    )
    return next((names for names in choices if names), [])


@dataclass(frozen=True, slots=True)
class _Known:
    """What the things that may wait need, asked for at once: signatures by revision, items, orders, who holds what."""

    bureau: Bureau
    holders: Mapping[Role, list[Person]]
    given: Mapping[str, list[Signature]]
    items: Mapping[str, ItemRecord]
    orders: Mapping[int, OrderRecord]

    def about(self, item_id: str, channel: str = "") -> str:
        """The item's number, or the beginning of its id; and the channel."""
        item = self.items.get(item_id)
        words = (item.index_no if item else "") or item_id[:8]
        return f"{words}，{self.bureau.label(channel)}" if channel else words

    def names(self, *roles: Role) -> tuple[str, ...]:
        """The accounts that hold one of these roles, each once."""
        return tuple(dict.fromkeys(person.name for role in roles for person in self.holders[role]))


def waiting_things(reading: Reading, now: datetime) -> Iterator[Waiting]:
    """Everything that waits for somebody now, with the people who may do it.

    The number of questions to the database does not grow with how much waits.
    """
    revisions = reading.items.in_state(*TURNS, RevisionState.APPROVED)
    looks = reading.items.not_looked_at(now + timedelta(hours=SECOND_LOOK_H))
    leaks = reading.parts.unconfirmed_leaks()
    postings = reading.postings.in_state(*POSTINGS)
    parts = reading.parts.in_state(PartState.WITHDRAW_BY_HAND)
    known = _know(reading, [*revisions, *looks], [*revisions, *looks, *leaks, *postings, *parts], parts)
    for revision in revisions:
        yield from _turn(known, revision)
    for revision in looks:
        yield from _second_look(known, revision)
    for order in leaks:
        about, approvers = known.about(order.item_id), known.names(Role.APPROVER)
        yield Waiting("confirm_leak", f"item:{order.item_id}", order.at, APPROVER, approvers, about)
    for posting in postings:
        yield from _posting(known, posting, now)
    for part in parts:
        order_of = known.orders.get(part.order_id)
        since = order_of.at if order_of else part.out_at
        about, editors = known.about(part.item_id, part.channel), known.names(Role.EDITOR)
        yield Waiting("remove_by_hand", f"part:{part.id}", since, EDITOR, editors, about)


EDITOR, APPROVER = frozenset({Role.EDITOR}), frozenset({Role.APPROVER})
REVIEWER = frozenset({Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER})


def _know(
    reading: Reading,
    revisions: Sequence[RevisionRecord],
    owned: Sequence[RevisionRecord | OrderRecord | PostingRecord | PartRecord],
    parts: Sequence[PartRecord],
) -> _Known:
    people = [person for person in reading.people.all() if person.active]
    given: dict[str, list[Signature]] = {}
    for s in reading.many.signatures([revision.id for revision in revisions]):
        given.setdefault(s.revision_id, []).append(Signature(s.act, s.person, s.digest, s.at))
    return _Known(
        reading.bureau,
        {role: [person for person in people if role in person.roles] for role in Role},
        given,
        reading.many.items({one.item_id for one in owned}),
        reading.many.orders_by_id({part.order_id for part in parts}),
    )


def _second_look(known: _Known, revision: RevisionRecord) -> Iterator[Waiting]:
    if revision.second_look_by is not None:
        since = revision.second_look_by - timedelta(hours=SECOND_LOOK_H)
        able = _able(known, revision, Act.SECOND_LOOK, *sorted(REVIEWER))
        about = known.about(revision.item_id)
        yield Waiting("second_look", f"revision:{revision.id}", since, REVIEWER, able, about)


def _turn(known: _Known, revision: RevisionRecord) -> Iterator[Waiting]:
    thing, about = f"revision:{revision.id}", known.about(revision.item_id)
    since = max((s.at for s in known.given.get(revision.id, ())), default=revision.submitted_at)
    if revision.state is RevisionState.SUBMITTED and revision.urgent:
        able = _able(known, revision, Act.SIGN_OFF, Role.APPROVER)
        yield Waiting("sign_off_urgent", thing, since, APPROVER, able, about, urgent=True)
    elif revision.state in TURNS:
        act, sign, role = TURNS[revision.state]
        yield Waiting(act, thing, since, frozenset({role}), _able(known, revision, sign, role), about)
    elif revision.state is RevisionState.APPROVED:
        yield Waiting("schedule", thing, since, EDITOR, known.names(Role.EDITOR), about)


def _posting(known: _Known, posting: PostingRecord, now: datetime) -> Iterator[Waiting]:
    asked = bool(posting.person_needed)
    late = posting.state is not PostingState.HELD or now > posting.late_at
    if late and (asked or posting.state not in ASKED_ONLY):
        since = posting.late_at if posting.state is PostingState.HELD else posting.claimed_at
        about = known.about(posting.item_id, posting.channel)
        since = posting.unknown_since or since or posting.due_at
        thing, urgent = f"posting:{posting.id}", posting.urgent
        editors = known.names(Role.EDITOR)
        yield Waiting(POSTINGS[posting.state], thing, since, EDITOR, editors, about, urgent)


def _able(known: _Known, revision: RevisionRecord, act: Act, *roles: Role) -> tuple[str, ...]:
    """Those of these roles who may give this signature now."""
    people = {person.name: person for role in roles for person in known.holders[role]}
    given = known.given.get(revision.id, [])
    return tuple(
        name for name, person in people.items() if may_sign(known.bureau, revision, act, person, given)
    )


def may_sign(
    bureau: Bureau, revision: RevisionRecord, act: Act, person: Person, given: Sequence[Signature]
) -> bool:
    """Whether this person may give this signature now; a page that names its reviewer waits for that one alone."""
    named = revision.content["reviewer"] if act is Act.PASS_CONTENT or revision.urgent else ""
    try:
        check_signer(CHAINS[bureau.chain], act, person, revision.drafter, given)
    except Refused:
        return False
    return act is Act.SECOND_LOOK or not named or person.display == named
