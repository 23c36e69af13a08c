"""The look before a person's word about something on a platform: made only for those whose word would count.

Each asks a platform: no transaction may be open.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from channels.contract import CannotSee, SeeResult
from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Act, Person, may
from publisher.store.unit_of_work import Store
from publisher.workflow.gate import receipt_of
from publisher.workflow.outlets import Outlets
from publisher.workflow.remove import PartGoneRequest
from publisher.workflow.settle_by_hand import (
    ConfirmRequest,
    DenyRequest,
    LookedFor,
    look_at_claimed,
    look_before_deny,
)
from publisher.workflow.sight import part_for, posting_for

LONGEST_URL = 2000


def look_before_confirm(store: Store, outlets: Outlets, person: Person, request: ConfirmRequest) -> SeeResult:
    """What stands at the address that a person named. Refused for what is no address on the web.

    For somebody whose word does not count nothing is fetched: the act itself refuses.
    """
    with store.read() as reading:
        channel = posting_for(reading, person, request.posting_id).channel
    if not may(Act.CONFIRM_POSTING, person):
        return CannotSee("")
    _check_url(request.url)
    _check_configured(outlets, channel)
    return look_at_claimed(outlets, channel, request)


def look_before_denial(
    store: Store, outlets: Outlets, person: Person, request: DenyRequest, *, looked: bool
) -> LookedFor:
    """One more look of ours beside the person's own, which must have been made (`looked`). What is found is adopted."""
    with store.read() as reading:
        channel = posting_for(reading, person, request.posting_id).channel
    if not may(Act.DENY_POSTING, person):
        return LookedFor(outlets.now(), outlets.now())
    if not looked:
        raise refuse(
            Reason.BAD_INPUT,
            "请先到平台上看过，再勾选“都看过，都没有”",
            english="look at the platform first, then tick the box",
        )
    _check_configured(outlets, channel)
    return look_before_deny(store, outlets, request.posting_id)


def look_before_gone(store: Store, outlets: Outlets, person: Person, request: PartGoneRequest) -> SeeResult:
    """What a reader finds now where a part was."""
    with store.read() as reading:
        part = part_for(reading, person, request.part_id)
    if not may(Act.CONFIRM_GONE, person):
        return CannotSee("")
    _check_configured(outlets, part.channel)
    return outlets.channels[part.channel].see(receipt_of(part))


def _check_configured(outlets: Outlets, channel: str) -> None:
    if channel not in outlets.channels:
        raise refuse(
            Reason.WRONG_STATE,
            f"设置里没有渠道“{channel}”了，不能去看",
            field="channel",
            english="the channel is not configured any more",
        )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable()
    except ValueError:
        good = False
    if not good or " " in url or len(url) > LONGEST_URL:
        raise refuse(
            Reason.BAD_INPUT,
            "这不是一个网址",
            field="url",
            allowed="从平台上复制的完整网址，以 https:// 或 http:// 开头",
            english="not an address",
        )
