"""Pictures of a posting: body images and covers, each uploaded once an account, found again after a crash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta

from channels.contract import FileRef, Journal, Kept, Ports, Rejected, Unavailable
from channels.wechat.wire import PAGE, File, Json, Wire

MAGIC = {"image/jpeg": (b"\xff\xd8\xff", "jpg"), "image/png": (b"\x89PNG\r\n\x1a\n", "png")}

FIRST, AGAIN = "cover:", "cover-again:"

SYNC = timedelta(seconds=60)
"""New material may be unknown to `draft/add` for some seconds (users' reports); then it is there or dead."""


class Media:
    """Uploads through the journal. Addresses and ids are kept by account, by content."""

    def __init__(self, wire: Wire, ports: Ports, base_url: str) -> None:
        """Nothing is sent before the first picture. What one `base_url` gave is never used with another."""
        self._wire, self._ports = wire, ports
        self._scope = hashlib.sha256(base_url.encode()).hexdigest()[:8]

    def image(self, ref: FileRef, journal: Journal) -> str:
        """The platform's address of a body image, exactly as it was returned."""

        def upload() -> str:
            file = self._file(ref, "images", ref.digest[:32])
            return _text(self._wire.upload("media/uploadimg", file), "url")

        def call() -> Kept:
            return {"url": self._cached(f"image:{self._scope}:{ref.digest}", upload)}

        return journal.once(f"image:{ref.digest[:16]}", ref.digest, call, repeatable=True)["url"]

    def cover(self, ref: FileRef, journal: Journal) -> str:
        """The media id of a cover: permanent material of this account."""
        return self._cover(_prefix(ref, journal), ref, journal)

    def replace(self, covers: Iterable[FileRef], journal: Journal, why: Rejected) -> None:
        """After 40007: upload each cover once more. Source: users' reports.

        Raises `Unavailable` while a new cover may still be on its way to the library, and `why` when it
        was uploaded again before.
        """
        for ref in covers:
            prefix = _prefix(ref, journal)
            record = journal.step(_step(prefix, ref))
            if record and journal.now - record.started_at < SYNC:
                raise Unavailable("封面刚上传，微信还没有同步好，稍后再试", code=why.code) from why
            if prefix == AGAIN:
                raise why
            stored = self._ports.account.get(self._cover_value(ref))
            if stored:
                self._ports.account.drop(self._cover_value(ref), expected_version=stored.version)
            self._cover(AGAIN, ref, journal)

    def _cover(self, prefix: str, ref: FileRef, journal: Journal) -> str:
        name = _step(prefix, ref)
        stem = ref.digest[:32] + ("-2" if prefix == AGAIN else "")
        begun = journal.step(name) is not None

        def upload() -> str:
            file = self._file(ref, "cover", stem)
            there = self._uploaded(file.name) if begun else ""
            return there or _text(self._wire.upload("material/add_material", file, type="image"), "media_id")

        def call() -> Kept:
            return {"media_id": self._cached(self._cover_value(ref), upload)}

        return journal.once(name, ref.digest, call, repeatable=True)["media_id"]

    def _cover_value(self, ref: FileRef) -> str:
        return f"cover:{self._scope}:{ref.digest}"

    def _uploaded(self, name: str) -> str:
        """The id of material with this file name among the newest, or "": an earlier try may have arrived."""
        answer = self._wire.ask("material/batchget_material", {"type": "image", "offset": 0, "count": PAGE})
        items = answer.get("item")
        ids = [str(i["media_id"]) for i in items if i.get("name") == name] if isinstance(items, list) else []
        return ids[0] if ids else ""

    def _file(self, ref: FileRef, field: str, stem: str) -> File:
        magic, ending = MAGIC[ref.media_type]
        try:
            with self._ports.files.open(ref.digest) as stream:
                content = stream.read()
        except FileNotFoundError as why:
            raise Rejected(f"找不到图片文件：{ref.name}", field=field, before_execution=True) from why
        if not content.startswith(magic):
            raise Rejected(f"图片内容和类型不符：{ref.name}", field=field, before_execution=True)
        return File(f"{stem}.{ending}", content, ref.media_type)

    def _cached(self, name: str, upload: Callable[[], str]) -> str:
        stored = self._ports.account.get(name)
        if stored:
            return stored.value
        value = upload()
        self._ports.account.put(name, value, expires_at=None, expected_version=0)
        return value


def _prefix(ref: FileRef, journal: Journal) -> str:
    return AGAIN if journal.step(_step(AGAIN, ref)) else FIRST


def _step(prefix: str, ref: FileRef) -> str:
    return prefix + ref.digest[:16]


def _text(answer: Json, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Unavailable("微信收下了图片，没有给出地址或编号，稍后再做")
    return value
