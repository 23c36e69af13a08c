"""Markdown as HTML, as far as staff write it: headings, lists, tables, bold, paragraphs. Other signs stay as words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import escape

HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
ENTRY = re.compile(r"\s*(?:(?P<dot>[-*+])|(?P<number>\d+[.)]))\s+(?P<words>.*)")
BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")


def from_markdown(text: str) -> str:
    """HTML of a Markdown text; to be cleaned like any other HTML. Every line of words is a paragraph of its own."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join(
        block for kind, group in groupby(lines, key=_kind) for block in _blocks(kind, list(group))
    )


def _kind(line: str) -> str:
    if HEADING.match(line):
        return "heading"
    if line.lstrip().startswith("|"):
        return "table"
    entry = ENTRY.match(line)
    return "p" if entry is None else "ul" if entry["dot"] else "ol"


def _blocks(kind: str, lines: list[str]) -> Iterator[str]:
    if kind == "heading":
        for line in lines:
            found = HEADING.match(line)
            if found:
                yield f"<h{len(found[1])}>{_words(found[2])}</h{len(found[1])}>"
    elif kind == "table":
        rows = [line.strip().strip("|").split("|") for line in lines if not RULE.match(line.strip())]
        head = len(lines) > 1 and RULE.match(lines[1].strip())
        cells = [[_words(cell.strip()) for cell in row] for row in rows]
        yield (
            "<table>"
            + "".join(_row(row, "th" if head and n == 0 else "td") for n, row in enumerate(cells))
            + "</table>"
        )
    elif kind in ("ul", "ol"):
        entries = [found["words"] for line in lines if (found := ENTRY.match(line))]
        yield f"<{kind}>" + "".join(f"<li>{_words(entry)}</li>" for entry in entries) + f"</{kind}>"
    else:
        yield from (f"<p>{_words(line)}</p>" for line in lines)


def _row(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _words(text: str) -> str:
    return BOLD.sub(lambda m: f"<strong>{m[1] or m[2]}</strong>", str(escape(text)))
