"""Lists for people: columns under headings, lines that belong together under a line of their own, notes below."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from publisher.cli.wrapping import clean, wrapped

GOOD = frozenset({"已核验", "已发出", "正常", "通过", "已下发", "已签发", "verified", "out", "open", "ok"})
BAD = frozenset(
    {
        "失败",
        "内容不符",
        "已缺失",
        "结果不明",
        "已暂停",
        "已冻结",
        "不通过",
        "待人工撤下",
        "无法撤下",
        "有问题",
    }
    | {
        "failed",
        "differs",
        "missing",
        "unknown",
        "paused",
        "frozen",
        "bad",
        "unremovable",
        "withdraw by hand",
    }
)
GAP = "   "
NARROWEST = 8
NARROWER_STILL = 4


def style_of(words: str) -> str:
    """The colour of a state; the words say the same without it."""
    return "green" if words in GOOD else "red" if words in BAD else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a text for each column, and what is told about it below."""

    cells: Sequence[object]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under a line of their own; without one when `head` is empty."""

    rows: Sequence[Row]
    head: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that fits the terminal: the widest columns wrap, those in `whole` only when nothing else helps.

    An address in a note is printed in one piece so that it can be copied.
    """

    headings: Sequence[str]
    groups: Sequence[Group]
    whole: Collection[str] = field(default=frozenset())
    title: str = ""
    uncut = True

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Title, headings, a rule, and the lines."""
        width = options.max_width
        indent = "  " if any(group.head for group in self.groups) else " "
        widths = self._widths(width - len(indent))
        if self.title:
            yield Text(self.title, "bold", no_wrap=True)
        yield from _lines(indent, widths, self.headings, "bold")
        yield Text("─" * min(width, len(indent) + sum(widths) + len(GAP) * (len(widths) - 1)), "dim")
        for group in self.groups:
            for line in wrapped(clean(group.head), width) if group.head else ():
                yield Text(line, "bold", no_wrap=True)
            for row in group.rows:
                yield from _lines(indent, widths, row.cells)
                yield from _note(row.note, indent + " " * widths[0] + GAP, width)

    def _widths(self, width: int) -> list[int]:
        """What each column takes; the widest give until all fit."""
        texts = [self.headings, *(row.cells for group in self.groups for row in group.rows)]
        widths = [max(_natural(text[at]) for text in texts) for at in range(len(self.headings))]
        free = width - len(GAP) * (len(widths) - 1)
        flexible = [at for at, heading in enumerate(self.headings) if heading not in self.whole]
        for columns, least in ((flexible, NARROWEST), (range(len(widths)), NARROWER_STILL)):
            while sum(widths) > free:
                widest = max(columns, key=lambda at: widths[at], default=0)
                if widths[widest] <= least:
                    break
                widths[widest] -= 1
        return widths


def _natural(value: object) -> int:
    return max(map(cell_len, _shown(value).split("\n")))


def _shown(value: object) -> str:
    return clean("" if value is None else value)


def _lines(indent: str, widths: Sequence[int], cells: Sequence[object], style: str = "") -> Iterable[Text]:
    columns = [wrapped(_shown(cell), width) for cell, width in zip(cells, widths, strict=True)]
    styles = [style or style_of(_shown(cell)) for cell in cells]
    for line in zip_longest(*columns, fillvalue=""):
        made = Text(indent, no_wrap=True)
        for at, words in enumerate(line):
            made.append(words, styles[at])
            if at + 1 < len(line):
                made.append(" " * (widths[at] - cell_len(words)) + GAP)
        made.rstrip()
        yield made


def _note(note: str, indent: str, width: int) -> Iterable[Text]:
    for part in note.split("\n") if note else ():
        lines = [part] if "://" in part else wrapped(clean(part), width - len(indent))
        for line in lines:
            yield Text(indent + clean(line), "dim", no_wrap=True)
