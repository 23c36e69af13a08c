"""Wrapping Chinese text: a line ends between any two characters, not in a word, a number or before a full stop."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

OPENING = frozenset("（《〈“‘〔【「(")
CLOSING = frozenset("，。；：、？！）》〉”’〕】」…%),.;:")


def clean(text: object) -> str:
    """The text without control characters, so that nothing in a title can steer a terminal."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "�" for c in str(text)
    )


def wrapped(text: str, width: int, hang: int = 0) -> list[str]:
    """The lines of a text, none over `width` columns; all but the first are indented by `hang` columns."""
    lines: list[str] = []
    for written in text.split("\n"):
        lines += _wrap(written, max(width, 2), min(hang, max(width - 2, 0)))
    return lines


def _wrap(written: str, width: int, hang: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _pieces(written):
        size = cell_len(piece.rstrip())
        if used + size > width and line.strip():
            yield line.rstrip()
            line, used = " " * hang, hang
        while used + size > width:  # one word longer than a line
            head, *rest = chop_cells(piece, max(width - used, 2))
            yield line + head
            piece, line, used = "".join(rest), " " * hang, hang
            size = cell_len(piece.rstrip())
        line, used = line + piece, used + cell_len(piece)
    yield line.rstrip()


def _pieces(line: str) -> Iterator[str]:
    """What must stay in one line: words with the space after them, characters with their punctuation."""
    piece = ""
    for char in line:
        if piece and _may_break(piece[-1], char):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in CLOSING or before in OPENING:
        return False
    return before == " " or cell_len(before) == 2 or cell_len(after) == 2


class Words:
    """A text that wraps so in any table or panel."""

    def __init__(self, text: object, style: str = "", *, hang: int = 0) -> None:
        """`hang` indents all lines but the first."""
        self._text = clean(text)
        self._style = style
        self._hang = hang

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Its lines."""
        for line in wrapped(self._text, options.max_width, self._hang):
            yield Text(line, self._style, no_wrap=True)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """From the longest piece to the longest line."""
        widest = max(map(cell_len, self._text.split("\n")))
        longest = max((cell_len(piece.rstrip()) for piece in _pieces(self._text)), default=1)
        return Measurement(min(longest, options.max_width), min(widest, options.max_width))
