"""A scripted person: opens the reader's view with nothing of the product's, and answers what the product asks."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from html import unescape
from urllib.parse import urljoin

from publisher.bootstrap import Office
from publisher.store.records import PostingRecord
from publisher.workflow.settle_by_hand import (
    ConfirmRequest,
    DenyRequest,
    confirm_by_hand,
    deny_by_hand,
    look_at_claimed,
    look_before_deny,
)
from tests.fault.house import SENTENCE, SUMMARY, House, person

LINK = re.compile(r'<a [^>]*href="([^"]+)"')
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(url: str) -> str:
    """The page as text; the empty text for 4xx and 5xx, and for an address that leads elsewhere."""
    try:
        with OPENER.open(url, timeout=10) as answer:
            return str(answer.read().decode("utf-8", "replace")) if answer.geturl() == url else ""
    except urllib.error.HTTPError as why:
        why.close()
        return ""


def found_by_reading(account_page: str) -> str:
    """The address of the first entry on an account's page that leads to our words, or ""."""
    for href in LINK.findall(fetch(account_page)):
        url = urljoin(account_page, unescape(href))
        page = fetch(url) if url.startswith(account_page[: account_page.index("/", 8)]) else ""
        if SENTENCE in page or SUMMARY in page:
            return url
    return ""


def answer(office: Office, house: House, posting: PostingRecord, account_page: str) -> str:
    """Look, then say "it is there" with the address, or, two people, "it is not". Returns what was said."""
    url = found_by_reading(account_page)
    if url:
        request = ConfirmRequest(posting.id, url)
        seen = look_at_claimed(office.outlets, posting.channel, request)
        office.perform(person(office, house, "lu"), confirm_by_hand, request, seen=seen)
        return "confirmed by a person"
    for name in ("lu", "qin"):
        looked = look_before_deny(office.store, office.outlets, posting.id)
        request = DenyRequest(posting.id, "读者页面上没有")
        office.perform(person(office, house, name), deny_by_hand, request, looked=looked)
    return "denied by two people"
