"""The practice WeChat's pictures: uploads, the material library, the files that readers load."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from PIL import Image, UnidentifiedImageError

from channels.sandbox.call import Call
from channels.sandbox.wechat_gate import Refuse

SIGNS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"BM": "bmp"}
BODY_IMAGE_BYTES = 1_048_576
LIBRARY_BYTES = {"image": 10 * 1_048_576, "thumb": 64 * 1024}
LARGEST_SIDE = 16_000
BOUNDARY = re.compile(r'boundary="?([^";]+)"?')


@dataclass(frozen=True)
class Picture:
    """One uploaded picture. `media_id` is "" for body images, which are in no library."""

    number: str
    name: str
    content: bytes
    form: str
    size: tuple[int, int]
    made_at: datetime
    media_id: str = ""

    @property
    def path(self) -> str:
        """Where readers load it."""
        return f"/mmbiz_{'png' if self.form == 'png' else 'jpg'}/{self.number}/0"


@dataclass
class Library:
    """All pictures of the account. `sync_s` is how long new material is unknown to `draft/add`."""

    now: Callable[[], datetime]
    sync_s: float = 0
    pictures: list[Picture] = field(default_factory=list)

    def body_image(self, call: Call) -> Picture:
        """`media/uploadimg`: JPG or PNG under 1 MB."""
        name, content = uploaded(call)
        form, size = _looked_at(content)
        if form not in ("jpeg", "png"):
            raise Refuse(40005, "invalid file type")
        if len(content) >= BODY_IMAGE_BYTES:
            raise Refuse(40009, "invalid image size")
        return self._keep(name, content, form, size)

    def material(self, call: Call) -> Picture:
        """`material/add_material`: a permanent picture of the library."""
        kind = call.query.get("type", "")
        if kind not in LIBRARY_BYTES:
            raise Refuse(40004, "invalid media type")
        name, content = uploaded(call)
        form, size = _looked_at(content)
        if kind == "thumb" and form != "jpeg":
            raise Refuse(40005, "invalid file type")
        if len(content) > LIBRARY_BYTES[kind]:
            raise Refuse(40006 if kind == "thumb" else 45001, "media size out of limit")
        return self._keep(name, content, form, size, in_library=True)

    def temporary(self, call: Call) -> Picture:
        """`media/upload`: a picture for three days that is no material."""
        name, content = uploaded(call)
        form, size = _looked_at(content)
        return self._keep(name, content, form, size)

    def known(self, media_id: str) -> Picture:
        """Permanent material by id; 40007 for others, and while new material is not synced yet."""
        for picture in self.pictures:
            synced = picture.made_at + timedelta(seconds=self.sync_s) <= self.now()
            if media_id and picture.media_id == media_id and synced:
                return picture
        raise Refuse(40007, "invalid media_id")

    def newest(self, offset: int, count: int) -> tuple[list[Picture], int]:
        """A page of the library, newest first, and how many there are."""
        shown = [picture for picture in reversed(self.pictures) if picture.media_id]
        return shown[offset : offset + count], len(shown)

    def remove(self, media_id: str) -> None:
        """`material/del_material`, or a person in the console."""
        self.pictures.remove(self.known(media_id))

    def at(self, path: str) -> Picture | None:
        """The picture at a reader's path."""
        return next((picture for picture in self.pictures if picture.path == path), None)

    def _keep(
        self, name: str, content: bytes, form: str, size: tuple[int, int], *, in_library: bool = False
    ) -> Picture:
        number = hashlib.sha256(f"{len(self.pictures)}:".encode() + content).hexdigest()
        media_id = "Lx" + hashlib.sha256(number.encode()).hexdigest()[:62] if in_library else ""
        picture = Picture(number[:40], name, content, form, size, self.now(), media_id)
        self.pictures.append(picture)
        return picture


def uploaded(call: Call) -> tuple[str, bytes]:
    """Name and bytes of the form field `media`; a part without a file name is no file (41005)."""
    boundary = BOUNDARY.search(call.headers.get("content-type", ""))
    if not boundary:
        raise Refuse(41005, "media data missing")
    for part in (b"\r\n" + call.body).split(b"\r\n--" + boundary[1].encode()):
        head, _, content = part.partition(b"\r\n\r\n")
        fields = dict(re.findall(r'\b(name|filename)="([^"]*)"', head.decode("utf-8", "replace")))
        if fields.get("name") == "media" and fields.get("filename"):
            if not content:
                raise Refuse(44001, "empty media data")
            return fields["filename"], content
    raise Refuse(41005, "media data missing")


def _looked_at(content: bytes) -> tuple[str, tuple[int, int]]:
    """What the bytes are, whatever the name says, and the size in pixels."""
    form = next((form for sign, form in SIGNS.items() if content.startswith(sign)), "")
    if not form:
        raise Refuse(40005, "invalid file type")
    try:
        with Image.open(io.BytesIO(content)) as image:
            size = image.size
    except (UnidentifiedImageError, OSError, ValueError) as why:
        raise Refuse(40137, "invalid image format") from why
    if max(size) > LARGEST_SIDE:
        raise Refuse(40137, "invalid image format")
    return form, size
