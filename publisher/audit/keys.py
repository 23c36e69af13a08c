"""Keys that sign checkpoints: the private key's file, the public key's text, and who may sign."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 1
"""Signature type byte of the C2SP signed note for Ed25519."""


class NotAKey(ValueError):
    """The text or file is not a key of the kind that is needed. Never quotes what it read."""


def key_id(name: str, public_key: bytes) -> bytes:
    """First four bytes of SHA-256(name, newline, 0x01, public key)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([ED25519]) + public_key).digest()[:4]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key and the name it was handed out under (the log id)."""

    name: str
    raw: bytes

    @property
    def text(self) -> str:
        """`name+key id+base64(0x01 || key)`, the form that auditors keep."""
        body = base64.b64encode(bytes([ED25519]) + self.raw).decode()
        return f"{self.name}+{key_id(self.name, self.raw).hex()}+{body}"

    @staticmethod
    def parse(text: str) -> PublicKey:
        """The key behind its text form. Raises `NotAKey`."""
        name, _, rest = text.strip().partition("+")
        hexadecimal, _, body = rest.partition("+")
        try:
            data = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise NotAKey("公钥：不是 base64") from error
        if not name or len(data) != 33 or data[0] != ED25519:
            raise NotAKey("公钥：只能是 名称+编号+base64，类型 Ed25519")
        if key_id(name, data[1:]).hex() != hexadecimal:
            raise NotAKey("公钥：编号与内容不符")
        return PublicKey(name, data[1:])

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature over the message is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer(Protocol):
    """Whoever can sign as the log: a key file here, a hardware token or another process elsewhere."""

    @property
    def public_key_raw(self) -> bytes:
        """The 32 bytes of the Ed25519 public key."""

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the Ed25519 signature."""


@dataclass(frozen=True, slots=True)
class KeyFileSigner:
    """Signs with a private key that was read from its file. Its repr shows no secret."""

    _key: Ed25519PrivateKey = field(repr=False)

    @property
    def public_key_raw(self) -> bytes:
        """The 32 bytes of the Ed25519 public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the Ed25519 signature."""
        return self._key.sign(message)


def public_key_of(signer: Signer, name: str) -> PublicKey:
    """The signer's public key under a log id."""
    return PublicKey(name, signer.public_key_raw)


def create_key_file(path: Path) -> KeyFileSigner:
    """A new key in a new file: PKCS#8 PEM, mode 0600, on the disk when this returns.

    Raises `FileExistsError` and changes nothing when the file is there: a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return KeyFileSigner(key)


def load_key_file(path: Path) -> KeyFileSigner:
    """The signer of a key file. Raises `OSError`, or `NotAKey` when it holds no Ed25519 key."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise NotAKey("签名密钥文件：读不出私钥") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NotAKey("签名密钥文件：只能是 Ed25519")
    return KeyFileSigner(key)


def parse_public_keys(lines: Iterable[str]) -> tuple[PublicKey, ...]:
    """The keys of a public key file, one a line; empty lines and lines with # are left out."""
    wanted = (line.strip() for line in lines)
    return tuple(PublicKey.parse(line) for line in wanted if line and not line.startswith("#"))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
