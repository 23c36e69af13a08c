"""The events that the practice WeChat pushes, as XML: the end of a publication, the end of a mass sending."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from channels.sandbox.wechat_mass import SENT, Mass, MassJob
from channels.sandbox.wechat_press import PUBLISHED, Job

PUBLISH_NAMES = ("PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH")
"""The documented name, that of an older example, and the one that some users received."""

DATA_ID = 1_000_000
"""What the number of the data is above that of the job."""


def envelope(original_id: str, openid: str, at: datetime, name: str, inner: str) -> str:
    """One event with its head."""
    return (
        f"<xml><ToUserName>{_text(original_id)}</ToUserName><FromUserName>{_text(openid)}</FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType>{_text('event')}</MsgType>"
        f"<Event>{_text(name)}</Event>{inner}</xml>"
    )


def published(job: Job, urls: list[str], name: str) -> str:
    """What a publication's event says, in the shape that belongs to the name."""
    if name == "MASSSENDJOBFINISH":
        status = "send success" if job.status == PUBLISHED else "send fail"
        return _mass(job.publish_id + DATA_ID, status, (0, 0, 0, 0), 1, urls)
    inner = f"<publish_id>{job.publish_id}</publish_id><publish_status>{job.status}</publish_status>"
    if job.status == PUBLISHED:
        items = "".join(
            f"<item><idx>{idx}</idx><article_url>{_text(url)}</article_url></item>"
            for idx, url in enumerate(urls, 1)
        )
        detail = f"<article_detail><count>{len(urls)}</count>{items}</article_detail>"
        inner += f"<article_id>{_text(job.article_id)}</article_id>{detail}"
    elif job.status in (2, 4):
        inner += "".join(f"<fail_idx>{idx}</fail_idx>" for idx in range(1, len(job.articles) + 1))
    return f"<PublishEventInfo>{inner}</PublishEventInfo>"


def sent(job: MassJob, mass: Mass, urls: list[str]) -> str:
    """What a mass sending's event says."""
    reached = mass.followers - mass.filtered if job.status == SENT else 0
    counts = (mass.followers, reached, max(0, reached - mass.failed), min(reached, mass.failed))
    return _mass(job.msg_id, job.outcome, counts, job.check_state, urls)


def _mass(
    number: int, status: str, counts: tuple[int, int, int, int], check_state: int, urls: Iterable[str]
) -> str:
    links = list(urls)
    items = "".join(
        f"<item><ArticleIdx>{idx}</ArticleIdx><ArticleUrl>{_text(url)}</ArticleUrl></item>"
        for idx, url in enumerate(links, 1)
    )
    names = ("TotalCount", "FilterCount", "SentCount", "ErrorCount")
    figures = "".join(f"<{name}>{count}</{name}>" for name, count in zip(names, counts, strict=True))
    return (
        f"<MsgID>{number}</MsgID><Status>{_text(status)}</Status>{figures}"
        f"<CopyrightCheckResult><Count>0</Count><ResultList></ResultList><CheckState>{check_state}</CheckState>"
        f"</CopyrightCheckResult><ArticleUrlResult><Count>{len(links)}</Count><ResultList>{items}</ResultList>"
        "</ArticleUrlResult>"
    )


def _text(words: str) -> str:
    return f"<![CDATA[{words}]]>" if "]]>" not in words else escape(words)
