"""Correction 更正: what happens on each channel when a newer revision takes the place of one that is out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

NOTE_LIMIT_CHARS = 300
VERSION_AT = "version_at"
"""Slot `version_at:<number>`: when that public version was posted on the channel, Beijing time."""

IMAGE = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r'\balt="([^"]*)"')


class CorrectionRule(StrEnum):
    """How a channel corrects, from its profile or its settings (R12.01, R5.10)."""

    AMEND = "amend"
    POST = "post"
    REPLACE = "replace"
    NONE = "none"


RULE_LABELS = {
    CorrectionRule.AMEND: "原址更正",
    CorrectionRule.POST: "另发更正",
    CorrectionRule.REPLACE: "撤旧发新",
    CorrectionRule.NONE: "不更正",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One earlier public version of an item, as the page's history shows it.

    `number` counts public versions from 1. `body` is our HTML subset; `files` names its attachments with
    their SHA-256, `details` the elements of a warning with their words. `note` is its own correction note,
    empty for the first.
    """

    number: int
    digest: str
    title: str
    note: str
    body: str
    files: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, str], ...] = ()

    def readable(self) -> str:
        """The body without pictures, each replaced by its words: old pictures and files do not stay public."""
        return IMAGE.sub(_words_of, self.body)


def _words_of(found: re.Match[str]) -> str:
    alt = ALT.search(found[0])
    return f"〔图片：{alt[1]}〕" if alt and alt[1] else "〔图片〕"


def next_number(versions: Sequence[Version]) -> int:
    """The number of the version that comes after these."""
    return max((version.number for version in versions), default=0) + 1
