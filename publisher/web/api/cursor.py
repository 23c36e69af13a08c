"""Places in a list that grows: the time and id of the last thing seen, as one opaque word."""

from __future__ import annotations

import base64
from datetime import datetime

from publisher.web.api.problems import turned
from publisher.web.api.words import ID


def write(at: datetime, key: str) -> str:
    """The word for the place after this thing."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{key}".encode()).decode().rstrip("=")


def read(word: str) -> tuple[datetime, str] | None:
    """The place, or None for the beginning. Turned away: a word that no list gave."""
    if not word:
        return None
    try:
        text = base64.urlsafe_b64decode(word.encode("ascii") + b"=" * (-len(word) % 4)).decode("ascii")
        at, _, key = text.partition("|")
        instant = datetime.fromisoformat(at)
    except ValueError as why:
        raise _strange() from why
    if instant.tzinfo is None or not 2000 < instant.year < 2200 or not ID.fullmatch(key):
        raise _strange()
    return instant, key


def _strange() -> Exception:
    return turned(
        "bad-input",
        "这个位置不是列表给的",
        "No list gave this cursor",
        field="cursor",
        allowed="上一页的 next / `next` of the page before",
    )
