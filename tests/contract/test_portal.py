"""The portal keeps every promise of a channel, and its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.contract import Absent, CannotSee, Found, Gone, PartReceipt, Rejected, Seen
from channels.reading import comparable
from channels.sandbox.call import Do, Fault
from tests.contract.channel_contract import ChannelContract
from tests.contract.fakes import Died, MemoryJournal, Point
from tests.contract.portal_world import PortalWorld
from tests.contract.rig import Rig, deliver, reader_closed
from tests.contract.test_dropfolder import away


@pytest.fixture
def world(tmp_path: Path) -> PortalWorld:
    return PortalWorld(tmp_path / "site")


class TestPortal(ChannelContract):
    @pytest.fixture
    def rig(self, world: PortalWorld) -> Rig:
        def vanish(part: PartReceipt) -> None:
            (world.folder / f"{part.remote_id}.html").unlink()

        return Rig(
            build=world.channel,
            message=world.message,
            public_things=world.pages_out,
            clock=world.clock,
            unreachable=away(world.folder),
            blind=reader_closed(world.site.stage),
            vanish=vanish,
        )

    def test_the_address_is_known_before_anything_is_written(self, rig: Rig, world: PortalWorld) -> None:
        message = world.message("k1")
        address = world.channel().address(message)
        assert address == "http://slj.example.gov.cn/tzgg/2026/07/20260706-k1.html"
        assert list(world.folder.iterdir()) == []
        assert deliver(rig, message, rig.journal()).parts[0].url == address

    def test_a_reader_finds_title_text_images_links_and_files(self, rig: Rig, world: PortalWorld) -> None:
        message = world.message("k1")
        article = message.articles[0]
        seen = rig.channel.see(deliver(rig, message, rig.journal()).parts[0])
        assert isinstance(seen, Seen)
        assert seen.title == article.title
        assert comparable(seen.text) == comparable(article.text)
        assert [image.answers for image in seen.images] == [True]
        assert [file.digest for file in seen.files] == [article.attachments[0].digest]
        assert seen.links == ("https://www.gov.cn/",)
        assert len(seen.snapshot_digest) == 64

    def test_a_changed_attachment_is_seen(self, rig: Rig, world: PortalWorld) -> None:
        receipt = deliver(rig, world.message("k1"), rig.journal())
        next(world.folder.glob("tzgg/2026/07/files/*.pdf")).write_bytes(b"other")
        next(world.folder.glob("tzgg/2026/07/files/*.png")).unlink()
        seen = rig.channel.see(receipt.parts[0])
        assert isinstance(seen, Seen)
        assert seen.files[0].digest != world.message("k1").articles[0].attachments[0].digest
        assert [image.answers for image in seen.images] == [False]

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("/", Do.ANSWER, status=200, body="<html><title>请登录</title>"),
            Fault("/", Do.ANSWER, status=302, body=""),
            Fault("/", Do.DELAY_BEFORE, seconds=61),
            Fault("/", Do.DROP_BEFORE),
            Fault("/", Do.TRUNCATE),
            Fault("pdf", Do.DROP_BEFORE),
        ],
        ids=lambda fault: f"{fault.do}-{fault.path}-{fault.status}",
    )
    def test_whatever_stands_in_the_way_is_not_a_missing_page(
        self, rig: Rig, world: PortalWorld, fault: Fault
    ) -> None:
        receipt = deliver(rig, world.message("k1"), rig.journal())
        world.site.stage.script(fault)
        assert isinstance(rig.channel.see(receipt.parts[0]), CannotSee)

    def test_another_page_at_the_address_is_never_overwritten(self, rig: Rig, world: PortalWorld) -> None:
        page = world.folder / "tzgg/2026/07/20260706-k1.html"
        page.parent.mkdir(parents=True)
        page.write_text("<p>别人的网页</p>")
        with pytest.raises(Rejected):
            rig.channel.publish(world.message("k1"), rig.journal())
        assert page.read_text() == "<p>别人的网页</p>"

    def test_a_page_that_no_list_shows_is_not_finished(self, rig: Rig, world: PortalWorld) -> None:
        message, journal = world.message("k1"), rig.journal()
        journal.die(Point.AFTER_INTENT, skip=2)
        with pytest.raises(Died):
            rig.channel.publish(message, journal)
        assert world.pages_out() == 1
        assert isinstance(rig.channel.find(message, journal), Absent)
        journal.deny()
        rig.channel.publish(message, journal)
        assert isinstance(rig.channel.find(message, journal), Found)

    # ------------------------------------------------------------------ taking back

    def test_a_withdrawal_leaves_a_tombstone_and_no_trace_of_the_content(
        self, rig: Rig, world: PortalWorld
    ) -> None:
        receipt = deliver(rig, world.message("k1", text="身份信息"), rig.journal())
        deliver(rig, world.message("k2"), rig.journal())
        rig.channel.withdraw(receipt.parts[0], rig.journal())
        tomb = (world.folder / "tzgg/2026/07/20260706-k1.html").read_text()
        assert "此信息已撤下" in tomb
        assert "99000123-4/2026-00117" in tomb
        everything = "".join(path.read_text() for path in world.folder.rglob("*.html"))
        assert "身份信息" not in everything
        assert "20260706-k1.html" not in (world.folder / "tzgg/index.html").read_text()
        assert "20260706-k1.html" not in (world.folder / "index.html").read_text()
        assert len(list(world.folder.glob("tzgg/2026/07/files/*"))) == 2, "only the files of k2 are left"

    def test_a_file_that_another_page_links_to_stays(self, rig: Rig, world: PortalWorld) -> None:
        taken = deliver(rig, world.message("k1", plan=b"%PDF shared"), rig.journal())
        kept = deliver(rig, world.message("k2", plan=b"%PDF shared"), rig.journal())
        rig.channel.withdraw(taken.parts[0], rig.journal())
        seen = rig.channel.see(kept.parts[0])
        assert isinstance(seen, Seen)
        assert all(file.digest for file in seen.files)

    def test_what_came_back_after_a_withdrawal_is_withdrawn_again(self, rig: Rig, world: PortalWorld) -> None:
        receipt, journal = deliver(rig, world.message("k1"), rig.journal()), rig.journal()
        page = world.folder / "tzgg/2026/07/20260706-k1.html"
        old = page.read_text()
        rig.channel.withdraw(receipt.parts[0], journal)
        page.write_text(old)  # a backup was restored
        assert isinstance(rig.channel.see(receipt.parts[0]), Seen)
        rig.channel.withdraw(receipt.parts[0], journal)
        assert isinstance(rig.channel.see(receipt.parts[0]), Gone)

    def test_a_tombstone_keeps_its_time(self, rig: Rig, world: PortalWorld) -> None:
        receipt = deliver(rig, world.message("k1"), rig.journal())
        rig.channel.withdraw(receipt.parts[0], rig.journal())
        page = world.folder / "tzgg/2026/07/20260706-k1.html"
        before = page.read_bytes()
        world.clock.advance(86_400)
        rig.channel.withdraw(receipt.parts[0], rig.journal())
        assert page.read_bytes() == before

    def test_a_withdrawal_of_a_page_without_its_twin_removes_its_files_too(
        self, rig: Rig, world: PortalWorld
    ) -> None:
        receipt = deliver(rig, world.message("k1"), rig.journal())
        (world.folder / "tzgg/2026/07/20260706-k1.json").unlink()
        rig.channel.withdraw(receipt.parts[0], rig.journal())
        assert list(world.folder.glob("tzgg/2026/07/files/*")) == []

    # ------------------------------------------------------------------ correcting

    def test_a_correction_removes_files_that_it_no_longer_has(self, rig: Rig, world: PortalWorld) -> None:
        receipt = deliver(rig, world.message("k1", plan=b"%PDF old"), rig.journal())
        rig.channel.amend(receipt, world.message("k1", plan=b"%PDF new"), rig.journal())
        files = [path.read_bytes() for path in world.folder.glob("tzgg/2026/07/files/*.pdf")]
        assert files == [b"%PDF new"]

    def test_a_correction_under_a_new_key_is_found_at_the_old_address(
        self, rig: Rig, world: PortalWorld
    ) -> None:
        receipt = deliver(rig, world.message("k1", text="旧文"), rig.journal())
        mended, journal = world.message("k2", text="新文", slug_date="20260901"), rig.journal()
        assert rig.channel.amend(receipt, mended, journal) == receipt
        found = rig.channel.find(mended, journal)
        assert isinstance(found, Found)
        assert found.receipt == receipt

    def test_a_correction_to_and_fro_ends_with_the_last(self, rig: Rig, world: PortalWorld) -> None:
        journal = rig.journal()
        receipt = deliver(rig, world.message("k1", text="甲"), rig.journal())
        for text in ("乙", "丙", "乙"):
            rig.channel.amend(receipt, world.message("k1", text=f"{text}文"), journal)
        seen = rig.channel.see(receipt.parts[0])
        assert isinstance(seen, Seen)
        assert "乙文" in seen.text

    def test_what_was_withdrawn_is_not_corrected(self, rig: Rig, world: PortalWorld) -> None:
        receipt = deliver(rig, world.message("k1"), rig.journal())
        rig.channel.withdraw(receipt.parts[0], rig.journal())
        with pytest.raises(Rejected):
            rig.channel.amend(receipt, world.message("k1", text="新文"), MemoryJournal(world.clock))
