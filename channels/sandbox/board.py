"""What can be turned and done on a practice platform while it runs: tables that serve programs and the panel alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, dataclass, field, replace
from enum import StrEnum
from typing import Any

TRUE_WORDS = {"1": True, "true": True, "0": False, "false": False}


class Kind(StrEnum):
    """How a value is written."""

    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    TEXT = "text"
    WORDS = "words"  # several, with spaces between; none: nothing is on the list
    WORDS_OR_ALL = "words_or_all"  # as before; none: everything is let in
    SECRET = "secret"  # noqa: S105 - never shown


@dataclass(frozen=True, slots=True)
class Knob:
    """One thing that can be turned. `name` leads to it from the simulator, with dots: `press.job_s`.

    `choices` are (value, words); `low` and `high` bound numbers. `unit` is shown behind the field.
    """

    name: str
    label: str
    group: str
    kind: Kind = Kind.NUMBER
    unit: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    low: float = 0
    high: float = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that a person can do with one `target`."""

    act: str
    label: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section: what it is, and what can be done with it."""

    words: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Things of one kind on the panel. `empty` is what it says without rows."""

    title: str
    rows: tuple[Row, ...]
    empty: str = ""


class BadValue(ValueError):
    """A value that a knob does not take; the words say what it takes."""


@dataclass
class Board:
    """The knobs and acts of one simulator. `refusal` makes the platform's own error answer: status and body.

    `paths` are (path, words) that faults can be set for; `first_code` stands in the form beforehand.
    `touched` is called after every change.
    """

    label: str
    sim: Any
    knobs: tuple[Knob, ...] = ()
    acts: Mapping[str, Callable[[str], None]] = field(default_factory=dict)
    sections: Callable[[], tuple[Section, ...]] = tuple
    paths: tuple[tuple[str, str], ...] = ()
    refusal: Callable[[int, str], tuple[int, str]] = lambda code, path: (code, "")
    code_words: str = "错误码"
    first_code: int = -1
    lock: Any = field(default_factory=threading.RLock)
    reader: str = "/"
    neighbours: list[tuple[str, str]] = field(default_factory=list)
    touched: Callable[[], None] = field(default=lambda: None)

    def values(self) -> dict[str, Any]:
        """Name → value of every knob, secrets blotted out."""
        with self.lock:
            return {knob.name: shown(knob, look(self.sim, knob.name)) for knob in self.knobs}

    def turn(self, asked: Mapping[str, Any]) -> None:
        """Set several knobs, all or none. Raises `BadValue`."""
        table = {knob.name: knob for knob in self.knobs}
        with self.lock:
            unknown = [name for name in asked if name not in table]
            if unknown:
                raise BadValue(f"没有这个旋钮：{unknown[0]}")
            ready = [(name, read(table[name], value)) for name, value in asked.items()]
            for name, value in ready:
                if table[name].kind is not Kind.SECRET or value:
                    put(self.sim, name, value)
        self.touched()

    def do(self, act: str, target: str) -> None:
        """Do one thing. Raises `BadValue` when it is unknown or cannot be done now."""
        if act not in self.acts:
            raise BadValue(f"没有这个动作：{act}")
        with self.lock:
            self.acts[act](target)
        self.touched()


def shown(knob: Knob, value: Any) -> Any:
    """A value as JSON has it."""
    if knob.kind is Kind.SECRET:
        return "***" if value else ""
    if knob.kind in (Kind.WORDS, Kind.WORDS_OR_ALL):
        return sorted(value) if value else []
    return value


def read(knob: Knob, value: Any) -> Any:
    """A value as the simulator has it, from JSON or from a form. Raises `BadValue`."""
    if knob.kind is Kind.NUMBER:
        return _number(knob, value)
    if knob.kind is Kind.FLAG:
        flag = TRUE_WORDS.get(str(value).lower())
        if flag is None:
            raise BadValue(f"{knob.label}：只能是开或关")
        return flag
    if knob.kind is Kind.CHOICE:
        for choice, _ in knob.choices:
            if str(choice) == str(value):
                return choice
        raise BadValue(f"{knob.label}：只能是 {'、'.join(words for _, words in knob.choices)}")
    if knob.kind in (Kind.WORDS, Kind.WORDS_OR_ALL):
        words = frozenset(value.split() if isinstance(value, str) else map(str, value))
        return None if not words and knob.kind is Kind.WORDS_OR_ALL else words
    return str(value).strip()


def _number(knob: Knob, value: Any) -> float | int:
    try:
        number = float(str(value))
    except ValueError as why:
        raise BadValue(f"{knob.label}：要写数字") from why
    if not knob.low <= number <= knob.high:
        raise BadValue(f"{knob.label}：{knob.low:g} 到 {knob.high:g}")
    return int(number) if number.is_integer() else number


def look(thing: Any, name: str) -> Any:
    """What a dotted name leads to. Below a mapping, the rest of the name is the key; a missing key is 0."""
    head, _, rest = name.partition(".")
    if isinstance(thing, Mapping):
        return thing.get(name, 0)
    value = getattr(thing, head)
    return look(value, rest) if rest else value


def put(thing: Any, name: str, value: Any) -> Any:
    """Set what a dotted name leads to; frozen things on the way are replaced. Returns the (new) thing."""
    head, _, rest = name.partition(".")
    if isinstance(thing, dict):
        thing[name] = value
        return thing
    new = put(getattr(thing, head), rest, value) if rest else value
    old = getattr(thing, head)
    if isinstance(old, tuple) and isinstance(new, frozenset):
        new = tuple(sorted(new))
    try:
        setattr(thing, head, new)
    except FrozenInstanceError:
        return replace(thing, **{head: new})
    return thing
