"""How big a storm is, and what is told about it afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.plan import Ill, Trouble, troubles
from tests.chaos.verdict import Faults

ENTRIES = 20
"""At least so many log entries does the service write about one item on its four channels."""


@dataclass(frozen=True)
class Weather:
    """How big a storm is: so many items, and a fault about every `every` log entries.

    Entries and not seconds: a slow machine has the same storm. Items become due `apart_s` apart (business
    time). `patience_s` is how long nothing may go on, `rest_s` after how long at work everything must rest
    (0: as long as so many items may need).
    """

    seed: int
    items: int = 20
    every: float = 6.0
    apart_s: float = 30.0
    daemons: int = 3
    mutant: str = ""
    weights: dict[Ill, int] | None = None
    planned: tuple[Trouble, ...] = ()
    patience_s: float = 60.0
    rest_s: float = 0.0

    def must_rest_s(self) -> float:
        """How long all of it may take on a slow machine."""
        return self.rest_s or 5 * self.patience_s + 8 * self.items

    def plan(self) -> list[Trouble]:
        """The faults to come, in order: those that are `planned`, or as many as so many items are worth."""
        if self.planned:
            return list(self.planned)
        count = int(self.items * ENTRIES / self.every)
        return troubles(self.seed, count=count, every=self.every, weights=self.weights)


@dataclass
class Summary:
    """What happened: faults that came by kind, what people did, what daemons reported, what was found wrong."""

    weather: Weather
    database: str
    postings: int
    came: Counter[str]
    people: Counter[str]
    spoken: Counter[str]
    restarts: int
    ended_by_themselves: int
    took_s: Mapping[str, float]
    faults: Faults = field(default_factory=Faults)

    def __str__(self) -> str:
        first = f"{self.database}: {self.postings} postings, {self.weather.daemons} daemons"
        second = f"seed {self.weather.seed}, {sum(self.took_s.values()):.0f} s"
        parts = ", ".join(f"{what} in {seconds:.0f} s" for what, seconds in self.took_s.items())
        lines = [f"{first}, {sum(self.came.values())} faults, {second} ({parts})"]
        for counted, whose in (
            (self.came, ""),
            (self.people, "people: "),
            (self.spoken, "a daemon reported: "),
        ):
            lines += [f"  {count:5}  {whose}{name}" for name, count in sorted(counted.items())]
        lines.append(f"  {self.restarts:5}  daemons started again")
        if self.ended_by_themselves:
            lines.append(f"  {self.ended_by_themselves:5}  of them had ended by themselves")
        return "\n".join([*lines, str(self.faults)])


FORESEEN = ("StoreUnavailable", "CommitUnsure", "LeaseLost")
"""What a daemon may report in a storm: the database is away, or went away while committing; another worker has taken
over."""


def unforeseen(said: Counter[str]) -> list[str]:
    """Reports of anything else."""
    return [f"{name} ({count} times)" for name, count in said.items() if not name.startswith(FORESEEN)]


def spoken(words: Path) -> Counter[str]:
    """What daemons reported, by kind of fault; what is no report is counted as it stands.

    Two processes may write at once: then two reports share a line.
    """
    counted: Counter[str] = Counter()
    text = words.read_text("utf-8").strip() if words.exists() else ""
    while text:
        try:
            said, end = json.JSONDecoder().raw_decode(text)
            counted[f"{said.get('error')}: {str(said.get('words'))[:80]}"] += 1
        except ValueError:
            line = text.partition("\n")[0]
            end = len(line)
            counted[line[:100]] += 1
        text = text[end:].lstrip()
    return counted
