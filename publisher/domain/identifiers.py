"""Identifiers with their own forms: index number 索引号, document number 发文字号, posting keys."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import NewType

from publisher.domain.errors import Reason, refuse

ItemId = NewType("ItemId", str)
RevisionDigest = NewType("RevisionDigest", str)
ChannelName = NewType("ChannelName", str)

INDEX_NUMBER = re.compile(
    r"([0-9A-Z-]{9,18})/([0-9]{4})-([0-9]{5})"
)  # rules.md R6.04, seen on published items
DOCUMENT_NUMBER = re.compile(r"[一-鿿]{1,15}〔(19|20)[0-9]{2}〕[1-9][0-9]{0,4}号")  # GB/T 9704-2012 7.2.5
SITE_ID_CODE = re.compile(r"[0-9]{10}|bm[0-9]{8}")  # rules.md R3.04
CHANNEL_NAME = re.compile(r"[a-z][a-z0-9.-]{0,39}")


@dataclass(frozen=True, slots=True, order=True)
class IndexNumber:
    """索引号: organisation code, year, five-digit serial that is never used again."""

    organisation: str
    year: int
    serial: int

    def __str__(self) -> str:
        """`organisation/year-serial`, as on the page."""
        return f"{self.organisation}/{self.year:04d}-{self.serial:05d}"

    @classmethod
    def parse(cls, text: str) -> IndexNumber:
        """Read the form above; anything else is refused with the form named."""
        match = INDEX_NUMBER.fullmatch(text)
        if not match:
            raise refuse(
                Reason.BAD_INPUT,
                f"索引号“{text}”格式不对",
                field="index_no",
                allowed="机构代码/年份-五位流水号",
            )
        return cls(match[1], int(match[2]), int(match[3]))


def check_document_number(text: str) -> None:
    """Accept the empty text or a document number such as 临水规〔2026〕3号; else refuse."""
    if text and not DOCUMENT_NUMBER.fullmatch(text):
        raise refuse(
            Reason.BAD_INPUT,
            f"发文字号“{text}”格式不对",
            field="doc_no",
            allowed="机关代字〔年份〕序号号，六角括号，序号不编虚位，如 临水规〔2026〕3号",
            english="document number must look like 临水规〔2026〕3号",
        )


def posting_key(item: ItemId, digest: str, channel: str, occasion: int) -> str:
    """The mark of one posting, the same for each attempt: 20 hexadecimal characters.

    Computed from the business key (item, revision, channel, occasion), so that no path can make
    a second key for the same posting.
    """
    text = f"{item}\n{digest}\n{channel}\n{occasion}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]
