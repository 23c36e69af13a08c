"""A renderer over the shipped templates, for an invented bureau with one channel of each kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from channels.contract import ChannelMessage, ChannelProfile
from channels.dropfolder.channel import PROFILE as DROPFOLDER
from channels.portal.channel import PROFILE as PORTAL
from channels.wechat.profile import PROFILE as WECHAT
from channels.weibo.checks import PROFILE as WEIBO
from publisher.domain.catalogue import Bureau, ChannelPlan, Column
from publisher.domain.clocks import WorkCalendar
from publisher.domain.item import Content
from publisher.render.renderer import Renderer

INDEX_NO = "99000123-4/2026-00124"
LONGEST = "https://slj.example.gov.cn/tzgg/2026/07/20260708-5be1a90c77d45be1a90c77d45be1a90c.html"
PLANS = {
    "portal": ChannelPlan("portal", "portal", "本局门户", portal=True, practice=False, longest_url=LONGEST),
    "wechat": ChannelPlan("wechat", "wechat", "微信", portal=False, practice=False, longest_url=LONGEST),
    "weibo": ChannelPlan("weibo", "weibo", "微博", portal=False, practice=False, longest_url=LONGEST),
    "drop": ChannelPlan("drop", "dropfolder", "投放", portal=False, practice=False, longest_url=LONGEST),
}
PROFILES = {"portal": PORTAL, "wechat": WECHAT, "weibo": WEIBO, "drop": DROPFOLDER}
SITES = {
    "portal": {
        "name": "临澜市水利局",
        "domain": "slj.example.gov.cn",
        "id_code": "9999990001",
        "sponsor": "临澜市水利局",
        "url": "https://slj.example.gov.cn",
    }
}

Render = Callable[[Content, str], ChannelMessage]


@pytest.fixture(scope="session")
def bureau() -> Bureau:
    return Bureau(
        body="slj",
        name="临澜市水利局",
        organisation="99000123-4",
        columns={
            "tzgg": Column("tzgg", "通知公告", "临澜市水利局的通知和公告", "通知,公告,水利", "通知公告")
        },
        channels=PLANS,
        calendar=WorkCalendar(first_year=2026, last_year=2026, exceptions=dict[date, bool]()),
        link_portal="portal",
        default_column="tzgg",
    )


@pytest.fixture(scope="session")
def renderer(bureau: Bureau) -> Renderer:
    return Renderer((), bureau, SITES)


@pytest.fixture(scope="session")
def render(renderer: Renderer) -> Render:
    """The message of one content for one channel."""

    def made(content: Content, channel: str) -> ChannelMessage:
        return renderer.message(content, index_no=INDEX_NO, plan=PLANS[channel], profile=PROFILES[channel])

    return made


def profile(channel: str) -> ChannelProfile:
    return PROFILES[channel]
