"""A Word file (.docx) as HTML, and every word that stands anywhere in it. The only home of mammoth.

mammoth takes headings, lists, tables with merged cells, links and pictures from the body. What it leaves out (page
heads and feet, comments, deleted words, text boxes) is read besides, so that the screen sees all of it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.etree import ElementTree

import mammoth

from publisher.screening.problems import Problem, Refused

LARGEST_BYTES = 30 * 1024 * 1024
LARGEST_XML_BYTES = 24 * 1024 * 1024
"""All the words of a file, unpacked. A text of a hundred thousand characters has less than a tenth of this."""

WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PICTURE = "word:"
PICTURE_TYPES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "gif": b"GIF8"}
STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='标题'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='heading 1'] => h2:fresh
p[style-name='heading 2'] => h3:fresh
p[style-name='heading 3'] => h4:fresh
p[style-name='heading 4'] => h5:fresh
p[style-name='标题 1'] => h2:fresh
p[style-name='标题 2'] => h3:fresh
p[style-name='标题 3'] => h4:fresh
comment-reference => !
"""


@dataclass(frozen=True, slots=True)
class WordPicture:
    """A picture in the text. `key` is its address in the HTML, `alt` its words in Word ("" where there are none)."""

    key: str
    name: str
    data: bytes = field(repr=False)
    alt: str = ""


@dataclass(frozen=True, slots=True)
class WordText:
    """`html` as mammoth made it, not cleaned. `left_out` counts pictures of forms that no page shows.

    `every` are all words of the file by where they stand (正文, 页眉, 页脚, 批注 …).
    """

    html: str
    pictures: tuple[WordPicture, ...]
    left_out: int
    every: tuple[tuple[str, str], ...]


PLACES = (
    ("header", "页眉"),
    ("footer", "页脚"),
    ("comments", "批注"),
    ("footnotes", "脚注"),
    ("endnotes", "尾注"),
)


def read_word(data: bytes) -> WordText:
    """Read a file that `sniff` knew as docx. Nothing outside the file is opened. Raises `Refused`."""
    if len(data) > LARGEST_BYTES:
        raise _refused(f"文件有 {len(data) // 1024 // 1024} MB，太大。", f"{len(data)} bytes, too large")
    try:
        every = tuple(_every_word(data))
        pictures, left_out, html = _converted(io.BytesIO(data))
    except Refused:
        raise
    except Exception as why:
        raise _refused("Word 文件已损坏，读不出来。", "damaged docx") from why
    return WordText(html, pictures, left_out, every)


def _converted(stream: BinaryIO) -> tuple[tuple[WordPicture, ...], int, str]:
    pictures: list[WordPicture] = []
    left_out = 0

    def keep(image: Any) -> dict[str, str]:
        nonlocal left_out
        ending = PICTURE_TYPES.get(image.content_type, "")
        with image.open() as opened:
            data: bytes = opened.read()
        if not ending or not data.startswith(MAGIC[ending]):
            left_out += 1
            return {"src": ""}
        number = len(pictures) + 1
        key = f"{PICTURE}{number}"
        pictures.append(WordPicture(key, f"图{number}.{ending}", data, (image.alt_text or "").strip()))
        return {"src": key}

    made = mammoth.convert_to_html(
        stream,
        style_map=STYLES,
        convert_image=mammoth.images.img_element(keep),
        external_file_access=False,
        include_embedded_style_map=False,
    )
    return tuple(pictures), left_out, made.value


def _every_word(data: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
        if sum(part.file_size for part in parts) > LARGEST_XML_BYTES:
            raise _refused("文字内容展开后过大。", "too much XML")
        for part in parts:
            if part.filename.startswith(("word/", "docProps/")) and part.filename.endswith(".xml"):
                text = _words_of(archive.read(part))
                if text.strip():
                    yield _place(part.filename), text


def _place(name: str) -> str:
    stem = name.rpartition("/")[2]
    return next((place for start, place in PLACES if stem.startswith(start)), "Word 文件")


def _words_of(xml: bytes) -> str:
    """All words of a part, a line a paragraph; deleted ones and those of text boxes too."""
    if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml:
        raise _refused("Word 文件里有不该有的声明。", "a document type in the XML")
    lines: list[str] = []
    line: list[str] = []
    for element in ElementTree.fromstring(xml).iter():  # noqa: S314 - no entities: refused above
        if element.tag in (f"{WORDS}p", f"{DRAWN}p", f"{WORDS}tc"):
            lines.append("".join(line))
            line = []
        elif element.tag in (f"{WORDS}tab", f"{WORDS}br"):
            line.append(" ")
        elif element.text and element.tag != f"{WORDS}instrText":
            line.append(element.text)
    return "\n".join([*lines, "".join(line)])


def _refused(reason_zh: str, reason_en: str) -> Refused:
    allowed = "请用 Word 或 WPS 打开，另存为 .docx 后再上传；图片很多的，把图片作为附件另传。"
    return Refused(Problem("file", reason_zh, allowed, reason_en))
