"""Tables and panels for people. Every state stands there in words; colour only repeats them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import IO, Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from publisher.cli import listing
from publisher.cli.english import heading
from publisher.cli.wrapping import Words, clean

__all__ = ["clean", "console", "facts", "lines", "table", "whole"]


def console(stream: IO[str]) -> Console:
    """A console that guesses nothing about the texts: no markup, no highlighting, no emoji names."""
    return Console(file=stream, highlight=False, markup=False, emoji=False)


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    whole: Collection[str] = (),
    lang: str = "zh",
) -> RenderableType:
    """A list with wrapped cells, or a word that there is nothing. Columns named in `whole` wrap last."""
    return grouped(headings, [("", [(row, "") for row in rows])], title=title, whole=whole, lang=lang)


def grouped(
    headings: Sequence[str],
    groups: Iterable[tuple[str, Iterable[tuple[Sequence[object], str]]]],
    *,
    title: str = "",
    whole: Collection[str] = (),
    lang: str = "zh",
) -> RenderableType:
    """A list in groups, each under a line of its own; a row is its cells and a note that is shown below it."""
    made = [listing.Group([listing.Row(*row) for row in rows], head) for head, rows in groups]
    if not any(group.rows for group in made):
        nothing = "none" if lang == "en" else "没有"
        return Text(f"{title}{': ' if lang == 'en' else '：'}{nothing}" if title else nothing)
    named = [heading(word, lang) for word in headings]
    kept = frozenset(heading(word, lang) for word in whole)
    return listing.Listing(named, made, whole=kept, title=title)


def facts(pairs: Iterable[tuple[str, object]], *, title: str = "") -> RenderableType:
    """Names and values; empty values are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column()
    for name, value in pairs:
        if value not in (None, "", (), []):
            grid.add_row(Text(name), Words(value, listing.style_of(str(value))))
    return Panel(grid, title=Text(clean(title)), title_align="left", box=box.ROUNDED) if title else grid


def lines(texts: Iterable[str], *, title: str = "") -> RenderableType:
    """Plain lines under a heading; where one wraps, it goes on two columns to the right of where it began."""
    body = [Words(text, hang=len(text) - len(text.lstrip(" ")) + 2) for text in texts]
    if not body:
        return Text("")
    return Group(Text(title, style="bold"), *body) if title else Group(*body)


def whole(values: Mapping[str, Any]) -> str:
    """Texts that must stay in one piece so that they can be copied: one a line, never wrapped."""
    return "\n".join(f"{clean(name)}  {clean(value)}" for name, value in values.items() if value)
