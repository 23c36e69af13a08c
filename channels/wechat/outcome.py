"""What became of a posting: its job, the list of what is published, the draft box. Changes nothing outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from channels.contract import (
    Absent,
    Accepted,
    ChannelMessage,
    FindResult,
    Found,
    Journal,
    Listed,
    LostTrack,
    NeedsHand,
    NotYet,
    PartReceipt,
    PollResult,
    Ports,
    Receipt,
    Rejected,
    StepRecord,
    StepState,
    StillRunning,
    TakenDown,
    Unavailable,
)
from channels.wechat.articles import carries, key_of, news_of
from channels.wechat.codes import GONE
from channels.wechat.events import JOB_ENDS, PUBLISHED, RUNNING
from channels.wechat.profile import PROFILE
from channels.wechat.wire import Json, Wire

DRAFT, SUBMIT = "draft", "submit"
"""Names of the two steps that tell how far a posting came."""

FRESH = timedelta(seconds=120)
"""A draft this young may not be shown yet; an older one that is not there was deleted or published."""

LIST_PAGES = 5
"""Most pages of the published list that a look reads, 20 entries each, newest first."""

POLL_WAITS_S = (40, 120, 420, 1200, 5400, 14_400)
"""Waits after the first question (20 s): asked 20 s, 1, 3, 10, 30 min, 2 h, 6 h after the submit, because the
platform answers 100 such questions a day."""


DRAFT_GONE = (
    "草稿已不在草稿箱，发表列表里也看不到：已经发表或群发的，请贴上文章网址确认；误删的，请取消这条推送再重发"
)
CONSOLE = "请登录公众号后台，在“发表记录”里核对这一篇是否已经发布"


class Outcomes:
    """Looks for one account. The two verbs `poll` and `find`, and the looks that they share with `publish`."""

    def __init__(self, wire: Wire, ports: Ports) -> None:
        """Nothing is asked before the first look."""
        self._wire, self._ports = wire, ports

    def poll(self, accepted: Accepted) -> PollResult:
        """Ask about a job; at most 100 times a day and account. A failed job raises `Rejected`."""
        try:
            answer = self._wire.ask("freepublish/get", {"publish_id": _number(accepted.job_id)})
        except Unavailable as why:
            if why.code == "53502":
                return LostTrack(why.words)
            raise
        status = _status(answer)
        if status == RUNNING:
            return StillRunning(self.next_wait(accepted.job_id)[0])
        if status == PUBLISHED:
            return _receipt_of_job(answer) or LostTrack("微信说已发布，没有给出文章地址")
        end = JOB_ENDS.get(status)
        if end is None:
            return LostTrack(f"微信返回了没有收录的发布状态 {status}")
        if not end.rejected:
            return TakenDown(end.words)
        raise Rejected(
            end.words,
            before_execution=True,  # the platform's last word on this job: nothing of it is out
            code=f"publish_status {status}",
            answer=f"fail_idx {answer.get('fail_idx', [])}",
        )

    def next_wait(self, job: str) -> tuple[int, int]:
        """The next wait of this job, and how often it was asked before: kept with the account, for all processes."""
        account, name = self._ports.account, f"polls:{job}"
        known = account.get(name)
        asked = int(known.value) if known else 0
        until = self._ports.now() + timedelta(days=2)
        version = known.version if known else 0
        account.put(name, str(asked + 1), expires_at=until, expected_version=version)
        return POLL_WAITS_S[min(asked, len(POLL_WAITS_S) - 1)], asked

    def find(self, message: ChannelMessage, journal: Journal, *, may_list: bool) -> FindResult:
        """Asks the job if we know it, then looks for the message's key in the list of what is published.

        After a submit without an answer a draft that is still in the box proves nothing: this ends with
        a person, never with `Absent`. `may_list` is False for an account that may not ask for the list.
        """
        submitted = journal.step(SUBMIT)
        if submitted and submitted.state is StepState.DONE:
            known = self._find_job(Accepted(submitted.result["publish_id"]))
            if known:
                return known
        draft = journal.step(DRAFT)
        found, complete = self.listed(message.key, submitted or draft) if may_list else (None, False)
        if found:
            return Found(found)
        if submitted is None and draft is not None and draft.state is StepState.DONE:
            return self._left_to_staff(draft, journal, complete=complete)
        unsent = submitted is None or submitted.state is StepState.NOT_DONE
        if unsent and complete and not self._consumed(submitted, journal):
            return Absent()
        return self._undecided(submitted, journal)

    def _left_to_staff(self, draft: StepRecord, journal: Journal, *, complete: bool) -> FindResult:
        """Nothing was submitted: is the draft still there for a person to publish?"""
        if self.stored_draft(draft.result["media_id"]) is not None:
            return Absent() if complete else NotYet(600, "草稿还在草稿箱里，等人发表")
        if journal.now - draft.started_at < FRESH:
            return NotYet(int(FRESH.total_seconds()), "草稿刚存好，微信还没有显示")
        return NeedsHand(DRAFT_GONE)

    def _find_job(self, job: Accepted) -> Found | None:
        try:
            result = self.poll(job)
        except Rejected:
            return Found(None, job)  # its end is told by `poll`
        if isinstance(result, Receipt):
            return Found(result)
        return Found(None, job) if isinstance(result, StillRunning) else None

    def listed(self, key: str, record: StepRecord | None) -> tuple[Receipt | None, bool]:
        """Our entry in the list of what is published, and whether the list was read far enough to miss it.

        Far enough: to entries older than the record, to the end, or, without a record (after a restore),
        over the newest 100, which is all that the platform publishes for one account in a day.
        """
        for batch, last in self._wire.pages("freepublish/batchget", most=LIST_PAGES):
            for item in batch:
                if carries(item, key):
                    return _receipt_of_item(item), True
            if last or (record and batch and _updated(batch[-1]) < record.started_at - FRESH):
                return None, True
        return None, record is None

    def _consumed(self, submitted: StepRecord | None, journal: Journal) -> bool:
        """Whether a submit was refused and yet its draft is gone from the box."""
        draft = journal.step(DRAFT)
        if submitted is None or draft is None or draft.state is not StepState.DONE:
            return False
        return self.stored_draft(draft.result["media_id"]) is None

    def _undecided(self, submitted: StepRecord | None, journal: Journal) -> NotYet | NeedsHand:
        if submitted is None:
            return NeedsHand("发布列表太长，查不完。" + CONSOLE)
        waited = (journal.now - submitted.started_at).total_seconds()
        for look in PROFILE.looks_s:
            if waited < look:
                return NotYet(int(look - waited) + 1, "发布列表里还没有，不能断定没有发出")
        return NeedsHand("发布列表里没有，草稿箱也不能证明没有发出。" + CONSOLE)

    def stored_draft(self, media_id: str) -> list[Json] | None:
        """What the platform stored, or None when the draft is not (or no longer) there."""
        try:
            answer = self._wire.ask("draft/get", {"media_id": media_id})
        except Unavailable as why:
            if why.code in GONE:
                return None
            raise
        return news_of({"content": answer})

    def published(self, since: datetime) -> tuple[Listed, ...]:
        """Every article that the list dates after `since`; those that were deleted are left out."""
        found: list[Listed] = []
        for batch, _ in self._wire.pages("freepublish/batchget", most=LIST_PAGES):
            for item in batch:
                if _updated(item) > since:
                    found += _listed(item)
            if batch and _updated(batch[-1]) <= since:
                break
        return tuple(found)

    def located(self, url: str) -> str:
        """`article_id:idx` of an article by its address, for links that a person entered; "" when unknown."""
        for batch, _ in self._wire.pages("freepublish/batchget", most=2):
            for item in batch:
                receipt = _receipt_of_item(item)
                for part in receipt.parts:
                    if url and part.url.partition("#")[0] == url.partition("#")[0]:
                        return part.remote_id
        return ""


def _number(job_id: str) -> int | str:
    return int(job_id) if job_id.isdigit() else job_id


def _status(answer: Json) -> int:
    try:
        return int(str(answer.get("publish_status")))
    except ValueError as why:
        raise Unavailable("微信的答复看不懂") from why


def _updated(item: Json) -> datetime:
    return datetime.fromtimestamp(int(item.get("update_time") or 0), tz=UTC)


def _listed(item: Json) -> list[Listed]:
    parts = _receipt_of_item(item).parts
    return [
        Listed(
            part.remote_id,
            part.url,
            str(article.get("title") or ""),
            _updated(item),
            key_of(str(article.get("content_source_url") or "")),
        )
        for part, article in zip(parts, news_of(item), strict=True)
        if not article.get("is_deleted")
    ]


def _receipt_of_job(answer: Json) -> Receipt | None:
    detail = answer.get("article_detail")
    items = detail.get("item") if isinstance(detail, dict) else None
    items = [items] if isinstance(items, dict) else items
    article_id = answer.get("article_id")
    if not isinstance(article_id, str) or not article_id or not isinstance(items, list) or not items:
        return None
    entries = sorted((int(item["idx"]), str(item["article_url"])) for item in items)
    return Receipt(
        article_id, tuple(PartReceipt(f"{article_id}:{idx}", url, idx - 1) for idx, url in entries)
    )


def _receipt_of_item(item: Json) -> Receipt:
    article_id = str(item.get("article_id") or "")
    urls = [str(article.get("url") or "") for article in news_of(item)]
    parts = (PartReceipt(f"{article_id}:{n}", url, n - 1) for n, url in enumerate(urls, start=1))
    return Receipt(article_id, tuple(parts))
