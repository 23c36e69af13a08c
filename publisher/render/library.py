"""The templates and pictures of one installation, by name below the template folders."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources.abc import Traversable
from typing import Any

from channels.contract import FileRef
from publisher.render.environment import Folders, environment

CHANNELS = "channels"
PNG_SIZE = slice(16, 24)  # width and height stand there, PNG specification 11.2.2


class Library:
    """Finds and fills. Files are read once; a missing optional file is an empty text or an empty table."""

    def __init__(self, folders: Sequence[Traversable]) -> None:
        """`folders` in order of precedence."""
        self._folders = Folders(folders)
        self._environment = environment(self._folders)

    def has(self, name: str) -> bool:
        """Whether any folder has this file."""
        return self._folders.find(name) is not None

    def filled(self, name: str, values: Mapping[str, object]) -> str:
        """A template with its values. Raises `TemplateNotFound`, and `UndefinedError` for a name not given."""
        return self._environment.get_template(name).render(values)

    def line(self, name: str, values: Mapping[str, object]) -> str:
        """A small template with its values, without white space at its ends; empty when there is no such file."""
        return self.filled(name, values).strip() if self.has(name) else ""

    def table(self, name: str) -> dict[str, Any]:
        """A JSON object beside the templates; empty when there is no such file."""
        file = self._folders.find(name)
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file else {}

    @cached_property
    def pictures(self) -> Mapping[str, bytes]:
        """The PNG files of all kinds of channels, by name."""
        kinds = self._folders.folders(CHANNELS)
        names = [name for kind in kinds for name in self._folders.names(f"{CHANNELS}/{kind}", ".png")]
        found = ((name, self._folders.find(name)) for name in names)
        return {name: file.read_bytes() for name, file in found if file}

    def picture(self, name: str, alt: str) -> FileRef:
        """One of the pictures as a message carries it. Raises `KeyError`."""
        data = self.pictures[name]
        width, height = struct.unpack(">II", data[PNG_SIZE])
        digest = hashlib.sha256(data).hexdigest()
        return FileRef(digest, name.rpartition("/")[2], "image/png", len(data), alt, width, height)
