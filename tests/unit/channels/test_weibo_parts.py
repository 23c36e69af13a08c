"""The small parts of the Weibo channel: settings, numbers, times, lengths, local checks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from channels.contract import Article, ChannelMessage, Rejected, weibo_length
from channels.weibo.channel import Weibo
from channels.weibo.checks import kind_of, link_faults, refuse_locally
from channels.weibo.look import real_address
from channels.weibo.settings import WeiboSettings
from channels.weibo.wire import base62, instant

DOMAIN = "slj.example.gov.cn"
LINK = f"https://{DOMAIN}/yjxx/2026/07/20260708-0c8d7f3162ba.html"
GOOD = {
    "app_key": "1",
    "app_secret": "hush",
    "uid": "9000000001",
    "rip": "203.0.113.9",
    "safe_domain": DOMAIN,
}
WARNING = (
    "【临澜水文中心07月08日14时00分发布】洪水蓝色预警（4级，本局转发）。7月8日18时起，澜溪河柳湾站以下沿河村可能受影响；"
    "柳湾站20时前后接近警戒水位。请撤离河滩和低洼地，停止河道作业，听从转移通知。最新 " + LINK
)


def message(body: str) -> ChannelMessage:
    return ChannelMessage("k", (Article("t", body, body),))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("你好", 2),
        ("ab", 1),
        ("abc", 2),
        ("“引号”", 4),
        ("你好 http://a.example/x", 13),
        ("新品上线，详情见 https://shop.example.com/p/1?m=ab12 欢迎选购", 23),
        (WARNING, 108),
    ],
)
def test_length_is_counted_as_the_platform_counts(text: str, length: int):
    assert weibo_length(text) == length


@pytest.mark.parametrize(
    ("mid", "short"),
    [("5000000000000001", "O00000001"), ("5184729301846021", "Pzyca7Kex"), ("7", "7"), ("10000000", "10000")],
)
def test_a_number_has_one_short_form(mid: str, short: str):
    assert base62(mid) == short


def test_times_are_read_with_their_offset():
    assert instant("Wed Oct 24 23:49:17 +0800 2012") == datetime(2012, 10, 24, 15, 49, 17, tzinfo=UTC)
    assert instant("Tue Jan 01 00:00:00 -0330 2019") == datetime(2019, 1, 1, 3, 30, tzinfo=UTC)
    with pytest.raises(ValueError, match="not a Weibo time"):
        instant("2026-07-08 14:31")


def test_a_good_post_is_let_through():
    refuse_locally(message(WARNING), DOMAIN)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (f" {LINK}", "空"),
        ("停水通告", "链接"),
        ("停水通告 https://www.slj.example.gov.cn/a", "完全一致"),
        (f"停水通告 https://{DOMAIN}.evil.example/a", "完全一致"),
        (f"停水通告 https://evil.example/?{DOMAIN}", "完全一致"),
        (f"#停水# 通告 {LINK}", "话题"),
        (f"停水通告 {LINK}?{'x' * 255}", "255"),
        ("停水通告 [[slot:portal_url]]", "空位"),
        (f"{'水' * 131} {LINK}", "140"),
    ],
)
def test_what_the_platform_would_refuse_is_refused_before_any_request(body: str, word: str):
    with pytest.raises(Rejected, match=word) as why:
        refuse_locally(message(body), DOMAIN)
    assert why.value.before_execution
    assert why.value.field == "body"


def test_the_limit_itself_still_goes_out():
    refuse_locally(message(f"{'水' * 130}{LINK}"), DOMAIN)


def test_a_fragment_of_a_link_is_no_topic():
    assert link_faults(f"停水通告 {LINK}#a {LINK}#b", DOMAIN) == []


def test_a_picture_is_known_by_its_bytes_not_by_its_name():
    assert kind_of(b"\xff\xd8\xff\xe0") == ("image/jpeg", "jpg")
    assert kind_of(b"RIFF\0\0\0\0WEBP") is None


def test_a_forwarding_link_shows_its_real_address():
    assert (
        real_address("https://weibo.test/sinaurl?u=https%3A%2F%2Fa.example%2Fx%3Fy%3D1")
        == "https://a.example/x?y=1"
    )
    assert real_address("https://a.example/x") == "https://a.example/x"


def test_settings_hide_their_secrets():
    settings = WeiboSettings(**GOOD, access_token="2.00quiet")
    assert "hush" not in repr(settings)
    assert "2.00quiet" not in repr(settings)
    assert "uid=9000000001" in repr(Weibo(settings, None, None))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("app_kei", "1"),
        ("rip", "2001:db8::1"),
        ("rip", "host"),
        ("uid", "临澜水利"),
        ("safe_domain", f"https://{DOMAIN}/"),
        ("base_url", "http://api.weibo.example"),
        ("base_url", "https://user:pass@api.weibo.example"),
        ("reader_url", "ftp://weibo.example"),
    ],
)
def test_a_wrong_setting_is_refused(name: str, value: str):
    with pytest.raises(ValidationError):
        WeiboSettings(**{**GOOD, name: value})


def test_practice_on_this_machine_needs_no_tls():
    assert WeiboSettings(**GOOD, base_url="http://127.0.0.1:8801/").base_url == "http://127.0.0.1:8801"
