"""Every page of the console: nothing cut, nothing empty, no word of the other language, nothing that axe finds.

The pages are those of the table of rights, so that none is forgotten. On the desk in Chinese and on the phone in
English here; the rooms' own tests look at the other two, and `make screenshots` makes a picture of all four.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.eyes import CUT, EMPTY, WIDTHS, quiet_page
from tests.browser.gallery import every_state, looked_at, name_of, open_page
from tests.browser.test_console import CHINESE_WORDS, OURS, UNMARKED, judged
from tests.rights.stage import Show

ALSO = re.compile(
    r"(?<![A-Za-z])(?:role(?:-[a-z]+)*|city-portal|bureau-portal|wechat|weibo|portal|tzgg|AppID|AppSecret|API|CSV|OFD|GIF|WebP|docx?|html?|md|txt|xlsx?|bgs|wx[0-9a-z]*|"
    r"Excel|PDF|JPG|PNG|DOCX?|XLSX?|HTML|Markdown|Word|KB|MB|GB|http|https|GET|POST|MySQL|SQLite|Ed|sha|"
    r"draft|submitted|urgent|reviewed|referred|cleared|approved|scheduled|released|withdrawing|withdrawn|"
    r"secrets?|publish|png|zfxxgknb|yjxx|gzdt|holidays|toml|json|log|key|url|txt|[a-z_-]+\.(?:toml|json|key|db)|"
    r"withheld|returned|superseded|held|waiting|queued|sending|accepted|unknown|by_hand|failed|out|cancelled|"
    r"published|verified|differs|missing|replaced|lost|withdraw_by_hand|unremovable)(?![A-Za-z])"
)
"""Names and terms of art, and the states that stand in the titles of this stage."""


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    with every_state(tmp_path_factory.mktemp("gallery")) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, width: int) -> Iterator[Page]:
    with quiet_page(browser, width, java_script_enabled=True) as opened:
        yield opened


@pytest.mark.parametrize(("width", "lang"), [(WIDTHS[0], "zh"), (WIDTHS[1], "en")])
@pytest.mark.parametrize("path", looked_at(), ids=name_of)
def test_a_page_is_whole(page: Page, show: Show, width: int, lang: str, path: str) -> None:
    open_page(page, show, path, lang)
    assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], [])
    if lang == "en":
        assert page.evaluate(UNMARKED) == []
    else:
        words = re.sub(OURS, "", ALSO.sub("", page.evaluate(CHINESE_WORDS)))
        assert re.findall(r"[A-Za-z]{2,}", words) == [], "an English leftover"
    judged(page)
