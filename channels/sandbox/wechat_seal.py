"""How the practice WeChat signs and seals what it pushes. Own code: nothing is shared with the adapter that reads it.

Source: the platform's page on message encryption, read 2026-11-20.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts: token, time and nonce, in sealed modes also the sealed text."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the platform's rule


def sealed(text: str, aes_key: str, appid: str, noise: bytes) -> str:
    """The text sealed with EncodingAESKey (43 characters); `noise` are 16 random bytes. Base64."""
    key = base64.b64decode(aes_key + "=")
    inner = text.encode()
    plain = noise + len(inner).to_bytes(4, "big") + inner + appid.encode()
    missing = BLOCK - len(plain) % BLOCK
    plain += bytes([missing]) * missing
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain) + cipher.finalize()).decode()
