"""The fault panel in a browser without scripts: whole at both widths, and what is chosen there happens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.eyes import WIDTHS, Sight, look, quiet_page
from tests.browser.town import Town

PANELS = ("city-portal", "wechat", "weibo")
NAMES = (  # of events, requests, paths and platforms, as programs write them
    r"[A-Z]*JOBFINISH|IP|https?://\S+|(GET|POST) \S+|（[\w./-]+）|[a-z-]+-portal|wechat|weibo|\S+/\S+|\.html|\.jpg"
)

each_panel = pytest.mark.parametrize("name", PANELS)
each_width = pytest.mark.parametrize("width", WIDTHS)


@pytest.fixture(scope="module")
def sights(town: Town, browser: Browser) -> dict[tuple[str, int], Sight]:
    seen = {}
    for name in PANELS:
        for width in WIDTHS:
            with quiet_page(browser, width) as page:
                seen[name, width] = look(page, town.world.practice.panels[name])
    return seen


@each_panel
@each_width
def test_the_panel_is_whole_and_readable(sights: dict[tuple[str, int], Sight], name: str, width: int) -> None:
    sight = sights[name, width]
    assert (sight.status, sight.cut, sight.complaints, sight.foreign) == (200, [], [], [])
    assert (sight.faults, sight.doubts) == ([], [])
    assert sight.banner.startswith("练习模式")
    assert sight.title.startswith("【练习】练习平台控制面板")
    assert sight.empty == []


@each_panel
def test_the_panel_speaks_chinese(sights: dict[tuple[str, int], Sight], name: str) -> None:
    words = re.sub(NAMES, " ", sights[name, WIDTHS[0]].words)
    assert re.findall(r"[A-Za-z]{2,}", words) == []


@each_width
def test_a_trainer_without_scripts_arranges_a_fault_and_turns_a_limit(
    town: Town, browser: Browser, width: int
) -> None:
    practice = town.world.practice
    stage, press = practice.stages["wechat"], practice.simulators["wechat"].press
    with quiet_page(browser, width, java_script_enabled=False) as page:
        page.goto(practice.readers["wechat"])
        page.get_by_role("link", name="打开控制面板").click()
        page.get_by_label("发生什么").select_option(label="执行后断开，不给答复（结果不明）")
        page.get_by_label("在哪个接口").select_option("freepublish/submit")
        page.get_by_label("发生几次").fill("2")
        page.get_by_role("button", name="安排", exact=True).click()
        expect(page.locator(".waiting")).to_contain_text("执行后断开，不给答复（结果不明），还有 2 次")
        assert [(f.path, f.do.value, f.times) for f in stage.faults] == [
            ("freepublish/submit", "drop_after", 2)
        ]
        page.get_by_role("button", name="全部取消").click()
        expect(page.locator(".waiting")).to_contain_text("没有等着发生的故障")
        page.get_by_label("标题上限").fill("64")
        page.get_by_role("region", name="长度限制").or_(page.locator("#g1")).get_by_role(
            "button", name="保存"
        ).click()
        expect(page.get_by_label("标题上限")).to_have_value("64")
    assert press.limits.title == 64
    press.limits.title = 32


def test_the_links_between_panels_work(town: Town, browser: Browser) -> None:
    with quiet_page(browser, WIDTHS[1]) as page:
        page.goto(town.world.practice.panels["wechat"])
        page.get_by_role("link", name="微博的控制面板").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("练习平台控制面板：微博")
        page.get_by_role("link", name="打开读者视图").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("微博读者视图")
