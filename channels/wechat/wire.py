"""WeChat's requests and answers: addresses, shapes, the token in its place. No decisions about a posting.

JSON goes out as raw UTF-8, because the platform stores and counts `\\uXXXX` escapes as they stand; answers
are read as UTF-8 whatever their header says. Success is an absent `errcode` or 0. Source: wire examples
of the official documentation, read 2026-11-20.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from channels.contract import ChannelError, OutcomeUnknown, Ports, QuotaSpent, Unavailable
from channels.http import Answer, Http, json_object
from channels.wechat.codes import STALE, Weight, error_for
from channels.wechat.profile import METERED, SCARCE, counted_as
from channels.wechat.settings import WeChatSettings
from channels.wechat.token import Token, Tokens

Json = dict[str, Any]

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""Characters that raw UTF-8 JSON cannot carry: they would be sent as escapes, or not at all."""

PAGE = 20
"""Entries of one list request; the platform's maximum."""


@dataclass(frozen=True, slots=True)
class File:
    """One file to upload, with a name and a type, without which the platform sees no file."""

    name: str
    content: bytes
    media_type: str


class Wire:
    """Speaks for one account. Every error it raises is one of the contract's."""

    def __init__(self, settings: WeChatSettings, ports: Ports, http: Http) -> None:
        """Nothing is sent before the first call."""
        self._settings, self._ports, self._http = settings, ports, http
        self._tokens = Tokens(settings, ports, http)

    def ask(self, call: str, asked: Mapping[str, object]) -> Json:
        """Read something. Raises `Unavailable`, `RateLimited`, `ChannelRefused`; never `OutcomeUnknown`."""
        return self._call(call, Weight.READ, content=_raw(asked), headers=JSON)

    def change(
        self,
        call: str,
        asked: Mapping[str, object],
        *,
        once: bool = False,
        told: frozenset[int] = frozenset(),
    ) -> Json:
        """Change something outside; `once` when it must not be made again without a look.

        A lost answer raises `OutcomeUnknown` with `once`, else `Unavailable`: it may be made again. Codes in
        `told` are no error: the answer is given back with its `errcode`.
        """
        weight = Weight.ONCE if once else Weight.REPEATABLE
        return self._call(call, weight, told=told, content=_raw(asked), headers=JSON)

    def upload(self, call: str, file: File, **params: str) -> Json:
        """Send one file as the form field `media`. The bytes are kept, so a second try sends them again."""
        files = {"media": (file.name, file.content, file.media_type)}
        return self._call(call, Weight.REPEATABLE, files=files, extra=params)

    def pages(self, call: str, *, most: int) -> Iterator[tuple[list[Json], bool]]:
        """A list without bodies, newest first: each page of entries, and whether the list ends with it."""
        seen = 0
        for page in range(most):
            answer = self.ask(call, {"offset": page * PAGE, "count": PAGE, "no_content": 1})
            batch = answer.get("item")
            if not isinstance(batch, list):
                raise Unavailable("微信的列表看不懂")
            seen += len(batch)
            last = not batch or seen >= int(answer.get("total_count") or 0)
            yield batch, last
            if last:
                return

    def _call(
        self,
        call: str,
        weight: Weight,
        *,
        extra: Mapping[str, str] | None = None,
        told: frozenset[int] = frozenset(),
        **request: Any,
    ) -> Json:
        token = self._tokens.current()
        answer = self._sent(call, weight, token, extra or {}, request)
        if code_of(answer) in STALE:
            token = self._tokens.renewed(token)
            answer = self._sent(call, weight, token, extra or {}, request)
        code = code_of(answer)
        if code and code not in told:
            raise self._refusal(call, weight, token, code, str(answer.get("errmsg", "")))
        return answer

    def _sent(self, call: str, weight: Weight, token: Token, extra: Mapping[str, str], request: Json) -> Json:
        if counted_as(call):
            self._ports.meter.take(counted_as(call))
        url = f"{self._settings.base_url}/cgi-bin/{call}"
        params = {"access_token": token.value, **extra}
        if weight is Weight.READ:
            answer = self._http.read("POST", url, params=params, tries=1 if call in SCARCE else 3, **request)
            if answer.status != 200:
                raise Unavailable("微信没有正常答复", code=f"HTTP {answer.status}")
            return json_object(answer, changes=False)
        try:
            return _changed(self._http.change("POST", url, params=params, **request))
        except OutcomeUnknown as why:
            if weight is Weight.ONCE:
                raise
            raise Unavailable("微信没有给出完整的答复，读者看不到这一步，稍后再做", code=why.code) from why

    def _refusal(self, call: str, weight: Weight, token: Token, code: int, words: str) -> ChannelError:
        secret = self._settings.secret.get_secret_value()
        clean = words.replace(token.value, "***").replace(secret, "***")
        error = error_for(code, clean, weight=weight, now=self._ports.now())
        if code in STALE:
            self._tokens.condemn(token)
        if isinstance(error, QuotaSpent):
            self._ports.meter.spent(call if call in METERED else counted_as(call), error.until)
        return error


JSON = {"Content-Type": "application/json; charset=utf-8"}


def _changed(answer: Answer) -> Json:
    if answer.status != 200:  # the platform itself always answers 200: a gateway spoke
        raise OutcomeUnknown("微信没有正常答复，结果不明", code=f"HTTP {answer.status}")
    return json_object(answer, changes=True)


def _raw(asked: Mapping[str, object]) -> bytes:
    return json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode()


def code_of(answer: Json) -> int:
    """The answer's code, 0 when it has none. A code that is no number is an unlisted one."""
    try:
        return int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        return UNREADABLE


UNREADABLE = -999_999
"""Stands for a code that is no number; no row has it."""
