"""The dropfolder keeps every promise of a channel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from channels.contract import Article, ChannelMessage, PartReceipt, Rejected, Seen
from channels.dropfolder.channel import Dropfolder, file_name
from channels.dropfolder.settings import DropfolderSettings
from tests.contract.channel_contract import ChannelContract
from tests.contract.fakes import Clock, MemoryFiles, MemoryJournal, memory_ports
from tests.contract.rig import Rig, deliver


def away(folder: Path) -> Callable[[], AbstractContextManager[None]]:
    """While held, the folder is not there, as a network disk that is not mounted."""

    @contextmanager
    def moved() -> Iterator[None]:
        other = folder.with_name("unmounted")
        folder.rename(other)
        try:
            yield
        finally:
            other.rename(folder)

    return moved


def counted(folder: Path) -> int:
    return len(list(folder.glob("*/receipt.json"))) if folder.is_dir() else 0


class TestDropfolder(ChannelContract):
    @pytest.fixture
    def rig(self, tmp_path: Path) -> Rig:
        folder = tmp_path / "drop"
        folder.mkdir()
        clock = Clock()
        ports = memory_ports(clock)
        files = ports.files
        assert isinstance(files, MemoryFiles)

        def message(key: str, text: str = "", title: str = "关于𠮷水路片区🚰停水的通告") -> ChannelMessage:
            text = text or f"{key}：停水时间见附件。"
            plan = files.add(f"停水计划 {key}.pdf", f"%PDF {key}".encode(), "application/pdf")
            article = Article(title, f"<p>{text}</p>", text, attachments=(plan,))
            return ChannelMessage(key, (article,))

        def vanish(part: PartReceipt) -> None:
            (folder / part.remote_id / "receipt.json").unlink()

        return Rig(
            build=lambda: Dropfolder(DropfolderSettings(folder=folder), ports),
            message=message,
            public_things=lambda: counted(folder),
            clock=clock,
            unreachable=away(folder),
            blind=away(folder),
            vanish=vanish,
        )

    def test_the_files_are_read_back_byte_for_byte(self, rig: Rig) -> None:
        message = rig.message(key="k1")
        receipt = deliver(rig, message, rig.journal())
        seen = rig.channel.see(receipt.parts[0])
        assert isinstance(seen, Seen)
        assert [file.digest for file in seen.files] == [message.articles[0].attachments[0].digest]

    def test_a_correction_leaves_nothing_of_the_old_content(self, rig: Rig, tmp_path: Path) -> None:
        receipt = deliver(rig, rig.message(key="k1", text="旧文"), rig.journal())
        rig.channel.amend(receipt, rig.message(key="k1", text="新文"), rig.journal())
        texts = [path.read_text() for path in (tmp_path / "drop").rglob("*.txt")]
        assert ["新文" in text for text in texts] == [True]

    def test_the_receipt_names_its_content(self, rig: Rig, tmp_path: Path) -> None:
        deliver(rig, rig.message(key="k1"), rig.journal())
        receipt = json.loads((tmp_path / "drop/k1/receipt.json").read_text())
        assert (tmp_path / "drop/k1" / receipt["content"] / "article.html").is_file()

    @pytest.mark.parametrize("key", ["", "..", "a/b", "A", "x" * 33])
    def test_a_key_that_could_be_a_path_is_refused(self, rig: Rig, key: str) -> None:
        with pytest.raises(Rejected):
            rig.channel.publish(rig.message(key=key), MemoryJournal())


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("停水计划（第2批）.pdf", "停水计划（第2批）.pdf"),
        ("𠮷.docx", "𠮷.docx"),
        ("...", "file"),
        ("a\x00b.pdf", "a_b.pdf"),
    ],
)
def test_a_file_keeps_its_name_but_no_path(given: str, written: str) -> None:
    ref = MemoryFiles().add(given, b"x", "application/pdf")
    assert file_name(ref) == f"{ref.digest[:12]}-{written}"
