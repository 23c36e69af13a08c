"""Sends one text to one target by apprise, and believes only what the messenger itself confirms.

Apprise's own repetition stays off: with several recipients it sends again to those who have it already. One
target is one recipient; who needs it again is decided by rows in the database. Its log is silenced, because it
names hosts; an address appears in no word of ours.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.domain.alerting import NotDelivered

TIMEOUT_S = 10.0


def _wecom() -> Any:
    from apprise.plugins import wecombot

    return wecombot


def _dingtalk() -> Any:
    from apprise.plugins import dingtalk

    return dingtalk


def _feishu() -> Any:
    from apprise.plugins import feishu

    return feishu


def _mail() -> Any:
    from apprise.plugins import email

    return email


def _json() -> Any:
    from apprise.plugins import custom_json

    return custom_json


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of messenger: the plugin, and the key of its JSON answer whose 0 means that it took the text.

    `load` imports the plugin's module alone; apprise by itself would import every plugin that it has.
    """

    label: str
    load: Callable[[], Any]
    plugin: str
    code: str = ""


KINDS: dict[
    str, Kind
] = {  # scheme of the address; `code`: each platform's page on group bots, read 2026-11-20
    "wecombot": Kind("企业微信", _wecom, "NotifyWeComBot", "errcode"),
    "dingtalk": Kind("钉钉", _dingtalk, "NotifyDingTalk", "errcode"),
    "feishu": Kind("飞书", _feishu, "NotifyFeishu", "code"),
    "mailto": Kind("邮件", _mail, "NotifyEmail"),
    "mailtos": Kind("邮件", _mail, "NotifyEmail"),
    "json": Kind("网页接口", _json, "NotifyJSON"),
    "jsons": Kind("网页接口", _json, "NotifyJSON"),
}
PASTED = (  # the address as the platform's own page shows it → ours
    ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", "wecombot://"),
    ("https://oapi.dingtalk.com/robot/send?access_token=", "dingtalk://"),
    ("https://open.feishu.cn/open-apis/bot/v2/hook/", "feishu://"),
)
UNUSABLE = "地址不能用，请对照设置说明重写密钥文件"
SEVERAL = "一个目标只写一个收件人，请分成几个目标"


class Messenger:
    """Sends to named targets. `addresses` maps a target's name to its secret address."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """Opens nothing; apprise is imported at the first message."""
        self._addresses = dict(addresses)

    def label(self, target: str) -> str:
        """What sort of messenger a target is, for people; never its address."""
        kind = KINDS.get(_scheme(self._addresses[target]))
        return kind.label if kind else "未知"

    def fault(self, target: str) -> str:
        """What is wrong with a target's address, or the empty text. Sends nothing."""
        try:
            self._plugin(target)
        except NotDelivered as why:
            return why.words
        return ""

    def send(self, target: str, title: str, text: str) -> None:
        """Send once. Raises `NotDelivered` unless the messenger said that it took the text."""
        plugin, answers = self._plugin(target)
        answers.forget()
        try:
            done = bool(plugin.notify(title=title, body=text))
        except Exception as why:  # noqa: BLE001 - a plugin may raise anything; its words may name the address
            raise NotDelivered(f"发送出错（{type(why).__name__}）") from None
        if not done:
            raise NotDelivered(answers.words or "连不上，或对方不收")

    def _plugin(self, target: str) -> tuple[Any, _Answers]:
        address = self._addresses[target]
        kind = KINDS.get(_scheme(address))
        if kind is None:
            raise NotDelivered(UNUSABLE)
        module, answers = _load(kind)
        plugin = _made(getattr(module, kind.plugin), _native(address))
        if plugin is None:
            raise NotDelivered(UNUSABLE)
        plugin.retry, plugin.optional = 0, False
        if len(plugin) > 1:
            raise NotDelivered(SEVERAL)
        plugin.socket_connect_timeout = plugin.socket_read_timeout = TIMEOUT_S
        return plugin, answers


def _made(kind: Any, address: str) -> Any:
    """The plugin over an address, or None when it cannot be one."""
    try:
        parsed = kind.parse_url(address)
        return kind(**parsed) if parsed else None
    except Exception:  # noqa: BLE001 - what a plugin says of a bad address quotes it
        return None


def _native(address: str) -> str:
    for pasted, ours in PASTED:
        if address.startswith(pasted):
            return ours + address.removeprefix(pasted)
    return address


def _scheme(address: str) -> str:
    return _native(address).partition("://")[0].lower()


class _Answers(threading.local):
    """What the thread's last request was answered, in words without an address."""

    words = ""

    def forget(self) -> None:
        self.words = ""


class _Judging:
    """Stands where a plugin expects `requests`. The plugins take any answer with status 200 for a success;
    the messengers answer 200 to a wrong key and say so in the text. That is a failure here.
    """

    def __init__(self, requests: Any, code: str, answers: _Answers) -> None:
        self._requests, self._code, self.answers = requests, code, answers
        self.codes, self.RequestException = requests.codes, requests.RequestException

    def post(self, *given: Any, **options: Any) -> Any:
        return self.request("POST", *given, **options)

    def request(self, *given: Any, **options: Any) -> Any:
        answer = self._requests.request(*given, **options)
        if not answer.ok:
            self.answers.words = f"对方答 HTTP {answer.status_code}"
        elif self._code:
            self._judge(answer)
        return answer

    def _judge(self, answer: Any) -> None:
        try:
            told = answer.json().get(self._code)
        except (ValueError, AttributeError):
            told = "看不懂"
        if told != 0:
            self.answers.words = f"对方不收，代码 {str(told)[:20]}"
            raise self.RequestException("refused")


_loaded: dict[Kind, tuple[Any, _Answers]] = {}
_loading = threading.Lock()


def _load(kind: Kind) -> tuple[Any, _Answers]:
    """The plugin's module, listening to its answers."""
    with _loading:
        if kind not in _loaded:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # the mail plugin imports imghdr
                module = kind.load()
            logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
            answers = _Answers()
            requests = getattr(module, "requests", None)  # mail has none
            if isinstance(requests, _Judging):  # the same plugin under another scheme
                answers = requests.answers
            elif requests is not None:
                module.requests = _Judging(requests, kind.code, answers)
            _loaded[kind] = (module, answers)
        return _loaded[kind]
