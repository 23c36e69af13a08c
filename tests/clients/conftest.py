"""Practice platforms as servers on loopback, for programs that know nothing of this product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from channels.sandbox.stage import Stage, served
from channels.sandbox.wechat import WeChatSim
from channels.sandbox.weibo import WeiboSim
from channels.sandbox.weibo_world import App, User
from tests.clients.stand import CLIENTS
from tests.contract.wechat_rig import picture
from tests.world import Fetched, fetch

UID, DOMAIN = "9000000001", "slj.example.gov.cn"


@dataclass(frozen=True)
class WeChatAtWork:
    """A practice account under an address; its jobs end at once."""

    base: str
    sim: WeChatSim
    stage: Stage

    def reader(self, path: str = "/reader") -> Fetched:
        return fetch(path if path.startswith("http") else self.base + path)


@dataclass(frozen=True)
class WeiboAtWork:
    """A practice Weibo under an address, with one account."""

    base: str
    sim: WeiboSim
    stage: Stage

    def reader(self, path: str = f"/u/{UID}") -> Fetched:
        return fetch(self.base + path)


@pytest.fixture(scope="session", autouse=True)
def _clients_are_there() -> None:
    assert (CLIENTS / "ok").exists(), "the clients are not laid out; run: make .clients/ok"


@pytest.fixture
def wechat() -> Iterator[WeChatAtWork]:
    sim = WeChatSim()
    sim.press.job_s = sim.mass.job_s = 0
    stage = sim.stage()
    with served(stage) as base:
        yield WeChatAtWork(base, sim, stage)


@pytest.fixture
def weibo() -> Iterator[WeiboAtWork]:
    app = App("100000001", "hush", "9000000002", safe_domains=(DOMAIN,))
    sim = WeiboSim(app, (User(UID, "临澜水利"),))
    stage = sim.stage()
    with served(stage) as base:
        yield WeiboAtWork(base, sim, stage)


@pytest.fixture
def cover(tmp_path: Path) -> str:
    path = tmp_path / "cover.jpg"
    path.write_bytes(picture("cover", "JPEG"))
    return str(path)
