"""What Weibo would refuse, found before any request. The same limits that planning looks at, and the link rules."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from channels.contract import (
    SLOT,
    URL,
    Article,
    ChannelMessage,
    ChannelProfile,
    Correction,
    ImageRules,
    Level,
    Limit,
    Overrun,
    Quota,
    Rejected,
    Unit,
    overruns,
)
from channels.weibo.wire import DESTROY, PROBE, READ, SHARE

MEDIA_TYPES = ("image/jpeg", "image/gif", "image/png")
LINK_CHARS = 255
TOPIC = re.compile(r"#[^#]+#")
SHARE_PAGE = "open.weibo.com wiki, statuses/share"

PROFILE = ChannelProfile(
    kind="weibo",
    label="微博",
    limits=(Limit("body", 140, Unit.WEIBO, SHARE_PAGE, warn_above=130),),
    images=ImageRules(count=1, media_types=MEDIA_TYPES, max_bytes=5 * 1024 * 1024 - 1),
    slots=frozenset({"portal_url"}),
    quotas=(
        # The platform's rate page allows 100 calls a day, all calls together. We divide 90 of them, so
        # that no look takes what a post or a withdrawal needs: 20 posts with two looks each leave 20 more.
        Quota(SHARE, 20, "day", sending=True, title="发微博"),
        Quota(READ, 60, "day", title="查看"),
        Quota(DESTROY, 10, "day", title="删除"),
        # A probe costs two calls. A paused channel is probed every 10 minutes and must not eat the day.
        Quota(PROBE, 20, "day", title="试连接"),
    ),
    amendable=False,
    correction=Correction.POST,  # the old post keeps its comments and links; the correction names the page
    removal_gap_s=20,
    removal_call=DESTROY,
    withdrawable=True,
    visible=Level.PUBLIC,
    parts_per_posting=1,
    gap_s=120,
    call_timeout_s=60,
    settle_s=420,
)


def refuse_locally(message: ChannelMessage, safe_domain: str) -> None:
    """Raise `Rejected` (before execution) for everything in the message that Weibo is known to refuse.

    The length is counted with the real address filled in; a slot that is still open is refused too.
    """
    found = [fault for fault in overruns(PROFILE, message) if not fault.warning]
    for article in message.articles:
        found += link_faults(article.body, safe_domain)
    if found:
        words = "；".join(fault.words for fault in found)
        raise Rejected(words, field=found[0].field, before_execution=True)


def link_faults(body: str, safe_domain: str) -> list[Overrun]:
    """What the platform's rules on links and topics forbid in one text."""
    links, rest, found = URL.findall(body), URL.sub("", body), []
    if not rest.strip():
        found.append(Overrun("body", "正文是空的"))
    if SLOT.search(body):
        found.append(Overrun("body", "正文里还有没填的空位，要等门户网址填入"))
    if TOPIC.search(rest):
        found.append(Overrun("body", "微博接口不收 #话题#，请删去"))
    if not any(host_of(link) == safe_domain for link in links):
        found.append(Overrun("body", f"正文里要有 {safe_domain} 的链接，域名须完全一致"))
    if any(len(link) > LINK_CHARS for link in links):
        found.append(Overrun("body", f"链接不能超过 {LINK_CHARS} 个字符"))
    return found


def host_of(link: str) -> str:
    """The host name of a link in lower case, "" when it has none."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"GIF8", "image/gif", "gif"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)


def kind_of(content: bytes) -> tuple[str, str] | None:
    """Media type and file ending by the first bytes, whatever the file is called; None for other kinds."""
    return next(((media, ending) for magic, media, ending in MAGIC if content.startswith(magic)), None)


def expected_text(article: Article) -> str:
    """The words of a post without its links: what a reader and the account's list show."""
    return URL.sub("", article.body)
