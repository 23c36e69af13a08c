"""How Weibo is spoken to: addresses, fields, shapes of answers, the token. No decisions about postings.

Every call is metered before it is sent; the token travels in a header only. Source: open.weibo.com wiki,
pages of the calls named here (stored copies of 2012 to 2024).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from channels.contract import (
    ChannelError,
    ChannelRefused,
    CredentialsRefused,
    OutcomeUnknown,
    Ports,
    QuotaSpent,
    RateLimited,
    Unavailable,
)
from channels.http import Answer, Http, json_object
from channels.weibo import codes
from channels.weibo.settings import WeiboSettings

SHARE = "statuses/share"
DESTROY = "statuses/destroy"
PROBE = "probe"
READ = "reading"
"""Every call that is neither a post nor a removal, counted together: looks never spend what posting needs."""
TOKEN = "token"  # noqa: S105 - the name of the account value, not its content
REFUSED = "refused"
"""Account value: the last refusal of the token or of posting, `<mark of the token>:<code>`, while it is believed."""
REFUSED_TOKEN, REFUSED_SHARE = timedelta(hours=1), timedelta(hours=2)
"""How long a refusal is believed without asking: each question costs calls of a day that has a hundred."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})")


@dataclass(frozen=True, slots=True)
class Picture:
    """The bytes of one picture, the name and type that its part of the form carries."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Post:
    """One post of the account as the API lists it. `text` has `t.cn` in the place of links."""

    remote_id: str
    created_at: datetime
    text: str
    has_picture: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest posts, newest first, at most five. `total` is how many the account has, None if not said."""

    posts: tuple[Post, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """Whose the token is, for which app, and until when (aware, UTC)."""

    uid: str
    app_key: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code was exchanged for. `uid` is the account that consented, "" when the answer did not say."""

    token: str = field(repr=False)
    uid: str
    expires_at: datetime | None


def mark_of(token: str) -> str:
    """A mark by which a token is known again without being told."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def base62(mid: str) -> str:
    """The short form of a post's number in public addresses: groups of seven digits from the right, base 62."""
    groups = []
    while mid:
        mid, group = mid[:-7], mid[-7:]
        value, short = int(group), ""
        while value:
            value, digit = divmod(value, 62)
            short = DIGITS[digit] + short
        groups.append(short.rjust(4, "0") if mid else short or "0")
    return "".join(reversed(groups))


def number_in(url: str) -> str:
    """The number of the post that a public address leads to, or "" when it is not such an address."""
    short = urlsplit(url).path.rpartition("/")[2]
    if not short or not set(short) <= set(DIGITS):
        return ""
    number = ""
    while short:
        short, group = short[:-4], short[-4:]
        value = 0
        for char in group:
            value = value * 62 + DIGITS.index(char)
        number = (str(value).rjust(7, "0") if short else str(value)) + number
    return number


def instant(text: str) -> datetime:
    """`Wed Oct 24 23:49:17 +0800 2012` as an aware UTC instant. Raises `ValueError`."""
    parts = TIME.fullmatch(text.strip())
    if not parts or parts[1] not in MONTHS:
        raise ValueError(f"not a Weibo time: {text[:40]}")
    offset = timedelta(hours=int(parts[7]), minutes=int(parts[8])) * (-1 if parts[6] == "-" else 1)
    day = datetime(int(parts[9]), MONTHS.index(parts[1]) + 1, int(parts[2]), tzinfo=UTC)
    return day + timedelta(hours=int(parts[3]), minutes=int(parts[4]), seconds=int(parts[5])) - offset


def id_of(status: Mapping[str, Any]) -> str:
    """The number of a post as text, "" when the object has none."""
    found = str(status.get("idstr") or status.get("mid") or status.get("id") or "")
    return found if found.isdecimal() else ""


def post_of(status: Mapping[str, Any]) -> Post:
    """One entry of a list. Raises `ValueError` when number or time cannot be read."""
    remote_id = id_of(status)
    if not remote_id:
        raise ValueError("a post without a number")
    picture = any(status.get(name) for name in ("original_pic", "thumbnail_pic", "pic_urls", "pic_num"))
    return Post(remote_id, instant(str(status.get("created_at", ""))), str(status.get("text", "")), picture)


class Api:
    """The calls of one account. Raises `ChannelError`s; keeps nothing but what its ports keep."""

    def __init__(self, settings: WeiboSettings, ports: Ports, http: Http) -> None:
        """`http` is bounded in time by its maker."""
        self._settings = settings
        self._ports = ports
        self._http = http

    def share(self, text: str, picture: Picture | None) -> str:
        """Post once; the number of the new post. Not repeatable."""
        form: dict[str, Any] = {"data": {"status": text, "rip": str(self._settings.rip)}}
        if picture:
            form["files"] = {"pic": (picture.name, picture.content, picture.media_type)}
        payload = self._ask("POST", "/2/statuses/share.json", changes=True, own=SHARE, takes=SHARE, **form)
        remote_id = id_of(payload)
        if not remote_id:
            raise OutcomeUnknown("微博的答复里没有微博编号，结果不明")
        return remote_id

    def destroy(self, remote_id: str) -> None:
        """Remove one of our own posts. Raises `Rejected` with code 20101 when it is not there.

        Spends the calls kept for withdrawals first, so that a spent budget never keeps a leak in public.
        """
        form = {"id": remote_id}
        try:
            self._ports.meter.take(DESTROY)
            takes = ""
        except QuotaSpent:
            takes = READ
        self._ask("POST", "/2/statuses/destroy.json", changes=True, own=DESTROY, takes=takes, data=form)

    def timeline(self, *, only_ours: bool) -> Timeline:
        """The five newest posts of the account, `only_ours` those of this app. More are never given."""
        asked = {"uid": self._settings.uid, "count": "5", "trim_user": "1", "base_app": str(int(only_ours))}
        payload = self._ask("GET", "/2/statuses/user_timeline.json", changes=False, params=asked)
        statuses, total = payload.get("statuses"), payload.get("total_number")
        if not isinstance(statuses, list):
            raise Unavailable("微博给的列表看不懂")
        try:
            posts = tuple(post_of(status) for status in statuses)
        except (ValueError, TypeError, AttributeError) as why:
            raise Unavailable("微博给的列表看不懂") from why
        return Timeline(posts, total if isinstance(total, int) else None)

    def uid(self) -> str:
        """The account that the token belongs to: the cheapest check of a token."""
        return str(self._ask("GET", "/2/account/get_uid.json", changes=False).get("uid", ""))

    def exchange(self, code: str) -> Granted:
        """A code of consent for a token, once: no answer burns it. Counts no call; there is no account yet."""
        secret = self._settings.app_secret.get_secret_value()
        form = {
            "client_id": self._settings.app_key,
            "client_secret": secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
        }
        answer = self._http.change("POST", f"{self._settings.base_url}/oauth2/access_token", data=form)
        payload = json_object(answer, changes=True)
        refused = codes.code_of(payload)
        if refused:
            text = str(payload.get("error_description") or payload.get("error") or "")
            text = text.replace(code, "***").replace(secret, "***")
            raise codes.error_for(refused, text, changes=True, now=self._ports.now())
        _must_be_fine(answer, changes=True)
        token, lives = payload.get("access_token"), str(payload.get("expires_in", ""))
        if not isinstance(token, str) or not token:
            raise OutcomeUnknown("微博的答复里没有授权，授权码已经用掉")
        until = self._ports.now() + timedelta(seconds=int(lives)) if lives.isdecimal() else None
        return Granted(token, str(payload.get("uid") or ""), until)

    def token_info(self, token: str = "") -> TokenInfo:
        """How long a token lives, the account's own when none is named. The fields are `create_at` and `expire_in`."""
        form = {"access_token": token or self.token()}
        payload = self._ask("POST", "/oauth2/get_token_info", changes=False, token=token, data=form)
        try:
            left = timedelta(seconds=int(payload["expire_in"]))
        except (KeyError, ValueError, TypeError) as why:
            raise Unavailable("微博给的授权信息看不懂") from why
        return TokenInfo(
            str(payload.get("uid", "")), str(payload.get("appkey", "")), self._ports.now() + left
        )

    def _ask(
        self,
        method: str,
        path: str,
        *,
        changes: bool,
        own: str = READ,
        takes: str = READ,
        token: str = "",
        **request: Any,
    ) -> dict[str, Any]:
        token = token or self.token()
        if takes:
            self._ports.meter.take(takes)
        request["headers"] = {"Authorization": f"OAuth2 {token}"}
        url = self._settings.base_url + path
        if changes:
            answer = self._http.change(method, url, **request)
        else:
            answer = self._http.read(method, url, tries=1, **request)
        payload = json_object(answer, changes=changes)
        code = codes.code_of(payload)
        if code:
            text = str(payload.get("error_description") or payload.get("error") or "").replace(token, "***")
            self._remember_refusal(code, text, token, own)
            self._raise(code, text, changes=changes, call=_named(payload, own))
        _must_be_fine(answer, changes=changes)
        return payload

    def _raise(self, code: str, text: str, *, changes: bool, call: str) -> None:
        """Turn a code into its error. A limit closes the call that the answer names, and no other, until it ends."""
        now, memory = self._ports.now(), f"limited-{code}-{call}"
        seen = self._ports.account.get(memory)
        again = bool(seen and seen.expires_at and seen.expires_at > now)
        error = codes.error_for(code, text, changes=changes, now=now, again=again)
        row = codes.row_for(code, text)
        if row and isinstance(error, RateLimited):
            self._ports.account.put(
                memory,
                error.until.isoformat(),
                expires_at=error.until + timedelta(hours=2),
                expected_version=seen.version if seen else 0,
            )
            for name in (SHARE, READ) if row.whole_account else (call,):
                self._ports.meter.spent(name, error.until)
        raise error

    def _remember_refusal(self, code: str, text: str, token: str, own: str) -> None:
        row, now = codes.row_for(code, text), self._ports.now()
        of_token = row is not None and row.error is CredentialsRefused
        of_share = own == SHARE and row is not None and row.error is ChannelRefused
        if not of_token and not of_share:
            return
        seen = self._ports.account.get(REFUSED)
        self._ports.account.put(
            REFUSED,
            f"{mark_of(token)}:{code}",
            expires_at=now + (REFUSED_TOKEN if of_token else REFUSED_SHARE),
            expected_version=seen.version if seen else 0,
        )

    def remembered_refusal(self) -> ChannelError | None:
        """What the platform said not long ago of the present token, or of posting with it; None when nothing."""
        seen, now = self._ports.account.get(REFUSED), self._ports.now()
        if seen is None or seen.expires_at is None or seen.expires_at <= now:
            return None
        mark, _, code = seen.value.partition(":")
        return codes.error_for(code, "", changes=False, now=now) if mark == mark_of(self.token()) else None

    def token(self) -> str:
        """The token that calls carry: the account's own, else that of the settings.

        Raises `CredentialsRefused` when there is none, or its end has passed.
        """
        stored = self._ports.account.get(TOKEN)
        if stored and (stored.expires_at is None or stored.expires_at > self._ports.now()):
            return stored.value
        if stored:
            raise CredentialsRefused("微博授权已到期，请用发布账号重新授权")
        if self._settings.access_token is None:
            raise CredentialsRefused("还没有微博授权，请用发布账号授权")
        return self._settings.access_token.get_secret_value()


def _named(payload: Mapping[str, Any], own: str) -> str:
    """The quota of the call that an answer names as its `request`; the one that was made when it names none."""
    path = str(payload.get("request") or "").partition("?")[0]
    if not path:
        return own
    name = path.removeprefix("/2/").removesuffix(".json")
    return name if name in (SHARE, DESTROY) else READ


def _must_be_fine(answer: Answer, *, changes: bool) -> None:
    """A JSON object without a code is success only with HTTP 200."""
    if answer.status == 200:
        return
    if changes:
        raise OutcomeUnknown("微博的答复看不懂，结果不明", code=f"HTTP {answer.status}")
    raise Unavailable("微博的答复看不懂", code=f"HTTP {answer.status}")
