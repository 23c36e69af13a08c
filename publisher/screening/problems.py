"""How a refusal is said: which field, why, and what is allowed instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `field` is the ASCII name of the field, the other texts are whole sentences.

    Holds no text of the item and no file name, only names of fields: it may stand in a log.
    """

    field: str
    reason_zh: str
    allowed_zh: str
    reason_en: str


class Refused(Exception):
    """Nothing was taken in. `problems` lists all that was found, in the order of the file, never empty."""

    def __init__(self, *problems: Problem) -> None:
        """`str(error)` has one line a problem, in Chinese."""
        super().__init__("\n".join(f"{p.field}：{p.reason_zh}{p.allowed_zh}" for p in problems))
        self.problems = problems
