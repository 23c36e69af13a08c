"""The pages that the portal writes: what stands on them, where they are, and that they are whole."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from channels.contract import ChannelMessage, FileRef, Rejected, Unavailable
from channels.portal.lists import PER_PAGE
from channels.portal.places import place_at, place_of, public_name
from channels.portal.wire import REQUIRED_TAGS
from channels.reading import VOID, read_page
from channels.sandbox.call import Call
from tests.contract.fakes import MemoryJournal
from tests.contract.portal_world import PortalWorld

TAGS = {"column": REQUIRED_TAGS[3:7], "site": REQUIRED_TAGS[:3]}


@pytest.fixture
def world(tmp_path: Path) -> PortalWorld:
    return PortalWorld(tmp_path / "site")


def publish(world: PortalWorld, key: str, **more: str) -> None:
    world.channel().publish(world.message(key, **more), MemoryJournal(world.clock))  # type: ignore[arg-type]


def with_extras(message: ChannelMessage, **values: str) -> ChannelMessage:
    article = message.articles[0]
    extras = tuple({**dict(article.extras), **values}.items())
    return replace(message, articles=(replace(article, extras=extras),))


class Balance(HTMLParser):
    """Counts elements that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and tag != "path":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag


def all_pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


# ---------------------------------------------------------------------- what stands on them


def test_a_page_carries_all_ten_tags(world: PortalWorld) -> None:
    publish(world, "k1")
    metas = read_page((world.folder / "tzgg/2026/07/20260706-k1.html").read_text()).metas
    assert [name for name in REQUIRED_TAGS if not metas.get(name)] == []
    assert metas["PubDate"] == "2026-07-06 09:00"
    assert metas["Url"] == "http://slj.example.gov.cn/tzgg/2026/07/20260706-k1.html"


def test_lists_carry_seven_tags_and_the_front_page_three(world: PortalWorld) -> None:
    publish(world, "k1")
    column = read_page((world.folder / "tzgg/index.html").read_text()).metas
    front = read_page((world.folder / "index.html").read_text()).metas
    assert {*TAGS["site"], *TAGS["column"]} <= set(column)
    assert set(TAGS["site"]) <= set(front)
    assert not set(TAGS["column"]) & set(front)


@pytest.mark.parametrize("tag", REQUIRED_TAGS)
def test_a_page_that_lacks_a_mandatory_tag_is_not_published(world: PortalWorld, tag: str) -> None:
    message = world.message("k1")
    article = message.articles[0]
    body = re.sub(f'<meta name="{tag}" content="[^"]*">', f'<meta name="{tag}" content=" ">', article.body)
    with pytest.raises(Rejected) as why:
        world.channel().publish(replace(message, articles=(replace(article, body=body),)), MemoryJournal())
    assert why.value.field == tag
    assert world.pages_out() == 0


def test_a_page_with_an_open_slot_is_not_published(world: PortalWorld) -> None:
    message = world.message("k1")
    article = message.articles[0]
    body = article.body.replace("停水", "[[slot:related:x1]]")
    with pytest.raises(Rejected):
        world.channel().publish(replace(message, articles=(replace(article, body=body),)), MemoryJournal())


def test_the_data_block_is_json_and_names_each_file_with_its_digest(world: PortalWorld) -> None:
    publish(world, "k1")
    html = (world.folder / "tzgg/2026/07/20260706-k1.html").read_text()
    data = json.loads(html.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    article = world.message("k1").articles[0]
    assert data["headline"] == article.title
    assert data["datePublished"] == "2026-07-06 09:00+08:00"
    assert [part["encoding"]["sha256"] for part in data["hasPart"]] == [article.attachments[0].digest]
    assert {entry["propertyID"] for entry in data["identifier"]} == {"索引号", "发文字号"}


def test_the_page_names_who_answers_for_it(world: PortalWorld) -> None:
    publish(world, "k1")
    page = read_page((world.folder / "tzgg/2026/07/20260706-k1.html").read_text())
    assert page.region
    for words in ("审核：沈青禾", "责任编辑：陆予安", "来源：临澜市水利局", "发布时间：2026-07-06 09:00"):
        assert words in page.region.text


def test_a_title_cannot_break_the_page(world: PortalWorld) -> None:
    title = '关于《"</title><script>alert(1)</script>》的通知'
    publish(world, "k1", title=title)
    for path in all_pages(world.folder):
        assert "<script>alert" not in path.read_text()
    page = read_page((world.folder / "tzgg/2026/07/20260706-k1.html").read_text())
    assert page.metas["ArticleTitle"] == title


def test_every_element_is_closed_and_every_local_link_leads_somewhere(world: PortalWorld) -> None:
    for number in range(PER_PAGE + 2):
        publish(world, f"k{number}")
    world.channel().withdraw(
        world.channel().publish(world.message("gone"), MemoryJournal()).parts[0], MemoryJournal()
    )
    for path in all_pages(world.folder):
        text = path.read_text()
        balance = Balance()
        balance.feed(text)
        assert balance.open == [], path
        for href in re.findall(r'(?:href|src)="([^"]+)"', text):
            if not href.startswith(("http", "#", "data:")):
                assert (path.parent / href).is_file(), f"{path.name} → {href}"


def test_practice_is_marked_on_every_page(tmp_path: Path) -> None:
    world = PortalWorld(tmp_path / "practice", practice=True)
    publish(world, "k1")
    publish(world, "k2")
    world.channel().withdraw(
        world.channel().publish(world.message("k2"), MemoryJournal(world.clock)).parts[0], MemoryJournal()
    )
    for path in all_pages(world.folder):
        text = path.read_text()
        assert "<title>【练习】" in text, path
        assert 'class="practice"' in text, path
        assert "noindex" in text, path
    assert (
        read_page((world.folder / "tzgg/2026/07/20260706-k1.html").read_text()).metas["ArticleTitle"][0]
        == "关"
    )


# ---------------------------------------------------------------------- lists


def test_lists_show_the_newest_first(world: PortalWorld) -> None:
    publish(world, "old", posted_at="2026-07-01 09:00", slug_date="20260701", title="旧通告")
    publish(world, "new", posted_at="2026-07-03 09:00", slug_date="20260703", title="新通告")
    publish(world, "mid", posted_at="2026-07-02 09:00", slug_date="20260702", title="中通告")
    for name in ("tzgg/index.html", "index.html"):
        titles = re.findall("[旧中新]通告", (world.folder / name).read_text())
        assert titles == ["新通告", "中通告", "旧通告"], name


def test_a_long_list_has_pages_and_loses_them_again(world: PortalWorld) -> None:
    receipts = []
    for number in range(PER_PAGE + 1):
        receipts.append(world.channel().publish(world.message(f"k{number}"), MemoryJournal(world.clock)))
    assert (world.folder / "tzgg/2.html").is_file()
    world.channel().withdraw(receipts[0].parts[0], MemoryJournal(world.clock))
    assert not (world.folder / "tzgg/2.html").exists()


def test_lists_are_made_again_from_the_folder_alone(world: PortalWorld) -> None:
    publish(world, "k1", title="第一件")
    for name in ("tzgg/index.html", "index.html", "portal.css"):
        (world.folder / name).unlink()
    publish(world, "k2", title="第二件")
    assert {"第一件", "第二件"} == set(re.findall("第.件", (world.folder / "tzgg/index.html").read_text()))
    assert (world.folder / "portal.css").is_file()


def test_a_page_that_was_deleted_by_hand_leaves_the_lists_at_the_next_publishing(world: PortalWorld) -> None:
    publish(world, "k1", title="第一件")
    (world.folder / "tzgg/2026/07/20260706-k1.html").unlink()
    publish(world, "k2", title="第二件")
    assert "第一件" not in (world.folder / "tzgg/index.html").read_text()


# ---------------------------------------------------------------------- paths


@pytest.mark.parametrize(
    "extras",
    [
        {"column": ".."},
        {"column": "a/b"},
        {"column": "/etc"},
        {"column": ""},
        {"column": "files"},
        {"column": "通知"},
        {"slug_date": "2026/../.."},
        {"slug_date": "20261301"},
        {"slug_date": ""},
    ],
)
def test_no_column_or_date_leads_out_of_the_folder(world: PortalWorld, extras: dict[str, str]) -> None:
    with pytest.raises(Rejected) as why:
        world.channel().publish(with_extras(world.message("k1"), **extras), MemoryJournal())
    assert why.value.before_execution
    assert list(world.folder.iterdir()) == []


@pytest.mark.parametrize("key", ["../x", "A", "", "x" * 33, "x.html"])
def test_no_key_leads_out_of_the_folder(world: PortalWorld, key: str) -> None:
    with pytest.raises(Rejected):
        place_of(replace(world.message("k1"), key=key))


@pytest.mark.parametrize("remote_id", ["../../etc/passwd", "tzgg/2026/07/x", "tzgg/2026/07/20260706-k1/.."])
def test_no_receipt_leads_out_of_the_folder(remote_id: str) -> None:
    with pytest.raises(ValueError, match="not a page"):
        place_at(remote_id)


@pytest.mark.parametrize(
    ("name", "media_type", "extension"),
    [
        ("停水计划.pdf", "application/pdf", "pdf"),
        ("𠮷🚰.DOCX", "application/zip", "docx"),
        ("网页.html", "text/html", "bin"),
        ("图.svg", "image/svg+xml", "bin"),
        ("../../x", "image/png", "png"),
        ("无扩展名", "application/pdf", "pdf"),
    ],
)
def test_a_public_file_name_is_the_digest_and_a_harmless_extension(
    name: str, media_type: str, extension: str
) -> None:
    assert public_name(FileRef("ab" * 32, name, media_type, 1)) == f"{'ab' * 32}.{extension}"


# ---------------------------------------------------------------------- whole or not at all


def test_a_crash_between_writing_and_renaming_leaves_no_page(
    world: PortalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        """The power went."""

    real = Path.replace

    def crash(self: Path, target: Path) -> Path:
        if target.suffix == ".html":
            raise Crash
        return real(self, target)

    journal = MemoryJournal(world.clock)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash)
        with pytest.raises(Crash):
            world.channel().publish(world.message("k1"), journal)
    assert world.pages_out() == 0
    call = Call("GET", "/tzgg/2026/07/.20260706-k1.html.part", {}, {}, b"")
    assert world.site.play(call).status == 404
    world.channel().publish(world.message("k1"), journal)
    assert world.pages_out() == 1
    assert [path for path in world.folder.rglob(".*") if path.name != ".lock"] == []


def test_a_full_disk_changes_nothing_and_says_so(world: PortalWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device", str(world.folder))

    journal = MemoryJournal(world.clock)
    with monkeypatch.context() as patch:
        patch.setattr("channels.disk.os.fsync", full)
        with pytest.raises(Unavailable) as why:
            world.channel().publish(world.message("k1"), journal)
    assert "磁盘已满" in why.value.words
    assert str(world.folder) not in f"{why.value!r}"
    assert world.pages_out() == 0
    world.channel().publish(world.message("k1"), journal)
    assert world.pages_out() == 1


def test_pages_can_be_read_by_the_web_server(world: PortalWorld) -> None:
    publish(world, "k1")
    for path in world.folder.rglob("*"):
        if not path.name.startswith("."):
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_bytes_that_we_do_not_have_are_never_linked(world: PortalWorld) -> None:
    message = world.message("k1")
    world.files.contents.clear()
    with pytest.raises(Unavailable):
        world.channel().publish(message, MemoryJournal())
    assert world.pages_out() == 0


def test_two_writers_do_not_meet(world: PortalWorld) -> None:
    channel = world.channel()
    with channel._disk.alone(), pytest.raises(Unavailable):
        world.channel().publish(world.message("k1"), MemoryJournal())
