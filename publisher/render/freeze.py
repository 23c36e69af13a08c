"""A message as canonical text and back. What is frozen at submit is what is signed and sent."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from channels.contract import Article, ChannelMessage, FileRef

FORM = 1


def freeze(message: ChannelMessage) -> str:
    """Canonical JSON: keys sorted, no spaces, characters as they are. The same message gives the same text."""
    value = {"v": FORM, **asdict(message)}
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def thaw(text: str) -> ChannelMessage:
    """The inverse of `freeze`. Raises `ValueError` for another form."""
    value = json.loads(text)
    if value["v"] != FORM:
        raise ValueError(f"a frozen message of form {value['v']} is not known")
    return ChannelMessage(value["key"], tuple(_article(article) for article in value["articles"]))


def _article(value: dict[str, Any]) -> Article:
    lists = {name: tuple(FileRef(**ref) for ref in value[name]) for name in ("images", "attachments")}
    cover = FileRef(**value["cover"]) if value["cover"] else None
    extras = tuple((name, text) for name, text in value["extras"])
    return Article(**{**value, **lists, "cover": cover, "extras": extras})
