"""A Weibo channel on its practice platform, with everything within reach of a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from channels.contract import Article, ChannelMessage, OutcomeUnknown, PartReceipt, Receipt
from channels.http import Http, open_client
from channels.sandbox.call import Do, Fault
from channels.sandbox.stage import InProcess, Stage
from channels.sandbox.weibo import App, Knobs, User, WeiboSim
from channels.weibo.channel import Weibo
from channels.weibo.settings import WeiboSettings
from tests.contract.fakes import Clock, CountingMeter, MemoryAccount, MemoryFiles, MemoryJournal, memory_ports

UID, OTHER = "9000000001", "9000000002"
KEY, SECRET = "100000001", "practice-app-secret"
DOMAIN = "slj.example.gov.cn"
LINK = f"https://{DOMAIN}/tzgg/2026/07/20260708-5be1a90c77d4.html"
PNG = b"\x89PNG\r\n\x1a\n\r\n--\r\n\x00\xff"


def text_of(words: str) -> ChannelMessage:
    return ChannelMessage("k", (Article("停水通告", f"{words} {LINK}", words, link=LINK),))


@dataclass
class Desk:
    clock: Clock
    sim: WeiboSim
    stage: Stage
    client: Http
    channel: Weibo
    journal: MemoryJournal
    account: MemoryAccount
    meter: CountingMeter
    files: MemoryFiles

    def lose_answer(self, message: ChannelMessage, do: Do = Do.DROP_AFTER) -> None:
        """Publish so that the answer never comes."""
        self.stage.script(Fault("statuses/share", do))
        try:
            self.channel.publish(message, self.journal)
        except OutcomeUnknown:
            return
        raise AssertionError("the answer came")

    def publish(self, words: str) -> PartReceipt:
        receipt = self.channel.publish(text_of(words), MemoryJournal(self.clock))
        assert isinstance(receipt, Receipt)
        return receipt.parts[0]

    def asked(self, path: str) -> int:
        return sum(path in line.path for line in self.stage.log.lines)


def open_desk(*, app: App | None = None, knobs: Knobs | None = None, granted: bool = True) -> Desk:
    clock = Clock()
    ports = memory_ports(clock)
    app = app or App(KEY, SECRET, UID, safe_domains=(DOMAIN,))
    sim = WeiboSim(app, (User(UID, "临澜水利", "临澜市水利局政务微博"), User(OTHER, "路人")), knobs=knobs)
    stage = sim.stage(clock=clock)
    settings = WeiboSettings(
        app_key=KEY,
        app_secret=SECRET,
        access_token=sim.grant(UID) if granted else None,
        uid=UID,
        rip="203.0.113.9",
        safe_domain=DOMAIN,
        base_url="http://weibo.test",
        reader_url="http://weibo.test",
    )
    http = Http(open_client(transport=InProcess({"weibo.test": stage})), wait=lambda _: None)
    return Desk(
        clock,
        sim,
        stage,
        http,
        Weibo(settings, ports, http),
        MemoryJournal(clock),
        cast(MemoryAccount, ports.account),
        cast(CountingMeter, ports.meter),
        cast(MemoryFiles, ports.files),
    )
