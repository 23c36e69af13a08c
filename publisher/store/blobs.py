"""Files by content: streamed, hashed, limited, written once. A file's name is its SHA-256."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from publisher.store.engine import StoreUnavailable

CHUNK = 1 << 20


class BlobDamaged(Exception):
    """The stored bytes are not those that were signed. Nothing of them was handed out."""


class BlobTooLarge(Exception):
    """The stream went past the limit; nothing was kept."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A kept file: SHA-256 in hexadecimal, size in bytes, and whether it was not there before."""

    digest: str
    size: int
    created: bool = True


class Blobs:
    """A folder of files by content."""

    def __init__(self, folder: Path) -> None:
        """The folder is made on first use."""
        self._folder = folder

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def put(self, stream: BinaryIO, *, limit_bytes: int) -> StoredBlob:
        """Keep a stream; the same bytes twice are one file. Raises `BlobTooLarge`, `StoreUnavailable`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return self._write(stream, limit_bytes)
        except OSError as why:
            raise StoreUnavailable(
                "附件写不进去，什么都没有保存", f"cannot write the file: {why.strerror}"
            ) from why

    def _write(self, stream: BinaryIO, limit_bytes: int) -> StoredBlob:
        temporary = self._folder / f".{secrets.token_hex(8)}"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(fd, "wb") as file:
                blob = _copy(stream, file, limit_bytes)
                file.flush()
                os.fsync(file.fileno())
            target = self._path(blob.digest)
            blob = replace(blob, created=not target.exists())
            target.parent.mkdir(exist_ok=True, mode=0o700)
            temporary.replace(target)
            _sync_folder(target.parent)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            raise
        return blob

    def discard(self, digest: str) -> None:
        """Remove a file that nothing refers to: its transaction was rolled back."""
        with contextlib.suppress(FileNotFoundError):
            self._path(digest).unlink()

    def open(self, digest: str) -> BinaryIO:
        """A stream of bytes that were checked against their digest. Raises `FileNotFoundError`, `BlobDamaged`."""
        file = self._path(digest).open("rb")
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            file.close()
            raise BlobDamaged(f"附件 {digest[:12]}… 的内容被改动")
        file.seek(0)
        return file


def _copy(stream: BinaryIO, file: BinaryIO, limit_bytes: int) -> StoredBlob:
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit_bytes:
            raise BlobTooLarge
        digest.update(chunk)
        file.write(chunk)
    return StoredBlob(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
