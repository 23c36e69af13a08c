"""离岗交接: what a person who leaves leaves behind, and who goes on with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Act, Person, may
from publisher.store.unit_of_work import Reading, UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.nudges import TURNS


@dataclass(frozen=True, slots=True)
class Thing:
    """One item with something open."""

    item_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What is open with one person. `drafts` go to the successor; `named` are versions that wait for this person by
    name and go to nobody; `stands_for` are those whose substitute they are."""

    drafts: tuple[Thing, ...]
    named: tuple[Thing, ...]
    stands_for: tuple[Person, ...]

    @property
    def anything(self) -> bool:
        """Whether a successor is needed."""
        return bool(self.drafts or self.stands_for)


def open_with(reading: Reading, person: Person) -> Handover:
    """Exactly what a hand-over would move, and what it cannot."""
    waiting = [
        Thing(revision.item_id, str(revision.content["title"]))
        for revision in reading.items.in_state(*TURNS)
        if revision.content["reviewer"] == person.display
    ]
    drafts = [Thing(item_id, title) for item_id, title in reading.items.open_drafts_of(person.name)]
    stands_for = [p for p in reading.people.all() if p.active and p.substitute == person.name]
    return Handover(tuple(drafts), tuple(waiting), tuple(stands_for))


def successors(reading: Reading, person: Person) -> list[Person]:
    """Who could go on: active, of the same unit, and able to draft where there are drafts."""
    drafts = bool(reading.items.open_drafts_of(person.name))
    return [
        p
        for p in reading.people.all()
        if p.active and p.name != person.name and p.unit == person.unit and (may(Act.DRAFT, p) or not drafts)
    ]


def check_successor(reading: Reading, person: Person, name: str) -> None:
    """Refuse a hand-over to nobody when something is open, and to somebody who could not go on with it."""
    if not name and not open_with(reading, person).anything:
        return
    able = successors(reading, person)
    if name not in {p.name for p in able}:
        raise refuse(
            Reason.BAD_INPUT,
            "要指定一位能接手的人",
            field="successor",
            allowed="、".join(f"{p.display}（{p.name}）" for p in able) or "先新增一位同单位、能拟稿的人员",
            english="name a successor who can go on with what is open",
        )


def hand_over(uow: UnitOfWork, now: datetime, actor: Actor, person: Person, successor: str) -> None:
    """Move open drafts and standing in for others to the successor, on record, within a transaction."""
    for mandate in uow.mandates.about(person.name, now):
        uow.mandates.end(mandate.id, now)
    check_successor(uow, person, successor)
    if not successor:
        return
    left = open_with(uow, person)
    uow.items.hand_drafts(person.name, successor)
    for other in left.stands_for:
        uow.people.change(other.name, substitute="" if other.name == successor else successor)
    uow.people.change(person.name, substitute=successor)
    facts = {
        "successor": successor,
        "drafts": len(left.drafts),
        "named": len(left.named),
        "stands_for": ",".join(p.name for p in left.stands_for),
    }
    notes = {"drafts": "\n".join(f"{one.item_id} {one.title}" for one in left.drafts)}
    uow.record(
        now,
        "person:user:handed_over",
        actor.name,
        f"user:{person.name}",
        os_user=actor.os_user,
        facts=facts,
        notes=notes,
    )
