"""Checkpoints 检查点: the C2SP tlog-checkpoint in a C2SP signed note, signed with Ed25519.

Formats: c2sp.org/tlog-checkpoint and c2sp.org/signed-note, read 2026-11. The origin line is the log id.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from publisher.audit.keys import PublicKey, Signer, key_id

_DASH = "\u2014 "
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_NAME = re.compile(r"[^\s+]+")


class NotACheckpoint(ValueError):
    """The text is not a checkpoint in a signed note."""


class Signature(Enum):
    """What a look at a checkpoint's signatures said."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN_KEY = "unknown_key"


@dataclass(frozen=True, slots=True)
class SignedText:
    """A signed note taken apart: the text with its last newline, and (name, key id, signature)s."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    def check(self, keys: Iterable[PublicKey]) -> Signature:
        """GOOD when a given key signed and no given key's signature is wrong; others are passed over.

        A key counts under every name: the text names its log, and the key is the same after a restore.
        """
        known = tuple(keys)
        message, result = self.text.encode(), Signature.UNKNOWN_KEY
        for name, identifier, signature in self.signatures:
            for key in known:
                if key_id(name, key.raw) != identifier:
                    continue
                if not key.verifies(signature, message):
                    return Signature.BAD
                result = Signature.GOOD
        return result


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree over the first `size` entries of log `origin` has root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_text(text: str, name: str, signer: Signer) -> str:
    """A signed note: the text (ending in a newline), an empty line, one signature line."""
    if not text.endswith("\n") or not _NAME.fullmatch(name):
        raise NotACheckpoint("签名的文字要以换行结尾，名称不含空格和 +")
    mark = key_id(name, signer.public_key_raw) + signer.sign(text.encode())
    return f"{text}\n{_DASH}{name} {base64.b64encode(mark).decode()}\n"


def make_checkpoint(origin: str, size: int, root: bytes, signer: Signer) -> str:
    """The signed note over one checkpoint. The key's name is the origin, as C2SP advises."""
    return sign_text(Checkpoint(origin, size, root).text, origin, signer)


def parse_signed(note: str) -> SignedText:
    """A signed note taken apart at its last empty line. Raises `NotACheckpoint`."""
    text, gap, block = note.rpartition("\n\n")
    if not gap or not block.endswith("\n"):
        raise NotACheckpoint("没有签名部分")
    signatures = tuple(_signature(line) for line in block[:-1].split("\n"))
    return SignedText(text + "\n", signatures)


def parse_checkpoint(note: str) -> tuple[Checkpoint, SignedText]:
    """The checkpoint in a signed note; signatures are not looked at here. Raises `NotACheckpoint`."""
    signed = parse_signed(note)
    lines = signed.text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise NotACheckpoint("检查点至少三行：来源、条数、树根")
    if not _SIZE.fullmatch(lines[1]):
        raise NotACheckpoint("检查点的条数不是数字")
    root = _base64(lines[2])
    if len(root) != 32:
        raise NotACheckpoint("检查点的树根不是 32 字节")
    return Checkpoint(lines[0], int(lines[1]), root), signed


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap or not _NAME.fullmatch(name):
        raise NotACheckpoint("签名行的写法不对")
    data = _base64(encoded)
    if len(data) < 5:
        raise NotACheckpoint("签名行太短")
    return name, data[:4], data[4:]


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotACheckpoint("不是 base64") from error
    if base64.b64encode(data).decode() != text:
        raise NotACheckpoint("不是规范的 base64")
    return data
