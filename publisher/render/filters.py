"""What templates may do with a field: small pure functions from text to text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from publisher.domain.errors import Reason, refuse
from publisher.render.moments import clock, moment

CJK = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
FULL_WIDTH = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？"}
HALF_AFTER_CHINESE = re.compile(rf"(?<=[{CJK}”』」》）])[,;:!?]")
CLOSING = "。，；、,;. "
ENDS_A_SENTENCE = "。！？!?…"


def sentence(text: str) -> str:
    """A field as part of a sentence: one line, full-width punctuation after Chinese, none at its end."""
    whole = " ".join(text.split())
    return HALF_AFTER_CHINESE.sub(lambda m: FULL_WIDTH[m[0]], whole).rstrip(CLOSING)


def stop(text: str) -> str:
    """The text with a full stop, unless it is empty or ends a sentence already."""
    return text if not text or text[-1] in ENDS_A_SENTENCE else f"{text}。"


def entries(text: str) -> list[str]:
    """The entries of a list field, one a line or separated by "；"."""
    return [entry.strip() for entry in re.split(r"[\n；;]", text) if entry.strip()]


def untagged(text: str) -> str:
    """The text without signs that make topics or call accounts: "#" and "@" become their full-width forms."""
    return text.translate({ord("#"): "＃", ord("@"): "＠"})


def day(value: date) -> str:
    """2026年7月8日."""
    return f"{value.year}年{value.month}月{value.day}日"


def when(text: str) -> str:
    """An instant given in figures as 7月8日22:00; other words as they are."""
    found = moment(text)
    return clock(found) if found else sentence(text)


def size(count: int) -> str:
    """A file's size for people: 1.2 MB, 46 KB, 12 字节."""
    if count >= 1024 * 1024:
        return f"{count / (1024 * 1024):.1f} MB"
    return f"{count / 1024:.0f} KB" if count >= 1024 else f"{count} 字节"


def issued_document(title: str) -> str:
    """The document that a cover notice issues: `关于印发《…》的通知` gives what stands in 《》, else the empty text."""
    found = re.search(r"印发《([^《》]+)》的通知$", title.strip())
    return found[1] if found else ""


def required(value: Any, label: str) -> Any:
    """The value; refuses the item when it is empty. `label` names the field in Chinese."""
    if not str(value).strip():
        raise refuse(
            Reason.BAD_INPUT, f"{label}是空的，网页缺少必备标签", field=label, allowed="在设置或条目中填写"
        )
    return value


FILTERS: dict[str, Callable[..., Any]] = {
    "sentence": sentence,
    "stop": stop,
    "entries": entries,
    "untagged": untagged,
    "day": day,
    "when": when,
    "size": size,
    "issued_document": issued_document,
    "required": required,
}
