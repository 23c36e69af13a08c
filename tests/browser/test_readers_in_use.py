"""The practice WeChat and Weibo as a reader uses them: what comes first, and the way to the portal."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.eyes import WIDTHS, quiet_page
from tests.browser.town import NEWS, NOTICE, SENT, WARNING, Town

FIRST_LINE = "【临澜水文中心11月24日14时00分发布】"

each_item = pytest.mark.parametrize("word", SENT)


@each_item
def test_the_account_page_leads_to_the_wechat_article_and_it_to_the_portal(
    town: Town, browser: Browser, word: str
) -> None:
    title = town.world.where(town.items[SENT[word]]).title
    with quiet_page(browser, WIDTHS[1]) as page:
        page.goto(town.pages()["wechat-home"])
        page.locator(".push a", has_text=title).click()
        mark = "【更正】" if SENT[word] == NOTICE else ""
        assert page.inner_text("#activity-name") == mark + title
        page.click("#js_view_source")
        assert _portal_title(page) == title


@each_item
def test_a_weibo_leads_to_its_portal_page(town: Town, browser: Browser, word: str) -> None:
    with quiet_page(browser, WIDTHS[1]) as page:
        page.goto(town.pages()[f"weibo-{word}"])
        page.click("text=网页链接")
        assert _portal_title(page) == town.world.where(town.items[SENT[word]]).title


@pytest.mark.parametrize(("channel", "place"), [("wechat", "#js_content"), ("weibo", ".words")])
def test_a_warning_begins_with_issuer_and_time(
    town: Town, browser: Browser, channel: str, place: str
) -> None:
    with quiet_page(browser, WIDTHS[1]) as page:
        page.goto(town.url(WARNING, channel))
        assert page.inner_text(place).strip().startswith(FIRST_LINE)


@pytest.mark.parametrize(
    ("channel", "words"), [("wechat", "该内容已被发布者删除"), ("weibo", "此微博已被作者删除。")]
)
def test_what_was_withdrawn_says_only_that(town: Town, browser: Browser, channel: str, words: str) -> None:
    with quiet_page(browser, WIDTHS[1]) as page:
        page.goto(town.url(NEWS, channel))
        assert page.inner_text(".gone") == words


def _portal_title(page: Page) -> str:
    return page.locator('meta[name="ArticleTitle"]').get_attribute("content") or ""
