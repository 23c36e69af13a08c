"""Consent to use the posting account: where a person gives it, what it gives, how long it lives.

There is no refresh token: what has ended needs a person again. The token lives with the account under `token`,
what is known of it under `consent`; neither is ever shown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from channels.contract import (
    AccountValue,
    ChannelError,
    ChannelRefused,
    Consent,
    CredentialsRefused,
    OutcomeUnknown,
    Ports,
    RateLimited,
    Unavailable,
)
from channels.weibo.settings import WeiboSettings
from channels.weibo.wire import REFUSED, TOKEN, Api, Granted, TokenInfo, mark_of

KNOWN = "consent"
SLACK = timedelta(minutes=1)
"""The platform counts whole seconds from its own clock: ends that differ by less are the same."""
ENDED = "微博授权已到期，请用发布账号重新授权"
BURNT = "微博没有给出完整的答复，授权码已经作废，请重新授权"
NOT_SENT = "没有连上微博，授权码还没有用，请再运行一次"


class Consents:
    """The consent of one account. Keeps nothing but what its ports keep."""

    def __init__(self, settings: WeiboSettings, ports: Ports, api: Api) -> None:
        """Opens nothing."""
        self._settings = settings
        self._ports = ports
        self._api = api

    def address(self, state: str) -> str:
        """The page on which the account's owner says yes; `state` comes back with the answer."""
        asked = {
            "client_id": self._settings.app_key,
            "redirect_uri": self._settings.redirect_uri,
            "response_type": "code",
            "state": state,
        }
        return f"{self._settings.base_url}/oauth2/authorize?{urlencode(asked)}"

    def authorise(self, code: str) -> Consent:
        """One exchange. A token of another account or app is not kept; what stood before stays."""
        with self._ports.account.single_flight(TOKEN):
            try:
                granted = self._api.exchange(code)
            except OutcomeUnknown as why:
                raise OutcomeUnknown(BURNT, code=why.code, answer=why.answer) from why
            except RateLimited:
                raise
            except Unavailable as why:
                raise Unavailable(NOT_SENT, code=why.code) from why
            self._refuse_others(granted.uid)
            info = self._asked_about(granted)
            until = info.expires_at if info else granted.expires_at
            self._keep(TOKEN, granted.token, until)
            self._remember(granted.token, until)
            self._forget_refusal()
        return Consent(self._settings.uid, until)

    def _asked_about(self, granted: Granted) -> TokenInfo | None:
        """What the platform says of a new token. A token whose owner nobody knows is not kept."""
        try:
            info = self._api.token_info(granted.token)
        except (ChannelRefused, Unavailable) as why:
            if granted.uid:
                return None  # the exchange itself named the account; the daily question asks again
            raise OutcomeUnknown("不知道这次授权的是哪个账号，没有保存，请重新授权", code=why.code) from why
        self.refuse_foreign(info)
        return info

    def _refuse_others(self, uid: str) -> None:
        if uid and uid != self._settings.uid:
            raise ChannelRefused(f"授权的是账号 {uid}，设置里是 {self._settings.uid}，请用发布账号授权")

    def refuse_foreign(self, info: TokenInfo) -> None:
        """Raise unless a token is of the account and app of the settings, and lives.

        Raises `ChannelRefused` for another's, `CredentialsRefused` for one that has ended.
        """
        if info.expires_at <= self._ports.now():
            raise CredentialsRefused(ENDED)
        self._refuse_others(info.uid)
        if info.app_key and info.app_key != self._settings.app_key:
            raise ChannelRefused("授权属于另一个应用，请用设置里的应用重新授权")

    def known(self) -> Consent | None:
        """From what is kept; asks nothing."""
        stored = self._ports.account.get(TOKEN)
        token = stored.value if stored else self._from_settings()
        if not token:
            return None
        kept = self._ports.account.get(KNOWN)
        if kept and kept.value == mark_of(token):
            return Consent(self._settings.uid, kept.expires_at)
        return Consent(self._settings.uid, stored.expires_at if stored else None)

    def check(self) -> Consent:
        """One call, `get_token_info`: whose it is and until when, kept for `known`."""
        token = self._api.token()
        info = self._api.token_info()
        self._remember(token, info.expires_at)
        self.refuse_foreign(info)
        self._correct_end(token, info.expires_at)
        return Consent(info.uid, info.expires_at)

    def _correct_end(self, token: str, until: datetime) -> None:
        """A token whose life was prolonged or cut short is used as long as the platform says."""
        stored = self._ports.account.get(TOKEN)
        if stored is None or stored.value != token:
            return
        if stored.expires_at is None or abs(stored.expires_at - until) > SLACK:
            self._ports.account.put(TOKEN, token, expires_at=until, expected_version=stored.version)

    def refused_lately(self) -> ChannelError | None:
        """The refusal of this very token, or of posting with it, not long ago: asking again would cost calls."""
        return self._api.remembered_refusal()

    def _forget_refusal(self) -> None:
        seen = self._ports.account.get(REFUSED)
        if seen:
            self._ports.account.drop(REFUSED, expected_version=seen.version)

    def _remember(self, token: str, until: datetime | None) -> None:
        self._keep(KNOWN, mark_of(token), until)

    def _keep(self, name: str, value: str, until: datetime | None) -> None:
        """Replace, whoever wrote last."""
        for _ in range(5):
            seen: AccountValue | None = self._ports.account.get(name)
            version = seen.version if seen else 0
            if self._ports.account.put(name, value, expires_at=until, expected_version=version):
                return
        raise Unavailable("授权没有保存下来，请再试一次", code="kept")

    def _from_settings(self) -> str:
        secret = self._settings.access_token
        return secret.get_secret_value() if secret else ""
