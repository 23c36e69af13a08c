"""What people bring 带来的稿件: a Word file, a page of HTML, Markdown or plain text, as the content of a new draft."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from channels.reading import plain
from publisher.domain.clocks import business_day
from publisher.domain.errors import Reason, refuse
from publisher.domain.identifiers import DOCUMENT_NUMBER
from publisher.domain.item import TITLE_LIMIT_CHARS, Content, ItemFile
from publisher.render.marked import from_markdown
from publisher.render.pasted import HEADINGS, Node, clean_node, tree_of
from publisher.screening.filetypes import HEAD_BYTES, sniff
from publisher.screening.findings import hard
from publisher.screening.problems import Refused as ScreeningRefused
from publisher.screening.readers import word
from publisher.screening.readers.inference import Inference, infer_day, infer_kind, infer_source
from publisher.screening.readers.item_file import read_item_file
from publisher.screening.readers.text import decode
from publisher.screening.screen import screen_filename, screen_text
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.item_files import draft_from_file
from publisher.workflow.screen import as_refused, refuse_hard

LARGEST_UPLOAD_BYTES = word.LARGEST_BYTES
LARGEST_TEXT_BYTES = 4 * 1024 * 1024
HEAD_LETTERS = 30
ENDINGS = ("docx", "html", "htm", "md", "txt")
FORMS = "Word（.docx）、网页（.html）、Markdown（.md）或纯文本（.txt）"


@dataclass(frozen=True, slots=True)
class Brought:
    """A new draft's content: `make_body` turns the stored files (by key) into the text.

    `left_out` counts pictures of forms that no page shows; a person compares with the file.
    """

    content: Content
    make_body: Callable[[Mapping[str, ItemFile]], str]
    files: tuple[IncomingFile, ...] = ()
    left_out: int = 0


def draft_from_upload(data: bytes, *, name: str, now: datetime) -> Brought:
    """Read one file whole. Raises `Refused`: no file of ours, damaged, too large, or with words that may not be kept.

    Every word of a Word file is screened, also page heads, comments and deleted words; nothing is kept here.
    """
    today = business_day(now)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    refuse_hard(hard(screen_filename(name, today=today)))
    if ending not in ENDINGS:
        allowed = FORMS + ("；旧版 .doc 请先在 Word 里另存为 .docx" if ending in ("doc", "wps") else "")
        raise refuse(
            Reason.BAD_INPUT, "不能从这种文件建稿", field="file", allowed=allowed, english="not taken"
        )
    try:
        if ending == "docx":
            return _word(data, name, today)
        if len(data) > LARGEST_TEXT_BYTES:
            raise refuse(
                Reason.BAD_INPUT,
                "文件太大",
                field="file",
                allowed="不超过 4 MB",
                english="the file is too large",
            )
        if ending == "txt":
            return _text(data, name, now)
        text = decode(data).text
    except ScreeningRefused as why:
        raise as_refused(why) from why
    refuse_hard(hard(screen_text(plain(text) if ending != "md" else text, today=today)))
    html = from_markdown(text) if ending == "md" else text
    return _drafted(html, {}, today, (), 0)


def _word(data: bytes, name: str, today: date) -> Brought:
    if len(data) > LARGEST_UPLOAD_BYTES:
        most = LARGEST_UPLOAD_BYTES // 1024 // 1024
        raise refuse(
            Reason.BAD_INPUT,
            "文件太大",
            field="file",
            allowed=f"不超过 {most} MB",
            english="the file is too large",
        )
    if sniff(data[:HEAD_BYTES], name, lambda: io.BytesIO(data)).key != "docx":
        raise refuse(Reason.BAD_INPUT, "这不是 Word 文件", field="file", allowed=FORMS, english="no docx")
    read = word.read_word(data)
    for place, text in read.every:
        refuse_hard(hard(screen_text(text, place=place, today=today)))
    files = tuple(IncomingFile("image", p.name, _opener(p.data), p.alt, key=p.key) for p in read.pictures)
    return _drafted(read.html, {p.key: p.alt for p in read.pictures}, today, files, read.left_out)


def _opener(data: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(data)


def _text(data: bytes, name: str, now: datetime) -> Brought:
    """As the command reads it; only a missing day is no reason to turn it away: a person fills it in."""
    today = business_day(now)
    known = read_item_file(data, name=name, today=today).header
    given = {} if "formed_on" in known else {"formed_on": today}
    read = draft_from_file(data, name=name, now=now, open_beside=_nothing_beside, given=given)
    return Brought(read.request.content, read.request.make_body, read.request.files)


def _nothing_beside(name: str) -> BinaryIO:
    raise FileNotFoundError(name)


def _drafted(
    html: str, keys: Mapping[str, str], today: date, files: tuple[IncomingFile, ...], left_out: int
) -> Brought:
    root = tree_of(html)
    title = _take_title(root)
    words = plain(clean_node(root, lambda source: "0" * 64 if source in keys else ""))
    day, kind, source = infer_day(words), infer_kind(title), infer_source(words)
    numbered = (line.strip() for line in words.split("\n")[:8])
    content = Content(
        title=title,
        kind=str(kind.value) if kind else "notice",
        body="",
        formed_on=day.value if isinstance(day, Inference) and _past(day.value, today) else today,  # type: ignore[arg-type]
        column="",
        channels=(),
        doc_no=next((line for line in numbered if DOCUMENT_NUMBER.fullmatch(line)), ""),
        content_source=str(source.value) if source else "",
    )

    def make_body(kept: Mapping[str, ItemFile]) -> str:
        return clean_node(root, lambda source: kept[source].digest if source in kept else "")

    return Brought(content, make_body, files, left_out)


def _past(day: object, today: date) -> bool:
    return isinstance(day, date) and day <= today


def _take_title(root: Node) -> str:
    """The title, taken out of the text: what Word calls one, else the first line that is no letterhead or number."""
    lines = [(parent, node, " ".join(node.all_text().split())) for parent, node in _lines(root)]
    lines = [line for line in lines if line[2]]
    titled = [line for line in lines if line[1].attributes.get("class") == "title" or line[1].tag == "h1"][:1]
    if titled:
        at = lines.index(titled[0])
        titled = [titled[0], *(n for n in lines[at + 1 : at + 2] if n[1].attributes.get("class") == "title")]
    else:
        titled = [line for line in lines if not _is_head(line[2])][:1]
    title = "".join(words for _, _, words in titled)
    if not title or len(title) > TITLE_LIMIT_CHARS:
        return ""
    for parent, node, _ in titled:
        parent.children.remove(node)
    return title


def _is_head(line: str) -> bool:
    letterhead = line.endswith("文件") and len(line) <= HEAD_LETTERS
    return letterhead or bool(DOCUMENT_NUMBER.fullmatch(line))


def _lines(node: Node) -> Iterator[tuple[Node, Node]]:
    for child in node.children:
        if child.tag == "p" or child.tag in HEADINGS:
            yield node, child
        elif child.tag not in ("table", "ul", "ol"):
            yield from _lines(child)
