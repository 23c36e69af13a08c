"""A portal in a temporary folder, served in process, and messages made from the real page template."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from channels.contract import Article, ChannelMessage, FileRef, Ports
from channels.http import Http, open_client
from channels.portal.channel import Portal
from channels.portal.places import public_href
from channels.portal.settings import PortalSettings
from channels.reading import plain
from channels.sandbox.portal import PortalSite
from channels.sandbox.stage import InProcess, Stage
from tests.contract.fakes import Clock, MemoryFiles, TemplatePages, memory_ports

HOST = "slj.example.gov.cn"
COLUMN = {
    "name": "通知公告",
    "description": "临澜市水利局发布的通知、公告、公示",
    "keywords": "通知,公告,公示",
    "type": "工作动态",
}
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def item(title: str) -> dict[str, object]:
    """The fields of one item as the page template takes them."""
    return {
        "title": title,
        "index_no": "99000123-4/2026-00117",
        "doc_no": "临水发〔2026〕21号",
        "issuing_body": "临澜市水利局",
        "responsible_body": "临澜市水利局",
        "formed_on": "2026-07-03",
        "subject_class": "农业、林业、水利\\水利",
        "summary": "水路片区检修停水的时间和范围。",
        "keywords": ["停水", "检修"],
        "validity": "有效",
        "disclosure_attribute": "主动公开",
        "content_source": "临澜市水利局",
        "reviewer_name": "沈青禾",
        "responsible_editor": "陆予安",
        "kind_label": "通告",
        "disclosure_basis": "",
    }


def attached(ref: FileRef) -> dict[str, object]:
    """One line of the attachment list."""
    return {
        "digest": ref.digest,
        "name": ref.name,
        "title": ref.alt,
        "media_type": ref.media_type,
        "size": ref.size,
        "href": public_href(ref),
    }


@dataclass
class PortalWorld:
    """One site: its folder, its web server, the ports and the network between."""

    folder: Path
    practice: bool = False
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.ports: Ports = memory_ports(self.clock)
        self.site = PortalSite(self.folder, name="city-portal", clock=self.clock)
        self.stages: dict[str, Stage] = {HOST: self.site.stage}
        self.settings = PortalSettings(
            folder=self.folder,
            base_url=f"http://{HOST}",
            site_name="临澜市水利局",
            site_domain=HOST,
            site_id_code="9999990001",
            practice=self.practice,
        )

    @property
    def files(self) -> MemoryFiles:
        assert isinstance(self.ports.files, MemoryFiles)
        return self.ports.files

    def channel(self) -> Portal:
        """As a fresh process would build it."""
        client = open_client(transport=InProcess(self.stages))
        return Portal(self.settings, self.ports, Http(client, wait=lambda _: None))

    def page(self, title: str, body: str, files: tuple[FileRef, ...] = ()) -> str:
        """The frozen page of an item, slots open."""
        values = {
            "site": self.settings.site(),
            "column": COLUMN,
            "item": item(title),
            "body_html": body,
            "attachments": [attached(ref) for ref in files],
            "images": [],
            "revision_digest": "",
            "practice": self.practice,
        }
        return TemplatePages()("portal/item.html", values)

    def message(
        self,
        key: str,
        text: str = "",
        title: str = "关于𠮷水路片区🚰停水的通告",
        *,
        posted_at: str = "2026-07-06 09:00",
        column: str = "tzgg",
        slug_date: str = "20260706",
        plan: bytes | None = None,
    ) -> ChannelMessage:
        """A message with one image and one attachment, fit to go out."""
        text = text or f"{key}：7月11日22时起停水。"
        photo = self.files.add(f"{key}.png", PNG + key.encode(), "image/png", alt="水表")
        table = self.files.add(
            f"停水𠮷{key}.pdf", plan or f"%PDF {key}".encode(), "application/pdf", alt="停水计划"
        )
        body = f'<p>{text}</p><p><img src="{public_href(photo)}" alt="水表"></p><p><a href="https://www.gov.cn/">依据</a></p>'
        article = Article(
            title,
            self.page(title, body, (table,)),
            plain(body),
            images=(photo,),
            attachments=(table,),
            extras=(
                ("column", column),
                ("column_title", "通知公告"),
                ("slug_date", slug_date),
                ("formed_on", "2026-07-03"),
                ("index_no", "99000123-4/2026-00117"),
                ("doc_no", "临水发〔2026〕21号"),
            ),
        )
        return ChannelMessage(key, (article.filled({"posted_at": posted_at}),))

    def pages_out(self) -> int:
        """How many item pages a reader finds."""
        pages = self.folder.glob("*/????/??/*.html") if self.folder.is_dir() else ()
        return sum('id="article-body"' in page.read_text() for page in pages)
