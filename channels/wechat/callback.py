"""The public end of an official account's callbacks: who speaks is checked, what it says is handed on.

Built from the callback's own secrets; knows no token and asks nobody. In plain mode the signature covers time and
nonce but not the body, so such an event is never believed, only a reason to ask. Messages of followers are
personal data and concern no job: they are answered and not kept. Source: pages on receiving events, read 2026-11-20.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from channels.contract import CallbackFault, CallbackRefused, InboundEvent
from channels.wechat.envelope import Broken, key_of, opened, signed
from channels.wechat.events import Unreadable, fields_of, job_in

WINDOW = timedelta(minutes=10)
"""A request whose time differs from ours by more is refused: an old one that somebody recorded."""

REMEMBERED = 10_000
"""So many (time, nonce) pairs are remembered, more than a window of honest events."""


class WeChatCallback(BaseModel):
    """What one callback address needs to be told. `aes_key` are the 43 characters of EncodingAESKey."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    appid: str = Field(min_length=1, pattern=r"^[0-9A-Za-z_-]+$")
    mode: Literal["plain", "compatible", "encrypted"] = "encrypted"
    token: SecretStr = Field(min_length=3, max_length=32)
    aes_key: SecretStr | None = None

    @model_validator(mode="after")
    def _key(self) -> WeChatCallback:
        if self.mode == "plain":
            return self
        value = self.aes_key.get_secret_value() if self.aes_key else ""
        try:
            whole = len(value) == 43 and len(key_of(value)) == 32
        except ValueError:
            whole = False
        if not whole:
            raise ValueError("加密模式要有 43 位的 EncodingAESKey，写进 aes_key_file 指的文件")
        return self


class WeChatReceiver:
    """`channels.contract.Receiver` for one official account."""

    def __init__(self, settings: WeChatCallback) -> None:
        """Opens nothing."""
        self._settings = settings
        self._key = key_of(settings.aes_key.get_secret_value()) if settings.aes_key else b""
        self._seen: OrderedDict[tuple[str, str], str] = OrderedDict()

    @property
    def answer(self) -> bytes:
        """The word that ends the platform's tries."""
        return b"success"

    def greet(self, query: Mapping[str, str], now: datetime) -> bytes:
        """The platform's `echostr`, exactly as it came."""
        self._check(query, now)
        return query.get("echostr", "").encode()

    def receive(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[InboundEvent, ...]:
        """One event about a job, or nothing. Raises `CallbackRefused`."""
        self._check(query, now)
        sealed = self._settings.mode != "plain"
        try:
            raw = self._unsealed(query, body) if sealed else body
            job = job_in(raw)
        except Unreadable as why:
            raise CallbackRefused(CallbackFault.UNREADABLE, "回调的内容看不懂") from why
        if job is None:
            return ()
        self._once(query, job.event_key)
        return (InboundEvent(job.event_key, job.kind, raw, sealed),)

    def _check(self, query: Mapping[str, str], now: datetime) -> None:
        """Signature before time: a stranger learns nothing of our clock."""
        stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        token = self._settings.token.get_secret_value()
        if not stamp or not nonce or not signed(query.get("signature", ""), token, stamp, nonce):
            raise CallbackRefused(CallbackFault.SIGNATURE, "回调的签名不对")
        if not stamp.isdigit() or abs(int(stamp) - now.timestamp()) > WINDOW.total_seconds():
            raise CallbackRefused(CallbackFault.STALE, "回调的时间不在十分钟之内")

    def _unsealed(self, query: Mapping[str, str], body: bytes) -> bytes:
        """The text inside the envelope. Plain fields beside it (compatible mode) are not read: nobody signed them."""
        envelope = fields_of(body).get("Encrypt", "")
        token = self._settings.token.get_secret_value()
        parts = (token, query.get("timestamp", ""), query.get("nonce", ""), envelope)
        if not envelope or not signed(query.get("msg_signature", ""), *parts):
            raise CallbackRefused(CallbackFault.SIGNATURE, "回调的签名不对")
        try:
            return opened(envelope, self._key, self._settings.appid)
        except Broken as why:
            raise CallbackRefused(CallbackFault.SIGNATURE, "回调的密文打不开") from why

    def _once(self, query: Mapping[str, str], event_key: str) -> None:
        """A time and nonce that came with another event before are somebody else's recording."""
        mark = (query["timestamp"], query["nonce"])
        if self._seen.setdefault(mark, event_key) != event_key:
            raise CallbackRefused(CallbackFault.REPLAYED, "同一个签名用于不同的内容")
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
