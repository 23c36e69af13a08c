"""What a file is, by its bytes; its name must agree. Only the listed kinds are taken.

`sniff` reads the head, the size and, for containers and pictures, the directory or the pixels; it stores nothing.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from publisher.screening.containers import OLE_MAGIC, ZIP_MAGICS, ContainerFault, ole_names, zip_names
from publisher.screening.problems import Problem, Refused

Opener = Callable[[], BinaryIO]
"""Opens the same file again, readable and seekable; the callee closes it."""

HEAD_BYTES = 4096
"""How much of the file `sniff` wants as `head`; less only when the file is shorter."""
MEGABYTE = 1024 * 1024
NAME_LIMIT_CHARS = 120
NAME_LIMIT_BYTES = 240


class FileRefused(Refused):
    """The file is not taken and nothing of it is kept. `problems` has one entry; its field is `file` or `name`."""


FileRefusal = Problem


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that we take. `endings` are lower case, without the dot; the first is the usual one."""

    key: str
    label_zh: str
    media_type: str
    endings: tuple[str, ...]
    image: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest sizes in bytes, and the most pixels of a picture."""

    attachment_bytes: int = 100 * MEGABYTE
    image_bytes: int = 10 * MEGABYTE
    image_pixels: int = 50_000_000


DEFAULT_LIMITS = Limits()

ALLOWED = {  # rules 16.4 attachment_formats; pictures; plain text
    kind.key: kind
    for kind in (
        FileKind("pdf", "PDF", "application/pdf", ("pdf",)),
        FileKind(
            "docx",
            "Word 文档",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ("docx",),
        ),
        FileKind(
            "xlsx",
            "Excel 表格",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ("xlsx",),
        ),
        FileKind("doc", "Word 文档（旧版）", "application/msword", ("doc",)),
        FileKind("xls", "Excel 表格（旧版）", "application/vnd.ms-excel", ("xls",)),
        FileKind("ofd", "OFD 版式文件", "application/ofd", ("ofd",)),
        FileKind("txt", "纯文本", "text/plain", ("txt",)),
        FileKind("jpg", "JPEG 图片", "image/jpeg", ("jpg", "jpeg"), image=True),
        FileKind("png", "PNG 图片", "image/png", ("png",), image=True),
        FileKind("gif", "GIF 图片", "image/gif", ("gif",), image=True),
    )
}
MAGIC = (  # first bytes of kinds that need no further look
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
ZIP_PARTS = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("OFD.xml", "ofd"))
OLE_STREAMS = (("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))
CONVERT = "请另存为 {}后再上传。"
UNWANTED = (  # (offset, bytes, what it is, in English, what to do)
    (8, b"WEBP", "WebP 图片", "a WebP image", CONVERT.format("JPEG 或 PNG ")),
    (4, b"ftypheic", "HEIC 图片", "a HEIC image", CONVERT.format("JPEG 或 PNG ")),
    (4, b"ftypavif", "AVIF 图片", "an AVIF image", CONVERT.format("JPEG 或 PNG ")),
    (0, b"II*\x00", "TIFF 图片", "a TIFF image", CONVERT.format("JPEG 或 PNG ")),
    (0, b"MM\x00*", "TIFF 图片", "a TIFF image", CONVERT.format("JPEG 或 PNG ")),
    (0, b"BM", "BMP 图片", "a BMP image", CONVERT.format("JPEG 或 PNG ")),
    (0, b"{\\rtf", "RTF 文档", "an RTF document", CONVERT.format(" docx 或 PDF ")),
    (0, b"Rar!", "RAR 压缩包", "a RAR archive", "请解压，逐个上传里面的文件。"),
    (0, b"7z\xbc\xaf", "7z 压缩包", "a 7z archive", "请解压，逐个上传里面的文件。"),
    (0, b"\x1f\x8b", "gzip 压缩包", "a gzip archive", "请解压，逐个上传里面的文件。"),
    (0, b"MZ", "Windows 程序", "a Windows program", "程序不能作为附件。"),
    (0, b"\x7fELF", "Linux 程序", "a Linux program", "程序不能作为附件。"),
    (0, b"#!", "脚本", "a script", "程序不能作为附件。"),
)
FORMS = "可收：pdf、docx、doc、xlsx、xls、ofd、txt，图片 jpg、png、gif。"


def sniff(head: bytes, name: str, opener: Opener, *, limits: Limits = DEFAULT_LIMITS) -> FileKind:
    """The kind of a file. `head` is its first `HEAD_BYTES`, `name` the name it was handed in under.

    Raises `FileRefused` for a bad name, 0 bytes, more than the limit, encrypted or damaged containers,
    zip bombs, macros, kinds that are not listed, and a name whose ending says something else.
    """
    check_name(name)
    size = _size(opener)
    if size == 0:
        raise refused("文件是空的（0 字节）。", "请选有内容的文件。", "0 bytes")
    if size > limits.attachment_bytes:
        raise _too_large(size, limits.attachment_bytes, "附件")
    kind = ALLOWED[_key(head, name, opener)]
    if kind.image and size > limits.image_bytes:
        raise _too_large(size, limits.image_bytes, "图片")
    if _ending(name) not in kind.endings:
        usual = "或".join(f".{ending}" for ending in kind.endings)
        raise refused(
            f"文件实际是{kind.label_zh}，与文件名的后缀不符。",
            f"请核对是否选错文件；没有错的，把后缀改为 {usual}。",
            f"the bytes are {kind.key}, the name says otherwise",
        )
    return kind


def check_name(name: str) -> None:
    """Raises `FileRefused` for a name that is empty, too long, a path, or has characters nobody can see.

    Chinese, rare characters and emoji are fine.
    """
    faults = (
        (not name.strip(" .") or name.startswith("."), "文件名是空的，或以点开头。", "empty or hidden name"),
        (
            len(name) > NAME_LIMIT_CHARS or len(name.encode()) > NAME_LIMIT_BYTES,
            "文件名太长。",
            "name too long",
        ),
        (any(c in '/\\:*?"<>|' for c in name), '文件名含有 / \\ : * ? " < > | 之一。', "forbidden character"),
        (any(_unseen(c) for c in name), "文件名含有看不见的控制字符。", "control character in the name"),
    )
    allowed = f"请改名：不超过 {NAME_LIMIT_CHARS} 字（{NAME_LIMIT_BYTES} 字节），如 2026年度报告.pdf。"
    for wrong, reason_zh, reason_en in faults:
        if wrong:
            raise FileRefused(Problem("name", reason_zh, allowed, reason_en))


def _unseen(char: str) -> bool:
    # the joiner U+200D and selectors are part of emoji; direction marks can hide an ending
    return (
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _key(head: bytes, name: str, opener: Opener) -> str:
    for magic, key in MAGIC:
        if head.startswith(magic):
            return key
    for offset, magic, label_zh, label_en, advice in UNWANTED:
        if head.startswith(magic, offset) and not _may_be_text(head, name):
            raise refused(f"不收{label_zh}。", advice + FORMS, f"{label_en} is not taken")
    try:
        if head.startswith(ZIP_MAGICS):
            return _office_zip(opener)
        if head.startswith(OLE_MAGIC):
            return _office_ole(opener)
    except ContainerFault as fault:
        raise refused(fault.reason_zh, fault.allowed_zh, fault.reason_en) from fault
    if _ending(name) == "txt" and _may_be_text(head, name):
        return "txt"
    raise refused("认不出这是什么文件，或文件已损坏。", FORMS, "unknown kind of file")


def _office_zip(opener: Opener) -> str:
    with opener() as stream:
        names = zip_names(stream)
    if any(part.endswith("vbaProject.bin") or part.startswith("xl/macrosheets/") for part in names):
        raise refused("文件带有宏。", "请另存为不带宏的文档后再上传。", "contains macros")
    for part, key in ZIP_PARTS:
        if part in names:
            return key
    if "ppt/presentation.xml" in names:
        raise refused("不收幻灯片。", CONVERT.format(" PDF ") + FORMS, "a presentation is not taken")
    raise refused("不收压缩包。", "请解压，逐个上传里面的文件。" + FORMS, "a zip archive is not taken")


def _office_ole(opener: Opener) -> str:
    with opener() as stream:
        names = ole_names(stream)
    if "EncryptedPackage" in names:
        raise refused("文件设有打开密码。", "请去掉密码后再上传。", "encrypted Office file")
    for stream_name, key in OLE_STREAMS:
        if stream_name in names:
            return key
    raise refused("不收这种旧版 Office 文件。", FORMS, "an OLE file of another kind")


def _may_be_text(head: bytes, name: str) -> bool:
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return _ending(name) == "txt" and (utf16 or not any(byte < 9 or 14 <= byte < 32 for byte in head))


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _size(opener: Opener) -> int:
    with opener() as stream:
        return stream.seek(0, os.SEEK_END)


def _too_large(size: int, limit: int, what: str) -> FileRefused:
    megabytes = size / MEGABYTE
    return refused(
        f"文件有 {megabytes:.1f} MB，太大。",
        f"{what}上限 {limit // MEGABYTE} MB；请压缩图片或拆成几个文件。",
        f"{size} bytes, more than {limit}",
    )


def refused(reason_zh: str, allowed_zh: str, reason_en: str) -> FileRefused:
    """A refusal of the file itself (field `file`)."""
    return FileRefused(Problem("file", reason_zh, allowed_zh, reason_en))
