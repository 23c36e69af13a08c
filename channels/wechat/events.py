"""What the platform's events say about jobs: the XML, the event's key, the outcome. Pure.

Source: pages of PUBLISHJOBFINISH and MASSSENDJOBFINISH, read 2026-11-20; an older example names the first
FREEPUBLISHJOBFINISH, and users report the second for a publication, so all three are read alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from channels.contract import JobNews, JobOutcome, PartReceipt, Receipt, Rejected, StillRunning, TakenDown

MASS = "mass:"
"""Before the number of a mass job, wherever a job has a name."""

MOST_PARTS = 8

NAMES = frozenset({"PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH"})


class Unreadable(Exception):
    """Not the XML of an event."""


@dataclass(frozen=True, slots=True)
class Job:
    """Whose event it is: its kind, its key for duplicates, the numbers under which the job may be known."""

    kind: str
    event_key: str
    job_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobEnd:
    """What one `publish_status` means. `rejected`: the job failed and nothing is out."""

    words: str
    rejected: bool = False


PUBLISHED, RUNNING = 0, 1
JOB_ENDS = {  # freepublish/get and PUBLISHJOBFINISH, publish_status
    2: JobEnd("原创声明没有通过", rejected=True),
    3: JobEnd("微信没有发布成功，没有说明原因", rejected=True),
    4: JobEnd("微信平台审核没有通过", rejected=True),
    5: JobEnd("发布后已被全部删除"),
    6: JobEnd("发布后被微信封禁"),
}

MASS_ENDS = {  # MASSSENDJOBFINISH, Status err(N)
    10001: "微信认为是广告",
    20001: "微信认为涉及政治",
    20002: "微信认为涉及色情",
    20004: "微信认为涉及社会",
    20006: "微信认为涉嫌违法犯罪",
    20008: "微信认为涉嫌欺诈",
    20013: "微信认为涉嫌侵权",
    21000: "微信审核没有通过（其他）",
    22000: "微信认为是互推",
    30001: "原创校验出错，没有群发",
    30002: "被判为转载，不能群发",
    30003: "被判为转载，不能群发",
    40001: "公众号管理员拒绝了这次群发",
    40002: "公众号管理员 30 分钟内没有确认这次群发",
}
ERR = re.compile(r"err\((\d+)\)")


def fields_of(raw: bytes) -> dict[str, str]:
    """The outer fields of an event as text. Raises `Unreadable`, also for a document type (entities)."""
    return {child.tag: (child.text or "").strip() for child in _root(raw)}


def _root(raw: bytes) -> ElementTree.Element:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as why:
        raise Unreadable("not UTF-8") from why
    if "<!DOCTYPE" in text.upper():
        raise Unreadable("a document type")
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - no document type gets here
    except ElementTree.ParseError as why:
        raise Unreadable("not XML") from why


def job_in(raw: bytes) -> Job | None:
    """Which job an event is about; None for everything that is no job's end. Raises `Unreadable`."""
    root = _root(raw)
    event = _text(root, "Event")
    if _text(root, "MsgType") != "event" or event not in NAMES:
        return None
    info = root.find("PublishEventInfo")
    if info is not None and _text(info, "publish_id").isdigit():
        number, status = _text(info, "publish_id"), _text(info, "publish_status")
        return Job(event, f"publish:{number}:{status[:20]}", (number,))
    number = _text(root, "MsgID")
    if not number.isdigit():
        raise Unreadable("an event without its job")
    return Job(event, f"{MASS}{number}:{_text(root, 'Status')[:40]}", (MASS + number, number))


def news_of(raw: bytes) -> JobNews | None:
    """What a kept event says; None when it is no job's end or its outcome is not listed."""
    job = job_in(raw)
    if job is None:
        return None
    root = _root(raw)
    info = root.find("PublishEventInfo")
    outcome = _published(info) if info is not None else _mass(root)
    return None if outcome is None else JobNews(job.job_ids, outcome)


def _published(info: ElementTree.Element) -> JobOutcome | None:
    status = _text(info, "publish_status")
    number = int(status) if status.isdigit() else -1
    if number == RUNNING:
        return StillRunning(60)
    if number == PUBLISHED:
        return _receipt(_text(info, "article_id"), info.iterfind("article_detail/item"), "idx", "article_url")
    end = JOB_ENDS.get(number)
    if end is None:
        return None
    if not end.rejected:
        return TakenDown(end.words)
    failed = ",".join((e.text or "").strip() for e in info.iterfind("fail_idx"))
    return Rejected(
        end.words, before_execution=True, code=f"publish_status {number}", answer=f"fail_idx {failed}"
    )


def _mass(root: ElementTree.Element) -> JobOutcome | None:
    status, number = _text(root, "Status"), _text(root, "MsgID")
    if status == "send success":
        items = root.iterfind("ArticleUrlResult/ResultList/item")
        return _receipt(MASS + number, items, "ArticleIdx", "ArticleUrl") or unaddressed(number)
    error = ERR.search(status)
    code = int(error[1]) if error else 0
    words = MASS_ENDS.get(code, "微信没有群发成功")
    return Rejected(words, before_execution=True, code=status[:40], answer=status)


def unaddressed(number: str) -> Receipt:
    """A mass job that is out and whose addresses are not known: a part for each article that there may be."""
    parts = (PartReceipt(f"{MASS}{number}:{idx}", "", idx - 1) for idx in range(1, MOST_PARTS + 1))
    return Receipt(MASS + number, tuple(parts))


def _receipt(remote_id: str, items: Iterable[ElementTree.Element], idx: str, url: str) -> Receipt | None:
    entries = sorted((_text(e, idx), _text(e, url)) for e in items)
    if not remote_id or not entries or not all(n.isdigit() and int(n) > 0 for n, _ in entries):
        return None
    return Receipt(
        remote_id, tuple(PartReceipt(f"{remote_id}:{n}", where, int(n) - 1) for n, where in entries)
    )


def _text(element: ElementTree.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()
