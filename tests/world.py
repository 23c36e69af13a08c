"""A whole installation on practice platforms, driven step by step with a clock of its own.

Nothing sleeps: time passes when a test says so. The platforms are real servers on loopback.
"""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import time_machine

from channels.http import Http, open_client
from publisher.bootstrap import Office, Practice, create_home, open_office, open_practice
from publisher.bootstrap.home import _free_ports
from publisher.bootstrap.office import ANCHOR
from publisher.domain.errors import Refused
from publisher.scheduler.service import serve_once, sweep_once
from publisher.store.records import AlarmRecord, PartRecord, PostingRecord, RevisionRecord
from publisher.workflow import review, schedule
from publisher.workflow.acts import Actor, note_refusal
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.intake import save_draft
from publisher.workflow.item_files import draft_from_file
from publisher.workflow.staff import AddUserRequest, add_user
from publisher.workflow.submit import SubmitRequest, Submitted, submit
from publisher.workflow.where import ItemWhere, where
from tests.databases import copy_database, database, opened, spare_the_disk, words

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
STAFF = {  # name: display, roles. Synthetic people.
    "lu": ("陆予安", ("drafter", "editor")),
    "shen": ("沈青禾", ("content_reviewer", "secrecy_reviewer")),
    "qin": ("秦知远", ("approver",)),
    "an": ("安平", ("auditor",)),
}
OF_NO_ITEM = (  # how long the authorisation lasts, and what the platforms list that we did not send
    *("/get_token_info", "/stable_token", "/freepublish/batchget", "/user_timeline.json"),
)
PORTALS = ("city-portal", "bureau-portal")
SOCIAL = ("wechat", "weibo")
TEXT = """石渡镇有关用水户：

因更换供水主管网阀门，定于2026年11月28日22时至次日6时对石渡镇镇区停水，请提前储水。

停水期间在镇政府广场、柳湾村口设两个临时送水点，抢修完毕即恢复供水。

临澜市水利局

2026年11月20日
"""
TITLE = "关于石渡片区临时停水的通告"


@dataclass
class Clock:
    """Business time. It stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Fetched:
    """What a reader without any of our code gets at an address: status, page text, links, raw bytes."""

    status: int
    text: str
    links: tuple[str, ...]
    raw: bytes


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.links += [value for name, value in attrs if name == "href" and value and tag == "a"]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def fetch(url: str) -> Fetched:
    """Open an address as any browser would; knows nothing of the product."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as why:
        status, raw = why.code, why.read()
        why.close()
    words = _Words()
    words.feed(raw.decode("utf-8", "replace"))
    return Fetched(status, "".join(words.words), tuple(words.links), raw)


def files_with(home: Path, *words: str) -> list[str]:
    """Names of the home's own files in which one of the words stands; what is public lies elsewhere.

    Another process reads: one that has an SQLite file open loses its locks when it opens and closes it again.
    """
    wanted = [part for word in words for part in ("-e", word)]
    ran = subprocess.run(
        ["grep", "-rlaF", "--exclude-dir=sites", *wanted, str(home)],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    )
    assert ran.returncode in (0, 1), ran.stderr
    return [Path(line).name for line in ran.stdout.splitlines()]


def chinese_runs(text: str) -> list[str]:
    """Every run of Chinese characters, in order."""
    return re.findall(r"[一-鿿]+", text)


def stand_in_order(runs: list[str], text: str) -> str:
    """The first run that does not stand in `text` after the one before it; "" when all do."""
    at = 0
    for run in runs:
        found = text.find(run, at)
        if found < 0:
            return run
        at = found + len(run)
    return ""


def item_file(title: str = TITLE, text: str = TEXT, lists: str = "", **header: object) -> bytes:
    """An item file in UTF-8; `header` values are written as TOML, `lists` is raw TOML at the end."""
    values: dict[str, object] = {
        "title": title,
        "kind": "notice",
        "column": "tzgg",
        "formed_on": "2026-11-20",
        "short_title": title[:20],
        **header,
    }
    lines = [f"{name} = {_toml(value)}" for name, value in values.items() if value is not None]
    return "\n".join(["+++", *lines, lists, "+++", "", text]).encode()


def _toml(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return str(value) if isinstance(value, int) else f"'{value}'"


@dataclass
class World:
    """One home folder with staff, its clock, and (inside `practising`) its platforms."""

    home: Path
    office: Office
    clock: Clock
    staff: dict[str, Actor]
    client: httpx.Client
    joined: ExitStack = field(default_factory=ExitStack)
    practice: Practice = field(default_factory=Practice)

    # ------------------------------------------------------------------ acts

    def do(self, who: str, use_case: Callable[..., Any], request: object, **tools: Any) -> Any:
        """One act of one person; a refusal is on record and raised."""
        return self.office.perform(self.staff[who], use_case, request, **tools)

    def draft(
        self,
        data: bytes | None = None,
        *,
        name: str = "稿件.txt",
        files: Mapping[str, bytes | Path] | None = None,
        given: Mapping[str, Any] | None = None,
        who: str = "lu",
        item_id: str = "",
    ) -> str:
        """A draft from an item file; `files` are what lies beside it."""
        beside = files or {}

        def open_beside(wanted: str) -> BinaryIO:
            if wanted not in beside:
                raise FileNotFoundError(wanted)
            there = beside[wanted]
            return there.open("rb") if isinstance(there, Path) else io.BytesIO(there)

        try:
            read = draft_from_file(
                item_file() if data is None else data,
                name=name,
                now=self.clock.now,
                open_beside=open_beside,
                given=given or {},
                item_id=item_id,
            )
        except Refused as why:  # as the command does: the person tried to act
            note_refusal(self.office.store, self.clock.now, self.staff[who], "save_draft", None, why)
            raise
        return str(self.do(who, save_draft, read.request))

    def submit(self, item_id: str, who: str = "lu", **request: Any) -> Submitted:
        """送审."""
        asked = SubmitRequest(item_id, **request)
        done: Submitted = self.do(who, submit, asked, **self.office.submit_tools())
        return done

    def sign(self, revision_id: str) -> None:
        """The three signatures of the small chain."""
        for who, act in (
            ("shen", review.pass_content),
            ("shen", review.clear_secrecy),
            ("qin", review.sign_off),
        ):
            self.do(who, act, review.SignRequest(revision_id))

    def approved(self, data: bytes | None = None, **draft: Any) -> tuple[str, str]:
        """(item, revision) with all signatures."""
        item_id = self.draft(data, **draft)
        revision_id = self.submit(item_id).revision_id
        self.sign(revision_id)
        return item_id, revision_id

    def released(self, data: bytes | None = None, **draft: Any) -> tuple[str, str]:
        """(item, revision), signed, due now and released: every posting planned."""
        item_id, revision_id = self.approved(data, **draft)
        self.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
        self.sweep()
        return item_id, revision_id

    def out_everywhere(self, data: bytes | None = None, **draft: Any) -> tuple[str, str]:
        """(item, revision), seen as approved on every channel."""
        item_id, revision_id = self.released(data, **draft)
        self.until(lambda: set(self.states(item_id).values()) == {"verified"})
        return item_id, revision_id

    # ------------------------------------------------------------------ time

    def sweep(self) -> int:
        """What needs no platform, once."""
        return sweep_once(self.office.store, self.clock.now)

    def serve(self, channel: str) -> int:
        """What one channel has to do, once."""
        return serve_once(self.office.store, self.office.outlets, channel)

    def turn(self, *channels: str) -> int:
        """Sweep, then serve each channel (or those named), until nothing more is due now."""
        names = channels or tuple(self.office.outlets.channels)
        total, busy = 0, set(names)
        for _ in range(50):
            swept = self.sweep()
            done = {name: self.serve(name) for name in names if swept or name in busy}
            busy = {name for name, count in done.items() if count}
            if not swept and not busy:
                return total
            total += swept + sum(done.values())
        raise AssertionError("the service never comes to rest at one instant")

    def until(
        self, reached: Callable[[], bool], *channels: str, step_s: float = 20, most_s: float = 7200
    ) -> None:
        """Let time pass in steps until `reached`; fails when it never is."""
        end = self.clock.now + timedelta(seconds=most_s)
        self.turn(*channels)
        while not reached():
            assert self.clock.now < end, f"never reached; {self.alarm_words()}"
            self.clock.forward(step_s)
            self.turn(*channels)

    def pass_time(self, seconds: float, *channels: str, step_s: float = 60) -> None:
        """Let time pass, serving all the while."""
        end = self.clock.now + timedelta(seconds=seconds)
        while self.clock.now < end:
            self.clock.forward(step_s)
            self.turn(*channels)

    # ------------------------------------------------------------------ what is known

    def where(self, item_id: str) -> ItemWhere:
        with self.office.store.read() as reading:
            item = reading.items.item(item_id)
            assert item is not None
            return where(reading, item, self.clock.now)

    def states(self, item_id: str) -> dict[str, str]:
        """Channel → state of its part, else of its posting."""
        return {one.channel: one.state for one in self.where(item_id).channels}

    def urls(self, item_id: str) -> dict[str, str]:
        return {one.channel: one.url for one in self.where(item_id).channels}

    def revision(self, revision_id: str) -> RevisionRecord:
        with self.office.store.read() as reading:
            found = reading.items.revision(revision_id)
        assert found is not None
        return found

    def postings(self, item_id: str) -> dict[str, PostingRecord]:
        with self.office.store.read() as reading:
            return {p.channel: p for p in reading.postings.of_item(item_id)}

    def parts(self, item_id: str) -> dict[str, PartRecord]:
        with self.office.store.read() as reading:
            return {p.channel: p for p in reading.parts.of_item(item_id)}

    def alarms(self) -> list[AlarmRecord]:
        with self.office.store.read() as reading:
            return reading.accounts.open_alarms()

    def alarm_words(self) -> str:
        return "\n".join(f"{alarm.cause}: {alarm.words}" for alarm in self.alarms())

    def kinds(self) -> list[str]:
        """Kinds of all log entries, in order."""
        return [row["kind"] for row in self.rows("SELECT kind FROM log_entries ORDER BY seq")]

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """What stands in the database, past the product."""
        target = self.office.store.target
        with opened(target) as database:
            return database.execute(words(target, query), values).fetchall()

    def tamper(self, statement: str, *values: object) -> None:
        """What somebody with the file can do: the triggers are dropped first."""
        target = self.office.store.target
        with opened(target) as database:
            if isinstance(target, Path):
                for row in database.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                ).fetchall():
                    database.execute(f"DROP TRIGGER {row['name']}")
            else:
                database.execute("SET session_replication_role = replica")
            database.execute(words(target, statement), values)
            database.commit()

    def forget_all(self) -> None:
        """Between tests that share a world: nothing of what was is due any more, every quota is full again."""
        self.practice.simulators["wechat"].gate.used.clear()
        self.practice.simulators["weibo"].world.counts.clear()
        with opened(self.office.store.target) as database:
            database.execute("DELETE FROM quotas")
            database.execute("UPDATE parts SET next_look_at = NULL")
            database.execute(
                "UPDATE postings SET state = 'cancelled' WHERE state NOT IN ('out', 'cancelled')"
            )
            database.execute("UPDATE channels SET state = 'open', next_probe_at = NULL")
            database.execute("UPDATE alarms SET closed_at = opened_at WHERE closed_at IS NULL")
            database.commit()

    def counts(self) -> dict[str, int]:
        """How much of everything there is: items, drafts, revisions, and files kept."""
        tables = ("items", "drafts", "revisions", "signatures", "postings", "parts", "orders")
        rows = {name: self.rows(f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in tables}  # noqa: S608
        blobs = sum(path.is_file() for path in (self.home / "blobs").rglob("*"))
        return {**rows, "blobs": blobs}

    def last_refusal(self) -> sqlite3.Row:
        """The newest log entry, which must be a refusal."""
        row = self.rows("SELECT kind, actor, subject, canonical FROM log_entries ORDER BY seq DESC LIMIT 1")[
            0
        ]
        assert row["kind"] == "person:act:refused"
        return row

    # ------------------------------------------------------------------ platforms

    @contextmanager
    def practising(self) -> Iterator[Practice]:
        """Serve the practice platforms on their loopback addresses, on the world's clock."""
        office = self.office
        with open_practice(office.settings, office.options, self.clock) as practice:
            self.practice = practice
            yield practice

    def requests(self, *platforms: str) -> list[Any]:
        """Lines of the request log, of all or these platforms."""
        return [line for line in self.practice.log.lines if not platforms or line.platform in platforms]

    def about_items(self, *platforms: str) -> list[Any]:
        """The same without what concerns no item."""
        return [line for line in self.requests(*platforms) if not line.path.endswith(OF_NO_ITEM)]

    def hand_over(self, worker: str) -> None:
        """The worker signs off; another one, of this name, goes on."""
        self.joined.close()
        self.office.outlets = replace(self.office.outlets, worker=worker)
        self.joined.enter_context(self.office.store.joined(worker, self.clock()))

    def close(self) -> None:
        self.joined.close()
        self.client.close()
        self.office.close()


def make_template(folder: Path) -> dict[str, str]:
    """A home folder with staff, made once; name → token."""
    with time_machine.travel(START - timedelta(minutes=5), tick=False):
        created = create_home(
            folder, admin="admin", admin_display="管理员", practice=True, database=database()
        )
    clock = Clock(START - timedelta(minutes=1))
    office = open_office(folder, clock=clock)
    admin = office.prove("admin", token=created.admin_token)
    tokens = {"admin": created.admin_token}
    for name, (display, roles) in STAFF.items():
        tokens[name] = office.perform(admin, add_user, AddUserRequest(name, display, roles))
    office.close()
    return tokens


def make_home(template: Path, home: Path, settings: Mapping[str, str]) -> None:
    """A copy of the template on ports of its own. `settings` replace text in the settings file."""
    shutil.copytree(template, home)
    copy_database(home)
    path = home / "gongkai.toml"
    text = path.read_text("utf-8").replace(str(template.resolve() / ANCHOR), str(home.resolve() / ANCHOR))
    old = list(dict.fromkeys(re.findall(r"127\.0\.0\.1:(\d+)", text)))
    for port, new in zip(old, _free_ports(*old).values(), strict=True):
        text = text.replace(f":{port}", f":{new}")
    for before, after in settings.items():
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, "utf-8")


def open_world(home: Path, tokens: Mapping[str, str], *, timeout_s: float = 5) -> World:
    """Open a home folder that `make_home` made, with everybody proved. Reads are tried again without a pause."""
    clock, client = Clock(), open_client(timeout_s=timeout_s)
    http = Http(client, total_s=2 * timeout_s, wait=lambda _: None)
    office = open_office(home, clock=clock, http=http)
    spare_the_disk(office.store)
    staff = {name: office.prove(name, token=token) for name, token in tokens.items()}
    joined = ExitStack()
    joined.enter_context(office.store.joined(office.outlets.worker, clock()))
    return World(home, office, clock, staff, client, joined)


def incoming(name: str, data: bytes, role: str = "attachment", **more: str) -> IncomingFile:
    """A file as it comes with an item."""
    return IncomingFile(role, name, lambda: io.BytesIO(data), **more)


def attachment_world(home: Path, token: str) -> tuple[World, bytes, dict[str, bytes | Path]]:
    """For a child process: an open world whose drafter is `zi`, an item file and its attachment of 1 MB."""
    world = open_world(home, {"zi": token})
    world.staff["lu"] = world.staff["zi"]
    data = item_file(lists="[[attachments]]\nfile = '甲.pdf'")
    return world, data, {"甲.pdf": b"%PDF-1.4\n" + bytes(1_000_000)}


def zone_report(folder: Path) -> dict[str, str]:
    """For a child process in some time zone: days and times as the product says them, half past midnight in Beijing."""
    folder.mkdir()
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    world.clock.now = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    told = {}
    item_id = world.draft(item_file(formed_on="2026-11-25", channels=list(PORTALS)))
    told["today is the 25th in Beijing"] = "accepted"
    try:
        world.draft(item_file(formed_on="2026-11-26"))
    except Refused as why:
        told["tomorrow is the 26th"] = why.problems[0].field
    read = draft_from_file(
        item_file(release_at="2026-11-25 09:30"),
        name="x.txt",
        now=world.clock.now,
        open_beside=lambda name: io.BytesIO(name.encode()),
        given={},
    )
    assert read.release_at is not None
    told["release_at"] = read.release_at.isoformat()
    revision_id = world.submit(item_id).revision_id
    world.sign(revision_id)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id, read.release_at))
    told["shown"] = world.where(item_id).release_at
    told["index"], told["due"] = world.where(item_id).index_no, world.revision(revision_id).due_on
    world.clock.now = read.release_at
    world.sweep()
    world.sweep()
    world.serve("bureau-portal")
    told["posted_at"] = world.postings(item_id)["bureau-portal"].slots["posted_at"]
    world.close()
    return told
