"""Who calls back is checked before anything is believed, in each of the platform's three modes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.contract import (
    CallbackFault,
    CallbackRefused,
    InboundEvent,
    JobNews,
    PartReceipt,
    Receipt,
    Rejected,
    StillRunning,
    TakenDown,
)
from channels.wechat.callback import REMEMBERED, WeChatCallback, WeChatReceiver
from channels.wechat.envelope import Broken, key_of, opened, signature, signed
from channels.wechat.events import MASS_ENDS, Unreadable, job_in, news_of
from tests.postman import (
    AES_KEY,
    APPID,
    MODES,
    TOKEN,
    Postman,
    event,
    failed,
    mass_finished,
    published,
    seal,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
URL = "http://mp.weixin.qq.com/s?__biz=MzA5OTk5OTk5OQ==&mid=2650000001&idx=1&sn=ab#rd"
DONE = published(2247500001, "Ar5", [URL], NOW)


def receiver(mode: str = "encrypted", **change: Any) -> WeChatReceiver:
    given = {"appid": APPID, "mode": mode, "token": TOKEN, "aes_key": AES_KEY, **change}
    return WeChatReceiver(WeChatCallback.model_validate(given))


def take(mode: str, xml: str, *, now: datetime = NOW, **change: Any) -> tuple[InboundEvent, ...]:
    query, body = Postman(mode, **change).request(xml, NOW)
    return receiver(mode).receive(query, {}, body, now)


def fault_of(query: Mapping[str, str], body: bytes, mode: str = "encrypted") -> CallbackFault:
    with pytest.raises(CallbackRefused) as why:
        receiver(mode).receive(query, {}, body, NOW)
    return why.value.fault


# ---------------------------------------------------------------------------- the platform's own vectors


def test_the_signature_of_the_documentation() -> None:
    assert signature("AAAAA", "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"


VECTOR = "Q3stYC6hdFzMh9T8HCvyDAuKynFZx72zvSsMzinYKQ+Dgf85WbxIhzD38KhvSLqWbySs1er6vlDXpi5065/LFA=="
VECTOR_APPID = "wxba5fad812f8e6fb9"


def test_the_envelope_of_the_vector_opens_and_closes() -> None:
    key = key_of(AES_KEY)
    assert opened(VECTOR, key, VECTOR_APPID) == b"<xml><a>1</a></xml>"
    assert seal("<xml><a>1</a></xml>", appid=VECTOR_APPID) == VECTOR
    assert signed("9b506b011821d171f070b8d0545111937d44aa5b", "AAAAA", "1714036504", "1514711492", VECTOR)


@pytest.mark.parametrize(
    "wrong", ["", "AAAA", VECTOR[:-4], VECTOR[4:], "中文", seal("<xml/>", appid="wxother")], ids=range(6)
)
def test_what_is_no_envelope_of_this_account_does_not_open(wrong: str) -> None:
    with pytest.raises(Broken):
        opened(wrong, key_of(AES_KEY), APPID)


# ---------------------------------------------------------------------------- the address is verified


@pytest.mark.parametrize("mode", MODES)
def test_the_first_question_is_answered_with_its_own_words(mode: str) -> None:
    query = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "5838479218127813673",
    }
    then = datetime.fromtimestamp(1714036504, UTC)
    assert receiver(mode, token="AAAAA").greet(query, then) == b"5838479218127813673"
    with pytest.raises(CallbackRefused):
        receiver(mode, token="BBBBB").greet(query, then)


# ---------------------------------------------------------------------------- who speaks


@pytest.mark.parametrize("mode", MODES)
def test_an_event_arrives_in_every_mode_and_is_believed_only_under_seal(mode: str) -> None:
    (kept,) = take(mode, DONE)
    assert kept.sealed is (mode != "plain")
    assert kept.event_key == "publish:2247500001:0"
    assert news_of(kept.raw) == JobNews(("2247500001",), Receipt("Ar5", (PartReceipt("Ar5:1", URL, 0),)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "change", [{"signature": "0" * 40}, {"signature": ""}, {"nonce": ""}, {"timestamp": ""}]
)
def test_a_request_without_a_right_signature_is_refused(mode: str, change: dict[str, str]) -> None:
    query, body = Postman(mode).request(DONE, NOW)
    assert fault_of(query | change, body, mode) is CallbackFault.SIGNATURE


@pytest.mark.parametrize("mode", ["compatible", "encrypted"])
def test_a_changed_envelope_is_refused(mode: str) -> None:
    query, _ = Postman(mode).request(DONE, NOW)
    _, other = Postman(mode).request(failed(2247500001, 4, NOW), NOW)
    assert fault_of(query, other, mode) is CallbackFault.SIGNATURE


@pytest.mark.parametrize("mode", ["compatible", "encrypted"])
def test_a_plain_event_is_refused_where_a_seal_is_expected(mode: str) -> None:
    query, body = Postman("plain").request(DONE, NOW)
    assert fault_of(query, body, mode) is CallbackFault.SIGNATURE


def test_plain_fields_beside_the_envelope_are_not_read() -> None:
    query, body = Postman("compatible").request(failed(2247500001, 4, NOW), NOW)
    forged = body.replace(b"<publish_status>4", b"<publish_status>0")
    (kept,) = receiver("compatible").receive(query, {}, forged, NOW)
    news = news_of(kept.raw)
    assert news is not None
    assert isinstance(news.outcome, Rejected)


def test_an_envelope_for_another_account_is_refused() -> None:
    query, body = Postman(appid="wx0000000000000002").request(DONE, NOW)
    assert fault_of(query, body) is CallbackFault.SIGNATURE


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("off_s", [-601, 601])
def test_an_old_or_early_request_is_refused(mode: str, off_s: int) -> None:
    take(mode, DONE, now=NOW + timedelta(seconds=off_s - off_s // abs(off_s)))
    with pytest.raises(CallbackRefused) as why:
        take(mode, DONE, now=NOW + timedelta(seconds=off_s))
    assert why.value.fault is CallbackFault.STALE


def test_the_same_delivery_again_is_the_same_event() -> None:
    desk, (query, body) = receiver(), Postman().request(DONE, NOW)
    first, again = (desk.receive(query, {}, body, NOW) for _ in range(2))
    assert first == again


def test_a_recorded_signature_does_not_carry_another_event() -> None:
    desk, (query, body) = receiver("plain"), Postman("plain").request(DONE, NOW)
    desk.receive(query, {}, body, NOW)
    with pytest.raises(CallbackRefused) as why:
        desk.receive(query, {}, failed(2247500001, 4, NOW).encode(), NOW)
    assert why.value.fault is CallbackFault.REPLAYED


def test_what_is_remembered_of_requests_does_not_grow_without_end() -> None:
    desk, postman = receiver("plain"), Postman("plain")
    for _ in range(REMEMBERED + 50):
        query, body = postman.request(DONE, NOW)
        desk.receive(query, {}, body, NOW)
    assert len(desk._seen) == REMEMBERED


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'


@pytest.mark.parametrize("body", [b"", b"{}", b"<xml", b"\xff\xfe", BOMB.encode(), BOMB.lower().encode()])
def test_a_body_that_cannot_be_read_is_refused(body: bytes) -> None:
    query, _ = Postman("plain").request(DONE, NOW)
    assert fault_of(query, body, "plain") is CallbackFault.UNREADABLE


FOLLOWER = "<xml><FromUserName>oA</FromUserName><MsgType>text</MsgType><Content>我的电话</Content></xml>"


@pytest.mark.parametrize("xml", [FOLLOWER, event("subscribe", "", NOW)])
def test_what_followers_write_and_do_is_answered_and_not_kept(xml: str) -> None:
    assert take("encrypted", xml) == ()


def test_no_secret_is_shown() -> None:
    settings = WeChatCallback.model_validate({"appid": APPID, "token": TOKEN, "aes_key": AES_KEY})
    query, body = Postman(token="another-token").request(DONE, NOW)
    with pytest.raises(CallbackRefused) as why:
        receiver().receive(query, {}, body, NOW)
    for text in (repr(settings), repr(receiver()), repr(why.value), why.value.words):
        assert TOKEN not in text
        assert AES_KEY not in text


@pytest.mark.parametrize("key", [None, "short", AES_KEY + "A", "!" * 43])
def test_a_key_that_is_none_is_refused_when_set_up(key: str | None) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        receiver(aes_key=key)
    receiver("plain", aes_key=None)


# ---------------------------------------------------------------------------- what it says


@pytest.mark.parametrize("name", ["PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH"])
def test_a_publication_is_known_under_each_name_that_users_saw(name: str) -> None:
    news = news_of(published(7, "Ar5", [URL, URL], NOW, kind=name).encode())
    assert news is not None
    assert news.job_ids == ("7",)
    assert isinstance(news.outcome, Receipt)
    assert [part.position for part in news.outcome.parts] == [0, 1]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(1, StillRunning), (2, Rejected), (3, Rejected), (4, Rejected), (5, TakenDown), (6, TakenDown)],
)
def test_each_status_of_a_publication(status: int, kind: type) -> None:
    news = news_of(failed(7, status, NOW).encode())
    assert news is not None
    assert isinstance(news.outcome, kind)


def test_a_status_that_is_not_listed_says_nothing() -> None:
    assert news_of(failed(7, 9, NOW).encode()) is None


def test_a_mass_job_that_went_out_names_its_articles_or_as_many_as_there_may_be() -> None:
    news = news_of(mass_finished(3147490001, "send success", [URL], NOW).encode())
    assert news == JobNews(
        ("mass:3147490001", "3147490001"),
        Receipt("mass:3147490001", (PartReceipt("mass:3147490001:1", URL, 0),)),
    )
    bare = news_of(mass_finished(3147490001, "send success", [], NOW).encode())
    assert bare is not None
    assert isinstance(bare.outcome, Receipt)
    assert [(p.position, p.url) for p in bare.outcome.parts] == [(n, "") for n in range(8)]


@pytest.mark.parametrize("code", sorted(MASS_ENDS))
def test_a_mass_job_that_was_refused_says_why(code: int) -> None:
    news = news_of(mass_finished(1, f"err({code})", [], NOW).encode())
    assert news is not None
    assert isinstance(news.outcome, Rejected)
    assert news.outcome.words == MASS_ENDS[code]
    assert news.outcome.before_execution


@pytest.mark.parametrize("status", ["send fail", "err(20431)", "something new"])
def test_a_mass_job_that_failed_without_a_listed_reason_failed(status: str) -> None:
    news = news_of(mass_finished(1, status, [], NOW).encode())
    assert news is not None
    assert isinstance(news.outcome, Rejected)
    assert news.outcome.answer == status


def test_an_event_without_its_job_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        job_in(event("MASSSENDJOBFINISH", "<Status>send success</Status>", NOW).encode())
