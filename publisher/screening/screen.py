"""The first content screen: every text and every file name of an item goes through it before it is stored."""

from __future__ import annotations

from datetime import date

from publisher.screening.findings import Finding, settle, tell
from publisher.screening.identity import identity_hits
from publisher.screening.normal import normalise
from publisher.screening.secrecy import name_hits, secrecy_hits


def screen_text(text: str, *, place: str = "正文", header: str = "", today: date) -> list[Finding]:
    """Findings of one text, by place, without overlaps; empty when nothing was found. Linear time.

    `place` names the part for people; 页眉, 页脚 and OCR have rules of their own. `header` is the head of
    the column that a cell stands in. `today` (Beijing date) bounds birth dates.
    """
    normal = normalise(text)
    hits = [
        *secrecy_hits(normal, place=place),
        *identity_hits(normal, header=normalise(header).text, today=today),
    ]
    return tell(settle(hits), text, place)


def screen_filename(name: str, *, today: date = date.max) -> list[Finding]:
    """Findings of a file name: secrecy levels, marks and ID numbers. Without `today` births have no upper bound."""
    normal = normalise(name)
    stem = normalise(name.rpartition(".")[0] or name)
    hits = [
        *secrecy_hits(stem, place="文件名"),
        *name_hits(normal),
        *identity_hits(normal, header="", today=today),
    ]
    return tell(settle(hits), name, "文件名")
