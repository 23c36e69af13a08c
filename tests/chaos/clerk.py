"""The scripted people of a storm: they look at the readers' pages and answer what the product asks."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin

from publisher.bootstrap import Office
from publisher.domain.errors import Refused
from publisher.domain.posting import PostingState
from publisher.store.records import PostingRecord
from publisher.workflow.desk import PostingRequest, resume_posting, retry_posting
from publisher.workflow.settle_by_hand import (
    ConfirmRequest,
    DenyRequest,
    confirm_by_hand,
    deny_by_hand,
    look_at_claimed,
    look_before_deny,
)
from tests.chaos.bureau import Bureau, Piece
from tests.fault.house import person
from tests.fault.person import fetch
from tests.fault.rest import needs_person

ENTRY = {
    "wechat": re.compile(r'<a class="first" href="([^"]+)">.*?<b>([^<]*)</b></a>'),
    "weibo": re.compile(r'href="(/[0-9]+/[0-9a-zA-Z]+)"(.*?)(?=<article|\Z)', re.DOTALL),
}
"""An entry of an account's page: where it leads, and its words."""


@dataclass
class Clerk:
    """Two people, one script. `did` counts what they did."""

    office: Office
    bureau: Bureau
    readers: dict[str, str]
    did: Counter[str] = field(default_factory=Counter)

    def work(self) -> int:
        """Answer everything that waits for a person; how many were answered."""
        with self.office.store.read() as reading:
            tasks = [posting for posting in reading.postings.unfinished() if needs_person(posting)]
        for posting in tasks:
            try:
                self.did[self._answer(posting)] += 1
            except Refused:
                self.did["came too late"] += 1  # the product had settled it meanwhile
        return len(tasks)

    def _answer(self, posting: PostingRecord) -> str:
        request = PostingRequest(posting.id, "核对过平台页面")
        match posting.state:
            case PostingState.FAILED:
                self._as("lu", retry_posting, request)
                return "sent again after a refusal"
            case PostingState.HELD:
                self._as("lu", resume_posting, request)
                return "sent after its time had passed"
            case PostingState.UNKNOWN | PostingState.ACCEPTED:
                return self._settle(posting)
            case other:
                raise AssertionError(f"{posting.channel}: nobody foresaw {other}: {posting.error}")

    def _settle(self, posting: PostingRecord) -> str:
        url = self._find(posting.channel, self.bureau.pieces[posting.item_id])
        if url:
            request = ConfirmRequest(posting.id, url)
            seen = look_at_claimed(self.office.outlets, posting.channel, request)
            self._as("lu", confirm_by_hand, request, seen=seen)
            return "confirmed by a person"
        for name in sorted({"lu", "qin"} - {posting.denied_by}):
            looked = look_before_deny(self.office.store, self.office.outlets, posting.id)
            self._as(name, deny_by_hand, DenyRequest(posting.id, "读者页面上没有"), looked=looked)
        return "denied by two people"

    def _find(self, channel: str, piece: Piece) -> str:
        account = self.readers[channel]
        for href, words in ENTRY[channel].findall(fetch(account)):
            if piece.title in unescape(words) or piece.summary in unescape(words):
                return urljoin(account, unescape(href))
        return ""

    def _as(self, name: str, act: object, request: object, **tools: object) -> None:
        self.office.perform(person(self.office, self.bureau.house, name), act, request, **tools)  # type: ignore[arg-type]
