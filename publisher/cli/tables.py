"""Tables and panels for people. Every state stands there in words; colour only repeats them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

GOOD = frozenset({"已核验", "已发出", "正常", "通过", "已下发", "已签发"})
BAD = frozenset(
    {"失败", "内容不符", "已缺失", "结果不明", "已暂停", "已冻结", "不通过", "待人工撤下", "无法撤下"}
)


def console(stream: IO[str]) -> Console:
    """A console that guesses nothing about the texts: no markup, no highlighting, no emoji names."""
    return Console(file=stream, highlight=False, markup=False, emoji=False)


def clean(text: object) -> str:
    """The text without control characters, so that nothing in a title can steer a terminal."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "�" for c in str(text)
    )


def cell(value: object) -> Text:
    """One value as it stands in a table; words of states get their colour."""
    words = clean("" if value is None else value)
    style = "green" if words in GOOD else "red" if words in BAD else ""
    return Text(words, style=style)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> RenderableType:
    """A table with wrapped cells, or a word that there is nothing."""
    made = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    lines = [[cell(value) for value in row] for row in rows]
    for line in lines:
        made.add_row(*line)
    if lines:
        return made
    return Text(f"{title}：没有" if title else "没有")


def facts(pairs: Iterable[tuple[str, object]], *, title: str = "") -> RenderableType:
    """Names and values; empty values are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, "", (), []):
            grid.add_row(Text(name), cell(value))
    return Panel(grid, title=Text(title), title_align="left", box=box.ROUNDED) if title else grid


def lines(texts: Iterable[object], *, title: str = "") -> RenderableType:
    """Plain lines, wrapped, under a heading."""
    body = [Text(clean(text)) for text in texts]
    if not body:
        return Text("")
    return Group(Text(title, style="bold"), *body) if title else Group(*body)


def whole(values: Mapping[str, Any]) -> str:
    """Texts that must stay in one piece so that they can be copied: one a line, never wrapped."""
    return "\n".join(f"{clean(name)}  {clean(value)}" for name, value in values.items() if value)
