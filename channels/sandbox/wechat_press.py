"""The practice WeChat's draft box, publishing jobs and published articles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.reading import plain
from channels.sandbox.wechat_gate import Refuse
from channels.sandbox.wechat_html import cleaned
from channels.sandbox.wechat_measure import length
from channels.sandbox.wechat_media import Library, Picture

Fields = dict[str, Any]

RUNNING, PUBLISHED, DELETED, BANNED = 1, 0, 5, 6
COVER_SIDE = 200
COVER_RATIO = 6
SUBSTITUTE = 54
HELD = {
    53500: "publishing is banned",
    53501: "publish too frequently",
    53503: "draft check failed",
    53504: "need publish in the console",
    53505: "need save in the console first",
}
"""What `submit` may answer in the place of a job. Source: page of freepublish/submit, read 2026-11-20."""
NEEDS_SAVING = frozenset({53503, 53505})
TEXTS = ("title", "author", "digest", "content", "content_source_url")


@dataclass
class Limits:
    """Lengths of an article's fields, each in the unit beside it; `content_bytes` in bytes.

    Source: draft/add, 2026-11-20. Sources disagree on the units (`wechat_measure.UNITS`).
    """

    title: int = 32
    author: int = 16
    digest: int = 128
    content: int = 20_000
    content_bytes: int = 1_048_576
    link_bytes: int = 1024
    articles: int = 8
    title_unit: str = "chars"
    author_unit: str = "chars"
    digest_unit: str = "chars"
    content_unit: str = "chars"


@dataclass
class Draft:
    """One draft: its articles as the platform keeps them. `saved` once a person saved it in the console."""

    media_id: str
    articles: list[Fields]
    updated: datetime
    saved: bool = False


@dataclass
class Job:
    """One publishing job, with the articles as they were when it was submitted."""

    publish_id: int
    media_id: str
    articles: list[Fields]
    due: datetime
    outcome: int
    status: int = RUNNING
    article_id: str = ""


@dataclass
class Push:
    """One publication of up to eight articles. `gone` holds the numbers (from 1) of deleted ones.

    `mass` is the number of the mass sending it went out with, 0 without one; `text` a message without articles.
    `publish_id` is 0 where there was no job.
    """

    article_id: str
    mid: int
    articles: list[Fields]
    published_at: datetime
    publish_id: int
    gone: set[int] = field(default_factory=set)
    banned: bool = False
    mass: int = 0
    text: str = ""

    def path(self, idx: int, biz: str) -> str:
        """Where readers open an article."""
        return f"/s?__biz={biz}&mid={self.mid}&idx={idx}&sn={self.sign(idx)}"

    def sign(self, idx: int) -> str:
        """The part of the address that cannot be guessed."""
        return hashlib.sha256(f"{self.article_id}:{idx}".encode()).hexdigest()[:32]


@dataclass
class Press:
    """Drafts in, articles out. A job ends by the clock, when someone next looks.

    `job_s` is how long a job runs; `outcome` the status of the jobs to come; `leaves_at` tells when a draft
    leaves the box (`success` or `submit`: the platform does not say); `shown_after_s` how long a new draft is
    unknown to `draft/get` and `draft/batchget`. `held` is the code that `submit` answers for drafts no person
    has saved (53503, 53505) or for all (53504, 53500, 53501), 0 for none. `later` is the status (5 or 6)
    that a publication gets `later_s` after it came out, 0 for none. `tell` hears of every ended job.
    """

    library: Library
    now: Callable[[], datetime]
    job_s: float = 3
    outcome: int = PUBLISHED
    leaves_at: str = "success"
    shown_after_s: float = 0
    held: int = 0
    later: int = 0
    later_s: float = 60
    limits: Limits = field(default_factory=Limits)
    drafts: dict[str, Draft] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    pushes: list[Push] = field(default_factory=list)
    tell: Callable[[Job], None] = field(default=lambda _job: None)
    _made: int = 0

    # ---------------------------------------------------------------- drafts

    def add(self, articles: object, hosted: Callable[[str], bool]) -> str:
        """`draft/add`: the new draft's id."""
        if not isinstance(articles, list) or not articles or not all(isinstance(a, dict) for a in articles):
            raise Refuse(44003, "empty news data")
        if len(articles) > self.limits.articles:
            raise Refuse(45008, "article count out of limit")
        kept = [self._kept(article, hosted, alone=len(articles) == 1) for article in articles]
        media_id = "Dr" + self._number()
        self.drafts[media_id] = Draft(media_id, kept, self.now())
        return media_id

    def update(self, media_id: str, index: object, article: object, hosted: Callable[[str], bool]) -> None:
        """`draft/update`: replace one article, counted from 0."""
        draft = self.draft(media_id)
        if not isinstance(index, int) or not 0 <= index < len(draft.articles):
            raise Refuse(40114, "invalid index value")
        if not isinstance(article, dict):
            raise Refuse(47001, "data format error")
        draft.articles[index] = self._kept(article, hosted, alone=len(draft.articles) == 1)
        draft.updated = self.now()

    def draft(self, media_id: str) -> Draft:
        """A draft in the box; 40007 when it is not (any more, or yet)."""
        self.run_jobs()
        draft = self.drafts.get(media_id)
        if draft is None or draft.updated + timedelta(seconds=self.shown_after_s) > self.now():
            raise Refuse(40007, "invalid media_id")
        return draft

    def newest_drafts(self) -> list[Draft]:
        """The box as it is listed, newest first."""
        self.run_jobs()
        shown = [
            d for d in self.drafts.values() if d.updated + timedelta(seconds=self.shown_after_s) <= self.now()
        ]
        shown.reverse()
        return sorted(shown, key=lambda draft: draft.updated, reverse=True)

    def _kept(self, article: Fields, hosted: Callable[[str], bool], *, alone: bool) -> Fields:
        texts = {name: str(article.get(name) or "") for name in TEXTS}
        self._check(texts, alone=alone)
        cover = self.library.known(str(article.get("thumb_media_id") or ""))
        _check_cover(cover)
        body = cleaned(texts["content"], hosted)
        return {
            **texts,
            "digest": (texts["digest"] or _words(body)[:SUBSTITUTE]) if alone else "",
            "content": body,
            "thumb_media_id": cover.media_id,
            "thumb_path": cover.path,
            "show_cover_pic": 0,
            "need_open_comment": int(article.get("need_open_comment") or 0),
            "only_fans_can_comment": int(article.get("only_fans_can_comment") or 0),
        }

    def _check(self, texts: dict[str, str], *, alone: bool) -> None:
        limits = self.limits
        for name, most, code, what in (
            ("title", limits.title, 45003, "title"),
            ("author", limits.author, 45110, "author"),
            ("digest", limits.digest if alone else limits.content, 45004, "description"),
            ("content", limits.content, 45002, "content"),
        ):
            if length(texts[name], getattr(limits, f"{name}_unit")) > most:
                raise Refuse(code, f"{what} size out of limit")
        link = texts["content_source_url"]
        if not texts["title"] or not texts["content"]:
            raise Refuse(44003, "empty news data")
        if len(texts["content"].encode()) > limits.content_bytes:
            raise Refuse(45002, "content size out of limit")
        if len(link.encode()) > limits.link_bytes:
            raise Refuse(45005, "url size out of limit")
        if link and not link.startswith(("http://", "https://")):
            raise Refuse(41039, "invalid content_source_url")

    # ---------------------------------------------------------------- jobs

    def submit(self, media_id: str) -> Job:
        """`freepublish/submit`: a job. A second submit of a draft that is still there is a second job."""
        draft = self.draft(media_id)
        if self.held and not (draft.saved and self.held in NEEDS_SAVING):
            raise Refuse(self.held, HELD[self.held])
        number = 2_247_500_001 + len(self.jobs)
        due = self.now() + timedelta(seconds=self.job_s)
        job = Job(number, media_id, [dict(article) for article in draft.articles], due, self.outcome)
        self.jobs[number] = job
        if self.leaves_at == "submit":
            del self.drafts[media_id]
        self.run_jobs()
        return job

    def job(self, publish_id: object) -> Job:
        """`freepublish/get`: a job by its number or the text of it; 53502 when unknown."""
        self.run_jobs()
        text = str(publish_id)
        job = self.jobs.get(int(text)) if text.isdigit() else None
        if job is None:
            raise Refuse(53502, "invalid publish_id")
        return job

    def run_jobs(self) -> None:
        """End every job that is due; what came out long enough ago gets its later status."""
        for job in list(self.jobs.values()):
            if job.status == RUNNING and job.due <= self.now():
                job.status = job.outcome
                if job.status == PUBLISHED:
                    self._publish(job)
                self.tell(job)
        if self.later:
            since = self.now() - timedelta(seconds=self.later_s)
            for push in self.pushes:
                if push.publish_id and push.published_at <= since and not push.gone and not push.banned:
                    self.delete(push.article_id, 0) if self.later == DELETED else self.ban(push.article_id)

    def _publish(self, job: Job) -> None:
        job.article_id = "Ar" + self._number()
        self.pushes.append(Push(job.article_id, self.next_mid(), job.articles, job.due, job.publish_id))
        self.drafts.pop(job.media_id, None)

    def next_mid(self) -> int:
        """The number of the next message in readers' addresses."""
        return 2_650_000_001 + len(self.pushes)

    # ---------------------------------------------------------------- by hand, in the console

    def save_by_hand(self, media_id: str) -> None:
        """A person opens a draft in the console and saves it."""
        self.draft(media_id).saved = True

    def publish_by_hand(self, media_id: str) -> Push:
        """A person opens a draft in the console and presses publish: out at once, without a job."""
        draft = self.draft(media_id)
        push = Push("Ar" + self._number(), self.next_mid(), draft.articles, self.now(), 0)
        self.pushes.append(push)
        del self.drafts[media_id]
        return push

    # ---------------------------------------------------------------- what is out

    def push(self, article_id: str) -> Push:
        """A publication by its id; 53600 when unknown."""
        self.run_jobs()
        push = self._found(article_id)
        if push is None:
            raise Refuse(53600, "invalid article_id")
        return push

    def _found(self, article_id: str) -> Push | None:
        return next((push for push in self.pushes if push.article_id == article_id and not push.mass), None)

    def delete(self, article_id: str, index: int) -> None:
        """`freepublish/delete`: one article, counted from 1, or all with 0. Deleted again: 53600."""
        push = self._found(article_id) or self.push(article_id)
        numbers = {index} if index else set(range(1, len(push.articles) + 1))
        if not numbers <= set(range(1, len(push.articles) + 1)):
            raise Refuse(40114, "invalid index value")
        if numbers <= push.gone:
            raise Refuse(53600, "invalid article_id")
        push.gone |= numbers
        if len(push.gone) == len(push.articles) and push.publish_id:
            self.jobs[push.publish_id].status = DELETED

    def ban(self, article_id: str) -> None:
        """Practice: the platform itself takes a publication down."""
        push = self._found(article_id) or self.push(article_id)
        push.banned = True
        if push.publish_id:
            self.jobs[push.publish_id].status = BANNED

    def newest(self) -> list[Push]:
        """What was published, newest first, with what was deleted since."""
        self.run_jobs()
        return list(reversed(self.pushes))

    def public(self) -> int:
        """How many articles a reader can open now."""
        return sum(len(push.articles) - len(push.gone) for push in self.newest() if not push.banned)

    def _number(self) -> str:
        self._made += 1
        return hashlib.sha256(f"practice:{self._made}".encode()).hexdigest()[:62]


def _check_cover(cover: Picture) -> None:
    """The platform crops the cover and fails on tiny or long pictures (measured: 1 px fails, 600 px passes)."""
    low, high = sorted(cover.size)
    if low < COVER_SIDE or high > COVER_RATIO * low:
        raise Refuse(53402, "crop image failed")


def _words(body: str) -> str:
    return "".join(plain(body).split())
