"""Bytes to text: UTF-8 with or without BOM, UTF-16 with BOM, GB18030. Guesses nothing beyond these."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from publisher.screening.problems import Problem, Refused

ALLOWED = "请另存为 UTF-8 编码的纯文本；也收 GB18030（GBK）和带 BOM 的 UTF-16。"
MARKS = (  # byte order mark, codec; UTF-32 before UTF-16, whose mark it begins with
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NOT_TEXT = (  # first bytes of what staff hand in by mistake
    (b"PK\x03\x04", "Word、Excel 或压缩文件", "an Office file or archive"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word 或 Excel 文件", "an old Office file"),
    (b"%PDF-", "PDF 文件", "a PDF file"),
    (b"{\\rtf", "RTF 文件", "an RTF file"),
    (b"\xff\xd8\xff", "图片", "an image"),
    (b"\x89PNG", "图片", "an image"),
    (b"GIF8", "图片", "an image"),
)
LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
STRANGE = frozenset({"Co", "Cn", "Cs"})
MIXED_SHARE = 0.2
"""True GB18030 text reads as three-byte UTF-8 in about one character of sixty; more means damage or a mixture."""


class TextRefused(Refused):
    """The bytes are no text that we read. One problem, field as the caller named it."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` with `\\n` as the only line end and without BOM; `encoding` is the codec that read it."""

    text: str
    encoding: str


def decode(data: bytes, *, field: str = "file") -> Decoded:
    """The text of a file. Nothing is replaced or dropped but the BOM; line ends of all kinds become `\\n`.

    Raises `TextRefused` for other encodings, damaged or mixed bytes, NUL and other control characters, and
    files that are no text at all. An empty file is an empty text.
    """
    for magic, label_zh, label_en in NOT_TEXT:
        if data.startswith(magic):
            raise _refused(field, f"这是{label_zh}，不是纯文本。", f"this is {label_en}, not plain text")
    text, encoding = _read(data, field)
    text = LINE_END.sub("\n", text)
    if match := CONTROL.search(text):
        code = f"U+{ord(match[0]):04X}"
        line = text.count("\n", 0, match.start()) + 1
        raise _refused(
            field, f"第 {line} 行有控制字符 {code}，不是纯文本。", f"control character {code} in line {line}"
        )
    return Decoded(text, encoding)


def _read(data: bytes, field: str) -> tuple[str, str]:
    for mark, codec in MARKS:
        if data.startswith(mark):
            return _strict(data, mark, codec, field)
    if b"\x00" in data:
        raise _refused(
            field, "含有 NUL 字节，不是纯文本，或是没有 BOM 的 UTF-16。", "NUL bytes, not plain text"
        )
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        return _gb18030(data, field, error.start), "gb18030"


def _strict(data: bytes, mark: bytes, codec: str, field: str) -> tuple[str, str]:
    if not codec:
        raise _refused(field, "是 UTF-32 编码。", "UTF-32")
    try:
        return data[len(mark) :].decode("utf-8" if codec == "utf-8-sig" else codec), codec
    except UnicodeDecodeError as error:
        at = error.start + len(mark)
        raise _refused(
            field, f"第 {at + 1} 个字节损坏。", f"{codec} with a broken byte at offset {at}"
        ) from error


def _gb18030(data: bytes, field: str, broken_utf8: int) -> str:
    if _looks_like_utf8(data):
        raise _refused(
            field,
            f"像 UTF-8，但第 {broken_utf8 + 1} 个字节损坏，或混有两种编码。",
            f"looks like UTF-8 but has a broken byte at offset {broken_utf8}, or two encodings are mixed",
        )
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        at = error.start
        raise _refused(
            field, f"认不出编码（第 {at + 1} 个字节）。", f"unknown encoding, offset {at}"
        ) from error
    if any(unicodedata.category(char) in STRANGE for char in text):
        raise _refused(field, "认不出编码，或文件已损坏。", "unknown encoding or damaged file")
    return text


def _looks_like_utf8(data: bytes) -> bool:
    """Whether too much of a text that is not UTF-8 reads as Chinese in UTF-8 for it to be GB18030."""
    wide = sum(1 for char in data.decode("utf-8", "replace") if char > "\u07ff" and char != "\ufffd")
    high = sum(1 for byte in data if byte > 0x7F)
    return wide >= 3 and 3 * wide > MIXED_SHARE * high


def _refused(field: str, reason_zh: str, reason_en: str) -> TextRefused:
    return TextRefused(Problem(field, reason_zh, ALLOWED, reason_en))
