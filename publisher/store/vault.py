"""The vault: short secrets that must be read again lie in the database sealed with a key that is not in it (R9.15)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


class VaultClosed(Exception):
    """The key does not open what was sealed: another key lies in the home folder, or none."""


@dataclass(frozen=True)
class Vault:
    """Seals and opens with the key in a file, which is made at its first use, readable by its owner alone."""

    path: Path

    def seal(self, text: str) -> str:
        """The text as the database keeps it."""
        from cryptography.fernet import Fernet

        return Fernet(self._key(make=True)).encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was sealed. Raises `VaultClosed`."""
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(self._key(make=False)).decrypt(sealed.encode()).decode()
        except (InvalidToken, OSError, ValueError) as why:
            raise VaultClosed from why

    def _key(self, *, make: bool) -> bytes:
        from cryptography.fernet import Fernet

        if make:
            try:
                fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                pass
            else:
                with os.fdopen(fd, "wb") as file:
                    file.write(Fernet.generate_key())
        return self.path.read_bytes()
