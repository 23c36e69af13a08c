"""The practice WeChat's front door: tokens, IP list, rights of the account, calls a day."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
OVERLAP = timedelta(minutes=5)

DAILY = {
    "token": 2000,
    "stable_token": 500_000,
    "media/uploadimg": 100_000,
    "material/add_material": 100_000,
    "draft/add": 1000,
    "draft/get": 500,
    "draft/update": 1000,
    "draft/delete": 1000,
    "draft/count": 1000,
    "draft/batchget": 1000,
    "freepublish/submit": 100,
    "freepublish/get": 100,
    "freepublish/delete": 10,
    "freepublish/getarticle": 100,
    "freepublish/batchget": 100,
    "message/mass": 100,
    "message/mass/preview": 100,
}
"""Calls a Beijing day by path, for a new account. Source: official quota page, read 2026-11-20."""

PER_MINUTE = {"stable_token": 10_000, "message/mass": 60}
"""Calls a minute by path; 45011 beyond. Source: pages of the two interfaces, read 2026-11-20."""

NO_RIGHT: dict[str, tuple[str, ...]] = {
    "certified": ("message/mass/send/",),
    "uncertified": ("freepublish/", "message/mass/"),
    "service": (),
    "service_uncertified": ("message/mass/",),
}
"""Path beginnings that answer 48001, by kind of account: 公众号 with and without 认证, then 服务号.

Sources: scope tables of the interfaces and the notice of July 2025. Whether an uncertified 服务号 may publish is
contradictory there; here it may. `message/mass/send` by a list of people is for 服务号 only.
"""

CLEARINGS_A_MONTH = 10


def bucket(path: str) -> str:
    """Under which name a call is counted: all kinds of mass sending together, the rest by path."""
    mass = path.startswith("message/mass/") and path != "message/mass/preview"
    return "message/mass" if mass else path


class Refuse(Exception):
    """Answer this code. `more` joins the answer beside `errcode` and `errmsg`."""

    def __init__(self, code: int, words: str, **more: object) -> None:
        """`words` as the platform says them, without its hint."""
        super().__init__(words)
        self.code, self.words, self.more = code, words, more


@dataclass
class Gate:
    """Who may call what. `now` is the simulator's clock.

    `kind` is a key of `NO_RIGHT`. `whitelist` None lets every address in; `listed_everywhere` applies it to
    business calls too (nobody knows). `life_s` is how long a token lives; `frozen` answers 40243.
    """

    appid: str
    secret: str
    now: Callable[[], datetime]
    kind: str = "certified"
    whitelist: frozenset[str] | None = None
    listed_everywhere: bool = False
    frozen: bool = False
    life_s: int = 7200
    daily: dict[str, int] = field(default_factory=lambda: dict(DAILY))
    per_minute: dict[str, int] = field(default_factory=lambda: dict(PER_MINUTE))
    tokens: dict[str, datetime] = field(default_factory=dict)
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    _stable: str = ""
    _plain: str = ""
    _forced_at: datetime | None = None
    _made: int = 0

    def count(self, path: str) -> None:
        """One more call of this path; 45009 and 45011 beyond the day's and the minute's. Failed calls count too."""
        name, local = bucket(path), self.now().astimezone(BEIJING)
        self._spend(
            (name, f"{local:%Y-%m-%d}"), self.daily.get(name), 45009, "reach max api daily quota limit"
        )
        if name in self.per_minute:
            words = "api minute-quota reach limit must slower retry next minute"
            self._spend((name, f"{local:%Y-%m-%dT%H:%M}"), self.per_minute[name], 45011, words)

    def _spend(self, key: tuple[str, str], limit: int | None, code: int, words: str) -> None:
        self.used[key] += 1
        if limit is not None and self.used[key] > limit:
            raise Refuse(code, words)

    def used_today(self, path: str) -> int:
        """Calls of this path on this Beijing day."""
        return self.used[bucket(path), f"{self.now().astimezone(BEIJING):%Y-%m-%d}"]

    def clear_quota(self) -> None:
        """`clear_quota`: all of today's counters, ten times a month; 48006 beyond."""
        local = self.now().astimezone(BEIJING)
        month = ("clear_quota", f"{local:%Y-%m}")
        self.used[month] += 1
        if self.used[month] > CLEARINGS_A_MONTH:
            raise Refuse(48006, "forbid to clear quota because of reaching the limit")
        for key in [key for key in self.used if key[1] == f"{local:%Y-%m-%d}"]:
            del self.used[key]

    def admit(self, path: str, token: str, client: str = "127.0.0.1") -> None:
        """Raises the answer to a business call with a wrong token, from a wrong address, or without the right."""
        if not token:
            raise Refuse(41001, "access_token missing")
        if token not in self.tokens:
            raise Refuse(40001, "invalid credential, access_token is invalid or not latest")
        if self.tokens[token] <= self.now():
            raise Refuse(42001, "access_token expired")
        if self.listed_everywhere:
            self._check_address(client)
        if any(f"{path}/".startswith(head) for head in NO_RIGHT[self.kind]):
            raise Refuse(48001, "api unauthorized")

    def plain_token(self, asked: Mapping[str, object], client: str) -> dict[str, object]:
        """`GET token`: a new one each time; the one before lives five more minutes at most."""
        self._check_caller(asked, client)
        before = self._plain
        if before in self.tokens:
            self.tokens[before] = min(self.tokens[before], self.now() + OVERLAP)
        self._plain = self._new()
        return {"access_token": self._plain, "expires_in": self.life_s}

    def stable_token(self, asked: Mapping[str, object], client: str) -> dict[str, object]:
        """`POST stable_token`: the same one until five minutes before its end, or forced."""
        self._check_caller(asked, client)
        now = self.now()
        if asked.get("force_refresh") is True and self._may_force(now):
            self.tokens.pop(self._stable, None)
            self._stable, self._forced_at = self._new(), now
        elif self.tokens.get(self._stable, now) - now <= OVERLAP:
            self._stable = self._new()
        left = self.tokens[self._stable] - now
        return {"access_token": self._stable, "expires_in": int(left.total_seconds())}

    def revoke(self) -> None:
        """Practice: all tokens die at once, as after a change of the secret or another system's refresh."""
        self.tokens.clear()

    def _may_force(self, now: datetime) -> bool:
        if self._forced_at and now - self._forced_at < timedelta(seconds=30):
            return False
        day = ("stable_token/forced", f"{now.astimezone(BEIJING):%Y-%m-%d}")
        self.used[day] += 1
        return self.used[day] <= 20

    def _check_caller(self, asked: Mapping[str, object], client: str) -> None:
        if not asked.get("appid"):
            raise Refuse(41002, "appid missing")
        if not asked.get("secret"):
            raise Refuse(41004, "appsecret missing")
        if asked.get("grant_type") != "client_credential":
            raise Refuse(40002, "invalid grant_type")
        if asked["appid"] != self.appid:
            raise Refuse(40013, "invalid appid")
        if asked["secret"] != self.secret:
            raise Refuse(40125, "invalid appsecret")
        if self.frozen:
            raise Refuse(40243, "appsecret is frozen")
        self._check_address(client)

    def _check_address(self, client: str) -> None:
        if self.whitelist is not None and client not in self.whitelist:
            raise Refuse(40164, f"invalid ip {client} ipv6 ::ffff:{client}, not in whitelist")

    def _new(self) -> str:
        self._made += 1
        seed = f"{self.appid}:{self.secret}:{self._made}:{self.now().isoformat()}"
        token = "80_" + hashlib.sha512(seed.encode()).hexdigest()
        self.tokens[token] = self.now() + timedelta(seconds=self.life_s)
        return token
