"""Looking at an article as a reader does: its public page, without the account."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urljoin

from channels.contract import CannotSee, Gone, Level, Seen, SeenImage, SeeResult, Unavailable
from channels.http import Answer, Http, is_at
from channels.reading import Region, read_page
from channels.wechat.articles import unmarked

TOMBSTONES = ("该内容已被发布者删除", "此内容因违规无法查看")
"""What the platform's page says instead of an article. Source: its article pages, as users report them."""

WALLS = ("环境异常", "完成验证", "访问过于频繁")
"""Words of pages that ask the reader to prove something first."""

SOURCE_LINK = "阅读原文"
SCRIPTED_LINK = re.compile(r"""\bmsg_source_url\s*=\s*(['"])(https?://.*?)\1""")
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF")
HOPS = 3


READERS = ("https://mp.weixin.qq.com", "https://weixin.qq.com")
"""Where the platform shows articles to readers."""


def see(http: Http, url: str, base_url: str) -> SeeResult:
    """What stands at an article's address. Never raises; a page that says neither is `CannotSee`.

    Nothing is asked but of the platform's own pages and `base_url`, whatever address is given or forwarded to.
    """
    if not url.startswith(("https://", "http://")):
        return CannotSee("没有可以打开的地址")
    sites = (base_url, *READERS)
    if not is_at(url, *sites):
        return CannotSee("这不是微信公众号文章的网址")
    try:
        answer = _opened(http, url, sites)
    except Unavailable as why:
        return CannotSee(str(why))
    if answer.status in (404, 410):
        return Gone(f"HTTP {answer.status}")
    if answer.status != 200:
        return CannotSee(f"页面答复 HTTP {answer.status}")
    return _read(http, answer)


def _opened(http: Http, url: str, sites: tuple[str, ...]) -> Answer:
    """The answer at the end of at most three redirects (addresses are given as http, pages are https)."""
    answer = http.read("GET", url)
    for _ in range(HOPS):
        target = answer.headers.get("location", "")
        if answer.status not in (301, 302, 303, 307, 308) or not target:
            break
        onward = urljoin(answer.url, target)
        if not is_at(onward, *sites):
            break
        answer = http.read("GET", onward)
    return answer


def _read(http: Http, answer: Answer) -> SeeResult:
    page = answer.text
    body = read_page(page, element_id="js_content").region
    if body is None:
        return _without_article(page)
    title = read_page(page, element_id="activity-name").region
    return Seen(
        level=Level.PUBLIC,
        title=title.text if title else "",
        text=body.text,
        links=_links(page, body),
        images=tuple(SeenImage(url, _answers(http, urljoin(answer.url, url))) for url in body.images),
        snapshot_digest=hashlib.sha256(answer.body).hexdigest(),
    )


def _without_article(page: str) -> SeeResult:
    for words in TOMBSTONES:
        if words in page:
            return Gone(words)
    for words in WALLS:
        if words in page:
            return CannotSee(f"微信要求验证：{words}")
    return CannotSee("页面里没有文章")


def _links(page: str, body: Region) -> tuple[str, ...]:
    """Links of the article, then the original link, as they were before the key was added."""
    links = [href for href, _ in body.links]
    whole = read_page(page).region
    links += [href for href, text in (whole.links if whole else []) if text.startswith(SOURCE_LINK)]
    scripted = SCRIPTED_LINK.search(page)
    if scripted:
        links.append(scripted[2])
    return tuple(dict.fromkeys(unmarked(link) for link in links if link.startswith("http")))


def _answers(http: Http, url: str) -> bool:
    try:
        answer = http.read("GET", url, tries=2)
    except Unavailable:
        return False
    return answer.status == 200 and answer.body.startswith(PICTURES)
