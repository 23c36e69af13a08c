"""The one way to write an entry as bytes: JSON with sorted ASCII keys, UTF-8, no spaces, no floats.

Two programs that hold the same entry write the same bytes, in any language (failure case K2: floats,
duplicate keys and surrogates are what differs between languages; none of them can occur here).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NoReturn

MAX_BYTES = 65_536
"""An entry is at most this long; longer text belongs into a note."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class NotCanonical(ValueError):
    """The text is not what `encode` would have written."""


def encode(document: Mapping[str, object]) -> bytes:
    """Canonical bytes of strings, integers and mappings of them.

    Keys are sorted by code point. Only `"` and `\\` are ever escaped, because control characters
    are refused. Raises `NotCanonical` for control characters, lone surrogates and more than `MAX_BYTES`.
    """
    text = _ENCODER.encode(document)
    if ("\\" in text or "\x7f" in text) and _has_control(document):  # all others are escaped with a backslash
        raise NotCanonical("存证记录里不能有控制字符")
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("存证记录里有不成对的代理字符") from error
    if len(data) > MAX_BYTES:
        raise NotCanonical(f"存证记录最长 {MAX_BYTES} 字节，长文字请放进附注")
    return data


def decode(text: str) -> dict[str, object]:
    """The document behind canonical text. Raises `NotCanonical` for anything else, and nothing else."""
    try:
        document = _DECODER.decode(text)
        again = encode(document).decode() if isinstance(document, dict) else ""
    except NotCanonical:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise NotCanonical("不是 JSON") from error
    if not isinstance(document, dict) or again != text:
        raise NotCanonical("不是规范写法")
    return document


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise NotCanonical("键重复")
    return document


def _no_float(_text: str) -> NoReturn:
    raise NotCanonical("只能有整数和文字")


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float)


def _has_control(value: object) -> bool:
    if isinstance(value, str):
        return _CONTROL.search(value) is not None
    if isinstance(value, dict):
        return any(_has_control(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(_has_control(part) for part in value)
    return False
