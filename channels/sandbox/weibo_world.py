"""What the practice Weibo knows and counts: apps, people, tokens, posts, rates, refusals. Kept in memory.

The rules are those of the open platform's wiki and of reported behaviour; where nobody knows, a knob decides.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from channels.contract import URL

BEIJING = timezone(timedelta(hours=8))
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
DAY_S, MONTH_S, OWNER_S = 86_400, 2_592_000, 157_679_471

REFUSALS: dict[int, tuple[int, str]] = {
    10004: (400, "Ip Limit, request ip is not contained in safety ip"),
    10006: (401, "source paramter(appkey) is missing"),
    10008: (400, "param error, see doc for more info"),
    10014: (403, "Insufficient app permissions!"),
    10016: (400, "miss required parameter"),
    10017: (400, "text not find domain!"),
    10020: (404, "request api not found!"),
    10021: (400, "HTTP method is not suported for this request!"),
    10022: (403, "IP requests out of rate limit!"),
    10023: (403, "User requests out of rate limit!"),
    10024: (403, "User requests for this api out of rate limit!"),
    20005: (400, "unsupport image type, only suport JPG, GIF, PNG"),
    20006: (400, "image size too large"),
    20007: (400, "does multipart has image"),
    20008: (400, "content is null"),
    20009: (400, "IDs is too many"),
    20012: (400, "text too long, please input text less than 140 characters"),
    20016: (400, "out of limit"),
    20017: (400, "repeated weibo text"),
    20018: (400, "contain illegal website"),
    20019: (400, "repeat content!"),
    20021: (400, "content is illegal!"),
    20032: (400, "update success, but server slow"),
    20101: (400, "target weibo does not exist!"),
    20102: (400, "not your own weibo"),
    21316: (403, "token_revoked"),
    21321: (403, "applications over the unaudited use restrictions!"),
    21322: (400, "redirect_uri_mismatch"),
    21323: (400, "invalid_request"),
    21324: (400, "invalid_client"),
    21325: (400, "invalid_grant"),
    21327: (403, "expired_token"),
    21328: (400, "unsupported_grant_type"),
    21329: (400, "unsupported_response_type"),
    21330: (403, "access_denied"),
    21332: (403, "invalid_access_token"),
    21335: (400, "request uid's value must be the current user"),
}
"""HTTP status and words of each code that the simulator gives. Statuses of token errors are not documented."""


COUNTINGS = (("points", "按规则折算"), ("utf16", "表情算两个字"), ("plain", "每个字符算一个"))
"""How long a text is: full and half width with links as ten, by code points or by UTF-16 units; or plain characters."""


class Refusal(Exception):
    """A code that a call is answered with; `words` in the place of the usual ones, `made` if it was done anyway."""

    def __init__(self, code: int, words: str = "", *, made: bool = False) -> None:
        """`code` is a key of `REFUSALS`."""
        super().__init__(code)
        self.code = code
        self.words = words or REFUSALS[code][1]
        self.made = made


@dataclass(frozen=True, slots=True)
class App:
    """An application registered in the practice console. `safe_domains` are host names."""

    key: str
    secret: str = field(repr=False)
    owner_uid: str
    redirect_uri: str = "http://127.0.0.1/callback"
    name: str = "练习平台"
    audited: bool = True
    testers: frozenset[str] = frozenset()
    safe_domains: tuple[str, ...] = ()
    safe_ips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """A person or a body with an account. All invented."""

    uid: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """How many calls: of a user a day or an hour (0 = not limited), of an address an hour, posts an hour."""

    user_day: int = 100
    user_hour: int = 0
    ip_hour: int = 15_000
    posts_hour: int = 30


CURRENT = Rates()
OLD_TEST = Rates(user_day=0, user_hour=150, ip_hour=1_000)
OLD = Rates(user_day=0, user_hour=1_000, ip_hour=10_000)


@dataclass
class Knobs:
    """What is unknown about the platform, or goes wrong there. Change them while it runs."""

    rates: Rates = CURRENT
    rate_status: int = 403
    api_hour: dict[str, int] = field(default_factory=dict)
    lag_s: int = 0  # how late a new post shows in user_timeline
    repeat_window_s: int = 3_600
    false_domains: int = 0  # how many next posts get "text not find domain!" for nothing
    slow_posts: int = 0  # how many next posts are made and answered 20032
    rip_required: bool = True
    code_as_text: bool = False
    filter_after_limit: bool = False  # base_app looks only among the five newest of all
    limit: int = 140
    counting: str = "points"  # a key of COUNTINGS
    similar_percent: int = 0  # how like an earlier post of the window is refused with 20017; 0: none
    bad_words: frozenset[str] = frozenset()  # 20021
    bad_hosts: frozenset[str] = frozenset()  # 20018
    lifetime_s: int = 0  # of new tokens, in the place of the platform's own rule; 0: that rule


@dataclass
class Token:
    """A consent: whose, since when, for how long."""

    value: str = field(repr=False)
    uid: str
    created_at: datetime
    lifetime_s: int
    revoked: bool = False

    def left_s(self, now: datetime) -> int:
        """Seconds until it ends, negative when it has."""
        return self.lifetime_s - int((now - self.created_at).total_seconds())


@dataclass
class Post:
    """One post. `written` is what was sent, `text` what the API gives, with `t.cn` for links."""

    number: int
    uid: str
    written: str
    text: str
    created_at: datetime
    source: str
    by_app: bool
    picture: bytes = b""
    picture_type: str = ""
    deleted: bool = False

    @property
    def picture_path(self) -> str:
        """Where the reader's view keeps the picture, "" without one."""
        ending = self.picture_type.partition("/")[2].replace("jpeg", "jpg")
        return f"/pic/{self.number}.{ending}" if self.picture else ""


def base62(number: str) -> str:
    """A post's number as it stands in public addresses: seven digits at a time from the right, in base 62."""
    head, tail = number[:-7], int(number[-7:])
    short = "".join(DIGITS[tail // 62**power % 62] for power in (3, 2, 1, 0))
    return base62(head) + short if head else short.lstrip("0") or "0"


def short_link(url: str) -> str:
    """The same address always gets the same short link."""
    value = int.from_bytes(hashlib.sha256(url.encode()).digest()[:4], "big")
    return "http://t.cn/A6" + "".join(DIGITS[value // 62**power % 62] for power in range(5))


@dataclass
class World:
    """The state behind the simulator. `now` gives aware UTC instants."""

    app: App
    users: dict[str, User]
    knobs: Knobs
    first_id: int
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tokens: dict[str, Token] = field(default_factory=dict, repr=False)
    grants: dict[str, str] = field(default_factory=dict, repr=False)  # authorisation code to uid
    posts: list[Post] = field(default_factory=list)
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)

    # ------------------------------------------------------------------ consent

    def grant(self, uid: str, lifetime_s: int | None = None) -> Token:
        """A new token. One that stood for the same account before is no longer taken."""
        for token in self.tokens.values():
            token.revoked |= token.uid == uid
        lifetime_s = lifetime_s if lifetime_s is not None else self.knobs.lifetime_s or None
        if lifetime_s is None:
            lifetime_s = OWNER_S if uid == self.app.owner_uid else MONTH_S if self.app.audited else DAY_S
        token = Token("2.00" + secrets.token_hex(14), uid, self.now(), lifetime_s)
        self.tokens[token.value] = token
        return token

    def token(self, value: str) -> Token:
        """The token behind a value, if it is still good."""
        if not value:
            raise Refusal(10006)
        token = self.tokens.get(value)
        if token is None:
            raise Refusal(21332)
        if token.revoked:
            raise Refusal(21316)
        if token.left_s(self.now()) <= 0:
            raise Refusal(21327)
        return token

    # ------------------------------------------------------------------ rates

    def windows(self) -> tuple[str, str]:
        """Names of the current hour and day, Beijing."""
        local = self.now().astimezone(BEIJING)
        return f"{local:%Y%m%d%H}", f"{local:%Y%m%d}"

    def spend(self, uid: str, client: str, path: str) -> None:
        """Count one call; refuses it when a limit is used up."""
        hour, day = self.windows()
        rates = self.knobs.rates
        limits = (
            (("ip", client, hour), rates.ip_hour, 10022),
            (("user", uid, day), rates.user_day, 10023),
            (("user", uid, hour), rates.user_hour, 10023),
            (("api", uid, path, hour), self.knobs.api_hour.get(path, 0), 10024),
        )
        for key, limit, code in limits:
            if limit and self.counts[key] >= limit:
                raise Refusal(code)
        for key, _, _ in limits:
            self.counts[key] += 1

    def posts_this_hour(self, uid: str) -> int:
        """How many posts an account made in the current hour."""
        return self.counts["post", uid, self.windows()[0]]

    # ------------------------------------------------------------------ posts

    def add(
        self, uid: str, written: str, source: str, picture: tuple[bytes, str] = (b"", ""), *, by_app: bool
    ) -> Post:
        """A new post with the next number."""
        text = URL.sub(lambda link: short_link(link[0]), written)
        number = self.first_id + len(self.posts)
        post = Post(number, uid, written, text, self.now(), source, by_app, *picture)
        self.posts.append(post)
        self.counts["post", uid, self.windows()[0]] += 1
        return post

    def post(self, number: str) -> Post | None:
        """A post by its number, also a deleted one."""
        return next((post for post in self.posts if str(post.number) == number), None)

    def shown(self, uid: str, *, lag_s: int = 0) -> list[Post]:
        """The posts of an account that are out, newest first."""
        latest = self.now() - timedelta(seconds=lag_s)
        return [p for p in reversed(self.posts) if p.uid == uid and not p.deleted and p.created_at <= latest]
