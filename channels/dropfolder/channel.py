"""The verbs of the dropfolder. Read this first when you write a channel.

A message is out when its `receipt.json` is there; the receipt names the folder that holds the content:

    <folder>/<key>/receipt.json
    <folder>/<key>/<digest>/article.html, article.txt, files/<digest>-<name>
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from channels.contract import (
    Absent,
    Accepted,
    Article,
    CannotSee,
    ChannelError,
    ChannelMessage,
    ChannelProfile,
    Correction,
    FileRef,
    FindResult,
    Found,
    Gone,
    Health,
    ImageRules,
    Journal,
    Kept,
    Level,
    Limit,
    LostTrack,
    PartReceipt,
    PollResult,
    Ports,
    Receipt,
    Rejected,
    Seen,
    SeenFile,
    SeenImage,
    SeeResult,
    Unit,
    Withdrawn,
    overruns,
)
from channels.disk import Disk
from channels.dropfolder.settings import DropfolderSettings

PROFILE = ChannelProfile(
    kind="dropfolder",
    label="投放目录",
    limits=(Limit("title", 200, Unit.CHARACTERS, "ours: longer titles are typing errors"),),
    images=ImageRules(
        count=50, media_types=("image/jpeg", "image/png", "image/gif"), max_bytes=5 * 1024 * 1024
    ),
    slots=frozenset({"portal_url", "posted_at", "corrected_at", "version_at"}),
    amendable=True,
    correction=Correction.AMEND,
    visible=Level.ACCOUNT,  # a folder has no readers; we look with our own eyes
    settle_s=10,
)

KEY = re.compile(r"[0-9a-z-]{1,32}")
UNSAFE = re.compile(r"[^\w.()（）〔〕《》-]+")


class Dropfolder:
    """One folder that takes messages. Holds nothing of any posting; the folder is the whole truth."""

    profile = PROFILE

    def __init__(self, settings: DropfolderSettings, ports: Ports) -> None:
        """`ports.files` gives the bytes of attachments and images."""
        self._disk = Disk(settings.folder)
        self._ports = ports

    def probe(self) -> Health:
        """The folder is there and can be read. Raises `Unavailable` or `ChannelRefused`."""
        return Health((("已有消息", str(len(self._disk.names("*/receipt.json")))),))

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt:
        """Write the content, then the receipt that makes it count. Both steps may be repeated."""
        return self._put(message, journal, "")

    def find(self, message: ChannelMessage, journal: Journal) -> FindResult:
        """Whether the receipt of this key is there. A folder's listing is complete, so "no" means no."""
        return Found(_receipt_of(message.key)) if self._kept(message.key) else Absent()

    def poll(self, accepted: Accepted) -> PollResult:
        """There are no jobs here."""
        return LostTrack("投放目录没有异步任务")

    def see(self, part: PartReceipt) -> SeeResult:
        """Read the message back, its files included."""
        try:
            kept = self._kept(part.remote_id)
            return (
                self._read_back(f"{part.remote_id}/{kept['content']}", kept)
                if kept
                else Gone("目录中没有收件凭据")
            )
        except ChannelError as why:
            return CannotSee(why.words)

    def amend(self, receipt: Receipt, message: ChannelMessage, journal: Journal) -> Receipt:
        """New content beside the old, then the receipt is replaced at once, then the old content goes."""
        old = self._kept(receipt.remote_id)
        new = self._put(replace(message, key=receipt.remote_id), journal, f"amend-{_digest(message)[:12]}:")
        now = self._kept(receipt.remote_id)
        if old and now and old["content"] != now["content"]:
            self._disk.remove(f"{receipt.remote_id}/{old['content']}")
        return new

    def withdraw(self, part: PartReceipt, journal: Journal, *, reason: str = "") -> Withdrawn:
        """Remove the receipt first, so that the message no longer counts, then the rest."""
        key = _checked(part.remote_id)

        def take_away() -> Kept:
            self._disk.remove(f"{key}/receipt.json")
            self._disk.remove(key)
            return {}

        journal.once("withdraw", key, take_away, repeatable=True)
        return Withdrawn()

    # -------------------------------------------------------------------------------------------------

    def _put(self, message: ChannelMessage, journal: Journal, prefix: str) -> Receipt:
        _checked(message.key)
        for over in overruns(PROFILE, message):
            if not over.warning:
                raise Rejected(over.words, field=over.field, before_execution=True)
        digest = _digest(message)
        kept = Content(digest[:16], message.articles[0])
        journal.once(
            f"{prefix}content", digest, lambda: self._write_content(message.key, kept), repeatable=True
        )
        journal.once(
            f"{prefix}receipt",
            digest,
            lambda: self._write_receipt(message.key, kept),
            repeatable=True,
            last=not prefix,
        )
        return _receipt_of(message.key)

    def _write_content(self, key: str, content: Content) -> Kept:
        place, article = f"{key}/{content.folder}", content.article
        self._disk.write(f"{place}/article.html", article.body.encode())
        self._disk.write(f"{place}/article.txt", f"{article.title}\n\n{article.text}\n".encode())
        for ref in (*article.images, *article.attachments):
            self._disk.copy(f"{place}/files/{file_name(ref)}", ref, self._ports.files)
        return {"folder": content.folder}

    def _write_receipt(self, key: str, content: Content) -> Kept:
        value = {
            "key": key,
            "content": content.folder,
            "title": content.article.title,
            "images": [file_name(ref) for ref in content.article.images],
            "attachments": [file_name(ref) for ref in content.article.attachments],
        }
        self._disk.write(f"{key}/receipt.json", json.dumps(value, ensure_ascii=False, indent=1).encode())
        return {"key": key}

    def _kept(self, key: str) -> dict[str, Any] | None:
        raw = self._disk.read(f"{_checked(key)}/receipt.json")
        return json.loads(raw) if raw else None

    def _read_back(self, place: str, kept: dict[str, Any]) -> SeeResult:
        raw = self._disk.read(f"{place}/article.txt")
        if raw is None:
            return Gone("目录中没有正文")
        title, _, text = raw.decode().partition("\n\n")
        images = [f"{place}/files/{name}" for name in kept["images"]]
        files = [f"{place}/files/{name}" for name in kept["attachments"]]
        return Seen(
            Level.ACCOUNT,
            title,
            text.strip(),
            images=tuple(SeenImage(name, self._disk.read(name) is not None) for name in images),
            files=tuple(SeenFile(name, _sha256(self._disk.read(name))) for name in files),
            snapshot_digest=_sha256(raw),
        )


@dataclass(frozen=True, slots=True)
class Content:
    """One article and the folder, named by its digest, that holds it."""

    folder: str
    article: Article


def file_name(ref: FileRef) -> str:
    """Name of a file in the folder: digest, then the name that people know, without what a path could mean."""
    return f"{ref.digest[:12]}-{UNSAFE.sub('_', ref.name)[-60:].lstrip('.') or 'file'}"


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise Rejected("消息标识只能用小写字母、数字和连字符", field="key", before_execution=True)
    return key


def _receipt_of(key: str) -> Receipt:
    return Receipt(key, (PartReceipt(key, ""),))


def _digest(message: ChannelMessage) -> str:
    return _sha256(json.dumps(asdict(message), ensure_ascii=True, sort_keys=True).encode())


def _sha256(content: bytes | None) -> str:
    return hashlib.sha256(content).hexdigest() if content is not None else ""
