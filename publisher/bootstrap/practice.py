"""Practice mode 练习模式: simulators for those channels of a home folder that are marked as practice.

What the practice platforms hold lives as long as the process that serves them; with a home folder it is kept there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from channels.sandbox import portal, wechat_board, weibo_board
from channels.sandbox.backstage import PANEL, Backstage
from channels.sandbox.board import Board
from channels.sandbox.call import RequestLog
from channels.sandbox.keep import Keeper
from channels.sandbox.kept import keep_wechat, keep_weibo
from channels.sandbox.portal import PortalSite
from channels.sandbox.pump import pumping
from channels.sandbox.stage import Stage, served
from channels.sandbox.wechat import WeChatSim
from channels.sandbox.weibo import WeiboSim
from channels.sandbox.weibo_world import App, Token, User
from publisher.settings import ChannelPart, Settings, resolve_secrets

TOKEN_LIFE_S = 30 * 86_400
FOLDER = "practice"
"""Below the home folder: what the practice platforms keep."""


@dataclass
class Practice:
    """The running simulators: stages by channel, one request log, where a reader looks."""

    log: RequestLog = field(default_factory=RequestLog)
    stages: dict[str, Stage] = field(default_factory=dict)
    simulators: dict[str, Any] = field(default_factory=dict)
    readers: dict[str, str] = field(default_factory=dict)
    panels: dict[str, str] = field(default_factory=dict)
    boards: dict[str, Board] = field(default_factory=dict)
    keepers: dict[str, Keeper] = field(default_factory=dict)

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
    app = App(
        option.app_key,
        secret,
        owner_uid=option.uid,
        redirect_uri=option.redirect_uri,
        safe_domains=(option.safe_domain,),
    )
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
BOARDS: dict[str, Callable[[Any], Board]] = {
    "portal": portal.board,
    "wechat": wechat_board.board,
    "weibo": weibo_board.board,
}
KEEPERS: dict[str, Callable[[Any, Path], Keeper]] = {"wechat": keep_wechat, "weibo": keep_weibo}


@contextmanager
def open_practice(
    settings: Settings,
    options: Mapping[str, Any],
    clock: Callable[[], datetime] | None = None,
    *,
    home: Path | None = None,
) -> Iterator[Practice]:
    """Serve every practice channel at the loopback address that its settings name; yields what runs.

    With `home` the platforms keep what they hold there, go on where they were, and push events to the
    callback address of the settings by themselves. Raises `OSError` when an address is taken.
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
            _hang_panel(name, part, options[name], practice)
            stack.callback(getattr(practice.simulators[name], "close", _nothing))
            if home is not None:
                stack.enter_context(_alive(name, settings, practice, home))
            stack.enter_context(served(stage, _port(options[name])))
        for name, board in practice.boards.items():
            others = ((practice.boards[n].label, url) for n, url in practice.panels.items() if n != name)
            board.neighbours = [(f"{label}的控制面板", url) for label, url in others]
        yield practice


def _hang_panel(name: str, part: ChannelPart, option: Any, practice: Practice) -> None:
    board = practice.boards[name] = BOARDS[part.kind](practice.simulators[name])
    board.label = part.label
    practice.panels[name] = f"http://127.0.0.1:{_port(option)}{PANEL}"
    practice.stages[name].backstage = Backstage(practice.stages[name], board).play


@contextmanager
def _alive(name: str, settings: Settings, practice: Practice, home: Path) -> Iterator[None]:
    """What a platform does by itself while it is served: keeps its state, ends jobs, pushes events."""
    part, sim = settings.channels[name], practice.simulators[name]
    if part.kind not in KEEPERS:
        yield
        return
    keeper = practice.keepers[name] = KEEPERS[part.kind](sim, home / FOLDER / f"{name}.json")
    consents = dict(sim.world.tokens) if isinstance(sim, WeiboSim) else {}
    keeper.load()
    if isinstance(sim, WeiboSim):
        sim.world.tokens = {**consents, **sim.world.tokens}
    practice.stages[name].after = practice.boards[name].touched = keeper.save
    with ExitStack() as stack:
        stack.callback(keeper.save)
        if isinstance(sim, WeChatSim):
            _set_callback(name, settings, sim, home)
            stack.enter_context(pumping(sim.pump))
        yield


def _set_callback(name: str, settings: Settings, sim: WeChatSim, home: Path) -> None:
    """The account's server is the product's own callback address, when the settings have one."""
    asked = settings.channels[name].callback
    if asked is None:
        return
    given = resolve_secrets(home, asked, f"channels.{name}.callback")
    mode = str(given.get("mode", "encrypted"))
    callback, place = sim.callback, settings.callbacks
    callback.url = f"http://{place.host}:{place.port}/callbacks/{name}"
    callback.mode = "safe" if mode == "encrypted" else mode
    callback.token, callback.aes_key = str(given.get("token", "")), str(given.get("aes_key") or "")
    callback.verified = False


def _nothing() -> None:
    """What a simulator without connections of its own has to close."""


def _port(option: Any) -> int:
    return urlsplit(option.base_url).port or 80
