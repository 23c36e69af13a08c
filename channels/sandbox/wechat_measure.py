"""How long a text is, in the three units that sources name for the limits of an article."""

from __future__ import annotations

UNITS = (("chars", "字"), ("bytes", "字节"), ("half", "半角"))
"""Characters, bytes of UTF-8, half-width units (a Chinese character counts two)."""


def length(text: str, unit: str) -> int:
    """Length in one of `UNITS`."""
    if unit == "bytes":
        return len(text.encode())
    if unit == "half":
        return sum(2 if ord(one) > 0xFF else 1 for one in text)
    return len(text)
