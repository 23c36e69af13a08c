"""The practice WeChat pushes events to the account's server: proven first, signed, three tries, with mishaps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.http import Http, open_client
from channels.sandbox.call import Call, Do, Fault, Reply
from channels.sandbox.stage import InProcess, Stage
from channels.sandbox.wechat_seal import sealed, signature
from tests.contract.wechat_rig import World
from tests.unit.channels.sandbox_caller import Caller

TOKEN, KEY = "AAAAA", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
URL = "http://bureau.test/callbacks/wechat"


@dataclass
class Server:
    """The account's own server, as the platform's pages describe one."""

    received: list[tuple[dict[str, str], str]] = field(default_factory=list)
    says: bytes = b"success"

    def play(self, call: Call) -> Reply:
        query = dict(call.query)
        assert query["signature"] == signature(TOKEN, query["timestamp"], query["nonce"])
        if call.method == "GET":
            return Reply(200, query["echostr"].encode(), "text/plain")
        self.received.append((query, call.body.decode()))
        return Reply(200, self.says, "text/plain")

    def events(self) -> list[ElementTree.Element]:
        return [ElementTree.fromstring(body) for _, body in self.received]  # noqa: S314 - our own


@dataclass
class Desk:
    world: World
    caller: Caller
    server: Server
    stage: Stage

    def publish(self) -> int:
        """A publication from draft to the end of its job; the number of the job."""
        number = self.caller.ask("freepublish/submit", {"media_id": self.caller.draft()})["publish_id"]
        self.world.clock.advance(3)
        self.world.sim.pump()
        return int(number)

    def configure(self, mode: str = "plain") -> bool:
        return self.world.sim.callback.configure(URL, TOKEN, KEY, mode)


@pytest.fixture
def desk() -> Desk:
    world, server = World(), Server()
    stage = Stage("bureau", server.play)
    world.sim.callback.http = Http(
        open_client(transport=InProcess({"bureau.test": stage}), timeout_s=5), total_s=5
    )
    return Desk(world, Caller(world), server, stage)


def test_the_published_vectors_hold() -> None:
    assert signature(TOKEN, "1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    seal = sealed("<xml><a>1</a></xml>", KEY, "wxba5fad812f8e6fb9", b"0123456789abcdef")
    expected = "Q3stYC6hdFzMh9T8HCvyDAuKynFZx72zvSsMzinYKQ+Dgf85WbxIhzD38KhvSLqWbySs1er6vlDXpi5065/LFA=="
    assert seal == expected
    marks = (TOKEN, "1714036504", "1514711492", seal)
    assert signature(*marks) == "9b506b011821d171f070b8d0545111937d44aa5b"


def test_a_publication_is_told_with_its_number_and_its_address(desk: Desk) -> None:
    assert desk.configure()
    number = desk.publish()
    (event,) = desk.server.events()
    assert event.findtext("Event") == "PUBLISHJOBFINISH"
    assert event.findtext("PublishEventInfo/publish_id") == str(number)
    url = event.findtext("PublishEventInfo/article_detail/item/article_url") or ""
    assert "停水通告" in desk.caller.page(url.partition("#")[0])


@pytest.mark.parametrize(("status", "failed"), [(2, ["1"]), (3, []), (4, ["1"])])
def test_a_failure_is_told_with_the_articles_that_failed(desk: Desk, status: int, failed: list[str]) -> None:
    desk.configure()
    desk.world.sim.press.outcome = status
    desk.publish()
    (event,) = desk.server.events()
    assert event.findtext("PublishEventInfo/publish_status") == str(status)
    assert [one.text for one in event.findall("PublishEventInfo/fail_idx")] == failed


def test_nothing_is_sent_to_a_server_that_did_not_prove_itself(desk: Desk) -> None:
    desk.stage.script(Fault("/callbacks", Do.ANSWER, method="GET", times=9, body="success"))
    assert desk.configure() is False
    desk.publish()
    assert desk.server.received == []
    desk.stage.faults.clear()
    desk.world.sim.pump()
    assert len(desk.server.received) == 1


def test_compatible_mode_sends_both_and_safe_mode_only_the_seal(desk: Desk) -> None:
    for mode in ("compatible", "safe"):
        desk.configure(mode)
        desk.publish()
    both, seal_only = desk.server.events()
    assert [child.tag for child in seal_only] == ["ToUserName", "Encrypt"]
    assert both.findtext("Event") == "PUBLISHJOBFINISH"
    query, _ = desk.server.received[1]
    seal = seal_only.findtext("Encrypt") or ""
    assert query["msg_signature"] == signature(TOKEN, query["timestamp"], query["nonce"], seal)
    assert "PUBLISHJOBFINISH" in opened(seal)
    assert opened(seal).endswith(f"</xml>{desk.world.sim.appid}")


def opened(seal: str) -> str:
    """The text and the account behind a seal."""
    import base64

    key = base64.b64decode(KEY + "=")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = cipher.update(base64.b64decode(seal)) + cipher.finalize()
    return plain[20 : -plain[-1]].decode()


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (Fault("/callbacks", Do.DROP_BEFORE), 2),
        (Fault("/callbacks", Do.DELAY_AFTER, seconds=6), 2),
        (Fault("/callbacks", Do.ANSWER, status=500, body="{}", times=2), 3),
        (Fault("/callbacks", Do.ANSWER, body="received", times=9), 3),
    ],
)
def test_an_event_is_tried_three_times_and_then_lost(desk: Desk, fault: Fault, tries: int) -> None:
    desk.configure()
    desk.stage.script(fault)
    desk.publish()
    assert len(desk.world.sim.callback.deliveries) == tries
    desk.world.sim.pump()
    assert len(desk.world.sim.callback.deliveries) == tries


def test_a_tried_event_keeps_its_time_and_its_sender(desk: Desk) -> None:
    desk.configure()
    desk.server.says = b"?"
    desk.publish()
    assert len({(e.findtext("FromUserName"), e.findtext("CreateTime")) for e in desk.server.events()}) == 1
    assert len({query["nonce"] for query, _ in desk.server.received}) == 3


@pytest.mark.parametrize(("mishap", "now", "later"), [("omit", 0, 0), ("duplicate", 2, 2), ("late", 0, 1)])
def test_mishaps_befall_the_next_event(desk: Desk, mishap: str, now: int, later: int) -> None:
    desk.configure()
    desk.world.sim.callback.mishaps.append(mishap)
    desk.publish()
    assert len(desk.server.received) == now
    desk.world.clock.advance(60)
    desk.world.sim.pump()
    assert len(desk.server.received) == later
    desk.publish()
    assert len(desk.server.received) == later + 1


def test_an_early_event_comes_before_the_answer_to_submit(desk: Desk) -> None:
    desk.configure()
    desk.world.sim.callback.early = True
    answer = desk.caller.ask("freepublish/submit", {"media_id": desk.caller.draft()})
    (event,) = desk.server.events()
    assert event.findtext("PublishEventInfo/publish_id") == str(answer["publish_id"])
    assert [line.path.rpartition("/")[2] for line in desk.stage.log.lines][-1] == "wechat"


@pytest.mark.parametrize("name", ["FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH"])
def test_the_name_of_the_event_may_be_another(desk: Desk, name: str) -> None:
    desk.configure()
    desk.world.sim.callback.event_name = name
    desk.publish()
    (event,) = desk.server.events()
    assert event.findtext("Event") == name
    assert (event.find("MsgID") is not None) is (name == "MASSSENDJOBFINISH")


def test_a_mass_sending_is_told_with_all_its_figures(desk: Desk) -> None:
    desk.configure()
    sent = desk.caller.send_all(desk.caller.draft())
    desk.world.clock.advance(3)
    desk.world.sim.pump()
    (event,) = desk.server.events()
    found = {child.tag: child.text for child in event if not len(child)}
    assert found["MsgID"] == str(sent["msg_id"])
    figures = [found[name] for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]
    assert (found["Status"], figures) == ("send success", ["100", "80", "75", "5"])
    assert event.findtext("CopyrightCheckResult/CheckState") == "1"
    url = event.findtext("ArticleUrlResult/ResultList/item/ArticleUrl") or ""
    assert re.search(r"/s\?__biz=.*&mid=\d+&idx=1&sn=", url)


@pytest.mark.parametrize(("url", "mode", "key"), [("bureau", "plain", ""), (URL, "safe", "short")])
def test_what_cannot_be_an_address_or_a_key_is_refused(desk: Desk, url: str, mode: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"address|characters"):
        desk.world.sim.callback.configure(url, TOKEN, key, mode)


def test_the_query_of_an_address_is_kept(desk: Desk) -> None:
    desk.world.sim.callback.configure(f"{URL}?a=1", TOKEN)
    asked = dict(parse_qsl(desk.stage.log.lines[-1].query))
    assert asked["a"] == "1"
    assert desk.world.sim.callback.verified
