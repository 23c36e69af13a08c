"""The Weibo channel: the verbs of the channel contract for one account. README.md tells a message's life here."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from channels.contract import (
    Absent,
    Accepted,
    Article,
    ChannelMessage,
    ChannelProfile,
    ChannelRefused,
    Consent,
    FindResult,
    Found,
    Health,
    Journal,
    Kept,
    Listed,
    LostTrack,
    NeedsHand,
    PartReceipt,
    PollResult,
    Ports,
    RateLimited,
    Receipt,
    Rejected,
    Seen,
    SeeResult,
    StepState,
    Withdrawn,
)
from channels.http import Http
from channels.weibo.checks import PROFILE, kind_of, refuse_locally
from channels.weibo.codes import BEIJING, Said
from channels.weibo.consent import Consents
from channels.weibo.look import look
from channels.weibo.search import ANSWERS, FIRST_TRY, note, search, words_of
from channels.weibo.settings import WeiboSettings
from channels.weibo.wire import PROBE, Api, Picture, Post, base62, number_in

STEP = "share"
NO_CALL = frozenset({"10005", "10014"})
DOUBT = "domain-doubt"


class Weibo:
    """One account on Sina Weibo. Satisfies `channels.contract.Channel`."""

    def __init__(self, settings: WeiboSettings, ports: Ports, http: Http) -> None:
        """Opens nothing. `http` is shared with nobody else while a call runs."""
        self._settings = settings
        self._ports = ports
        self._http = http
        self._api = Api(settings, ports, http)
        self._consents = Consents(settings, ports, self._api)

    def __repr__(self) -> str:
        """Names the account, no secret."""
        return f"Weibo(uid={self._settings.uid})"

    @property
    def profile(self) -> ChannelProfile:
        """The platform's limits as data."""
        return PROFILE

    def probe(self) -> Health:
        """Whose the token is and how long it lives: two calls. Posting permission shows only when posting.

        A refusal of this token, or of posting with it, is believed for an hour or two without a call.
        """
        refused = self._consents.refused_lately()
        if refused:
            raise refused
        self._ports.meter.take(PROBE)
        uid, info, wanted = self._api.uid(), self._api.token_info(), self._settings
        if uid != wanted.uid:
            raise ChannelRefused(f"授权的是账号 {uid}，设置里是 {wanted.uid}，请用发布账号授权")
        self._consents.refuse_foreign(info)
        until = info.expires_at.astimezone(BEIJING)
        left = (info.expires_at - self._ports.now()).days
        return Health(
            (
                ("账号", uid),
                ("授权到期", f"{until:%Y-%m-%d}（剩 {left} 天）"),
                ("安全域名", wanted.safe_domain),
            )
        )

    def consent_address(self, state: str) -> str:
        """The platform's page of consent for this app."""
        return self._consents.address(state)

    def authorise(self, code: str) -> Consent:
        """Exchange the code of an answer once and keep the token with the account."""
        return self._consents.authorise(code)

    def consent(self) -> Consent | None:
        """What is known of the consent; asks nothing."""
        return self._consents.known()

    def check_consent(self) -> Consent:
        """Whose consent it is and until when: one call."""
        return self._consents.check()

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt | Accepted:
        """One step, `share`, which the platform has no key for: sent again only when it surely is not out.

        What may be out already is not checked again: a refusal now would hide it.
        """
        before = journal.step(STEP)
        if before is None or before.state is StepState.NOT_DONE:
            refuse_locally(message, self._settings.safe_domain)
        if before and before.state is StepState.NOT_DONE:
            note(journal, FIRST_TRY, before.started_at.isoformat())
        article, digest = message.articles[0], self._digest(message.articles[0])
        try:
            kept = journal.once(STEP, digest, lambda: self._share(message.key, article), last=True)
        except Said as why:
            # Kept at once: `find` must know the platform's own words after a crash, too.
            note(journal, ANSWERS[1] if journal.step(ANSWERS[0]) else ANSWERS[0], why.code)
            raise
        return self._receipt(kept["id"])

    def _share(self, key: str, article: Article) -> Kept:
        try:
            return {"id": self._api.share(article.body, self._picture(article))}
        except Rejected as why:
            if why.code != "10017" or self._doubted(key):
                raise
            # The platform has answered so at times although the link was right; our own check said it is.
            until = self._ports.now() + timedelta(seconds=60)
            words = "微博说没有找到已登记域名的链接，一分钟后再试一次"
            raise RateLimited(words, until=until, code=why.code, answer=why.answer) from why

    def _doubted(self, key: str) -> bool:
        """Whether this posting was given its second chance within the hour; else it is given now."""
        now, seen = self._ports.now(), self._ports.account.get(DOUBT)
        if seen and seen.value == key and seen.expires_at and seen.expires_at > now:
            return True
        version = seen.version if seen else 0
        self._ports.account.put(DOUBT, key, expires_at=now + timedelta(hours=1), expected_version=version)
        return False

    def _picture(self, article: Article) -> Picture | None:
        if not article.images:
            return None
        image = article.images[0]
        try:
            with self._ports.files.open(image.digest) as stream:
                content = stream.read(PROFILE.images.max_bytes + 1)
        except FileNotFoundError as why:
            words = f"图片 {image.name} 已经不在，请重新上传"
            raise Rejected(words, field="images", before_execution=True) from why
        kind = kind_of(content)
        if kind is None or len(content) > PROFILE.images.max_bytes:
            words = f"图片 {image.name} 的内容不是 JPG、GIF 或 PNG，或不小于 5 MB"
            raise Rejected(words, field="images", before_execution=True)
        return Picture(f"pic.{kind[1]}", kind[0], content)

    def _digest(self, article: Article) -> str:
        parts = (self._settings.uid, article.body, *(image.digest for image in article.images))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def find(self, message: ChannelMessage, journal: Journal) -> FindResult:
        """After an unknown outcome: look through the account's own list. Costs one or two calls."""
        step = journal.step(STEP)
        if step is None:
            return Absent()
        if step.state is StepState.DONE:
            return Found(self._receipt(step.result["id"]))
        match = search(self._api, message.articles[0], journal, step, self._url)
        return Found(self._receipt(match.remote_id)) if isinstance(match, Post) else match

    def published(self, since: datetime) -> tuple[Listed, ...]:
        """Of the account's five newest posts those made after `since`, by whomever: one call."""
        posts = self._api.timeline(only_ours=False).posts
        return tuple(
            Listed(post.remote_id, self._url(post.remote_id), words_of(post), post.created_at)
            for post in posts
            if post.created_at > since
        )

    def poll(self, accepted: Accepted) -> PollResult:
        """Weibo has no jobs."""
        return LostTrack(f"微博没有后台任务 {accepted.job_id}")

    def see(self, part: PartReceipt) -> SeeResult:
        """The post's public page as a reader gets it, without login and without spending a call."""
        return look(self._http, part.url, self._settings.reader_url)

    def amend(self, receipt: Receipt, message: ChannelMessage, journal: Journal) -> Receipt:
        """Not possible on Weibo; nothing is sent."""
        raise Rejected("微博发出后不能改，请撤下后另发更正", before_execution=True)

    def withdraw(self, part: PartReceipt, journal: Journal, *, reason: str = "") -> Withdrawn | NeedsHand:
        """Remove the post. Gone already counts as removed; without the permission it is a person's task.

        A post that a person found is known by its address alone: its number stands in it.
        """
        number = part.remote_id or number_in(part.url)
        if not number:
            return NeedsHand(f"不知道这一条的编号，请登录微博删除它：{part.url}")
        done = journal.step("destroy")
        if done and done.state is StepState.DONE and isinstance(self.see(part), Seen):
            journal.forget("destroy", "删除后读者又看得到")
        try:
            journal.once("destroy", number, lambda: self._destroy(number), repeatable=True)
        except ChannelRefused as why:
            if why.code not in NO_CALL:
                raise
            return NeedsHand(f"应用没有删除的权限，请登录微博删除这一条：{part.url}")
        return Withdrawn()

    def _destroy(self, remote_id: str) -> Kept:
        try:
            self._api.destroy(remote_id)
        except Rejected as why:
            if why.code != "20101":
                raise
        return {"id": remote_id}

    def _receipt(self, remote_id: str) -> Receipt:
        return Receipt(remote_id, (PartReceipt(remote_id, self._url(remote_id)),))

    def _url(self, remote_id: str) -> str:
        return f"{self._settings.reader_url}/{self._settings.uid}/{base62(remote_id)}"
