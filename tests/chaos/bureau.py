"""A bureau with many signed items that become due one after another."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from PIL import Image

from channels.registry import KINDS
from publisher.bootstrap import Office, create_home, open_office
from publisher.domain.item import Content
from publisher.render.body import from_text
from publisher.settings import DatabasePart
from publisher.workflow import review, schedule
from publisher.workflow.acts import Actor
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.intake import DraftRequest, save_draft
from publisher.workflow.staff import AddUserRequest, add_user
from publisher.workflow.submit import SubmitRequest, submit
from tests.fault.house import STAFF, House
from tests.postman import AES_KEY, SETTINGS, TOKEN

CHANNELS = ("city-portal", "bureau-portal", "wechat", "weibo")
MANY = 100
"""So many times the platforms' calls a day: spent quotas come from the plan of faults, not from our hurry."""

LEASES = """
[pace]
lease_s = 2
renew_s = 0.2
"""
"""By the database's clock, which runs as the host's: as short against our other times as 180 s are."""

PLACES = ("石渡", "柳湾", "东岭", "清溪", "白塘", "南关", "北渚", "云台")


@dataclass(frozen=True)
class Piece:
    """One item. Its title, summary and sentence stand in no other one."""

    number: int

    @property
    def title(self) -> str:
        return f"{PLACES[self.number % len(PLACES)]}片区供水管网检修停水通告（{self.number}号）"

    @property
    def summary(self) -> str:
        return f"第{self.number}号检修，更换供水主管网阀门，镇区临时停水。"

    @property
    def sentence(self) -> str:
        return f"第{self.number}号检修期间在镇政府门前设临时送水点"

    @property
    def text(self) -> str:
        picture = "\n\n![检修井旁的阀门](fa.png)" if self.has_picture else ""
        return f"有关用水户：\n\n因更换阀门，定于次日停水。{picture}\n\n{self.sentence}，送水车随时补水。\n"

    @property
    def has_picture(self) -> bool:
        return self.number % 3 == 0


@cache
def _picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (320, 240), (60, 110, 150)).save(drawn, "PNG")
    return drawn.getvalue()


def _files(piece: Piece) -> Iterator[IncomingFile]:
    if piece.has_picture:
        yield IncomingFile("image", "fa.png", lambda: io.BytesIO(_picture()), "检修井旁的阀门", key="fa.png")
    if piece.number % 4 == 0:
        content = f"第{piece.number}号检修：镇区\n".encode()
        yield IncomingFile("attachment", "停水范围.txt", lambda: io.BytesIO(content), "停水范围")


def draft_of(piece: Piece, now: datetime) -> DraftRequest:
    """What staff enter."""
    content = Content(
        title=piece.title,
        kind="notice",
        body="",
        formed_on=(now - timedelta(days=1)).date(),
        column="tzgg",
        channels=CHANNELS,
        summary=piece.summary,
    )
    return DraftRequest(
        content,
        lambda kept: from_text(piece.text, {k: f for k, f in kept.items() if f.role == "image"}),
        tuple(_files(piece)),
    )


def sign(office: Office, people: dict[str, Actor], piece: Piece, due: datetime) -> str:
    """Draft, submit, three signatures, a time. The item's id."""
    lu, shen, qin = people["lu"], people["shen"], people["qin"]
    item_id = office.perform(lu, save_draft, draft_of(piece, office.now()))
    done = office.perform(lu, submit, SubmitRequest(item_id), **office.submit_tools())
    signed = review.SignRequest(done.revision_id)
    office.perform(shen, review.pass_content, signed)
    office.perform(shen, review.clear_secrecy, signed)
    office.perform(qin, review.sign_off, signed)
    office.perform(lu, schedule.schedule, schedule.ScheduleRequest(done.revision_id, due))
    return str(item_id)


@dataclass(frozen=True)
class Bureau:
    """The home and what is queued in it: item id → what it says; and the items' times, in order."""

    house: House
    pieces: dict[str, Piece]
    dues: tuple[datetime, ...]

    @property
    def home(self) -> Path:
        return self.house.home


def ample_quotas() -> str:
    """Settings that say: this account may make many more calls a day than others."""
    lines = []
    for name in CHANNELS:
        kind = KINDS.get(name)
        if kind is not None and kind.profile.quotas:
            lines.append(f"\n[channels.{name}.quotas]")
            lines += [f'"{quota.call}" = {MANY * quota.limit}' for quota in kind.profile.quotas]
    return "\n".join(lines) + "\n"


def open_bureau(
    home: Path,
    ports: dict[str, int],
    clock: Callable[[], datetime],
    *,
    items: int,
    over: timedelta,
    database: DatabasePart | None,
) -> Bureau:
    """A practice home whose `items` become due evenly from a minute after now on."""
    created = create_home(
        home, admin="admin", admin_display="管理员", practice=True, ports=ports, database=database
    )
    text = created.config.read_text("utf-8")
    for kind in KINDS:
        text = text.replace(f'kind = "{kind}"', f'kind = "{kind}"\ngap_s = 0')
    text = text.replace("[channels.weibo]", SETTINGS.format(mode="encrypted") + "[channels.weibo]")
    for name, secret in (("callback.token", TOKEN), ("callback.key", AES_KEY)):
        (home / "secrets" / name).write_text(secret + "\n", encoding="utf-8")
    created.config.write_text(text + ample_quotas() + LEASES, "utf-8")
    office = open_office(home, clock=clock)
    admin = office.prove("admin", token=created.admin_token)
    tokens = {name: office.perform(admin, add_user, AddUserRequest(name, *rest)) for name, *rest in STAFF}
    people = {name: office.prove(name, token=token) for name, token in tokens.items()}
    start = clock() + timedelta(minutes=1)
    dues = tuple(start + over * number / items for number in range(items))
    pieces = {}
    for number, due in enumerate(dues):
        piece = Piece(number)
        pieces[sign(office, people, piece, due)] = piece
    office.close()
    return Bureau(House(home, "", tokens), pieces, dues)
