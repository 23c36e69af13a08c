"""The WeChat official account as a channel: pictures, draft, read back, submit, result by asking.

`README.md` tells the life of a message. The submit is the only step that must not be repeated.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

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
    Listed,
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
from channels.wechat.codes import BY_HAND, GONE
from channels.wechat.events import MASS, news_of
from channels.wechat.mass import SEND, Mass
from channels.wechat.media import Media
from channels.wechat.outcome import DRAFT, DRAFT_GONE, FRESH, SUBMIT, Outcomes
from channels.wechat.profile import PROFILE
from channels.wechat.rights import NO_RIGHT, Rights
from channels.wechat.settings import WeChatSettings
from channels.wechat.wire import Json, Wire

WAYS = {"publish": "接口发布，可以使用", "mass": "群发，可以使用"}
SEEN_BY_ITSELF = "发表后系统会自己看到；看不到时，请贴上文章网址确认"
READY = f"草稿已存入公众号草稿箱，请登录公众号后台打开它，核对后点“发表”。{SEEN_BY_ITSELF}"


class WeChat:
    """One official account. Holds no state of a posting; keeps the contract of `channels/contract/`."""

    def __init__(self, settings: WeChatSettings, ports: Ports, http: Http) -> None:
        """Nothing is asked before the first verb."""
        self._settings, self._ports, self._http = settings, ports, http
        self._wire = Wire(settings, ports, http)
        self._media = Media(self._wire, ports, settings.base_url)
        self._outcomes = Outcomes(self._wire, ports)
        self._rights = Rights(self._wire, ports)
        self._mass = Mass(self._wire, ports)

    @property
    def profile(self) -> ChannelProfile:
        """What an official account can do."""
        return PROFILE

    # ------------------------------------------------------------------ probe

    def probe(self) -> Health:
        """Token, and the right that the mode needs (asked at most once an hour while it stands).

        An account that may not publish by a call is well all the same: drafts are left to staff. One that may
        not send to followers, where the settings want it, raises `ChannelRefused`.
        """
        mode = self._settings.publish_mode
        if mode == "mass" and not self._rights.may_send():
            raise ChannelRefused("这个账号不能用接口群发（未认证）", code=NO_RIGHT)
        drafts = mode == "draft" or (mode == "publish" and not self._rights.may_publish())
        self._wire.ask("draft/batchget", {"offset": 0, "count": 1, "no_content": 1})
        way = "只存草稿，由人在公众号后台发表" if drafts else WAYS[mode]
        return Health((("账号", self._settings.label), ("发布方式", way)))

    # ------------------------------------------------------------------ publish

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt | Accepted | NeedsHand:
        """Pictures, draft, read back, then as the mode says: submit, send, or leave it to staff.

        `Accepted` carries the platform's job. A `Receipt` comes only when someone published our draft in
        WeChat's own console.
        """
        check(message)
        mark = digest_of(message)
        submitted, sent_before = journal.step(SUBMIT), journal.step(SEND)
        if submitted and submitted.state is not StepState.NOT_DONE:
            return self._submit("", mark, journal)  # kept or unknown: the journal makes no second call
        if sent_before and sent_before.state is not StepState.NOT_DONE:
            return self._mass.send("", message.key, mark, journal)
        media_id, sent = self._draft(message, mark, journal)
        stored = self._outcomes.stored_draft(media_id)
        if stored is not None:
            compare(sent, stored)
        elif not sent_before:  # a sending that may have worked took the draft with it: its key will tell
            return self._without_draft(message, journal)
        return self._end(media_id, message.key, mark, journal)

    def _end(self, media_id: str, key: str, mark: str, journal: Journal) -> Accepted | NeedsHand:
        mode = self._settings.publish_mode
        if mode == "draft" or (mode == "publish" and self._rights.drafts_only()):
            return NeedsHand(READY)
        try:
            if mode == "mass":
                return self._mass.send(media_id, key, mark, journal)
            return self._submit(media_id, mark, journal)
        except Rejected as why:
            if why.code not in BY_HAND:
                raise
            return NeedsHand(f"{why.words}。{SEEN_BY_ITSELF}")
        except ChannelRefused:
            self._rights.doubt()
            raise

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

    def _without_draft(self, message: ChannelMessage, journal: Journal) -> Receipt | NeedsHand:
        record = journal.step(DRAFT)
        if record and journal.now - record.started_at < FRESH:
            raise Unavailable("草稿刚存好，微信还没有显示，稍后再试", code="40007")
        found = self._rights.listed(
            lambda may: self._outcomes.listed(message.key, record)[0] if may else None
        )
        if found:
            return found
        if self._rights.drafts_only() or self._settings.publish_mode == "draft":
            return NeedsHand(DRAFT_GONE)  # a person may have published it: no second one is made
        journal.forget(DRAFT, "草稿箱里已经没有这份草稿")
        raise Unavailable("草稿箱里已经没有这份草稿，将重新存一份", code="40007")

    def _submit(self, media_id: str, mark: str, journal: Journal) -> Accepted:
        def call() -> Kept:
            answer = self._wire.change("freepublish/submit", {"media_id": media_id}, once=True)
            job = answer.get("publish_id")
            if not isinstance(job, int | str) or not str(job):
                raise OutcomeUnknown("微信收下了，没有给出任务编号")
            return {"publish_id": str(job)}

        return Accepted(journal.once(SUBMIT, mark, call, last=True)["publish_id"])

    # ------------------------------------------------------------------ what became of it

    def poll(self, accepted: Accepted) -> PollResult:
        """Ask about a job; at most 100 times a day and account. A failed job raises `Rejected`."""
        if accepted.job_id.startswith(MASS):
            return self._mass.poll(accepted, *self._outcomes.next_wait(accepted.job_id))
        return self._outcomes.poll(accepted)

    def told(self, event: InboundEvent) -> JobNews | None:
        """What a kept callback says about a job. Asks nobody."""
        return news_of(event.raw)

    def find(self, message: ChannelMessage, journal: Journal) -> FindResult:
        """Our job or our key in the list of what is published; never `Absent` after a submit without an answer."""
        sent = journal.step(SEND)
        if sent is not None:
            return self._mass.find(sent, journal, may_send=self._settings.publish_mode == "mass")
        return self._rights.listed(lambda may_list: self._outcomes.find(message, journal, may_list=may_list))

    def published(self, since: datetime) -> tuple[Listed, ...]:
        """Articles in the account's list, by whomever; mass sendings stand in no list."""
        return self._rights.listed(lambda may: self._outcomes.published(since) if may else ())

    # ------------------------------------------------------------------ looking, correcting, taking back

    def see(self, part: PartReceipt) -> SeeResult:
        """Look at the public article page and its pictures, without the account."""
        return seeing.see(self._http, part.url, self._settings.base_url)

    def amend(self, receipt: Receipt, message: ChannelMessage, journal: Journal) -> Receipt:
        """Not possible there: raises `Rejected`. A correction is a new article and a withdrawal."""
        raise Rejected("微信公众号不能在原地更正，请另发一篇并撤下这一篇", before_execution=True)

    def withdraw(self, part: PartReceipt, journal: Journal, *, reason: str = "") -> Withdrawn | NeedsHand:
        """Delete one article of a push; at most 10 a day and account. Gone already is success."""
        where, by_mass = self._where(part)
        if not where and not by_mass:
            return NeedsHand("不知道这篇的文章编号。请在公众号后台“发表记录”里删除它")
        name = f"delete:{part.position}"
        done = journal.step(name)
        if done and done.state is StepState.DONE:
            if not isinstance(self.see(part), Seen):
                return Withdrawn()
            journal.forget(name, "删除后读者又看得到")

        def call() -> Kept:
            if by_mass:
                self._mass.delete(where, part.url)
            else:
                self._delete(where)
            return {}

        journal.once(name, where or hashlib.sha256(part.url.encode()).hexdigest(), call, repeatable=True)
        return Withdrawn()

    def _where(self, part: PartReceipt) -> tuple[str, bool]:
        """`id:number` of an article, and whether it went out by a mass sending (then the address will do)."""
        if part.remote_id.startswith(MASS):
            return part.remote_id, True
        where = part.remote_id
        if not where:
            where = self._rights.listed(lambda may: self._outcomes.located(part.url) if may else "")
        article_id, _, index = where.rpartition(":")
        if article_id and index.isdigit():
            return where, False
        return "", self._settings.publish_mode == "mass" and bool(part.url)

    def _delete(self, where: str) -> None:
        article_id, _, index = where.rpartition(":")
        try:
            asked = {"article_id": article_id, "index": int(index)}
            self._wire.change("freepublish/delete", asked, once=True)
        except ChannelError as why:
            if why.code not in GONE:
                raise


def _id(answer: Json, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Unavailable("微信存下了，没有给出编号，稍后再试")
    return value
