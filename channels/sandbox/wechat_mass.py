"""The practice WeChat's mass sending 群发: one's own key, quotas, the administrator's word, what followers got.

From the official pages and from what users report (read 2026-11-20); where nobody knows, a knob decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.sandbox.wechat_gate import BEIJING, Gate, Refuse
from channels.sandbox.wechat_press import Fields, Press, Push

SENDING, SENT, FAILED, GONE = "SENDING", "SEND_SUCCESS", "SEND_FAIL", "DELETE"
SUCCESS = "send success"
REFUSED, SILENT = "err(40001)", "err(40002)"
REPRINT = {2: "err(30002)", 3: "err(30003)"}
KEY_WINDOW = timedelta(hours=24)
CONFIRM_WINDOW = timedelta(minutes=30)
KEY_BYTES = 32
OPENIDS = (2, 10_000)
FIRST_ID = 3_147_490_001
SPEEDS = {0: 80, 1: 60, 2: 45, 3: 30, 4: 10}
QUOTAS: dict[str, tuple[tuple[str, int], ...]] = {
    "certified": (("%Y-%m-%d", 1),),
    "service": (("%Y-%m-%d", 1), ("%Y-%m", 4)),
}
"""Sends that may succeed in a window, by kind of account: a day for a 公众号; for a 服务号 once a day to everybody
and four a month for each follower (here: counted for all of them alike)."""


@dataclass
class MassJob:
    """One mass sending. `due` is None while the administrator has not confirmed; `outcome` the event's Status."""

    msg_id: int
    kind: str
    draft_id: str
    to_all: bool
    articles: list[Fields]
    text: str
    made_at: datetime
    due: datetime | None
    outcome: str
    check_state: int
    status: str = SENDING
    article_id: str = ""

    @property
    def msg_data_id(self) -> int:
        """The number of the data, which differs from the job's."""
        return self.msg_id - 900_000_000


@dataclass
class Mass:
    """All mass sending of one account. A job ends by the clock, when someone next looks.

    `outcome` is the Status of the jobs to come. `check_state` is what the check for originals finds (1 own,
    2 reprint that may be sent, 3 reprint that may not). `confirm` makes jobs to everybody wait for the
    administrator, `confirm_code` is what the call then answers (0: as if accepted). `known_after_s` is how
    long `mass/get` does not know a new job. `tell` hears of every ended job.
    """

    press: Press
    gate: Gate
    now: Callable[[], datetime]
    job_s: float = 3
    outcome: str = SUCCESS
    check_state: int = 1
    confirm: bool = False
    confirm_code: int = 89505
    known_after_s: float = 0
    too_soon_s: float = 60
    followers: int = 100
    filtered: int = 20
    failed: int = 5
    speed: int = 0
    quotas: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=lambda: dict(QUOTAS))
    jobs: dict[int, MassJob] = field(default_factory=dict)
    keys: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    tried: dict[str, datetime] = field(default_factory=dict)
    tell: Callable[[MassJob], None] = field(default=lambda _job: None)

    # ---------------------------------------------------------------- sending

    def send(self, asked: Fields, *, to_all: bool, to: object) -> MassJob:
        """`mass/sendall` and `mass/send`: a job, or the code that the platform answers instead."""
        self.run_jobs()
        key = str(asked.get("clientmsgid") or "")
        if len(key.encode()) > KEY_BYTES:
            raise Refuse(45067, "clientmsgid size out of limit")
        self._check_key(key, asks_again=True)
        kind, draft_id = str(asked.get("msgtype") or ""), _draft_id(asked)
        articles, text = self._content(kind, asked)
        key = key or _digest(to, articles, text)
        self._check_key(key, asks_again=False)
        if any(job.due is None and job.status == SENDING for job in self.jobs.values()):
            raise Refuse(89504, "a mass sending waits for the administrator's approval")
        self._check_quota(to_all=to_all)
        job = self._job(kind, to_all, articles, text, draft_id)
        if self.check_state != 1 and (self.check_state == 3 or not asked.get("send_ignore_reprint")):
            job.outcome = REPRINT[self.check_state]
        self.jobs[job.msg_id] = job
        self.keys[key] = (job.msg_id, self.now())
        if self.press.leaves_at == "submit":
            self.press.drafts.pop(draft_id, None)
        if job.due is None and self.confirm_code:
            numbers = {"msg_id": job.msg_id, "msg_data_id": job.msg_data_id}
            raise Refuse(self.confirm_code, "the mass sending enters the administrator's approval", **numbers)
        self.run_jobs()
        return job

    def _job(self, kind: str, to_all: bool, articles: list[Fields], text: str, draft_id: str) -> MassJob:
        now, waits = self.now(), self.confirm and to_all
        due = None if waits else now + timedelta(seconds=self.job_s)
        number = FIRST_ID + len(self.jobs)
        return MassJob(
            number, kind, draft_id, to_all, articles, text, now, due, self.outcome, self.check_state
        )

    def _content(self, kind: str, asked: Fields) -> tuple[list[Fields], str]:
        part = asked.get(kind)
        part = part if isinstance(part, dict) else {}
        if kind == "mpnews":
            return [dict(a) for a in self.press.draft(str(part.get("media_id") or "")).articles], ""
        if kind == "text":
            if not part.get("content"):
                raise Refuse(44004, "empty content")
            return [], str(part["content"])
        if kind in ("image", "images"):
            part = part or asked.get("images") or {}
            ids = part.get("media_ids") or [part.get("media_id")]
            return [], "".join(f"[图片 {self.press.library.known(str(one or '')).name}]" for one in ids)
        raise Refuse(40008, "invalid message type")

    def _check_key(self, key: str, *, asks_again: bool) -> None:
        """Refuses a key of the last 24 hours; one of the client's own not more often than once a minute."""
        msg_id, at = self.keys.get(key, (0, self.now()))
        if not msg_id or at + KEY_WINDOW <= self.now():
            return
        last, self.tried[key] = self.tried.get(key, at), self.now()
        if asks_again and last + timedelta(seconds=self.too_soon_s) > self.now():
            raise Refuse(45066, "clientmsgid retry too fast")
        raise Refuse(45065, "clientmsgid exist", msg_id=msg_id)

    def _check_quota(self, *, to_all: bool) -> None:
        for window, most in self.quotas.get(self.gate.kind, ()):
            if self.gate.kind == "service" and window == "%Y-%m-%d" and not to_all:
                continue
            here = f"{self.now().astimezone(BEIJING):{window}}"
            sent = [
                job
                for job in self.jobs.values()
                if job.status != FAILED and f"{job.made_at.astimezone(BEIJING):{window}}" == here
            ]
            if len(sent) >= most:
                raise Refuse(45028, "has no masssend quota")

    # ---------------------------------------------------------------- jobs

    def confirm_by_hand(self, msg_id: int, *, yes: bool) -> None:
        """The administrator answers in WeChat."""
        job = self.jobs[msg_id]
        if job.due is None and job.status == SENDING:
            job.outcome = job.outcome if yes else REFUSED
            job.due = self.now() + timedelta(seconds=self.job_s if yes else 0)
        self.run_jobs()

    def run_jobs(self) -> None:
        """End every job that is due, and those that nobody confirmed within 30 minutes."""
        for job in list(self.jobs.values()):
            if job.status != SENDING:
                continue
            if job.due is None and job.made_at + CONFIRM_WINDOW <= self.now():
                job.outcome, job.due = SILENT, job.made_at + CONFIRM_WINDOW
            if job.due is not None and job.due <= self.now():
                self._end(job, job.due)

    def _end(self, job: MassJob, at: datetime) -> None:
        job.status = SENT if job.outcome == SUCCESS else FAILED
        if job.status == SENT:
            job.article_id = f"Ms{hashlib.sha256(str(job.msg_id).encode()).hexdigest()[:62]}"
            push = Push(
                job.article_id, self.press.next_mid(), job.articles, at, 0, mass=job.msg_id, text=job.text
            )
            self.press.pushes.append(push)
            self.press.drafts.pop(job.draft_id, None)
        self.tell(job)

    def check_content(self, asked: Fields) -> None:
        """What a preview asks for exists."""
        self._content(str(asked.get("msgtype") or ""), asked)

    def preview_id(self) -> int:
        """The number of a preview, which is no job."""
        return FIRST_ID - 1

    # ---------------------------------------------------------------- afterwards

    def job(self, msg_id: object) -> MassJob:
        """A job by its number or the text of it; 40059 when unknown, or not known yet."""
        self.run_jobs()
        text = str(msg_id)
        job = self.jobs.get(int(text)) if text.isdigit() else None
        if job is None or job.made_at + timedelta(seconds=self.known_after_s) > self.now():
            raise Refuse(40059, "invalid msg id")
        return job

    def push_of(self, job: MassJob) -> Push | None:
        """What followers got of a job."""
        return next((push for push in self.press.pushes if push.mass == job.msg_id), None)

    def delete(self, job: MassJob, index: int) -> None:
        """`mass/delete`: one article, counted from 1, or all with 0. Only what was sent, only articles."""
        push = self.push_of(job)
        if push is None or not push.articles:
            raise Refuse(40059, "invalid msg id")
        if not 0 <= index <= len(push.articles):
            raise Refuse(40060, "invalid article_idx")
        push.gone |= {index} if index else set(range(1, len(push.articles) + 1))
        if len(push.gone) == len(push.articles):
            job.status = GONE


def _draft_id(asked: Fields) -> str:
    part = asked.get("mpnews")
    return str(part.get("media_id") or "") if isinstance(part, dict) else ""


def _digest(to: object, articles: list[Fields], text: str) -> str:
    """What stands for the key of a request without one: whom and what."""
    what = json.dumps([to, [[a["title"], a["content"]] for a in articles], text], sort_keys=True)
    return "digest:" + hashlib.sha256(what.encode()).hexdigest()


def check_recipients(asked: Fields) -> tuple[bool, object]:
    """Whether a request is for everybody, and for whom else. Old clients call the tag `group_id`."""
    if "touser" in asked:
        people = asked["touser"]
        if not isinstance(people, list) or not OPENIDS[0] <= len(people) <= OPENIDS[1]:
            raise Refuse(40130, "invalid openid list size, at least two openid")
        return False, people
    filter_ = asked.get("filter")
    if not isinstance(filter_, dict):
        raise Refuse(47003, "argument invalid")
    tag = filter_.get("tag_id") or filter_.get("group_id")
    if not filter_.get("is_to_all") and not tag:
        raise Refuse(40152, "invalid tag")
    return bool(filter_.get("is_to_all")), tag
