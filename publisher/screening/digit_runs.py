"""Numbers as people write them: digit groups with separators, broken over lines. Linear by construction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

DIGITS = re.compile(r"[0-9]+")
TAIL_X = re.compile(r"[ .\-\n]?[Xx×](?![0-9A-Za-z])")
SEPARATORS = frozenset(" .-\n")
LONGEST_GAP = 4
MOST_GROUPS = 6
SIZES = (18, 20, 15)

Span = tuple[int, int]


class Candidate(NamedTuple):
    """A number of exactly 15, 18 or 20 places, bounded by non-digits, and its span in the text.

    `digits` has no separators and ends in `X` where the text has that check character. `leads`: nothing
    of the same chain of digit groups stands before it.
    """

    digits: str
    start: int
    end: int
    leads: bool


def candidates(text: str) -> Iterator[Candidate]:
    """Every candidate of a normalised text, by place; at one place 18 before 20 before 15.

    A candidate consists of whole groups, at most six; one of 18 places also of single digits only (a form
    with one box a digit). Never a part of a longer digit group. At most four for each group of the text.
    """
    for chain in chains(text):
        yield from _windows(text, chain)


def chains(text: str) -> Iterator[list[Span]]:
    """Digit groups that may belong together: at most four separators and one line break between two."""
    chain: list[Span] = []
    for match in DIGITS.finditer(text):
        if chain and not _joined(text, chain[-1][1], match.start()):
            yield chain
            chain = []
        chain.append(match.span())
    if chain:
        yield chain


def _joined(text: str, start: int, end: int) -> bool:
    if end - start > LONGEST_GAP:
        return False
    gap = text[start:end]
    return SEPARATORS.issuperset(gap) and gap.count("\n") <= 1


def _windows(text: str, chain: list[Span]) -> Iterator[Candidate]:
    digits = "".join([text[start:end] for start, end in chain])
    edges = [0]
    for start, end in chain:
        edges.append(edges[-1] + end - start)
    group_at = {edge: group for group, edge in enumerate(edges)}
    for first, edge in enumerate(edges[:-1]):
        for size in SIZES:
            after = group_at.get(edge + size)
            if after is not None and (after - first <= MOST_GROUPS or after - first == size == 18):
                yield Candidate(digits[edge : edge + size], chain[first][0], chain[after - 1][1], first == 0)
    yield from _with_x(text, chain, digits, group_at)


def _with_x(text: str, chain: list[Span], digits: str, group_at: dict[int, int]) -> Iterator[Candidate]:
    tail = TAIL_X.match(text, chain[-1][1])
    first = group_at.get(len(digits) - 17)
    if tail and first is not None and (len(chain) - first <= MOST_GROUPS or len(chain) - first == 17):
        yield Candidate(digits[-17:] + "X", chain[first][0], tail.end(), first == 0)
