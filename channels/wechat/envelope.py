"""The platform's signatures and its sealed envelope. Pure: keys and texts in, texts out.

Source: the page on message encryption (EncodingAESKey, msg_signature), read 2026-11-20. The hash and the cipher are
the platform's choice, not ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
"""Padding goes to multiples of this many bytes, twice the cipher's own block."""

HEAD = 16
"""Random bytes before the length."""


class Broken(Exception):
    """The envelope does not open with this key, or was made for another account."""


def signature(*parts: str) -> str:
    """SHA-1 in hexadecimal over the sorted, joined parts."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the platform's rule


def signed(given: str, *parts: str) -> bool:
    """Whether `given` is the signature of the parts; takes the same time whatever differs."""
    return hmac.compare_digest(signature(*parts).encode(), given.encode("utf-8", "replace"))


def key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the 43 characters that the console shows. Raises `ValueError`."""
    return base64.b64decode(encoding_aes_key + "=", validate=True)


def opened(sealed: str, key: bytes, appid: str) -> bytes:
    """The text inside. Raises `Broken` when anything is not as it must be."""
    try:
        data = base64.b64decode(sealed, validate=True)
        decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
    except (ValueError, binascii.Error) as why:
        raise Broken("no such envelope") from why
    pad = plain[-1] if plain else 0
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise Broken("padding")
    plain = plain[:-pad]
    length = int.from_bytes(plain[HEAD : HEAD + 4], "big")
    text, owner = plain[HEAD + 4 : HEAD + 4 + length], plain[HEAD + 4 + length :]
    if len(plain) < HEAD + 4 or len(text) != length or not hmac.compare_digest(owner, appid.encode()):
        raise Broken("not for this account")
    return text
