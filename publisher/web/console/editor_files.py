"""The files of an item, to those who see the item. What comes out is never run or shown as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from publisher.domain.errors import Reason, refuse
from publisher.domain.item import ItemFile
from publisher.domain.people import View
from publisher.screening.filetypes import ALLOWED
from publisher.store.blobs import BlobDamaged
from publisher.web.console.console import Console
from publisher.workflow.editing import file_of

CHUNK = 1 << 18
SAFE = frozenset(kind.media_type for kind in ALLOWED.values())
PICTURES: Mapping[str, tuple[bytes, ...]] = {  # media type → how its bytes begin
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}


def add(app: FastAPI, console: Console) -> None:
    """The files."""

    @app.get("/items/{item_id}/files/{digest}")
    def file(request: Request, item_id: str, digest: str) -> Response:
        visit = console.visit(request, View.ITEMS)
        with console.office.store.read() as reading:
            found = file_of(reading, visit.person, item_id, digest)
        try:
            stream = console.office.store.blobs.open(found.digest)
        except (FileNotFoundError, BlobDamaged) as why:
            raise refuse(
                Reason.NOT_FOUND, "文件已抹除或损坏", field="file", english="the file is gone or damaged"
            ) from why
        return _handed(stream, found)


def _handed(stream: BinaryIO, file: ItemFile) -> Response:
    head = stream.read(16)
    stream.seek(0)
    picture = any(head.startswith(magic) for magic in PICTURES.get(file.media_type, ()))
    known = file.media_type in SAFE and (picture or not file.media_type.startswith("image/"))
    ending = file.name.rpartition(".")[2] if "." in file.name else ""
    plain = f"file.{ending}" if ending.isascii() and ending.isalnum() else "file"
    way = "inline" if picture else "attachment"
    return StreamingResponse(
        _pieces(stream),
        media_type=file.media_type if known else "application/octet-stream",
        headers={
            "Content-Disposition": f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Length": str(file.size),
        },
    )


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(CHUNK):
            yield piece
