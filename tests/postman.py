"""The platform's side of a callback: signed requests in each mode, written from the platform's own description.

Knows nothing of the adapter: the seal is built here from its definition, so that a shared mistake would show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import httpx

from channels.sandbox.wechat_seal import sealed

TOKEN = "practicetoken01"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APPID = "wx0000000000000001"
RANDOM = b"0123456789abcdef"
MODES = ("plain", "compatible", "encrypted")

SETTINGS = """[channels.wechat.callback]
mode = "{mode}"
token_file = "secrets/callback.token"
aes_key_file = "secrets/callback.key"

"""


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the rule of the platform


def seal(text: str, key: str = AES_KEY, appid: str = APPID) -> str:
    return sealed(text, key, appid, RANDOM)


@dataclass
class Postman:
    """Sends events of one account. `base` is where the endpoint is served."""

    mode: str = "encrypted"
    token: str = TOKEN
    key: str = AES_KEY
    appid: str = APPID
    base: str = ""
    sent: int = 0

    def request(self, xml: str, at: datetime, *, nonce: str = "") -> tuple[dict[str, str], bytes]:
        """(query, body) of one delivery."""
        self.sent += 1
        stamp, nonce = str(int(at.timestamp())), nonce or f"n{self.sent}"
        query = {
            "signature": sign(self.token, stamp, nonce),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": "oTest",
        }
        if self.mode == "plain":
            return query, xml.encode()
        envelope = seal(xml, self.key, self.appid)
        query |= {"encrypt_type": "aes", "msg_signature": sign(self.token, stamp, nonce, envelope)}
        inner = xml.removeprefix("<xml>").removesuffix("</xml>") if self.mode == "compatible" else ""
        return query, f"<xml>{inner}<Encrypt><![CDATA[{envelope}]]></Encrypt></xml>".encode()

    def deliver(self, client: httpx.Client, xml: str, at: datetime, **more: str) -> httpx.Response:
        """One delivery over HTTP."""
        query, body = self.request(xml, at, **more)
        return client.post(f"{self.base}?{urlencode(query)}", content=body)


def event(kind: str, inner: str, at: datetime) -> str:
    """The XML of one event."""
    return (
        f"<xml><ToUserName><![CDATA[gh_000000000001]]></ToUserName><FromUserName><![CDATA[oABC]]></FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{kind}]]></Event>{inner}</xml>"
    )


def published(
    publish_id: int, article_id: str, urls: list[str], at: datetime, kind: str = "PUBLISHJOBFINISH"
) -> str:
    items = "".join(
        f"<item><idx>{n}</idx><article_url><![CDATA[{url}]]></article_url></item>"
        for n, url in enumerate(urls, 1)
    )
    inner = (
        f"<PublishEventInfo><publish_id>{publish_id}</publish_id><publish_status>0</publish_status>"
        f"<article_id><![CDATA[{article_id}]]></article_id>"
        f"<article_detail><count>{len(urls)}</count>{items}</article_detail></PublishEventInfo>"
    )
    return event(kind, inner, at)


def failed(publish_id: int, status: int, at: datetime) -> str:
    inner = (
        f"<PublishEventInfo><publish_id>{publish_id}</publish_id><publish_status>{status}</publish_status>"
        "<fail_idx>1</fail_idx></PublishEventInfo>"
    )
    return event("PUBLISHJOBFINISH", inner, at)


def mass_finished(msg_id: int, status: str, urls: list[str], at: datetime) -> str:
    items = "".join(
        f"<item><ArticleIdx>{n}</ArticleIdx><ArticleUrl><![CDATA[{url}]]></ArticleUrl></item>"
        for n, url in enumerate(urls, 1)
    )
    inner = (
        f"<MsgID>{msg_id}</MsgID><Status><![CDATA[{status}]]></Status><TotalCount>100</TotalCount>"
        "<FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount>"
        f"<ArticleUrlResult><Count>{len(urls)}</Count><ResultList>{items}</ResultList></ArticleUrlResult>"
    )
    return event("MASSSENDJOBFINISH", inner, at)


def with_callback(mode: str = "encrypted") -> Mapping[str, str]:
    """What `make_home` replaces so that the account has a callback address."""
    return {"[channels.weibo]": SETTINGS.format(mode=mode) + "[channels.weibo]"}
