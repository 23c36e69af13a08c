"""The kinds of channel that exist, one row each. The only place that names the adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from channels.contract import Channel, ChannelProfile, Ports, Quota, Receiver
from channels.dropfolder.channel import PROFILE as DROPFOLDER
from channels.dropfolder.channel import Dropfolder
from channels.dropfolder.settings import DropfolderSettings
from channels.http import Http
from channels.portal.channel import PROFILE as PORTAL
from channels.portal.channel import Portal
from channels.portal.settings import PortalSettings
from channels.wechat.callback import WeChatCallback, WeChatReceiver
from channels.wechat.channel import WeChat
from channels.wechat.codes import CODES as WECHAT_CODES
from channels.wechat.profile import PROFILE as WECHAT
from channels.wechat.profile import quotas_of
from channels.wechat.settings import WeChatSettings
from channels.weibo.channel import Weibo
from channels.weibo.checks import PROFILE as WEIBO
from channels.weibo.codes import TABLE as WEIBO_CODES
from channels.weibo.settings import WeiboSettings

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class CodeHelp:
    """One code of a platform: which error it is to us, the words for staff, where that is known from."""

    code: int
    error: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Receiving:
    """The public end of callbacks: its settings and how one is made. Opens nothing."""

    settings: type[BaseModel]
    build: Callable[[BaseModel], Receiver]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of channel: the class that checks its settings, what it can do, and how one is made.

    `build` takes what `settings` made, and raises `TypeError` for the settings of another kind. The channel
    holds no state of any posting. `receiving` is None for a platform that does not call back;
    `quotas` tells those of one account where the settings decide, else they are the profile's. `account` is the
    setting by which the platform knows whose channel it is: no two channels may share it. `codes` is what each of the
    platform's codes means.
    """

    settings: type[BaseModel]
    profile: ChannelProfile
    build: Callable[[BaseModel, Ports, Http], Channel]
    receiving: Receiving | None = None
    quotas: Callable[[BaseModel], tuple[Quota, ...]] | None = None
    account: str = "folder"
    codes: tuple[CodeHelp, ...] = ()


def _its(kind: type[S], settings: BaseModel) -> S:
    if not isinstance(settings, kind):
        raise TypeError(f"{kind.__name__} expected, got {type(settings).__name__}")
    return settings


KINDS: Mapping[str, Kind] = {
    "portal": Kind(
        PortalSettings, PORTAL, lambda s, ports, http: Portal(_its(PortalSettings, s), ports, http)
    ),
    "wechat": Kind(
        WeChatSettings,
        WECHAT,
        lambda s, ports, http: WeChat(_its(WeChatSettings, s), ports, http),
        Receiving(WeChatCallback, lambda s: WeChatReceiver(_its(WeChatCallback, s))),
        lambda s: quotas_of(_its(WeChatSettings, s).publish_mode),
        account="appid",
        codes=tuple(CodeHelp(c, r.error.__name__, r.help, r.source) for c, r in WECHAT_CODES.items()),
    ),
    "weibo": Kind(
        WeiboSettings,
        WEIBO,
        lambda s, ports, http: Weibo(_its(WeiboSettings, s), ports, http),
        account="uid",
        codes=tuple(CodeHelp(c, r.error.__name__, r.words, r.source) for c, r in WEIBO_CODES.items()),
    ),
    "dropfolder": Kind(
        DropfolderSettings, DROPFOLDER, lambda s, ports, http: Dropfolder(_its(DropfolderSettings, s), ports)
    ),
}
