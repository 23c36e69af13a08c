"""One home folder with an item that is signed and scheduled, made once and copied for every case."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from PIL import Image

from channels.http import Http
from publisher.bootstrap import Office, create_home, open_office
from publisher.domain.item import Content
from publisher.render.body import from_text
from publisher.settings import FILE_NAME
from publisher.workflow import review, schedule
from publisher.workflow.acts import Actor
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.intake import DraftRequest, save_draft
from publisher.workflow.journal import StoreJournal
from publisher.workflow.outlets import JournalFactory
from publisher.workflow.staff import AddUserRequest, add_user
from publisher.workflow.submit import SubmitRequest, submit
from tests.databases import copy_database, database

TITLE = "石渡片区供水管网检修停水通告"
SENTENCE = "停水期间在镇政府门前设临时送水点"
SUMMARY = "因更换供水主管网阀门，石渡镇镇区临时停水。"
TEXT = f"""石渡镇有关用水户：

因供水主管网更换阀门，定于2026年11月28日22时至次日6时对石渡镇镇区停水。

![检修井旁的阀门](fa.png)

请提前储水。{SENTENCE}，送水车随时补水。
"""

STAFF = (
    ("lu", "陆予安", ("drafter", "editor")),
    ("shen", "沈青禾", ("content_reviewer", "secrecy_reviewer")),
    ("qin", "秦知远", ("approver",)),
)

DROPFOLDER = """
[channels.archive]
kind = "dropfolder"
label = "档案投放目录"
practice = true
folder = "sites/archive"
"""


@dataclass(frozen=True)
class House:
    """Where the template home is, the item in it, and the staff's tokens."""

    home: Path
    item_id: str
    tokens: dict[str, str]

    def copy(self, home: Path) -> Path:
        """The same home elsewhere, its anchor included."""
        shutil.copytree(self.home, home)
        config = home / FILE_NAME
        config.write_text(
            config.read_text("utf-8").replace(str(self.home.resolve()), str(home.resolve())), "utf-8"
        )
        copy_database(home)
        return home


CHANNELS = ("city-portal", "bureau-portal", "archive", "wechat", "weibo")


def build_house(
    home: Path, ports: dict[str, int], clock: Callable[[], datetime], channels: tuple[str, ...] = CHANNELS
) -> House:
    """Set up, draft, submit, sign by three people, schedule; nothing is released yet."""
    created = create_home(
        home, admin="admin", admin_display="管理员", practice=True, ports=ports, database=database()
    )
    created.config.write_text(
        created.config.read_text("utf-8").replace("[audit]", DROPFOLDER + "\n[audit]"), "utf-8"
    )
    (home / "sites/archive").mkdir()
    office = open_office(home, clock=clock)
    admin = office.prove("admin", token=created.admin_token)
    tokens = {name: office.perform(admin, add_user, AddUserRequest(name, *rest)) for name, *rest in STAFF}
    lu = office.prove("lu", token=tokens["lu"])
    item_id = office.perform(lu, save_draft, _draft(clock().date() - timedelta(days=1), channels))
    house = House(home, item_id, tokens)
    send(office, house)
    office.close()
    return house


def send(office: Office, house: House) -> None:
    """Submit the item's draft, sign it by three people, schedule it for now."""
    lu, shen, qin = (person(office, house, name) for name in ("lu", "shen", "qin"))
    done = office.perform(lu, submit, SubmitRequest(house.item_id), **office.submit_tools())
    signed = review.SignRequest(done.revision_id)
    office.perform(shen, review.pass_content, signed)
    office.perform(shen, review.clear_secrecy, signed)
    office.perform(qin, review.sign_off, signed)
    office.perform(lu, schedule.schedule, schedule.ScheduleRequest(done.revision_id))


def _draft(formed_on: date, channels: tuple[str, ...]) -> DraftRequest:
    content = Content(
        title=TITLE,
        kind="notice",
        body="",
        formed_on=formed_on,
        column="tzgg",
        channels=channels,
        summary=SUMMARY,
    )
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (60, 110, 150)).save(picture, "PNG")
    files = (
        IncomingFile(
            "image", "fa.png", lambda: io.BytesIO(picture.getvalue()), "检修井旁的阀门", key="fa.png"
        ),
        IncomingFile("attachment", "停水范围.txt", lambda: io.BytesIO("石渡镇镇区\n".encode()), "停水范围"),
    )
    return DraftRequest(
        content, lambda kept: from_text(TEXT, {k: f for k, f in kept.items() if f.role == "image"}), files
    )


def reopen(
    home: Path,
    clock: Callable[[], datetime],
    *,
    journal: JournalFactory = StoreJournal,
    http: Http | None = None,
) -> Office:
    """The office of one case."""
    return open_office(home, clock=clock, journal=journal, http=http)


def person(office: Office, house: House, name: str) -> Actor:
    """One of the staff, proved by token."""
    return office.prove(name, token=house.tokens[name])
