"""Mass sending 群发: to all followers, with the platform's own key against doubles.

The key is what makes this the one call that may be made again: within 24 hours the platform answers the same key
with the first job. A job that surely failed has used its key up; the next try takes the next one. Source: pages
of the mass interfaces, read 2026-11-20.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from channels.contract import (
    Accepted,
    ChannelError,
    FindResult,
    Found,
    Journal,
    Kept,
    LostTrack,
    NeedsHand,
    NotYet,
    OutcomeUnknown,
    PollResult,
    Ports,
    Rejected,
    SafeToRepeat,
    StepRecord,
    StepState,
    StillRunning,
    TakenDown,
    Unavailable,
)
from channels.wechat.codes import GONE_MASS
from channels.wechat.events import MASS, unaddressed
from channels.wechat.profile import MASS_SEND
from channels.wechat.wire import Json, Wire, code_of

SPEND, SEND = "mass-quota", "mass"
"""Names of the step that takes one of the account's sendings, and of the one that sends."""

KEY_LASTS = timedelta(hours=23)
"""The platform keeps a key for 24 hours; an hour is left for clocks that differ."""

AGAIN_S = 300
"""The same key is tried again after this: the platform asks for a minute, and a slow first call must have ended."""

EXISTS, APPROVAL, WAITING = 45065, 89505, 89504
TOLD = {
    EXISTS: "微信说同一条群发过，没有给出任务编号",
    APPROVAL: "等公众号管理员在微信里确认群发",
    WAITING: "有一次群发正等公众号管理员确认",
}
"""Answers that are no refusal: the job is there. Without its number the outcome is unknown."""

MOST_KEYS = 5
"""So many failed tries of one posting have a key of their own."""

CONFIRM = "请公众号管理员在微信里确认这次群发，30 分钟内不确认就作废"
CONSOLE = "请登录公众号后台，在“发表记录”里核对这一篇是否已经群发"


class Mass:
    """Mass sending of one account."""

    def __init__(self, wire: Wire, ports: Ports) -> None:
        """Nothing is asked before the first message."""
        self._wire, self._ports = wire, ports

    # ------------------------------------------------------------------ sending

    def send(self, media_id: str, key: str, mark: str, journal: Journal) -> Accepted:
        """Send a draft to all followers, once. `Accepted` carries what the administrator must do, if anything."""
        journal.once(SPEND, mark, self._spend, repeatable=True)
        kept = journal.once(SEND, mark, lambda: self._sent(media_id, key), last=True)
        words = CONFIRM if kept.get("confirm") else ""
        return Accepted(MASS + kept["msg_id"], poll_after_s=60, words=words)

    def _spend(self) -> Kept:
        """One posting spends one sending, however often its call is made under its key."""
        self._ports.meter.take(MASS_SEND)
        return {}

    def _sent(self, media_id: str, key: str) -> Kept:
        for number in range(MOST_KEYS):
            asked = _asked(media_id, key, number)
            answer = self._wire.change("message/mass/sendall", asked, once=True, told=frozenset(TOLD))
            code, job = code_of(answer), str(answer.get("msg_id") or answer.get("msgid") or "")
            if not job:
                raise OutcomeUnknown(TOLD.get(code, "微信收下了群发，没有给出任务编号"), code=str(code))
            if code == EXISTS and self._failed(job):
                continue
            return {"msg_id": job, **({"confirm": "yes"} if code in (APPROVAL, WAITING) else {})}
        raise Rejected("这一条群发失败太多次，请在公众号后台处理", before_execution=True, code=str(EXISTS))

    def _failed(self, job: str) -> bool:
        """Whether an earlier job of ours surely failed; whatever cannot be read is taken for out."""
        try:
            return self._status(job) == "SEND_FAIL"
        except ChannelError:
            return False

    def _status(self, job: str) -> str:
        answer = self._wire.ask("message/mass/get", {"msg_id": _number(job)})
        return str(answer.get("msg_status") or "")

    # ------------------------------------------------------------------ what became of it

    def poll(self, accepted: Accepted, again_after_s: int, asked: int) -> PollResult:
        """Ask about a job. The answer names no address; a callback does. Raises `Rejected` for a failed job."""
        job = accepted.job_id.removeprefix(MASS)
        try:
            status = self._status(job)
        except Unavailable as why:
            if why.code != "40059":
                raise
            return StillRunning(again_after_s) if asked < 5 else LostTrack(why.words)
        if status == "SEND_SUCCESS":
            return unaddressed(job)
        if status == "DELETE":
            return TakenDown("群发后已被删除")
        if status == "SEND_FAIL":
            raise Rejected("群发没有成功，原因见公众号后台", before_execution=True, code=status)
        return StillRunning(again_after_s)

    def find(self, record: StepRecord, journal: Journal, *, may_send: bool) -> FindResult:
        """After a sending without an answer: the same key tells, after some minutes and for a day.

        The day counts from the first try of the posting, which each later try follows. `may_send` is False
        when the settings no longer want it sent to followers: the key is not used again then.
        """
        if record.state is StepState.DONE:
            return Found(None, Accepted(MASS + record.result["msg_id"]))
        waited = journal.now - record.started_at
        if waited < timedelta(seconds=AGAIN_S):
            return NotYet(AGAIN_S - int(waited.total_seconds()), "稍后用同一编号再问")
        spent = journal.step(SPEND)
        if spent is None or journal.now - spent.started_at > KEY_LASTS:
            return NeedsHand("群发已过一天，编号不能再用。" + CONSOLE)
        if not may_send:
            return NeedsHand("设置已不是群发，不再用原来的编号问。" + CONSOLE)
        return SafeToRepeat("用同一编号再发：微信发过的会告诉我们")

    # ------------------------------------------------------------------ taking back

    def delete(self, where: str, url: str) -> None:
        """Take one article of a mass sending away: by job and number, else by address. Gone already is success."""
        asked: Json = {"url": url}
        if where:
            job, _, idx = where.removeprefix(MASS).rpartition(":")
            asked = {"msg_id": _number(job), "article_idx": int(idx)}
        try:
            self._wire.change("message/mass/delete", asked)
        except ChannelError as why:
            if why.code not in GONE_MASS:
                raise


def _asked(media_id: str, key: str, number: int) -> Json:
    client = hashlib.sha256(f"{key}:{number}".encode()).hexdigest()[:32]
    return {
        "filter": {"is_to_all": True},
        "mpnews": {"media_id": media_id},
        "msgtype": "mpnews",
        "send_ignore_reprint": 0,
        "clientmsgid": client,
    }


def _number(job: str) -> int | str:
    return int(job) if job.isdigit() else job
