"""Optional pieces of a short text, and the order in which whole pieces go until it fits. Nothing is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from channels.contract import COUNT, ChannelProfile
from publisher.domain.catalogue import ChannelPlan
from publisher.domain.item import Content
from publisher.render.filters import entries, sentence
from publisher.render.limits import expected_url

LISTS = ("points", "facts", "qa")
"""Details with several entries: lines are kept, each entry is cleaned."""


class Pieces(dict[str, str]):
    """Texts by name for templates; a name that is not there is the empty text."""

    def __missing__(self, name: str) -> str:
        """The empty text."""
        return ""

    def without(self, name: str, left: str = "") -> Pieces:
        """The same with one piece gone, or reduced to what is left."""
        return Pieces({**self, name: left})


def pieces_of(content: Content) -> Pieces:
    """The details of a content, its summary and titles, each cleaned to stand in a sentence.

    A summary that only repeats the title is no piece.
    """
    found = Pieces()
    for name, text in content.details:
        found[name] = "\n".join(map(sentence, text.splitlines())) if name in LISTS else sentence(text)
    title, summary = sentence(content.title), sentence(content.summary)
    found["title"] = title
    found["short_title"] = sentence(content.short_title) or title
    found["summary"] = "" if title.startswith(summary) else summary
    found["correction"] = sentence(content.correction)
    return found


def states(pieces: Pieces, order: Sequence[str]) -> Iterator[Pieces]:
    """All pieces, then fewer and fewer, as `order` says; each state has what the one before had, or less.

    `name` goes as a whole; `name[]` loses its last entry, one after another, until none is left; `[]name`
    loses its first line, one after another, and keeps the last one: the next takes its place.
    """
    yield pieces
    for entry in order:
        name = entry.strip("[]")
        for left in _lefts(pieces[name], entry):
            pieces = pieces.without(name, left)
            yield pieces


def _lefts(text: str, entry: str) -> list[str]:
    if not text:
        return []
    if entry.startswith("[]"):
        lines = text.splitlines()
        return ["\n".join(lines[n:]) for n in range(1, len(lines))]
    if entry.endswith("[]"):
        parts = entries(text)
        return ["\n".join(parts[:n]) for n in range(len(parts) - 1, -1, -1)]
    return [""]


def fitted(
    pieces: Pieces, order: Sequence[str], write: Callable[[Pieces], str], fits: Callable[[str], bool]
) -> str:
    """The first text that fits; where none does, the last and shortest, for the profile's check to refuse."""
    text = ""
    for state in states(pieces, order):
        text = write(state)
        if fits(text):
            break
    return text


def fits_body(profile: ChannelProfile, plan: ChannelPlan) -> Callable[[str], bool]:
    """Whether a body keeps all of the profile's limits once the longest address stands in it."""
    limits = [limit for limit in profile.limits if limit.field == "body"]

    def fits(body: str) -> bool:
        filled = body.replace("[[slot:portal_url]]", expected_url(plan))
        return all(COUNT[limit.unit](filled) <= limit.maximum for limit in limits)

    return fits
