"""The practice WeChat's pushes to the account's own server: verified, signed, three tries, sometimes faulty.

Source: the platform's pages on the server configuration and on message encryption, read 2026-11-20.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from channels.contract import ChannelError
from channels.http import Http, LateClient
from channels.sandbox.wechat_events import PUBLISH_NAMES, envelope
from channels.sandbox.wechat_seal import sealed, signature

TRIES = 3
ANSWER_WITHIN_S = 5.0
ACCEPTED = (b"", b"success")
KEPT = 200
OPENID = "oPractice0000000000000000001"


class Mode(StrEnum):
    """How the console is set: 明文, 兼容, 安全."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SAFE = "safe"


class Mishap(StrEnum):
    """What happens to the next events."""

    OMIT = "omit"
    DUPLICATE = "duplicate"
    LATE = "late"


@dataclass
class Letter:
    """One event on its way. `due` is when it is first sent."""

    name: str
    inner: str
    made_at: datetime
    due: datetime
    copies: int = 1


@dataclass(frozen=True)
class Delivery:
    """One try, as the fault panel shows it. `status` 0: no answer."""

    at: datetime
    event: str
    attempt: int
    status: int
    taken: bool


@dataclass
class Callback:
    """The server configuration of one account, and what is on its way there.

    `url` is "" while there is none. Nothing is sent before the server has answered the verification
    (`verify`). `event_name` is one of `PUBLISH_NAMES`; `early` sends a publication's event before `submit`
    is answered; `mishaps` befall the next events, one each; `late_s` is how late a late one is.
    """

    appid: str
    now: Callable[[], datetime]
    url: str = ""
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    mode: str = Mode.PLAIN
    verified: bool = False
    original_id: str = "gh_000000000001"
    event_name: str = PUBLISH_NAMES[0]
    early: bool = False
    late_s: float = 60
    mishaps: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    http: Http | None = None
    _client: LateClient | None = None
    _nonces: int = 0

    def configure(self, url: str, token: str, aes_key: str = "", mode: str = Mode.PLAIN) -> bool:
        """Set the server, as in the console; True when it proved itself at once. "" takes it away.

        Raises `ValueError` for an address or a key that cannot be one.
        """
        if url and not re.fullmatch(r"https?://[\w.:-]+(/[!-~]*)?", url):
            raise ValueError("not an address")
        if mode != Mode.PLAIN and len(aes_key) != 43:
            raise ValueError("EncodingAESKey has 43 characters")
        self.url, self.token, self.aes_key, self.mode = url, token, aes_key, Mode(mode)
        self.verified = False
        return bool(url) and self.verify()

    def verify(self) -> bool:
        """The GET with `echostr`: the server answers exactly that, or nothing is ever sent to it."""
        query = self._signed()
        query["echostr"] = hashlib.sha256(query["nonce"].encode()).hexdigest()[:19]
        status, body = self._carry("GET", query, b"")
        self.verified = status == 200 and body == query["echostr"].encode()
        return self.verified

    def close(self) -> None:
        """Close the connections to the account's server."""
        if self._client is not None:
            self._client.close()
            self._client = self.http = None

    # ---------------------------------------------------------------- on its way

    def post(self, name: str, inner: str) -> None:
        """An event that happened now. Lost when no server is set, as on the platform."""
        if not self.url:
            return
        mishap = self.mishaps.pop(0) if self.mishaps else ""
        if mishap == Mishap.OMIT:
            return
        now = self.now()
        due = now + timedelta(seconds=self.late_s) if mishap == Mishap.LATE else now
        self.letters.append(Letter(name, inner, now, due, 2 if mishap == Mishap.DUPLICATE else 1))

    def take_due(self) -> list[Letter]:
        """What is to be sent now; it is no longer on its way."""
        due = [letter for letter in self.letters if letter.due <= self.now()] if self.verified else []
        self.letters = [letter for letter in self.letters if letter not in due]
        return due

    def send(self, letters: list[Letter]) -> None:
        """Send each, up to three times until the server takes it; afterwards it is lost for good."""
        for letter in letters:
            text = envelope(self.original_id, OPENID, letter.made_at, letter.name, letter.inner)
            for _ in range(letter.copies):
                for attempt in range(1, TRIES + 1):
                    if self._deliver(letter.name, text, attempt):
                        break

    def _deliver(self, name: str, text: str, attempt: int) -> bool:
        query = self._signed() | {"openid": OPENID}
        body = text
        if self.mode != Mode.PLAIN:
            noise = hashlib.sha256(query["nonce"].encode()).digest()[:16]
            seal = sealed(text, self.aes_key, self.appid, noise)
            marks = (self.token, query["timestamp"], query["nonce"], seal)
            query |= {"encrypt_type": "aes", "msg_signature": signature(*marks)}
            inner = f"<ToUserName><![CDATA[{self.original_id}]]></ToUserName>"
            if self.mode == Mode.COMPATIBLE:
                inner = text.removeprefix("<xml>").removesuffix("</xml>")
            body = f"<xml>{inner}<Encrypt><![CDATA[{seal}]]></Encrypt></xml>"
        status, answer = self._carry("POST", query, body.encode())
        taken = status == 200 and answer.strip() in ACCEPTED
        self.deliveries = [*self.deliveries, Delivery(self.now(), name, attempt, status, taken)][-KEPT:]
        return taken

    def _signed(self) -> dict[str, str]:
        self._nonces += 1
        stamp, nonce = str(int(self.now().timestamp())), str(1_000_000_000 + self._nonces)
        return {"signature": signature(self.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}

    def _carry(self, method: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if self.http is None:
            self._client = LateClient(timeout_s=ANSWER_WITHIN_S)
            self.http = Http(self._client, total_s=ANSWER_WITHIN_S)
        mark = "&" if "?" in self.url else "?"
        headers = {"Content-Type": "text/xml"} if body else {}
        try:
            answer = self.http.change(
                method, f"{self.url}{mark}{urlencode(query)}", content=body, headers=headers
            )
        except ChannelError:
            return 0, b""
        return answer.status, answer.body
