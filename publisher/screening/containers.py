"""A look into zip and OLE containers without unpacking anything: only their directories are read."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MOST_PARTS = 2_000
LARGEST_UNPACKED = 200 * 1024 * 1024
HIGHEST_RATIO = 100
RATIO_FROM_BYTES = 1024 * 1024
"""Small parts may compress better than the ratio: an almost empty sheet does."""
LARGEST_DIRECTORY = MOST_PARTS * 400
END_RECORD = struct.Struct("<4s4H2LH")
ENCRYPTED = 0x1

DAMAGED = "请用原软件打开，另存一份后再上传。"


class ContainerFault(Exception):
    """The container must not be taken: why, what to do instead, and why in English."""

    def __init__(self, reason_zh: str, allowed_zh: str, reason_en: str) -> None:
        """Three sentences without any name from inside the container."""
        super().__init__(reason_en)
        self.reason_zh, self.allowed_zh, self.reason_en = reason_zh, allowed_zh, reason_en


def zip_names(stream: BinaryIO) -> frozenset[str]:
    """Names of all parts. Raises `ContainerFault`: damaged, encrypted, too many, or too large when unpacked.

    Limits: 2,000 parts, 200 MB in all, 100 : 1 for a part of 1 MB or more.
    """
    _check_directory_size(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise ContainerFault("文件已损坏。", DAMAGED, "damaged zip container") from error
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise ContainerFault("文件设有打开密码。", "请去掉密码后再上传。", "encrypted zip container")
    if len(parts) > MOST_PARTS:
        raise _too_many_parts()
    if sum(part.file_size for part in parts) > LARGEST_UNPACKED or any(map(_is_bomb, parts)):
        allowed = "请重新生成文件，或拆成几个较小的文件。"
        raise ContainerFault("内容展开后过大，疑似压缩炸弹。", allowed, "zip bomb limits exceeded")
    return frozenset(part.filename for part in parts)


def _too_many_parts() -> ContainerFault:
    return ContainerFault("压缩容器里的文件太多。", "请拆成几个较小的文件。", f"more than {MOST_PARTS} parts")


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size >= RATIO_FROM_BYTES and part.file_size > HIGHEST_RATIO * max(1, part.compress_size)


def _check_directory_size(stream: BinaryIO) -> None:
    """Refuse a huge directory before the zip library reads it into memory."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - END_RECORD.size - 0xFFFF))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END_RECORD.size:
        raise ContainerFault("文件已损坏，或没有传完整。", DAMAGED, "zip end record missing")
    directory_bytes = END_RECORD.unpack_from(tail, at)[5]
    if directory_bytes > LARGEST_DIRECTORY:
        raise _too_many_parts()
    stream.seek(0)


# OLE compound file, [MS-CFB] 2.2 (header), 2.3 (sector chains), 2.6 (directory entries)
FREE_FROM = 0xFFFFFFFA
DIFAT_IN_HEADER = 109
DIRECTORY_ENTRY = 128
MOST_DIRECTORY_SECTORS = 2_000
MOST_DIFAT_SECTORS = 2_000


def ole_names(stream: BinaryIO) -> frozenset[str]:
    """Names of the streams and storages under the root. Raises `ContainerFault` when damaged."""
    try:
        return _Ole(stream).names()
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ContainerFault("文件已损坏，或没有传完整。", DAMAGED, "damaged OLE container") from error


class _Entry(NamedTuple):
    """One directory entry: its siblings in the tree of its storage, and its first child."""

    name: str
    left: int
    right: int
    child: int


class _Ole:
    """Sector arithmetic of one compound file; reads only what the directory needs."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        header = self._read(0, 512)
        shift = struct.unpack_from("<H", header, 30)[0]
        if shift not in {9, 12}:
            raise IndexError("sector size")
        self._sector = 1 << shift
        self._first_directory, self._first_difat = (
            struct.unpack_from("<L", header, at)[0] for at in (48, 68)
        )
        self._difat = list(struct.unpack_from(f"<{DIFAT_IN_HEADER}L", header, 76))

    def names(self) -> frozenset[str]:
        """Names directly under the root, not those of embedded documents."""
        entries = list(self._entries())
        found: set[str] = set()
        visited: set[int] = set()
        waiting = [entries[0].child]
        while waiting:
            number = waiting.pop()
            if number < FREE_FROM and number not in visited:
                visited.add(number)
                entry = entries[number]
                found.add(entry.name)
                waiting += [entry.left, entry.right]
        return frozenset(found)

    def _entries(self) -> Iterator[_Entry]:
        sector = self._first_directory
        for _ in range(MOST_DIRECTORY_SECTORS):
            if sector >= FREE_FROM:
                return
            data = self._read_sector(sector)
            for at in range(0, self._sector, DIRECTORY_ENTRY):
                length = min(64, struct.unpack_from("<H", data, at + 64)[0])
                name = data[at : at + max(0, length - 2)].decode("utf-16-le")
                yield _Entry(name, *struct.unpack_from("<3L", data, at + 68))
            sector = self._next(sector)
        raise IndexError("directory chain")

    def _next(self, sector: int) -> int:
        per_sector = self._sector // 4
        table = self._read_sector(self._fat_sector(sector // per_sector))
        return int(struct.unpack_from("<L", table, 4 * (sector % per_sector))[0])

    def _fat_sector(self, number: int) -> int:
        steps = 0
        while number >= len(self._difat):
            steps += 1
            if self._first_difat >= FREE_FROM or steps > MOST_DIFAT_SECTORS:
                raise IndexError("allocation table")
            *entries, following = struct.unpack(
                f"<{self._sector // 4}L", self._read_sector(self._first_difat)
            )
            self._difat.extend(entries)
            self._first_difat = following
        return int(self._difat[number])

    def _read_sector(self, number: int) -> bytes:
        return self._read((number + 1) * self._sector, self._sector)

    def _read(self, at: int, count: int) -> bytes:
        self._stream.seek(at)
        data = self._stream.read(count)
        if len(data) < count:
            raise IndexError("file ends early")
        return data
