"""Files that come with an item: told apart by their bytes, screened, kept by content."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from publisher.domain.errors import Reason, refuse
from publisher.domain.item import ItemFile
from publisher.screening.attachments import screen_file
from publisher.screening.filetypes import HEAD_BYTES, FileKind, sniff
from publisher.screening.pictures import image_size
from publisher.screening.problems import Refused as ScreeningRefused
from publisher.store.blobs import BlobTooLarge, StoredBlob
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.screen import as_refused, refuse_hard

FILE_LIMIT_BYTES = 100 * 1024 * 1024
HELD_BYTES = 8 * 1024 * 1024
"""Files up to this size are read once: what is screened is what is kept. Nothing larger is read by the screen."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that comes with an item. `open` gives a fresh binary stream; `key` is how the text refers to it."""

    role: str
    name: str
    open: Callable[[], BinaryIO]
    title: str = ""
    key: str = ""


def keep_files(uow: UnitOfWork, incoming: tuple[IncomingFile, ...], today: date) -> dict[str, ItemFile]:
    """Keep every file of an item, by the key that its text uses. Refused as a whole when one is wrong."""
    kept: dict[str, ItemFile] = {}
    seen: dict[str, str] = {}
    for file in map(_read_once, incoming):
        item_file = _keep_file(uow, file, today)
        twin = seen.get(item_file.digest)
        if twin is not None and file.role == "attachment":
            raise refuse(
                Reason.BAD_INPUT,
                f"“{file.name}”与“{twin}”是同一个文件",
                field="attachments",
                allowed="每个文件只附一次",
                english="the same file is attached twice",
            )
        seen[item_file.digest] = file.name
        kept[file.key or file.name] = item_file
    return kept


def _read_once(file: IncomingFile) -> IncomingFile:
    """The same file from memory, so that it cannot change between the looks at it; a large one as it is."""
    with _opened(file) as stream:
        data = stream.read(HELD_BYTES + 1)
    return file if len(data) > HELD_BYTES else replace(file, open=lambda: io.BytesIO(data))


def _keep_file(uow: UnitOfWork, file: IncomingFile, today: date) -> ItemFile:
    kind, (width, height) = _recognise(file)
    if file.role != "attachment" and not kind.image:
        raise refuse(
            Reason.BAD_INPUT,
            f"“{file.name}”不是图片",
            field="images",
            allowed="JPG、PNG、GIF",
            english="not an image",
        )
    screened = screen_file(kind, file.name, file.open, today=today)
    refuse_hard(screened.findings)
    blob = _keep_bytes(uow, file)
    return ItemFile(
        role=file.role,
        digest=blob.digest,
        name=file.name,
        media_type=kind.media_type,
        size=blob.size,
        title=file.title or file.name.rpartition(".")[0] or file.name,
        width=width,
        height=height,
        reading=screened.reading.state.value,
    )


def _keep_bytes(uow: UnitOfWork, file: IncomingFile) -> StoredBlob:
    try:
        with _opened(file) as stream:
            return uow.keep(stream, limit_bytes=FILE_LIMIT_BYTES)
    except BlobTooLarge as why:
        raise refuse(
            Reason.BAD_INPUT,
            f"文件“{file.name}”太大",
            field="attachments",
            allowed=f"不超过 {FILE_LIMIT_BYTES // (1024 * 1024)} MB",
            english="the file is too large",
        ) from why


def _recognise(file: IncomingFile) -> tuple[FileKind, tuple[int, int]]:
    with _opened(file) as stream:
        head = stream.read(HEAD_BYTES)
    try:
        kind = sniff(head, file.name, file.open)
        return kind, image_size(kind, file.open) if kind.image else (0, 0)
    except ScreeningRefused as why:
        raise as_refused(why, about=file.name) from why


def _opened(file: IncomingFile) -> BinaryIO:
    try:
        return file.open()
    except OSError as why:
        raise refuse(
            Reason.BAD_INPUT,
            f"找不到或打不开文件“{file.name}”",
            field="attachments",
            allowed="与稿件放在同一文件夹下的文件",
            english=f"cannot open {file.name}",
        ) from why
