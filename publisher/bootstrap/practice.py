"""Practice mode 练习模式: simulators for those channels of a home folder that are marked as practice.

What the practice platforms hold lives as long as the process that serves them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from channels.sandbox.portal import PortalSite
from channels.sandbox.stage import RequestLog, Stage, served
from channels.sandbox.wechat import WeChatSim
from channels.sandbox.weibo import WeiboSim
from channels.sandbox.weibo_world import App, Token, User
from publisher.settings import Settings

TOKEN_LIFE_S = 30 * 86_400


@dataclass
class Practice:
    """The running simulators: stages by channel, one request log, where a reader looks."""

    log: RequestLog = field(default_factory=RequestLog)
    stages: dict[str, Stage] = field(default_factory=dict)
    simulators: dict[str, Any] = field(default_factory=dict)
    readers: dict[str, str] = field(default_factory=dict)

    def set_readers(self, *, open_to_readers: bool) -> None:
        """Open or stop the reader's view of every practice platform."""
        for stage in self.stages.values():
            stage.reader_open = open_to_readers


def _portal(name: str, option: Any, practice: Practice) -> Stage:
    site = PortalSite(option.folder, name=name, log=practice.log)
    practice.simulators[name] = site
    practice.readers[name] = f"{option.root_url}/"
    return site.stage


def _wechat(name: str, option: Any, practice: Practice) -> Stage:
    sim = WeChatSim(appid=option.appid, secret=option.secret.get_secret_value(), base=option.base_url)
    practice.simulators[name] = sim
    practice.readers[name] = f"{option.base_url}/reader"
    return sim.stage(practice.log)


def _weibo(name: str, option: Any, practice: Practice) -> Stage:
    secret = option.app_secret.get_secret_value()
    app = App(option.app_key, secret, owner_uid=option.uid, safe_domains=(option.safe_domain,))
    sim = WeiboSim(app, (User(option.uid, "临澜水利", note="临澜市水利局政务微博"),))
    stage = sim.stage(practice.log)
    value = option.access_token.get_secret_value() if option.access_token else ""
    sim.world.tokens[value] = Token(value, option.uid, stage.now(), TOKEN_LIFE_S)
    practice.simulators[name] = sim
    practice.readers[name] = f"{option.reader_url}/u/{option.uid}"
    return stage


SIMULATORS: dict[str, Callable[[str, Any, Practice], Stage]] = {
    "portal": _portal,
    "wechat": _wechat,
    "weibo": _weibo,
}


@contextmanager
def open_practice(
    settings: Settings, options: Mapping[str, Any], clock: Callable[[], datetime] | None = None
) -> Iterator[Practice]:
    """Serve every practice channel at the loopback address that its settings name; yields what runs.

    Raises `OSError` when an address is taken.
    """
    practice = Practice()
    with ExitStack() as stack:
        for name, part in settings.channels.items():
            if not part.practice or part.kind not in SIMULATORS:
                continue
            stage = SIMULATORS[part.kind](name, options[name], practice)
            if clock is not None:
                stage.clock = clock
            practice.stages[name] = stage
            stack.callback(getattr(practice.simulators[name], "close", _nothing))
            stack.enter_context(served(stage, _port(options[name])))
        yield practice


def _nothing() -> None:
    """What a simulator without connections of its own has to close."""


def _port(option: Any) -> int:
    return urlsplit(option.base_url).port or 80
