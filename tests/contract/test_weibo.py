"""Weibo keeps the promises of every channel, with and without a picture."""

from __future__ import annotations

import json
from typing import cast

import pytest

from channels.contract import Article, ChannelMessage, FileRef, PartReceipt
from channels.http import Http, open_client
from channels.sandbox.stage import InProcess
from channels.sandbox.weibo import App, User, WeiboSim
from channels.weibo.channel import Weibo
from channels.weibo.settings import WeiboSettings
from tests.contract.channel_contract import HttpChannelContract
from tests.contract.fakes import Clock, CountingMeter, MemoryFiles, memory_ports
from tests.contract.rig import HttpRig, host_down, reader_closed

UID = "9000000001"
DOMAIN = "slj.example.gov.cn"
SECRET = "practice-app-secret"


def says(code: int, text: str, status: int = 400) -> tuple[int, str]:
    return status, json.dumps({"error": text, "error_code": code, "request": "/2/statuses/share.json"})


ANSWERS = {
    "quota": says(10023, "User requests out of rate limit!", 403),
    "token_refused": says(21327, "expired_token", 403),
    "permission_lost": says(10014, "Insufficient app permissions!", 403),
    "content_refused": says(20021, "content is illegal!"),
    "unknown_code": says(29999, "something new"),
}


def weibo_rig(*, picture: bool) -> HttpRig:
    clock = Clock()
    ports = memory_ports(clock)
    files, meter = cast(MemoryFiles, ports.files), cast(CountingMeter, ports.meter)
    sim = WeiboSim(App("100000001", SECRET, UID, safe_domains=(DOMAIN,)), (User(UID, "临澜水利"),))
    stage = sim.stage(clock=clock)
    stages = {"weibo.test": stage}
    settings = WeiboSettings(
        app_key="100000001",
        app_secret=SECRET,
        access_token=sim.grant(UID),
        uid=UID,
        rip="203.0.113.9",
        safe_domain=DOMAIN,
        base_url="http://weibo.test",
        reader_url="http://weibo.test",
    )
    assert settings.access_token

    def build() -> Weibo:
        return Weibo(settings, ports, Http(open_client(transport=InProcess(stages)), wait=lambda _: None))

    def message(*, key: str, text: str = "", title: str = "停水通告") -> ChannelMessage:
        words = f"【{title}】{text or f'石渡镇镇区停水，请提前储水。编号{key}。'}全文"
        link = f"https://{DOMAIN}/tzgg/2026/07/{key}.html"
        images: tuple[FileRef, ...] = ()
        if picture:
            images = (files.add(f"停水范围 {key}.png", b"\x89PNG\r\n\x1a\n" + key.encode(), "image/png"),)
        article = Article(title, body=f"{words} {link}", text=words, link=link, images=images)
        return ChannelMessage(key, (article,))

    def vanish(part: PartReceipt) -> None:
        sim.delete_by_hand(part.remote_id)

    return HttpRig(
        build,
        message,
        lambda: len(sim.public_posts()),
        clock,
        host_down(stages, "weibo.test"),
        reader_closed(stage),
        vanish,
        secrets=(SECRET, settings.access_token.get_secret_value()),
        stage=stage,
        changing=("statuses/share",),
        write="statuses/share",
        answers=ANSWERS,
        close_quota=lambda: meter.close(clock().replace(hour=16)),
    )


class TestWeibo(HttpChannelContract):
    @pytest.fixture
    def rig(self) -> HttpRig:
        return weibo_rig(picture=False)


class TestWeiboWithPicture(HttpChannelContract):
    @pytest.fixture
    def rig(self) -> HttpRig:
        return weibo_rig(picture=True)
