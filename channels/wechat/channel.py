"""The WeChat official account as a channel: pictures, draft, read back, submit, result by asking.

`README.md` tells the life of a message. The submit is the only step that must not be repeated.
"""

from __future__ import annotations

from datetime import timedelta

from channels.contract import (
    Accepted,
    ChannelError,
    ChannelMessage,
    ChannelProfile,
    ChannelRefused,
    FileRef,
    FindResult,
    Health,
    InboundEvent,
    JobNews,
    Journal,
    Kept,
    NeedsHand,
    OutcomeUnknown,
    PartReceipt,
    PollResult,
    Ports,
    Receipt,
    Rejected,
    Seen,
    SeeResult,
    StepState,
    Unavailable,
    Withdrawn,
)
from channels.http import Http
from channels.wechat import seeing
from channels.wechat.articles import carries, check, compare, digest_of, wire_articles
from channels.wechat.codes import GONE
from channels.wechat.events import news_of
from channels.wechat.media import Media
from channels.wechat.outcome import DRAFT, FRESH, SUBMIT, Outcomes
from channels.wechat.profile import PERMISSION_PROBE, PROFILE
from channels.wechat.settings import WeChatSettings
from channels.wechat.wire import Json, Wire

MAY_PUBLISH = "may_publish"
PERMISSION_LASTS = timedelta(hours=1)


class WeChat:
    """One official account. Holds no state of a posting; keeps the contract of `channels/contract/`."""

    def __init__(self, settings: WeChatSettings, ports: Ports, http: Http) -> None:
        """Nothing is asked before the first verb."""
        self._settings, self._ports, self._http = settings, ports, http
        self._wire = Wire(settings, ports, http)
        self._media = Media(self._wire, ports, settings.base_url)
        self._outcomes = Outcomes(self._wire, ports)

    @property
    def profile(self) -> ChannelProfile:
        """What an official account can do."""
        return PROFILE

    # ------------------------------------------------------------------ probe

    def probe(self) -> Health:
        """Token, and the right to publish (asked at most once an hour while it stands).

        An uncertified account raises `ChannelRefused` (48001).
        """
        known = self._ports.account.get(MAY_PUBLISH)
        if known and known.expires_at and known.expires_at > self._ports.now():
            self._wire.ask("draft/batchget", {"offset": 0, "count": 1, "no_content": 1})
        else:
            self._ports.meter.take(PERMISSION_PROBE)
            self._wire.ask("freepublish/batchget", {"offset": 0, "count": 1, "no_content": 1})
            self._ports.account.put(
                MAY_PUBLISH,
                "yes",
                expires_at=self._ports.now() + PERMISSION_LASTS,
                expected_version=known.version if known else 0,
            )
        return Health((("账号", self._settings.label), ("发布接口", "可以使用")))

    # ------------------------------------------------------------------ publish

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt | Accepted:
        """Pictures, draft, read back, submit. `Accepted` carries the platform's job.

        A `Receipt` comes only when someone published our draft in WeChat's own console.
        """
        check(message)
        mark = digest_of(message)
        submitted = journal.step(SUBMIT)
        if submitted and submitted.state is not StepState.NOT_DONE:
            return self._submit("", mark, journal)  # kept or unknown: the journal makes no second call
        media_id, sent = self._draft(message, mark, journal)
        stored = self._outcomes.stored_draft(media_id)
        if stored is None:
            return self._without_draft(message, journal)
        compare(sent, stored)
        return self._submit(media_id, mark, journal)

    def _draft(self, message: ChannelMessage, mark: str, journal: Journal) -> tuple[str, list[Json]]:
        images = {ref.digest: ref for article in message.articles for ref in article.images}
        covers = {article.cover.digest: article.cover for article in message.articles if article.cover}
        urls = {digest: self._media.image(ref, journal) for digest, ref in images.items()}
        sent = self._articles(message, urls, covers, journal)
        try:
            return self._add(sent, message.key, mark, journal), sent
        except Rejected as why:
            if why.code != "40007":
                raise
            self._media.replace(covers.values(), journal, why)
        sent = self._articles(message, urls, covers, journal)
        return self._add(sent, message.key, mark, journal), sent

    def _articles(
        self, message: ChannelMessage, urls: dict[str, str], covers: dict[str, FileRef], journal: Journal
    ) -> list[Json]:
        ids = {digest: self._media.cover(ref, journal) for digest, ref in covers.items()}
        return wire_articles(message, urls, ids, self._settings.author)

    def _add(self, sent: list[Json], key: str, mark: str, journal: Journal) -> str:
        begun = journal.step(DRAFT) is not None

        def call() -> Kept:
            there = self._draft_with(key) if begun else ""
            return {"media_id": there or _id(self._wire.change("draft/add", {"articles": sent}), "media_id")}

        return journal.once(DRAFT, mark, call, repeatable=True)["media_id"]

    def _draft_with(self, key: str) -> str:
        """The id of a draft that carries our key, or "": an earlier try may have arrived."""
        for batch, _ in self._wire.pages("draft/batchget", most=2):
            for item in batch:
                if carries(item, key):
                    return _id(item, "media_id")
        return ""

    def _without_draft(self, message: ChannelMessage, journal: Journal) -> Receipt:
        record = journal.step(DRAFT)
        if record and journal.now - record.started_at < FRESH:
            raise Unavailable("草稿刚存好，微信还没有显示，稍后再试", code="40007")
        found, _ = self._outcomes.listed(message.key, record)
        if found:
            return found
        journal.forget(DRAFT, "草稿箱里已经没有这份草稿")
        raise Unavailable("草稿箱里已经没有这份草稿，将重新存一份", code="40007")

    def _submit(self, media_id: str, mark: str, journal: Journal) -> Accepted:
        def call() -> Kept:
            answer = self._wire.change("freepublish/submit", {"media_id": media_id}, once=True)
            job = answer.get("publish_id")
            if not isinstance(job, int | str) or not str(job):
                raise OutcomeUnknown("微信收下了，没有给出任务编号")
            return {"publish_id": str(job)}

        try:
            return Accepted(journal.once(SUBMIT, mark, call)["publish_id"])
        except ChannelRefused:
            known = self._ports.account.get(MAY_PUBLISH)
            if known:
                self._ports.account.drop(MAY_PUBLISH, expected_version=known.version)
            raise

    # ------------------------------------------------------------------ what became of it

    def poll(self, accepted: Accepted) -> PollResult:
        """Ask about a job; at most 100 times a day and account. A failed job raises `Rejected`."""
        return self._outcomes.poll(accepted)

    def told(self, event: InboundEvent) -> JobNews | None:
        """What a kept callback says about a job. Asks nobody."""
        return news_of(event.raw)

    def find(self, message: ChannelMessage, journal: Journal) -> FindResult:
        """Our job or our key in the list of what is published; never `Absent` after a submit without an answer."""
        return self._outcomes.find(message, journal)

    # ------------------------------------------------------------------ looking, correcting, taking back

    def see(self, part: PartReceipt) -> SeeResult:
        """Look at the public article page and its pictures, without the account."""
        return seeing.see(self._http, part.url)

    def amend(self, receipt: Receipt, message: ChannelMessage, journal: Journal) -> Receipt:
        """Not possible there: raises `Rejected`. A correction is a new article and a withdrawal."""
        raise Rejected("微信公众号不能在原地更正，请另发一篇并撤下这一篇", before_execution=True)

    def withdraw(self, part: PartReceipt, journal: Journal, *, reason: str = "") -> Withdrawn | NeedsHand:
        """Delete one article of a push; at most 10 a day and account. Gone already is success."""
        where = part.remote_id or self._outcomes.located(part.url)
        article_id, _, index = where.rpartition(":")
        if not article_id or not index.isdigit():
            return NeedsHand("不知道这篇的文章编号。请在公众号后台“发表记录”里删除它")
        name = f"delete:{part.position}"
        done = journal.step(name)
        if done and done.state is StepState.DONE:
            if not isinstance(self.see(part), Seen):
                return Withdrawn()
            journal.forget(name, "删除后读者又看得到")

        def call() -> Kept:
            try:
                asked = {"article_id": article_id, "index": int(index)}
                self._wire.change("freepublish/delete", asked, once=True)
            except ChannelError as why:
                if why.code not in GONE:
                    raise
            return {}

        journal.once(name, where, call, repeatable=True)
        return Withdrawn()


def _id(answer: Json, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Unavailable("微信存下了，没有给出编号，稍后再试")
    return value
