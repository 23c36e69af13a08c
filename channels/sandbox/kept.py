"""What of each practice platform is kept over a restart, and what comes from settings and clock again."""

from __future__ import annotations

from pathlib import Path

from channels.sandbox.keep import Keeper
from channels.sandbox.wechat import WeChatSim
from channels.sandbox.wechat_callback import Delivery, Letter
from channels.sandbox.wechat_mass import MassJob
from channels.sandbox.wechat_media import Picture
from channels.sandbox.wechat_press import Draft, Job, Limits, Push
from channels.sandbox.weibo import WeiboSim
from channels.sandbox.weibo_world import Post, Rates, Token

STAGE = frozenset(
    {
        "platform",
        "play",
        "log",
        "faults",
        "reader_paths",
        "reader_open",
        "victim",
        "hits",
        "clock",
        "backstage",
    }
    | {"after"}
)
WECHAT = frozenset(
    {"appid", "secret", "name", "about", "base", "on", "gate", "library", "press", "mass", "callback", "now"}
    | {"tell", "http", "_client"}
)
WEIBO = frozenset({"app", "users", "knobs", "first_id", "now"})


def keep_wechat(sim: WeChatSim, path: Path) -> Keeper:
    """The keeper of one practice WeChat."""
    parts = {
        "habits": sim,
        "gate": sim.gate,
        "library": sim.library,
        "press": sim.press,
        "mass": sim.mass,
        "callback": sim.callback,
        "stage": sim.on,
    }
    kinds = (Picture, Draft, Job, Push, Limits, MassJob, Letter, Delivery)
    return Keeper(path, parts, kinds, WECHAT | STAGE, lock=sim.lock)


def keep_weibo(sim: WeiboSim, path: Path) -> Keeper:
    """The keeper of one practice Weibo."""
    parts = {"knobs": sim.knobs, "world": sim.world}
    return Keeper(path, parts, (Post, Token, Rates), WEIBO, lock=sim.lock)
