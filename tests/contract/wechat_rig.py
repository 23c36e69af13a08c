"""The WeChat adapter on the practice WeChat, in process, with the clock in hand."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import timedelta

from PIL import Image

from channels.contract import Article, ChannelMessage, FileRef, PartReceipt
from channels.http import Http, open_client
from channels.reading import plain
from channels.sandbox.stage import InProcess, Stage
from channels.sandbox.wechat import WeChatSim
from channels.wechat.channel import WeChat
from channels.wechat.settings import WeChatSettings
from tests.contract.fakes import Clock, CountingMeter, MemoryAccount, MemoryFiles, memory_ports
from tests.contract.rig import HttpRig, host_down, reader_closed

HOST = "wechat.test"
SECRET = "geheim-0123456789abcdef"
TITLE = "关于石渡片区供水管网检修临时停水的通告"
PORTAL = "https://slj.example.gov.cn/gk/2026/00124.html"


def picture(seed: str, form: str = "PNG", size: tuple[int, int] = (900, 383)) -> bytes:
    """A plain picture whose bytes differ with the seed."""
    colour = tuple(sum(seed.encode()) * factor % 256 for factor in (3, 5, 7))
    out = io.BytesIO()
    image = Image.new("RGB", size, colour)
    for x, byte in enumerate(seed.encode()[: size[0]]):
        image.putpixel((x, 0), (byte, 255 - byte, 0))
    image.save(out, form)
    return out.getvalue()


@dataclass
class World:
    """One practice account, its adapter's ports, and what a test may turn."""

    clock: Clock = field(default_factory=Clock)
    sim: WeChatSim = field(default_factory=lambda: WeChatSim(secret=SECRET))
    mode: str = "publish"

    def __post_init__(self) -> None:
        self.stage = self.sim.stage()
        self.stage.clock = self.clock
        self.stages: dict[str, Stage] = {HOST: self.stage}
        self.ports = memory_ports(self.clock)

    @property
    def files(self) -> MemoryFiles:
        assert isinstance(self.ports.files, MemoryFiles)
        return self.ports.files

    @property
    def account(self) -> MemoryAccount:
        assert isinstance(self.ports.account, MemoryAccount)
        return self.ports.account

    @property
    def meter(self) -> CountingMeter:
        assert isinstance(self.ports.meter, CountingMeter)
        return self.ports.meter

    def channel(self, *, secret: str = SECRET, host: str = HOST, mode: str = "") -> WeChat:
        settings = WeChatSettings(
            appid=self.sim.appid,
            secret=secret,
            base_url=f"http://{host}",
            author="临澜水利",
            publish_mode=mode or self.mode,  # type: ignore[arg-type]
        )
        http = Http(open_client(transport=InProcess(self.stages)), wait=lambda _: None)
        return WeChat(settings, self.ports, http)

    def cover(self, key: str) -> FileRef:
        return self.files.add(f"{key}.png", picture(f"{key}-cover"), "image/png", width=900, height=383)

    def article(self, key: str, text: str = "", title: str = TITLE) -> Article:
        text = (
            text
            or f"{key}：因石渡片区供水主管网更换阀门，需要临时停水。恢复供水初期水色可能微黄，放水片刻后再使用。"
        )
        image = self.files.add(
            f"阀门 {key}.jpg", picture(f"{key}-body", "JPEG"), "image/jpeg", alt="更换的阀门"
        )
        body = (
            f'<section style="padding:0 4px;"><p style="margin:0 0 12px;">{text}</p>'
            f'<p><img src="[[slot:image:{image.digest}]]" alt="更换的阀门" style="width:100%"></p>'
            "<p>来源：临澜市水利局<br>点文末“阅读原文”</p></section>"
        )
        return Article(
            title=title,
            body=body,
            text=plain(body),
            summary="7月11日22时至12日6时，石渡镇镇区停水。",
            link=PORTAL,
            cover=self.cover(key),
            images=(image,),
        )

    def message(self, key: str, text: str = "", title: str = TITLE) -> ChannelMessage:
        return ChannelMessage(key, (self.article(key, text, title),))

    def group(self, key: str, count: int) -> ChannelMessage:
        """A push of several articles."""
        titles = [f"{TITLE}（{n}）" for n in range(1, count + 1)]
        return ChannelMessage(
            key, tuple(self.article(f"{key}-{n}", title=t) for n, t in enumerate(titles, 1))
        )

    def settle(self) -> None:
        """The platform ends every job."""
        self.clock.advance(self.sim.press.job_s)
        self.sim.press.run_jobs()

    def vanish(self, part: PartReceipt) -> None:
        """Someone deletes the article in the console."""
        article_id, _, idx = part.remote_id.rpartition(":")
        self.sim.press.delete(article_id, int(idx))

    def rig(self) -> HttpRig:
        return HttpRig(
            build=self.channel,
            message=self.message,
            public_things=self.sim.press.public,
            clock=self.clock,
            unreachable=host_down(self.stages, HOST),
            blind=reader_closed(self.stage),
            vanish=self.vanish,
            settle=self.settle,
            secrets=(SECRET, "80_"),
            by_hand=True,
            stage=self.stage,
            changing=("media/uploadimg", "material/add_material", "draft/add", "freepublish/submit"),
            write="freepublish/submit",
            answers={
                "quota": (200, says(45009, "reach max api daily quota limit")),
                "token_refused": (
                    200,
                    says(40001, "invalid credential, access_token is invalid or not latest"),
                ),
                "permission_lost": (200, says(48001, "api unauthorized")),
                "content_refused": (200, says(53503, "draft check failed")),
                "unknown_code": (200, says(99999, "something new")),
            },
            close_quota=lambda: self.meter.close(self.clock() + timedelta(hours=1)),
            token_path="cgi-bin/stable_token",
        )


def says(code: int, words: str) -> str:
    """A refusal in the platform's form."""
    return json.dumps(
        {"errcode": code, "errmsg": f"{words} hint: [x1y2z3-0] rid: 67000001-0a0b0c0d-11223344"}
    )
