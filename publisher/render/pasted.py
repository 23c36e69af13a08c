"""HTML from elsewhere (Word, a browser, our own editor) as a body of our subset. Words stay, dress goes.

Paragraphs, headings in order without a gap, lists, tables with merged cells, links, bold and our own pictures are
kept; everything else leaves its words. Doing it twice changes nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markupsafe import escape

from publisher.render.body import TABLE_OPEN
from publisher.render.subset import CLASSES, sanitise

SILENT = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "xml"}
)
VOID = frozenset(
    {"br", "img", "hr", "col", "wbr", "input", "meta", "link", "area", "base", "embed", "source"}
)
HEADINGS = {f"h{n}": n for n in range(1, 7)}
SAME = {"b": "strong", "strong": "strong", "i": "em", "em": "em"}
BREAKS = frozenset(
    (
        *(
            "p",
            "div",
            "section",
            "article",
            "main",
            "header",
            "footer",
            "aside",
            "nav",
            "blockquote",
            "center",
        ),
        *(
            "pre",
            "address",
            "form",
            "fieldset",
            "dl",
            "dt",
            "dd",
            "body",
            "html",
            "hr",
            "figure",
            "figcaption",
        ),
        *("ul", "ol", "li", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"),
        *HEADINGS,
    )
)
LINK = re.compile(r"(?:https?:|mailto:)", re.IGNORECASE)
SPACE = re.compile(r"[ \t\r\n\f\v]+")
MOST_SPAN = 100
DEEPEST = 100
"""What is nested deeper is taken as words."""

Picture = Callable[[str], str]
"""From an address in the HTML to the digest of a stored picture, "" for one that is not ours."""


@dataclass
class Node:
    """One element, or words where `tag` is empty."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all_text(self) -> str:
        """Every word below, with single spaces."""
        return self.text if not self.tag else "".join(child.all_text() for child in self.children)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("body")
        self._open = [self.root]
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        if self._silent:
            return
        if tag in ("p", "li", "tr", "td", "th", *HEADINGS):
            self._end_like(tag)
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID and len(self._open) < DEEPEST:
            self._open.append(node)

    def _end_like(self, tag: str) -> None:
        """What HTML leaves open: a paragraph ends at the next one, a cell at the next cell."""
        inside = {"td": "tr", "th": "tr", "tr": "table", "li": "ul"}.get(tag)
        for at in range(len(self._open) - 1, 0, -1):
            name = self._open[at].tag
            if (
                name == tag
                or (tag in ("td", "th") and name in ("td", "th"))
                or (tag == "tr" and name == "tr")
            ):
                del self._open[at:]
                return
            if name in BREAKS and (inside is None or name in ("table", "ul", "ol", inside)):
                return

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
            return
        if self._silent:
            return
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return
            if tag not in BREAKS and self._open[at].tag in BREAKS:
                return

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._open[-1].children.append(Node("", text=data.replace("\u200b", "").replace("\ufeff", "")))


def tree_of(html: str) -> Node:
    """The elements of some HTML, however broken."""
    eye = _Tree()
    eye.feed(html)
    eye.close()
    return eye.root


def find(node: Node, element_id: str) -> Node | None:
    """The element with an id."""
    if node.attributes.get("id") == element_id:
        return node
    return next((found for child in node.children if (found := find(child, element_id))), None)


def clean(html: str, picture: Picture = lambda _source: "") -> str:
    """Some HTML as a body of our subset. `picture` says which addresses are pictures that we have stored."""
    return clean_node(tree_of(html), picture)


def clean_node(node: Node, picture: Picture = lambda _source: "") -> str:
    """The same for an element that was read already."""
    return sanitise("\n".join(_Work(picture).blocks(node)))


class _Work:
    """One text on its way. Heading levels are counted over the whole of it."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._levels: list[int] = []

    def blocks(self, node: Node) -> Iterator[str]:
        run: list[Node] = []
        for child in node.children:
            if self._breaks(child):
                yield from self._paragraph(run, "")
                run = []
                yield from self._block(child)
            else:
                run.append(child)
        yield from self._paragraph(run, "")

    def _breaks(self, node: Node) -> bool:
        return node.tag in BREAKS or node.tag == "img" or any(map(self._breaks, node.children))

    def _block(self, node: Node) -> Iterator[str]:
        tag = node.tag
        if tag == "img":
            yield from self._figure(node, "")
        elif tag == "figure":
            yield from self._with_caption(node)
        elif tag in HEADINGS and not any(self._breaks(child) for child in node.children):
            yield from self._heading(node)
        elif tag in ("ul", "ol"):
            yield from self._list(node)
        elif tag == "table":
            yield from self._table(node)
        elif tag == "p" and not any(self._breaks(child) for child in node.children):
            yield from self._paragraph(node.children, _own_class(node))
        elif tag == "div" and _own_class(node) and "scroll" not in node.attributes.get("class", ""):
            inner = "\n".join(self.blocks(node))
            if inner:
                yield f"<div{_own_class(node)}>{inner}</div>"
        elif tag != "hr":
            yield from self.blocks(node)

    def _paragraph(self, nodes: list[Node], own: str) -> Iterator[str]:
        words = self._inline(nodes)
        if _visible(words):
            yield f"<p{own}>{words}</p>"

    def _heading(self, node: Node) -> Iterator[str]:
        words = self._inline(node.children)
        if not _visible(words):
            return
        rank = HEADINGS[node.tag]
        while self._levels and self._levels[-1] >= rank:
            self._levels.pop()
        self._levels.append(rank)
        tag = f"h{min(len(self._levels) + 1, 4)}"
        yield f"<{tag}{_own_class(node, tag)}>{words}</{tag}>"

    def _list(self, node: Node) -> Iterator[str]:
        items = []
        for child in node.children:
            if child.tag in ("ul", "ol"):
                items.append("".join(self._list(child)))
            elif child.tag == "li" or child.all_text().strip():
                items.append(self._item(child))
        inner = "".join(f"<li>{item}</li>" for item in items if _visible(item))
        if inner:
            yield f"<{node.tag}>{inner}</{node.tag}>"

    def _item(self, node: Node) -> str:
        """A list's entry: its words, and lists in it. Paragraphs in it are lines."""
        if not node.tag:
            return self._inline([node])
        nested = [child for child in node.children if child.tag in ("ul", "ol")]
        words = self._lines(Node("li", children=[c for c in node.children if c not in nested]))
        return words + "".join(part for one in nested for part in self._list(one))

    def _lines(self, node: Node) -> str:
        """Inline words of something with blocks in it, a line a block."""
        lines: list[str] = []
        run: list[Node] = []
        for child in node.children:
            if self._breaks(child):
                lines += [self._inline(run), self._pictured(child) or self._lines(child)]
                run = []
            else:
                run.append(child)
        lines.append(self._inline(run))
        return "<br>".join(line for line in lines if _visible(line))

    def _pictured(self, node: Node) -> str:
        return "".join(self._image(node)) if node.tag == "img" else ""

    def _table(self, node: Node) -> Iterator[str]:
        rows = list(_rows(node))
        heads = [row for row, head in rows if head]
        others = [row for row, head in rows if not head]
        if not heads and others and all(cell.tag == "th" for cell in _cells(others[0])):
            heads, others = others[:1], others[1:]
        head = "".join(self._row(row, head=True) for row in heads)
        body = "".join(self._row(row, head=False) for row in others)
        if not _visible(head + body):
            return
        said = next((c for c in node.children if c.tag == "caption"), None)
        caption = (
            f"<caption>{self._inline(said.children)}</caption>" if said and said.all_text().strip() else ""
        )
        top = f"<thead>{head}</thead>" if head else ""
        yield f"{TABLE_OPEN}{caption}{top}{f'<tbody>{body}</tbody>' if body else ''}</table></div>"

    def _row(self, row: Node, *, head: bool) -> str:
        cells = []
        for cell in _cells(row):
            tag = "th" if head else cell.tag
            spans = "".join(_span(cell, name) for name in ("colspan", "rowspan"))
            scope = ' scope="col"' if head else ' scope="row"' if tag == "th" else ""
            cells.append(f"<{tag}{scope}{spans}{_own_class(cell, tag)}>{self._lines(cell)}</{tag}>")
        return f"<tr>{''.join(cells)}</tr>" if cells else ""

    def _with_caption(self, node: Node) -> Iterator[str]:
        said = next((child for child in node.children if child.tag == "figcaption"), None)
        image = next(_images(node), None)
        if image is None:
            yield from self.blocks(Node("div", children=node.children))
        else:
            yield from self._figure(image, self._inline(said.children) if said else "")

    def _figure(self, node: Node, caption: str) -> Iterator[str]:
        words = f"<figcaption>{caption}</figcaption>" if _visible(caption) else ""
        yield from (f"<figure>{image}{words}</figure>" for image in self._image(node))

    def _image(self, node: Node) -> Iterator[str]:
        digest = self._picture(node.attributes.get("src", ""))
        if digest:
            alt = SPACE.sub(" ", node.attributes.get("alt", "")).strip()
            yield f'<img src="[[slot:image:{digest}]]" alt="{escape(alt)}">'

    def _inline(self, nodes: list[Node]) -> str:
        words = SPACE.sub(" ", "".join(map(self._piece, nodes))).strip(" \u3000\xa0")
        while words.endswith("<br>") or words.startswith("<br>"):
            words = words.removesuffix("<br>").removeprefix("<br>").strip(" \u3000\xa0")
        return words

    def _piece(self, node: Node) -> str:
        if not node.tag:
            return str(escape(node.text))
        if node.tag == "br":
            return "<br>"
        inner = "".join(map(self._piece, node.children))
        tag = SAME.get(node.tag, "")
        if not _visible(inner):
            return inner
        if tag:
            return f"<{tag}>{inner}</{tag}>"
        if node.tag == "a" and LINK.match(node.attributes.get("href", "").strip()):
            return f'<a href="{escape(node.attributes["href"].strip())}">{inner}</a>'
        if node.tag == "span" and _own_class(node):
            return f"<span{_own_class(node)}>{inner}</span>"
        return inner


def _own_class(node: Node, tag: str = "") -> str:
    known = CLASSES.get(tag or node.tag, set())
    named = [name for name in node.attributes.get("class", "").split() if name in known]
    return f' class="{" ".join(named)}"' if named else ""


def _rows(node: Node, *, head: bool = False) -> Iterator[tuple[Node, bool]]:
    for child in node.children:
        if child.tag == "tr":
            yield child, head
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from _rows(child, head=child.tag == "thead")


def _cells(row: Node) -> list[Node]:
    return [child for child in row.children if child.tag in ("td", "th")]


def _span(cell: Node, name: str) -> str:
    text = cell.attributes.get(name, "")
    return f' {name}="{text}"' if text.isascii() and text.isdigit() and 1 < int(text) <= MOST_SPAN else ""


def _images(node: Node) -> Iterator[Node]:
    if node.tag == "img":
        yield node
    for child in node.children:
        yield from _images(child)


def _visible(html: str) -> bool:
    return "<img" in html or bool(re.sub(r"<[^>]*>", "", html).replace("&nbsp;", "").strip(" \u3000\xa0\n\t"))
