"""Our HTML subset in the clothes of a platform that keeps only inline styles.

The table of rules is data beside the templates (`dress.json`): `{"p": {"as": "p", "style": "…"}, …}`. A key is
an element, an element with a class (`p.to`), a class alone (`.l1`), or what an element becomes in a table's
cell (`cell p`). What has no rule loses its tags and keeps its words: links become text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markupsafe import Markup, escape

Rule = Mapping[str, str]
Attributes = list[tuple[str, str | None]]

RECORD_COLUMNS = 4
"""From this many columns on, a table with a header becomes one small table a row: a phone shows no more."""

TABLE_PARTS = frozenset({"table", "caption", "thead", "tbody", "tr", "th", "td"})


@dataclass
class Cell:
    """One cell; `html` is dressed already."""

    html: str
    head: bool
    columns: int
    rows: int


@dataclass
class Table:
    """A table as it is read."""

    caption: str = ""
    rows: list[list[Cell]] = field(default_factory=list)
    opened: tuple[str, dict[str, str]] = ("", {})


def dress(html: str, rules: Mapping[str, Rule], widths: Mapping[str, int]) -> Markup:
    """Sanitised HTML as elements with inline styles. `widths` gives pixels of pictures by their address."""
    dresser = _Dresser(rules, widths)
    dresser.feed(html)
    dresser.close()
    return Markup(dresser.result())  # noqa: S704 - every word went through escape


class _Dresser(HTMLParser):
    def __init__(self, rules: Mapping[str, Rule], widths: Mapping[str, int]) -> None:
        super().__init__(convert_charrefs=True)
        self._rules, self._widths = rules, widths
        self._out: list[list[str]] = [[]]
        self._closers: list[str] = []
        self._tables: list[Table] = []
        self._lists: list[int] = []

    def result(self) -> str:
        return "".join(self._out[0])

    def handle_data(self, data: str) -> None:
        self._write(str(escape(data)))

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._write("<br>")
        elif tag == "img":
            self._write(self._picture(values))
        elif tag in TABLE_PARTS:
            self._open_table_part(tag, values)
        else:
            self._open(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag in TABLE_PARTS:
            self._close_table_part(tag)
        elif self._closers and tag not in ("br", "img"):
            self._write(self._closers.pop())
            if tag in ("ul", "ol"):
                self._lists.pop()

    def _write(self, words: str) -> None:
        self._out[-1].append(words)

    def _rule(self, tag: str, css_class: str) -> Rule | None:
        names = [f"{tag}.{name}" for name in css_class.split()] + [f".{name}" for name in css_class.split()]
        cell = [f"cell {tag}"] if self._tables else []
        return next((self._rules[name] for name in (*cell, *names, tag) if name in self._rules), None)

    def _open(self, tag: str, values: dict[str, str]) -> None:
        rule = self._rule(tag, values.get("class", ""))
        opening, closing = _tags(rule) if rule else ("", "")
        self._write(opening)
        self._closers.append(closing)
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else -1)
        if tag == "li":
            self._write(self._marker())

    def _marker(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "· "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _picture(self, values: dict[str, str]) -> str:
        source, rule = values.get("src", ""), self._rules.get("img", {})
        width = self._widths.get(source, 0)
        data = f' data-w="{width}"' if width else ""
        alt = escape(values.get("alt", ""))
        return f'<img src="{escape(source)}" alt="{alt}"{data} style="{escape(rule.get("style", ""))}">'

    # ------------------------------------------------------------------------------- tables

    def _open_table_part(self, tag: str, values: dict[str, str]) -> None:
        if tag == "table":
            self._tables.append(Table())
        elif tag == "tr" and self._tables:
            self._tables[-1].rows.append([])
        elif tag in ("th", "td", "caption") and self._tables:
            self._tables[-1].opened = (tag, values)
            self._out.append([])

    def _close_table_part(self, tag: str) -> None:
        if not self._tables:
            return
        table = self._tables[-1]
        if tag == "table":
            self._tables.pop()
            self._write(_dressed_table(table, self._rules))
        elif tag == "caption":
            table.caption = "".join(self._out.pop())
        elif tag in ("th", "td"):
            _, values = table.opened
            html = "".join(self._out.pop())
            spans = (_span(values, "colspan"), _span(values, "rowspan"))
            table.rows[-1].append(Cell(html, tag == "th", *spans))


def _span(values: Mapping[str, str], name: str) -> int:
    text = values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 100 else 1


def _tags(rule: Rule) -> tuple[str, str]:
    style = f' style="{escape(rule["style"])}"' if rule.get("style") else ""
    inner = ("<strong>", "</strong>") if rule.get("strong") else ("", "")
    return f"<{rule['as']}{style}>{inner[0]}", f"{inner[1]}</{rule['as']}>"


def _cell(rules: Mapping[str, Rule], name: str, html: str, *, attributes: str = "", style: str = "") -> str:
    rule = rules[name]
    inner = f"<strong>{html}</strong>" if rule.get("strong") else html
    return f'<td{attributes} style="{escape(rule["style"] + style)}">{inner}</td>'


def _dressed_table(table: Table, rules: Mapping[str, Rule]) -> str:
    rows = [row for row in table.rows if row]
    if not rows:
        return ""
    width = max(sum(cell.columns for cell in row) for row in rows)
    even = all(len(row) == width and all(cell.rows == 1 for cell in row) for row in rows)
    headed = len(rows) > 1 and all(cell.head for cell in rows[0])
    opening, closing = _tags(rules["caption"])
    caption = f"{opening}{table.caption}{closing}" if table.caption else ""
    if width >= RECORD_COLUMNS and even and headed:
        return caption + "".join(_record(rows[0], row, rules) for row in rows[1:])
    return caption + _framed([_grid_row(row, width, rules, first=row is rows[0]) for row in rows], rules)


def _framed(rows: list[str], rules: Mapping[str, Rule]) -> str:
    opening, closing = _tags(rules["table"])
    return f"{opening}<tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody>{closing}"


def _grid_row(row: list[Cell], width: int, rules: Mapping[str, Rule], *, first: bool) -> str:
    cells = []
    for cell in row:
        spans = "".join(
            f' {name}="{count}"'
            for name, count in (("colspan", cell.columns), ("rowspan", cell.rows))
            if count > 1
        )
        share = f"width:{100 * cell.columns // width}%;" if first else ""
        cells.append(_cell(rules, "th" if cell.head else "td", cell.html, attributes=spans, style=share))
    return "".join(cells)


def _record(head: list[Cell], row: list[Cell], rules: Mapping[str, Rule]) -> str:
    """One row as a table of its own: its first cell as the title, then a line a column."""
    title = f"{head[0].html}　{row[0].html}"
    lines = [_cell(rules, "record", title, attributes=' colspan="2"')]
    for name, cell in zip(head[1:], row[1:], strict=True):
        lines.append(_cell(rules, "label", name.html, style="width:28%;") + _cell(rules, "td", cell.html))
    return _framed(lines, rules)
