"""A bureau after a day's work on practice platforms: every kind of page that a browser can look at.

The items are the demo's: an annual report, a works notice with two pictures, a PDF and a Word file, a flood
warning, and a piece of news that is withdrawn again. The works notice has been corrected.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from publisher.cli.demo_show import dated, demo_stream, demo_text
from publisher.workflow import review, schedule
from publisher.workflow.correct import CorrectRequest, open_correction
from publisher.workflow.intake import save_draft
from publisher.workflow.item_files import draft_from_file
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal
from tests.world import World, make_home, make_template, open_world

REPORT, NOTICE, WARNING, NEWS = "1-年报", "2-工程公告", "3-洪水预警", "4-工作动态"
SENT = {"report": REPORT, "notice": NOTICE, "warning": WARNING}
PORTAL_NAMES = ("index", "list", "list-empty", "tomb", "history", "report", "notice", "warning")
READER_NAMES = (
    *("wechat-home", "wechat-gone", "wechat-report", "wechat-notice", "wechat-warning"),
    *("weibo-home", "weibo-gone", "weibo-report", "weibo-notice", "weibo-warning"),
)
PAGE_NAMES = PORTAL_NAMES + READER_NAMES
REASON = "检查日期有误，更正后重新发布"
NOTE = "封闭时间由“自当日8时起”改为“自当日6时起”"
EARLIER, LATER = "日8时起", "日6时起"


@dataclass(frozen=True)
class Town:
    """The world and where readers find things. `items` maps the demo's file names to item ids."""

    world: World
    items: dict[str, str]

    @property
    def portal(self) -> str:
        """The bureau portal's address, with its last slash."""
        return self.world.practice.readers["bureau-portal"]

    def url(self, name: str, channel: str) -> str:
        """Where a reader finds an item on a channel."""
        return self.world.urls(self.items[name])[channel]

    def portal_pages(self) -> dict[str, str]:
        """Name → address of each kind of portal page."""
        return {
            "index": self.portal,
            "list": f"{self.portal}tzgg/",
            "list-empty": f"{self.portal}gzdt/",
            "tomb": self.url(NEWS, "bureau-portal"),
            "history": self.url(NOTICE, "bureau-portal").removesuffix(".html") + ".history.html",
            **{word: self.url(name, "bureau-portal") for word, name in SENT.items()},
        }

    def reader_pages(self) -> dict[str, str]:
        """Name → address of each kind of page of the practice WeChat and Weibo."""
        pages = {}
        for channel in ("wechat", "weibo"):
            pages[f"{channel}-home"] = self.world.practice.readers[channel]
            pages[f"{channel}-gone"] = self.url(NEWS, channel)
            pages |= {f"{channel}-{word}": self.url(name, channel) for word, name in SENT.items()}
        return pages

    def pages(self) -> dict[str, str]:
        """Both."""
        return {**self.portal_pages(), **self.reader_pages()}


@contextmanager
def working_day(folder: Path) -> Iterator[Town]:
    """The town, served on loopback until the end. A day takes seconds: the clock jumps, WeChat's jobs end at once."""
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    try:
        with world.practising() as practice:
            practice.simulators["wechat"].press.job_s = 0
            town = Town(world, {name: _send(world, name) for name in (*SENT.values(), NEWS)})
            world.until(
                lambda: all(set(world.states(i).values()) == {"verified"} for i in town.items.values())
            )
            _correct(world, town.items[NOTICE])
            world.do("qin", order_withdrawal, WithdrawRequest(town.items[NEWS], REASON))
            world.until(lambda: not world.rows("SELECT id FROM orders WHERE state = 'open'"))
            yield town
    finally:
        world.close()


def _send(world: World, name: str) -> str:
    now = world.clock.now
    data = dated(demo_text(f"{name}.txt"), now).encode()
    read = draft_from_file(data, name=f"{name}.txt", now=now, open_beside=demo_stream, given={})
    item_id = str(world.do("lu", save_draft, read.request))
    revision_id = world.submit(item_id, urgent=name == WARNING).revision_id
    if name == WARNING:
        urgent = review.SignRequest(revision_id, reference="常设审查 2026-汛-01")
        world.do("qin", review.sign_off_urgent, urgent)
    else:
        _release(world, revision_id)
    return item_id


def _correct(world: World, item_id: str) -> None:
    text = dated(demo_text(f"{NOTICE}.txt"), world.clock.now).split("+++", 2)[2]
    text = text.replace(EARLIER, LATER).replace("](files/", "](")  # kept files are known by their names alone
    world.do("lu", open_correction, CorrectRequest(item_id, NOTE, text=text))
    _release(world, world.submit(item_id).revision_id)


def _release(world: World, revision_id: str) -> None:
    world.sign(revision_id)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
