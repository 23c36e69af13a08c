"""From plain text with a little markup to our HTML subset. No word is lost, nothing is guessed that changes one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from markupsafe import escape

from publisher.domain.errors import Reason, refuse
from publisher.domain.item import ItemFile
from publisher.render.subset import sanitise

__all__ = ["from_text", "sanitise"]

HEADINGS = (  # outermost first; GB/T 9704 levels, and the chapters of rules
    ("chapter", re.compile(r"第[一二三四五六七八九十百零〇]+章\s")),
    ("l1", re.compile(r"[一二三四五六七八九十百零〇]+、")),
    ("l2", re.compile(r"[（(][一二三四五六七八九十百零〇]+[)）]")),
)
HEADING_LIMIT_CHARS = 40
RUNS_ON = re.compile("[。；;：]")
"""A line with one of these inside is a paragraph that begins like a heading."""

IMAGE = re.compile(r'!\[([^\]]*)\]\(((?:[^()"]|\([^()"]*\))+?)(?:\s+"([^"]*)")?\)')
TABLE_OPEN = (
    '<div class="scroll" tabindex="0" role="region" aria-label="表格，可左右滑动"><table class="official">'
)


def from_text(text: str, images: Mapping[str, ItemFile]) -> str:
    """Each line a paragraph, heading (`第一章 `, `一、`, `（一）`), row of a table (tabs) or picture.

    A picture is written `![alt](file "caption")`; the caption may be absent. `images` maps the name used in
    the text to the stored picture; pictures with the role "image" that the text does not place stand at its
    end, so that none is lost. Every other character of the text stands in the result, in order. Raises
    `Refused` for a picture that is not there and for control characters.
    """
    _refuse_control_characters(text)
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    placed: set[str] = set()
    levels: list[int] = []
    blocks: list[str] = []
    for columns, group in groupby(filter(None, lines), key=_columns):
        rows = list(group)
        if columns > 1 and len(rows) > 1:
            blocks.append(_table(rows))
        else:
            blocks.extend(block for line in rows for block in _line(line, images, placed, levels))
    left = (file for file in images.values() if file.role == "image" and file.digest not in placed)
    blocks.extend(_figure(file, file.title, "") for file in {file.digest: file for file in left}.values())
    return "\n".join(blocks)


def _refuse_control_characters(text: str) -> None:
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cs") and not char.isspace():
            why = f"正文里有不能显示的控制字符 U+{ord(char):04X}"
            raise refuse(
                Reason.BAD_INPUT, why, field="body", allowed="删去后重试", english="control character"
            )


def _columns(line: str) -> int:
    return 1 if IMAGE.search(line) else len(line.split("\t"))


def _table(rows: list[str]) -> str:
    head, *others = [[str(escape(cell.strip())) for cell in row.split("\t")] for row in rows]
    first = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in others)
    return f"{TABLE_OPEN}<thead><tr>{first}</tr></thead><tbody>{body}</tbody></table></div>"


def _line(line: str, images: Mapping[str, ItemFile], placed: set[str], levels: list[int]) -> Iterator[str]:
    """The blocks of one line: its words, and the pictures in it where they stand."""
    at = 0
    for found in IMAGE.finditer(line):
        yield from _words(line[at : found.start()], levels)
        alt, name, caption = found[1], found[2].strip(), found[3] or ""
        if name not in images:
            why = f"正文里的图片“{name}”没有随条目提交"
            allowed = "、".join(images) or "先把图片加入条目"
            raise refuse(Reason.BAD_INPUT, why, field="body", allowed=allowed, english=f"no image {name!r}")
        placed.add(images[name].digest)
        yield _figure(images[name], alt, caption)
        at = found.end()
    yield from _words(line[at:], levels)


def _figure(file: ItemFile, alt: str, caption: str) -> str:
    words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img src="[[slot:image:{file.digest}]]" alt="{escape(alt)}">{words}</figure>'


def _words(words: str, levels: list[int]) -> Iterable[str]:
    words = words.strip()
    if not words:
        return
    rank = _heading(words)
    if rank is None:
        yield f"<p>{escape(words)}</p>"
        return
    while levels and levels[-1] >= rank:
        levels.pop()
    levels.append(rank)  # real headings in order: the first level that a text uses is h2, whatever it is
    tag = f"h{len(levels) + 1}"
    yield f'<{tag} class="{HEADINGS[rank][0]}">{escape(words)}</{tag}>'


def _heading(line: str) -> int | None:
    if len(line) > HEADING_LIMIT_CHARS or RUNS_ON.search(line):
        return None
    return next((rank for rank, (_, form) in enumerate(HEADINGS) if form.match(line)), None)
