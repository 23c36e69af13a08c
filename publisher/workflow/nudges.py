"""Nudges: what waits for whom, and the reminders that are due. Sent and settled like alerts, and on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from publisher.domain.alerting import Level, Target
from publisher.domain.errors import Refused
from publisher.domain.lifecycle import RevisionState
from publisher.domain.nudging import Waiting, may_go, waited
from publisher.domain.part import PartState
from publisher.domain.people import Act, Person, Role
from publisher.domain.posting import PostingState
from publisher.domain.review import CHAINS, check_signer
from publisher.domain.timing import SECOND_LOOK_H
from publisher.store.notices import ESCALATED, NUDGE, NoticeRecord
from publisher.store.records import PostingRecord, RevisionRecord
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


def waiting_things(reading: Reading, now: datetime) -> Iterator[Waiting]:
    """Everything that waits for somebody now, with the people who may do it."""
    holders = {role: reading.people.with_role(role) for role in Role}
    editors, approvers = _names(holders[Role.EDITOR]), _names(holders[Role.APPROVER])
    for revision in reading.items.in_state(*TURNS, RevisionState.APPROVED):
        yield from _turn(reading, revision, holders, editors)
    for revision in reading.items.not_looked_at(now + timedelta(hours=SECOND_LOOK_H)):
        yield from _second_look(reading, revision, holders)
    for order in reading.parts.unconfirmed_leaks():
        about = _about(reading, order.item_id)
        yield Waiting("confirm_leak", f"item:{order.item_id}", order.at, APPROVER, approvers, about)
    for posting in reading.postings.in_state(*POSTINGS):
        yield from _posting(reading, posting, now, editors)
    for part in reading.parts.in_state(PartState.WITHDRAW_BY_HAND):
        order_of = reading.parts.order(part.order_id)
        since = order_of.at if order_of else part.out_at
        about = f"{_about(reading, part.item_id)}，{reading.bureau.label(part.channel)}"
        yield Waiting("remove_by_hand", f"part:{part.id}", since, EDITOR, editors, about)


EDITOR, APPROVER = frozenset({Role.EDITOR}), frozenset({Role.APPROVER})
REVIEWER = frozenset({Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER})


def _second_look(
    reading: Reading, revision: RevisionRecord, holders: dict[Role, list[Person]]
) -> Iterator[Waiting]:
    if revision.second_look_by is not None:
        since = revision.second_look_by - timedelta(hours=SECOND_LOOK_H)
        both = _unique([*holders[Role.CONTENT_REVIEWER], *holders[Role.SECRECY_REVIEWER]])
        able = _able(reading, revision, Act.SECOND_LOOK, both)
        about = _about(reading, revision.item_id)
        yield Waiting("second_look", f"revision:{revision.id}", since, REVIEWER, able, about)


def _turn(
    reading: Reading, revision: RevisionRecord, holders: dict[Role, list[Person]], editors: tuple[str, ...]
) -> Iterator[Waiting]:
    thing, about = f"revision:{revision.id}", _about(reading, revision.item_id)
    signed = [s.at for s in reading.items.signatures(revision.id)]
    since = max(signed, default=revision.submitted_at)
    if revision.state is RevisionState.SUBMITTED and revision.urgent:
        able = _able(reading, revision, Act.SIGN_OFF, holders[Role.APPROVER])
        yield Waiting("sign_off_urgent", thing, since, APPROVER, able, about, urgent=True)
    elif revision.state in TURNS:
        act, sign, role = TURNS[revision.state]
        able = _able(reading, revision, sign, holders[role])
        yield Waiting(act, thing, since, frozenset({role}), able, about)
    elif revision.state is RevisionState.APPROVED:
        yield Waiting("schedule", thing, since, EDITOR, editors, about)


def _posting(
    reading: Reading, posting: PostingRecord, now: datetime, editors: tuple[str, ...]
) -> Iterator[Waiting]:
    asked = bool(posting.person_needed)
    late = posting.state is not PostingState.HELD or now > posting.late_at
    if late and (asked or posting.state not in ASKED_ONLY):
        since = posting.late_at if posting.state is PostingState.HELD else posting.claimed_at
        about = f"{_about(reading, posting.item_id)}，{reading.bureau.label(posting.channel)}"
        since = posting.unknown_since or since or posting.due_at
        thing, urgent = f"posting:{posting.id}", posting.urgent
        yield Waiting(POSTINGS[posting.state], thing, since, EDITOR, editors, about, urgent)


def _able(reading: Reading, revision: RevisionRecord, act: Act, people: Sequence[Person]) -> tuple[str, ...]:
    """Those who may give this signature now; a revision whose page names its reviewer waits for that one alone."""
    named = revision.content["reviewer"] if act is Act.PASS_CONTENT or revision.urgent else ""
    given = reading.items.signatures(revision.id)
    able = []
    for person in people:
        try:
            check_signer(CHAINS[reading.bureau.chain], act, person, revision.drafter, given)
        except Refused:
            continue
        if act is Act.SECOND_LOOK or not named or person.display == named:
            able.append(person)
    return _names(able)


def _unique(people: Sequence[Person]) -> list[Person]:
    return list({person.name: person for person in people}.values())


def _names(people: Sequence[Person]) -> tuple[str, ...]:
    return tuple(person.name for person in people)


def _about(reading: Reading, item_id: str) -> str:
    item = reading.items.item(item_id)
    return (item.index_no if item else "") or item_id[:8]
