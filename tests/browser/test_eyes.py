"""What the other browser tests rely on: planted faults are seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.eyes import CUT, EMPTY, IMAGES, faults, look, quiet_page

PLANTED = {
    "<button style='width:30px;white-space:nowrap;overflow:hidden'>下载全部附件</button>": CUT,
    "<div style='width:3000px'>宽</div>": CUT,
    "<section></section>": EMPTY,
}


@pytest.mark.parametrize("html", PLANTED)
def test_a_planted_fault_is_seen(browser: Browser, html: str) -> None:
    with quiet_page(browser, 390) as page:
        page.set_content(f"<!DOCTYPE html><html lang='zh-CN'><title>页</title><body><h1>页</h1>{html}")
        assert len(page.evaluate(PLANTED[html])) == 1


def test_a_broken_image_is_seen(browser: Browser) -> None:
    with quiet_page(browser, 390) as page:
        page.set_content("<img src='data:image/png;base64,AAAA' alt=''>")
        assert page.evaluate(IMAGES) == [["data:image/png;base64,AAAA", False]]


def test_pale_text_is_seen(browser: Browser) -> None:
    with quiet_page(browser, 390) as page:
        page.set_content("<html lang='zh-CN'><title>页</title><body><p style='color:#bbb'>看不清的字</p>")
        wrong, _ = faults(page)
        assert [fault.partition(":")[0] for fault in wrong] == ["color-contrast"]


def test_a_request_to_another_host_is_seen_and_goes_nowhere(browser: Browser) -> None:
    with quiet_page(browser, 390) as page:
        seen = look(
            page,
            "data:text/html,<html lang=zh><title>t</title><img alt='' src='http://www.example.gov.cn/a.png'>",
        )
        assert seen.foreign == ["http://www.example.gov.cn/a.png"]
        assert seen.broken == ["http://www.example.gov.cn/a.png"]
        assert seen.complaints != []
