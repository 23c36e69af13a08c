"""Refusals: what a rule forbids, said in Chinese and English. Nothing has changed when one is raised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a wish was refused. Decides the exit code and how it is logged."""

    BAD_INPUT = "bad_input"
    NOT_FOUND = "not_found"
    NOT_PERMITTED = "not_permitted"
    NOT_PROVED = "not_proved"
    WRONG_STATE = "wrong_state"
    BUSY = "busy"
    SCREENED = "screened"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, why, what is allowed instead."""

    field: str
    why: str
    allowed: str = ""
    english: str = ""

    def sentence(self) -> str:
        """The problem as one Chinese sentence."""
        place = f"{self.field}：" if self.field else ""
        lead = "" if self.allowed.startswith("请") else "允许："
        allowed = f"。{lead}{self.allowed}" if self.allowed else ""
        return f"{place}{self.why}{allowed}"


class Refused(Exception):
    """A wish that a rule forbids, with every problem found. Nothing was stored or sent."""

    def __init__(self, reason: Reason, *problems: Problem) -> None:
        """At least one problem is given."""
        super().__init__("；".join(p.sentence() for p in problems))
        self.reason = reason
        self.problems = problems


def require_words(text: str, why: str, *, field: str = "reason") -> None:
    """Refuse an act whose reason was left empty; `why` says in Chinese what is to be written."""
    if not text.strip():
        raise refuse(Reason.BAD_INPUT, why, field=field, allowed="一句话", english=f"{field} is required")


def refuse(reason: Reason, why: str, *, field: str = "", allowed: str = "", english: str = "") -> Refused:
    """A refusal with a single problem, ready to be raised."""
    return Refused(reason, Problem(field, why, allowed, english))


class IllegalTransition(Exception):
    """A pair of state and event that is in no table. Nothing changed."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        """Names the machine, the state it is in and the event that has no place there."""
        super().__init__(f"{machine}: “{event}” 不能发生在 “{state}” / no transition")
        self.machine, self.state, self.event = machine, state, event
