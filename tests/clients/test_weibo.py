"""weibo 0.2.2 on the practice Weibo: consent, posts, a picture, the time line, deletion."""

from __future__ import annotations

import urllib.parse
import urllib.request
from urllib.error import HTTPError

import pytest

from channels.sandbox.call import Do, Fault
from channels.sandbox.weibo_world import base62
from tests.clients.conftest import DOMAIN, UID, WeiboAtWork
from tests.clients.stand import run
from tests.world import fetch

PROGRAM = "use_weibo.py"
LINK = f"https://{DOMAIN}/a.html"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):  # type: ignore[no-untyped-def]
        return None


def say_yes(weibo: WeiboAtWork) -> str:
    """A person opens the page that the client names and allows; the code that comes back."""
    url = run(PROGRAM, weibo.base, "consent", {})["url"]
    assert "请求用你的账号发微博" in fetch(url).text
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    form = urllib.parse.urlencode({**asked, "uid": UID, "answer": "allow"}).encode()
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    with pytest.raises(HTTPError) as answer:
        opener.open(f"{weibo.base}/oauth2/authorize", form)
    with answer.value as moved:
        query = urllib.parse.urlsplit(moved.headers["Location"]).query
    return urllib.parse.parse_qs(query)["code"][0]


def test_a_day_with_the_client(weibo: WeiboAtWork, cover: str) -> None:
    values = {
        "code": say_yes(weibo),
        "status": f"通告：今晚停水 {LINK}",
        "pictured": f"抢修现场 {LINK}",
        "picture": cover,
    }
    seen = run(PROGRAM, weibo.base, "whole_day", values)
    assert seen["alive"] is True
    assert seen["again"].startswith("21325")
    assert seen["repeated"].startswith("20019")
    assert seen["closed"].startswith("10014")
    plain, pictured = seen["plain"]["idstr"], seen["pictured"]["idstr"]
    assert seen["listed"] == [pictured, plain]
    assert seen["removed"] == plain
    assert "抢修现场" in weibo.reader().text
    assert weibo.reader(f"/{UID}/{base62(pictured)}").status == 200
    assert weibo.reader(f"/{UID}/{base62(plain)}").status == 404


def test_a_blind_second_share_is_told_that_the_text_is_there_and_it_is(weibo: WeiboAtWork) -> None:
    weibo.stage.script(Fault("statuses/share", Do.DROP_AFTER))
    values = {"code": say_yes(weibo), "status": f"通告：今晚停水 {LINK}"}
    assert run(PROGRAM, weibo.base, "share_blindly", values)["said"].startswith("20019")
    assert weibo.reader().text.count("通告：今晚停水") == 1


def test_a_blind_second_share_after_the_window_is_a_second_post_for_readers(weibo: WeiboAtWork) -> None:
    weibo.sim.knobs.repeat_window_s = 0
    weibo.stage.script(Fault("statuses/share", Do.DROP_AFTER))
    values = {"code": say_yes(weibo), "status": f"通告：今晚停水 {LINK}"}
    run(PROGRAM, weibo.base, "share_blindly", values)
    assert weibo.reader().text.count("通告：今晚停水") == 2
