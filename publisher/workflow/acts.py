"""Who acts, and how an act is run: in one transaction, with each refusal on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from publisher.audit.entries import Outcome, fact_value
from publisher.domain.clocks import business_day
from publisher.domain.errors import IllegalTransition, Problem, Reason, Refused
from publisher.domain.lifecycle import REVISION_EVENT_LABELS, REVISION_LABELS
from publisher.domain.part import PART_EVENT_LABELS, PART_LABELS
from publisher.domain.people import Person, capacities
from publisher.domain.posting import (
    CHANNEL_EVENT_LABELS,
    CHANNEL_LABELS,
    POSTING_EVENT_LABELS,
    POSTING_LABELS,
)
from publisher.screening.findings import hard
from publisher.screening.screen import screen_filename, screen_text
from publisher.store.unit_of_work import Store
from publisher.workflow.sight import check_sight

T = TypeVar("T")

WHY_CHARS = 2000
"""A refusal may quote what somebody sent: so much of it is kept."""

WORDS: dict[str, tuple[Mapping[Any, str], Mapping[Any, str]]] = {
    "revision": (REVISION_LABELS, REVISION_EVENT_LABELS),
    "posting": (POSTING_LABELS, POSTING_EVENT_LABELS),
    "part": (PART_LABELS, PART_EVENT_LABELS),
    "channel": (CHANNEL_LABELS, CHANNEL_EVENT_LABELS),
}
"""How each machine's states and events are called in a refusal."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who has proved who they are, and the operating-system user they did it as."""

    person: Person
    os_user: str = ""

    @property
    def name(self) -> str:
        """The account's name, as it stands in the log."""
        return self.person.name


def perform(
    store: Store,
    now: datetime,
    actor: Actor,
    use_case: Callable[..., T],
    request: object,
    **tools: Any,
) -> T:
    """Run one use case in its own transaction.

    A refusal leaves nothing behind but an entry that says who tried what and why not; it is raised again.
    An event that has no place in the present state is a refusal too. Who holds mandates acts in their own roles where
    those are enough, else for the first person whose are; that name then stands in the log beside theirs.
    """
    try:
        return _in_some_capacity(store, now, actor, use_case, request, tools)
    except Refused as why:
        note_refusal(store, now, actor, use_case.__name__, request, why)
        raise
    except IllegalTransition as why:
        states, events = WORDS[why.machine]
        words = f"现在的状态是“{states[why.state]}”，不能“{events[why.event]}”"
        problem = Problem("state", words, "", f"{why.machine} is {why.state}: no {why.event}")
        refused = Refused(Reason.WRONG_STATE, problem)
        note_refusal(store, now, actor, use_case.__name__, request, refused)
        raise refused from why


def _in_some_capacity(
    store: Store,
    now: datetime,
    actor: Actor,
    use_case: Callable[..., T],
    request: object,
    tools: Mapping[str, Any],
) -> T:
    *first, last = capacities(actor.person)
    for person in (*first, last):
        try:
            with store.write() as uow:
                uow.behalf = person.behalf
                check_sight(uow, person, request)
                return use_case(uow, now, replace(actor, person=person), request, **tools)
        except Refused as why:
            if why.reason is not Reason.NOT_PERMITTED or person is last:
                raise
    raise AssertionError  # the last one has returned or raised


def note_refusal(store: Store, now: datetime, actor: Actor, act: str, request: object, why: Refused) -> None:
    """Put a refused act into the log: who, what, on which subject, and the reason as an erasable note."""
    with store.write() as uow:
        uow.record(
            now,
            "person:act:refused",
            actor.name,
            _subject(request),
            os_user=actor.os_user,
            outcome=Outcome.REFUSED,
            facts={"act": act, "reason": why.reason, "fields": ",".join(p.field for p in why.problems)},
            notes={"why": _without_secrets(str(why), now)},
        )
        uow.commit()


def _without_secrets(words: str, now: datetime) -> str:
    """A refusal may quote what a person wrote: a mark of secrecy or a full identity number is never kept."""
    found = hard(screen_text(words, today=business_day(now))) or hard(screen_filename(words))
    if found:
        return "（拒绝的理由引用了不能保存的内容，没有记录原文）"
    return words if len(words) <= WHY_CHARS else f"{words[:WHY_CHARS]}…"


def _subject(request: object) -> str:
    for name, prefix in (
        ("revision_id", "revision"),
        ("posting_id", "posting"),
        ("part_id", "part"),
        ("item_id", "item"),
        ("channel", "channel"),
    ):
        value = getattr(request, name, "")
        if value:
            return f"{prefix}:{fact_value(str(value))}"
    return ""
