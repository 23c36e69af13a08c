"""Looking at an address that somebody names: only the channel's own pages are asked, whatever the address is."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from channels.contract import CannotSee, Seen, SeeResult
from channels.http import Http, is_at, open_client
from channels.portal.wire import Reader
from channels.wechat import seeing
from channels.weibo.look import look

SITE = "https://slj.example.gov.cn/xxgk"
ELSEWHERE = [
    "http://127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "https://slj.example.gov.cn.evil.example/xxgk/a.html",
    "https://slj.example.gov.cn@evil.example/a.html",
    "https://user:pw@slj.example.gov.cn/a.html",
    "https://slj.example.gov.cn\\@evil.example/a.html",
    "https://slj.example.gov.cn:8443/xxgk/a.html",
    "https://slj.example.gov.cn:notaport/",
    "https://evil.example/?https://slj.example.gov.cn/xxgk/",
    "//slj.example.gov.cn/a.html",
    "file:///etc/passwd",
    "gopher://slj.example.gov.cn/",
    "ftp://mp.weixin.qq.com/s",
    "https://mp.weixin.qq.com.evil.example/s",
    "https://weibo.com.evil.example/1/2",
    "https://slj.example.gov.cn/\x00",
    "https://slj.exam ple.gov.cn/",
    "",
]
LOOKS: dict[str, Callable[[Http, str], SeeResult]] = {
    "portal": lambda http, url: Reader(http, SITE).see(url),
    "wechat": lambda http, url: seeing.see(http, url, "https://api.weixin.qq.com"),
    "weibo": lambda http, url: look(http, url, "https://weibo.com"),
}


def recording(answer: httpx.Response) -> tuple[Http, list[str]]:
    """An adapter's HTTP without a network; what it was asked for."""
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answer

    return Http(open_client(transport=httpx.MockTransport(handle)), wait=lambda _: None), asked


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("channel", LOOKS)
def test_no_other_place_is_asked(channel: str, url: str) -> None:
    http, asked = recording(httpx.Response(200, text="secret"))
    assert isinstance(LOOKS[channel](http, url), CannotSee)
    assert asked == []


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        ("portal", "https://slj.example.gov.cn/xxgk/tzgg/2026/11/a.html"),
        ("portal", "http://slj.example.gov.cn/xxgk/tzgg/2026/11/a.html"),
        ("portal", "https://SLJ.example.gov.cn:443/xxgk/a.html"),
        ("wechat", "https://mp.weixin.qq.com/s?__biz=x&mid=1"),
        ("wechat", "http://mp.weixin.qq.com/s/abc"),
        ("weibo", "https://weibo.com/1/2"),
        ("weibo", "https://m.weibo.cn/1/2"),
    ],
)
def test_its_own_pages_are_asked(channel: str, url: str) -> None:
    http, asked = recording(httpx.Response(404))
    LOOKS[channel](http, url)
    assert len(asked) == 1


def test_a_forwarding_that_leads_elsewhere_is_not_followed() -> None:
    to = httpx.Response(302, headers={"Location": "http://169.254.169.254/latest"})
    http, asked = recording(to)
    assert isinstance(LOOKS["wechat"](http, "https://mp.weixin.qq.com/s/abc"), CannotSee)
    assert asked == ["https://mp.weixin.qq.com/s/abc"]


def test_pictures_and_files_of_a_portal_page_are_looked_at_on_the_portal_only() -> None:
    page = """<html><head><meta name="ArticleTitle" content="甲"></head><body><div id="article-body">
    <p>文</p><img src="http://127.0.0.1/x.png"></div></body></html>"""
    http, asked = recording(httpx.Response(200, text=page, headers={"content-type": "text/html"}))
    seen = LOOKS["portal"](http, f"{SITE}/a.html")
    assert isinstance(seen, Seen)
    assert [image.answers for image in seen.images] == [False]
    assert asked == [f"{SITE}/a.html"]


def test_a_site_is_scheme_host_and_port() -> None:
    assert is_at("http://127.0.0.1:8081/a", "http://127.0.0.1:8081")
    assert not is_at("http://127.0.0.1:8082/a", "http://127.0.0.1:8081")
    assert not is_at("https://127.0.0.1:8081/a", "http://127.0.0.1:8081")
    assert is_at("http://a.example/x", "https://a.example/y")
    assert not is_at("https://a.example/x", "http://a.example")
    assert not is_at("http://a.example/x")
