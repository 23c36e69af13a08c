"""Looking at one post as a reader does: its public page, the addresses behind its links, its picture."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qs, urljoin, urlsplit

from channels.contract import CannotSee, Gone, Level, Seen, SeenImage, SeeResult, Unavailable
from channels.http import Answer, Http, is_at
from channels.reading import Page, read_page

POST = "post"
WORDS = "words"
ANCHOR = re.compile(r"<a\b[^>]*/sinaurl\b[^>]*>.*?</a>", re.DOTALL | re.IGNORECASE)
DELETED = re.compile("微博已被(?:作者|原作者)?删除|微博不存在|微博已(?:被)?删除")


READERS = ("https://weibo.com", "https://www.weibo.com", "https://m.weibo.cn", "https://weibo.cn")
"""Where the platform shows its posts to readers."""


def look(http: Http, url: str, reader_url: str) -> SeeResult:
    """What a reader finds at a post's address. Asks for no login, spends no call of the API, never raises.

    Nothing is asked but of the platform's own pages, whatever address is given.

    A page that is no post page (a login wall, a gateway's message) proves nothing.
    """
    if not is_at(url, reader_url, *READERS):
        return CannotSee("这不是微博的网址")
    try:
        answer = http.read("GET", url, tries=2)
        return _judge(http, answer)
    except Unavailable as why:
        return CannotSee(why.words)


def _judge(http: Http, answer: Answer) -> SeeResult:
    if answer.status in (404, 410):
        return Gone(f"微博回答 HTTP {answer.status}")
    if answer.status != 200:
        return CannotSee(f"微博没有给出页面（HTTP {answer.status}），可能要求登录")
    words = read_page(ANCHOR.sub("", answer.text), css_class=WORDS)
    post = read_page(answer.text, css_class=POST)
    if words.region is None or post.region is None:
        told = DELETED.search(post.region.text if post.region else read_page(answer.text).title)
        return Gone(told[0]) if told else CannotSee("打开的不是这条微博的页面，可能要求登录")
    return _seen(http, answer, words.region.text, post)


def _seen(http: Http, answer: Answer, text: str, post: Page) -> Seen:
    shown = read_page(answer.text, css_class=WORDS).region
    links = tuple(real_address(urljoin(answer.url, href)) for href, _ in shown.links) if shown else ()
    addresses = [urljoin(answer.url, source) for source in (post.region.images if post.region else [])]
    images = tuple(SeenImage(address, _is_image(http, address)) for address in addresses)
    digest = hashlib.sha256(answer.body).hexdigest()
    return Seen(Level.PUBLIC, title="", text=text, links=links, images=images, snapshot_digest=digest)


def _is_image(http: Http, address: str) -> bool:
    answer = http.read("GET", address, tries=2)
    kind = answer.headers.get("content-type", "")
    return answer.status == 200 and kind.startswith("image/") and bool(answer.body)


def real_address(href: str) -> str:
    """The address behind one of the platform's forwarding links; other links as they are."""
    parts = urlsplit(href)
    if parts.path.endswith("/sinaurl"):
        return parse_qs(parts.query).get("u", [href])[0]
    return href
