"""The portal in the hands of a reader: links, downloads, reading settings, keyboard, printer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from publisher.cli.demo_show import demo_stream
from tests.browser.conftest import See
from tests.browser.eyes import CUT, IN_VIEW, WIDTHS, faults, quiet_page
from tests.browser.town import NEWS, NOTICE, PORTAL_NAMES, SENT, WARNING, Town
from tests.world import fetch

ATTACHMENTS = {"施工计划": "施工计划.pdf", "意见反馈表": "意见反馈表.docx"}
FACTS = (
    "名称",
    "索引号",
    "主题分类",
    "发布机构",
    "成文日期",
    "发布日期",
    "有效性",
    "公开方式",
    "公开依据",
    "主题词",
)
STOP = (
    """() => { const e = document.activeElement, shown = e.tagName === "INPUT" ? e.labels[0] : e;
  return e === document.body ? null : [e.id || e.innerText, ("""
    + IN_VIEW
    + ")(shown)]; }"
)
COLOUR = """selector => getComputedStyle(document.querySelector(selector)).color
  .match(/\\d+/g).slice(0, 3).map(Number)"""

each_width = pytest.mark.parametrize("width", WIDTHS)


@pytest.fixture
def notice(town: Town, browser: Browser) -> Iterator[Page]:
    with quiet_page(browser, WIDTHS[0], accept_downloads=True) as page:
        page.goto(town.url(NOTICE, "bureau-portal"))
        yield page


@pytest.mark.parametrize("name", PORTAL_NAMES)
def test_every_link_leads_to_a_page_of_the_same_site(town: Town, see: See, name: str) -> None:
    links = {link.partition("#")[0] for link in see(name, WIDTHS[0]).links}
    assert links
    assert {link: fetch(link).status for link in links if not link.startswith(town.portal)} == {}
    assert {fetch(link).status for link in links} == {200}


@pytest.mark.parametrize("word", SENT)
def test_the_information_table_is_whole(town: Town, browser: Browser, word: str) -> None:
    with quiet_page(browser, WIDTHS[0]) as page:
        page.goto(town.portal_pages()[word])
        rows = page.eval_on_selector_all(
            ".info th", "all => all.map(th => [th.innerText, th.nextElementSibling.innerText])"
        )
    table = dict(rows)
    assert set(FACTS) <= set(table)
    assert all(value.strip() for value in table.values())


def test_the_first_line_of_a_warning_comes_before_any_other_text(town: Town, browser: Browser) -> None:
    with quiet_page(browser, WIDTHS[1]) as page:
        page.goto(town.url(WARNING, "bureau-portal"))
        words = page.inner_text("#article-body").strip()
    assert words.startswith("【临澜水文中心11月24日14时00分发布】洪水蓝色预警")


@pytest.mark.parametrize("title", ATTACHMENTS)
@pytest.mark.parametrize("control", ["a:not(.button)", "a.button"])
def test_an_attachment_comes_with_its_bytes_and_its_name(notice: Page, title: str, control: str) -> None:
    line = notice.locator(".files li", has_text=title)
    with notice.expect_download() as coming:
        line.locator(control).click()
    assert coming.value.suggested_filename == ATTACHMENTS[title]
    assert Path(coming.value.path()).read_bytes() == demo_stream(f"files/{ATTACHMENTS[title]}").read()


def test_the_letters_grow_by_the_reading_settings(notice: Page) -> None:
    sizes = []
    for setting in ("fs-m", "fs-l", "fs-xl"):
        notice.click(f"label[for={setting}]")
        sizes.append(
            notice.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.body p')).fontSize)")
        )
    assert sizes == sorted(set(sizes))
    assert sizes[2] >= 1.3 * sizes[0]


@pytest.mark.parametrize("name", ["index", "list", "tomb", "history", "notice", "warning"])
@each_width
def test_largest_letters_in_high_contrast_cut_nothing_and_stay_readable(
    town: Town, browser: Browser, name: str, width: int
) -> None:
    with quiet_page(browser, width) as page:
        page.goto(town.pages()[name])
        page.click("label[for=fs-xl]")
        page.click("label[for=ct-high]")
        assert page.evaluate(COLOUR, "body") == [255, 255, 255]
        assert page.evaluate(CUT) == []
        assert faults(page, "color-contrast")[0] == []


def test_the_keyboard_skips_to_the_text(town: Town, browser: Browser) -> None:
    with quiet_page(browser, WIDTHS[1]) as page:
        page.goto(town.portal)
        page.keyboard.press("Tab")
        assert page.inner_text(":focus") == "跳到正文"
        assert page.locator(":focus").evaluate(IN_VIEW)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.locator(":focus").evaluate("e => !!e.closest('main')")


@each_width
def test_what_has_the_focus_is_never_hidden(town: Town, browser: Browser, width: int) -> None:
    with quiet_page(browser, width) as page:
        page.goto(town.url(NOTICE, "bureau-portal"))
        stops = []
        for key in ["Tab"] * 12 + ["Shift+Tab"] * 10:
            page.keyboard.press(key)
            stops.append(page.evaluate(STOP))
        names = [name for name, _ in filter(None, stops)]
        assert {"跳到正文", "fs-m", "ct-std", "施工计划", "意见反馈表"} <= set(names)
        assert [name for name, shown in filter(None, stops) if not shown] == []


def test_the_arrow_keys_change_the_reading_settings(notice: Page) -> None:
    notice.focus("#fs-m")
    notice.keyboard.press("ArrowRight")
    assert notice.is_checked("#fs-l")


def test_paper_has_the_document_and_none_of_the_controls(notice: Page) -> None:
    notice.emulate_media(media="print")
    for gone in (".util", ".mast", ".crumbs", ".foot", ".files .button"):
        assert not notice.locator(gone).first.is_visible(), gone
    for there in (".practice", ".info", "h1.title", ".body img", ".credit", ".only-print"):
        assert notice.locator(there).first.is_visible(), there
    assert notice.url in notice.inner_text(".only-print")
    assert (
        notice.evaluate("() => getComputedStyle(document.querySelector('.body p')).fontSize") == "21.3333px"
    )  # 16pt


@pytest.mark.parametrize("name", [NOTICE, WARNING, NEWS])
def test_a_high_contrast_page_is_printed_black_on_white(town: Town, browser: Browser, name: str) -> None:
    with quiet_page(browser, WIDTHS[0]) as page:
        page.goto(town.url(name, "bureau-portal"))
        page.click("label[for=ct-high]")
        page.emulate_media(media="print")
        for part in ("body", "main h1", ".info td", ".practice p"):
            assert max(page.evaluate(COLOUR, part)) <= 34, part
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_printed_notice_fits_on_a_few_pages(notice: Page) -> None:
    assert 2 <= notice.pdf().count(b"/Type /Page\n") <= 5
