"""Keeps what a practice platform holds in a file, so that a restart does not empty it.

The file is JSON; pictures and other bytes lie beside it by their SHA-256. Written as a whole, aside, and moved into
place; a file that cannot be read is put aside with the ending `.unread` and the platform starts empty.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

SMALL = 256
FORM = 1


class Keeper:
    """One platform's file. `parts` are its named things, all dataclasses.

    `kinds` are the dataclasses that may stand in the file, whole. Of the parts themselves the fields named in
    `leave` are left out: locks, clocks and what the settings give.
    """

    def __init__(
        self,
        path: Path,
        parts: Mapping[str, Any],
        kinds: Iterable[type],
        leave: Iterable[str],
        lock: AbstractContextManager[Any],
    ) -> None:
        """Reads nothing yet. `lock` is the simulator's own."""
        self._path, self._parts = path, dict(parts)
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._leave = frozenset(leave)
        self._lock = lock
        self._written = ""

    # ---------------------------------------------------------------- out

    def save(self) -> None:
        """Write everything, if anything changed."""
        with self._lock:
            parts = {name: self._fields(part, self._leave) for name, part in self._parts.items()}
            text = json.dumps({"form": FORM, "parts": parts}, ensure_ascii=False, separators=(",", ":"))
            if text == self._written:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            aside = self._path.with_suffix(".new")
            aside.unlink(missing_ok=True)
            aside.touch(mode=0o600, exist_ok=False)
            aside.write_text(text, encoding="utf-8")
            aside.replace(self._path)
            self._written = text

    def _fields(self, part: Any, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
        return {one.name: self._out(getattr(part, one.name)) for one in fields(part) if one.name not in leave}

    def _out(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float | str):
            return str(value) if isinstance(value, str) else value
        if isinstance(value, list):
            return [self._out(one) for one in value]
        if isinstance(value, bytes):
            return {"!": "bytes", "v": self._blob(value)}
        if isinstance(value, datetime):
            return {"!": "at", "v": value.isoformat()}
        if isinstance(value, timedelta):
            return {"!": "span", "v": value.total_seconds()}
        for name, kind in (("tuple", tuple), ("set", set), ("frozenset", frozenset)):
            if isinstance(value, kind):
                ordered = value if kind is tuple else sorted(value)
                return {"!": name, "v": [self._out(one) for one in ordered]}
        if isinstance(value, dict):
            rows = [[self._out(key), self._out(one)] for key, one in value.items()]
            return {"!": "counter" if isinstance(value, Counter) else "dict", "v": rows}
        if type(value).__name__ in self._kinds:
            return {"!": type(value).__name__, "v": self._fields(value)}
        raise TypeError(f"{type(value).__name__} cannot be kept")

    def _blob(self, content: bytes) -> str:
        if len(content) <= SMALL:
            return base64.b64encode(content).decode()
        digest = hashlib.sha256(content).hexdigest()
        place = self._path.parent / "bytes" / digest
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            aside = place.with_suffix(".new")
            aside.write_bytes(content)
            aside.replace(place)
        return f"sha256:{digest}"

    # ---------------------------------------------------------------- in

    def load(self) -> bool:
        """Put back what was kept; False when there is nothing, or nothing readable."""
        if not self._path.exists():
            return False
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            parts = kept["parts"] if kept["form"] == FORM else {}
            ready = {name: self._ready(part, parts[name]) for name, part in self._parts.items()}
        except (ValueError, KeyError, TypeError, OSError):
            self._path.replace(self._path.with_suffix(".unread"))
            return False
        for name, part in self._parts.items():
            for field_name, value in ready[name].items():
                setattr(part, field_name, value)
        return True

    def _ready(self, part: Any, kept: Mapping[str, Any]) -> dict[str, Any]:
        known = {one.name for one in fields(part)} - self._leave
        return {name: self._in(value) for name, value in kept.items() if name in known}

    def _in(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._in(one) for one in value]
        if not isinstance(value, dict):
            return value
        kind, inner = value["!"], value["v"]
        if kind == "bytes":
            return self._bytes(inner)
        if kind in ("dict", "counter"):
            rows = {self._in(key): self._in(one) for key, one in inner}
            return Counter(rows) if kind == "counter" else rows
        if kind in self._kinds:
            return self._kinds[kind](**{name: self._in(one) for name, one in inner.items()})
        if kind == "at":
            return datetime.fromisoformat(inner)
        if kind == "span":
            return timedelta(seconds=inner)
        gather = {"tuple": tuple, "set": set, "frozenset": frozenset}[kind]
        return gather(self._in(one) for one in inner)

    def _bytes(self, text: str) -> bytes:
        _, _, digest = text.partition(":")
        if not digest:
            return base64.b64decode(text)
        content = (self._path.parent / "bytes" / digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError("bytes that are not what they were")
        return content
