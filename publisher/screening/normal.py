"""One plain form of a text for matching, and the way back to the original characters.

Full-width and other forms of digits and letters become ASCII, look-alike letters become X, every kind of
space becomes one, and what a reader cannot see is dropped.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LOOKALIKES = {  # letters that pass for the check character X of an ID number
    "\u0425": "X",  # Cyrillic capital ha
    "\u0445": "x",  # Cyrillic small ha
    "\u03a7": "X",  # Greek capital chi
    "\u03c7": "x",  # Greek small chi
}
LINE_ENDS = frozenset("\n\v\f\x85\u2028\u2029")
UNSEEN = frozenset({"Cf", "Cc", "Mn", "Me"})
UNSEEN_LETTERS = frozenset(
    "\u115f\u1160\u3164\uffa0"
)  # Hangul fillers: letters by category, blank to the eye


@dataclass(frozen=True, slots=True)
class Normal:
    """`text` for matching; `origin[i]` is the place of its character i in the original text."""

    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` (not empty) stands in the original, in code points."""
        return self.origin[start], self.origin[end - 1] + 1


def normalise(text: str) -> Normal:
    """The plain form of `text`. Linear; characters may vanish or become several, order stays."""
    folded = [_fold(char) for char in text]
    plain = "".join(folded)
    if len(plain) == len(text) and all(folded):
        return Normal(plain, range(len(text)))
    origin = array("L")
    for place, part in enumerate(folded):
        origin.extend([place] * len(part))
    return Normal(plain, origin)


@lru_cache(maxsize=1 << 16)
def _fold(char: str) -> str:
    if char in LINE_ENDS:
        return "\n"
    if char in "\t\r":
        return " "
    kind = unicodedata.category(char)
    if kind in UNSEEN or char in UNSEEN_LETTERS:
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind == "Zs":
        return " "
    if kind == "Pd" or char == "\u2212":
        return "-"
    plain = unicodedata.normalize("NFKC", char)
    # ① before a number must not become its first digit
    if plain != char and any(c.isdecimal() for c in plain):
        return char
    return LOOKALIKES.get(plain, plain)
