"""The account's access token: one for all threads and processes, renewed by one of them at a time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.contract import AccountValue, Ports, QuotaSpent, RateLimited, Unavailable
from channels.http import Http, json_object
from channels.wechat.codes import Weight, error_for
from channels.wechat.profile import FORCED_TOKEN
from channels.wechat.settings import WeChatSettings

NAME = "access_token"
CONDEMNED = "access_token/condemned"
RENEWED = "access_token/renewed"
BARRED = "access_token/barred"
MARGIN = timedelta(seconds=60)
"""A token is renewed this long before its end; the platform keeps old and new valid for 300 s."""

APART = timedelta(seconds=30)
"""A renewal that gave the refused token back is not repeated within this: the platform forces none sooner either."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token; its text is in no repr."""

    value: str = field(repr=False)


class Tokens:
    """Hands out the current token of one account. Source: stable_token, read 2026-11-20."""

    def __init__(self, settings: WeChatSettings, ports: Ports, http: Http) -> None:
        """Nothing is asked before the first token is needed."""
        self._settings, self._ports, self._http = settings, ports, http

    def current(self) -> Token:
        """The stored token, or a fetched one. Raises `CredentialsRefused`, `ChannelRefused` or `Unavailable`."""
        stored = self._stored()
        if stored is None:
            with self._ports.account.single_flight(NAME):
                stored = self._stored() or self._fetched(forced=False)
        return stored

    def renewed(self, failed: Token) -> Token:
        """The token to try once more with, after the platform refused `failed`.

        A newer stored one is taken as it is, so a late refusal of an old token costs nothing. Else one is
        fetched, by force only when `failed` was condemned before (the platform allows 20 forced a day).
        When that gave the same token back, nobody asks again for half a minute: however many callers
        were refused, the token call is made once.
        """
        with self._ports.account.single_flight(NAME):
            stored = self._stored()
            if stored is not None and (stored.value != failed.value or self._marked(RENEWED, failed)):
                return stored
            token = self._fetched(forced=self._marked(CONDEMNED, failed) and self._may_force())
            if token.value == failed.value:
                self._mark(RENEWED, failed, APART)
            return token

    def condemn(self, failed: Token) -> None:
        """Remember that this token was refused twice: the next renewal will be a forced one."""
        self._mark(CONDEMNED, failed, timedelta(hours=2))

    def _mark(self, name: str, token: Token, lasts: timedelta) -> None:
        self._keep(name, _digest(token), self._ports.now() + lasts)

    def _marked(self, name: str, token: Token) -> bool:
        known = self._ports.account.get(name)
        fresh = known is not None and known.expires_at is not None and known.expires_at > self._ports.now()
        return known is not None and fresh and known.value == _digest(token)

    def _keep(self, name: str, value: str, until: datetime) -> None:
        before = self._ports.account.get(name)
        version = before.version if before else 0
        self._ports.account.put(name, value, expires_at=until, expected_version=version)

    def _may_force(self) -> bool:
        try:
            self._ports.meter.take(FORCED_TOKEN)
        except QuotaSpent:
            return False
        return True

    def _stored(self) -> Token | None:
        value = self._ports.account.get(NAME)
        return Token(value.value) if value and _usable(value, self._ports.now()) else None

    def _barred(self) -> None:
        """Raises what the platform said last, while the time that it named is not over."""
        known = self._ports.account.get(BARRED)
        if known is not None and known.expires_at is not None and known.expires_at > self._ports.now():
            code, _, words = known.value.partition(" ")
            raise RateLimited(words, until=known.expires_at, code=code)

    def _fetched(self, *, forced: bool) -> Token:
        self._barred()
        asked = {
            "grant_type": "client_credential",
            "appid": self._settings.appid,
            "secret": self._settings.secret.get_secret_value(),
            "force_refresh": forced,
        }
        url = f"{self._settings.base_url}/cgi-bin/stable_token"
        answer = json_object(self._http.read("POST", url, content=json.dumps(asked).encode()), changes=False)
        value, life_s = self._read(answer)
        account = self._ports.account
        before = account.get(NAME)
        expires_at = self._ports.now() + timedelta(seconds=life_s)
        if not account.put(
            NAME, value, expires_at=expires_at, expected_version=before.version if before else 0
        ):
            return self._stored() or Token(value)
        return Token(value)

    def _read(self, answer: dict[str, Any]) -> tuple[str, int]:
        code = int(answer.get("errcode") or 0)
        if code:
            words = str(answer.get("errmsg", "")).replace(self._settings.secret.get_secret_value(), "***")
            error = error_for(code, words, weight=Weight.READ, now=self._ports.now(), token_call=True)
            if isinstance(error, RateLimited):  # one caller was told; the others need not ask
                self._keep(BARRED, f"{code} {error.words}", error.until)
            raise error
        value, life_s = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(life_s, int):
            raise Unavailable("微信没有给出凭证")
        return value, life_s


def _usable(value: AccountValue, now: datetime) -> bool:
    return value.expires_at is not None and value.expires_at - now > MARGIN


def _digest(token: Token) -> str:
    return hashlib.sha256(token.value.encode()).hexdigest()[:16]
