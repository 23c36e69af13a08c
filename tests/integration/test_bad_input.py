"""The issue's "Bad input": each refusal names field, reason and what is allowed, and leaves nothing but its entry."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from publisher.bootstrap.office import ANCHOR, DATABASE, open_office
from publisher.domain.errors import Refused
from publisher.settings import SettingsRefused
from publisher.store.engine import StoreUnavailable, open_engine
from publisher.workflow.seal import verify_log
from publisher.workflow.staff import AddUserRequest, add_user
from tests.world import START, TEXT, TITLE, World, fetch, item_file

PDF = b"%PDF-1.4\n%%EOF\n"
CHINESE = re.compile(r"[一-鿿]")
ROOT = Path(__file__).parents[2]


def attached(*names: str) -> str:
    return "\n".join(f"[[attachments]]\nfile = '{name}'" for name in names)


def plain_words(refused: Refused | SettingsRefused, field: str) -> None:
    """Every problem has its field, a reason and what is allowed, in Chinese; one is about `field`."""
    assert field in [problem.field for problem in refused.problems]
    for problem in refused.problems:
        assert problem.field
        assert CHINESE.search(problem.why), problem
        assert problem.allowed, problem
        assert problem.english, problem


@contextmanager
def refused_and_nothing_left(world: World, field: str, *, who: str = "lu") -> Iterator[list[Refused]]:
    """What happens inside is refused; only an entry that says who tried is new."""
    before, entries = world.counts(), len(world.kinds())
    caught: list[Refused] = []
    with pytest.raises(Refused) as raised:
        yield caught
    caught.append(raised.value)
    plain_words(raised.value, field)
    assert world.counts() == before
    assert len(world.kinds()) == entries + 1
    entry = world.last_refusal()
    assert entry["actor"] == who
    assert field in entry["canonical"]


# ---------------------------------------------------------------- the item file

IMPORTS: dict[
    str, tuple[str, bytes, Mapping[str, bytes]]
] = {  # what is wrong: field, item file, files beside
    "an empty body": ("body", item_file(text=""), {}),
    "a body of blanks": ("body", item_file(text=" \n\u3000\n\u200b\n"), {}),
    "an empty file": ("file", b"", {}),
    "an empty title": ("title", item_file(title="", short_title=None), {}),
    "a title of 200 characters": ("title", item_file(title="水" * 200, short_title=None), {}),
    "an impossible formation date": ("formed_on", item_file(formed_on="2026-02-30"), {}),
    "a formation date in the 13th month": ("formed_on", item_file(formed_on="2026-13-01"), {}),
    "a formation date tomorrow": ("formed_on", item_file(formed_on="2026-11-25"), {}),
    "no formation date": ("formed_on", item_file(formed_on=None, text="只有一句话。"), {}),
    "a date with two readings": ("formed_on", f"标题\n\n{TEXT[:40]}\n\n2026111\n".encode(), {}),
    "an unknown header key": ("colour", item_file(colour="红"), {}),
    "a number where text is wanted": ("doc_no", item_file(doc_no=3), {}),
    "a missing attachment": ("attachments", item_file(lists=attached("范围图.pdf")), {}),
    "an attachment of 0 bytes": ("file", item_file(lists=attached("范围图.pdf")), {"范围图.pdf": b""}),
    "an attachment that is not what its name says": (
        "file",
        item_file(lists=attached("范围图.pdf")),
        {"范围图.pdf": b"\x89PNG\r\n\x1a\n" + bytes(100)},
    ),
    "a program as an attachment": (
        "file",
        item_file(lists=attached("范围图.pdf")),
        {"范围图.pdf": b"MZ" + bytes(100)},
    ),
    "an image that is none": (
        "images",
        item_file(text=TEXT + "\n![图](图.pdf)\n", lists="[[images]]\nfile = '图.pdf'\nalt = '图'"),
        {"图.pdf": PDF},
    ),
    "the same file twice under two names": (
        "attachments",
        item_file(lists=attached("甲.pdf", "乙.pdf")),
        {"甲.pdf": PDF, "乙.pdf": PDF},
    ),
    "the same name twice": ("attachments", item_file(lists=attached("甲.pdf", "甲.pdf")), {"甲.pdf": PDF}),
    "a file above the folder": ("attachments", item_file(lists=attached("../甲.pdf")), {}),
    "damaged bytes": ("file", "标题\n\n正文".encode() + b"\xff\xfe\xff", {}),
}


@pytest.mark.parametrize("wrong", IMPORTS)
def test_an_import_with(wrong: str, shared_world: World) -> None:
    field, data, files = IMPORTS[wrong]
    with refused_and_nothing_left(shared_world, field):
        shared_world.draft(data, files=files)


def test_a_second_wrong_file_takes_the_first_good_one_with_it(shared_world: World) -> None:
    with refused_and_nothing_left(shared_world, "file") as caught:
        shared_world.draft(
            item_file(lists=attached("甲.pdf", "乙.pdf")), files={"甲.pdf": PDF + b"good", "乙.pdf": b""}
        )
    assert "乙.pdf" in str(caught[0]), "it says which file"


def test_an_attachment_of_200_megabytes(shared_world: World, tmp_path: Path) -> None:
    path = tmp_path / "大.pdf"
    with path.open("wb") as file:
        file.write(PDF)
        file.truncate(200 * 1024 * 1024)
    with refused_and_nothing_left(shared_world, "file") as caught:
        shared_world.draft(item_file(lists=attached("大.pdf")), files={"大.pdf": path})
    assert "200.0 MB" in str(caught[0])
    assert "上限 100 MB" in str(caught[0])


def test_an_item_file_over_its_limit_is_refused_before_it_is_read(shared_world: World) -> None:
    with refused_and_nothing_left(shared_world, "file"):
        shared_world.draft(item_file(text="水" * 1_500_000))


SUBMITS: dict[str, tuple[str, dict[str, object]]] = {
    "an unknown column": ("column", {"column": "nowhere"}),
    "an unknown channel": ("channels", {"channels": ["bureau-portal", "douyin"]}),
    "no portal among the channels": ("channels", {"channels": ["weibo"]}),
    "the attribute 依申请公开": ("disclosure_attribute", {"disclosure_attribute": "依申请公开"}),
    "the attribute 不予公开": ("disclosure_attribute", {"disclosure_attribute": "不予公开"}),
    "an unknown kind": ("kind", {"kind": "gossip"}),
    "an unknown subject class": ("subject_class", {"subject_class": "占卜"}),
    "a document number of another form": ("doc_no", {"doc_no": "水字3号"}),
    "an expiry before the formation": ("expires_on", {"expires_on": "2026-11-01"}),
    "a warning without its elements": ("details.level", {"kind": "warning"}),
}


@pytest.mark.parametrize("wrong", SUBMITS)
def test_a_submit_with(wrong: str, shared_world: World) -> None:
    field, header = SUBMITS[wrong]
    item_id = shared_world.draft(item_file(**header))  # type: ignore[arg-type]
    with refused_and_nothing_left(shared_world, field) as caught:
        shared_world.submit(item_id)
    allowed = {"column": "tzgg", "channels": "bureau-portal", "disclosure_attribute": "主动公开"}
    assert allowed.get(field, "") in str(caught[0])
    assert shared_world.where(item_id).state == "draft"


def test_every_problem_is_named_at_once(shared_world: World) -> None:
    item_id = shared_world.draft(item_file(column="nowhere", channels=["weibo"], doc_no="水字3号"))
    with pytest.raises(Refused) as caught:
        shared_world.submit(item_id)
    assert {"column", "channels", "doc_no"} <= {problem.field for problem in caught.value.problems}


# ---------------------------------------------------------------- what is accepted, and arrives


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_these_encodings_are_accepted_and_nothing_is_lost(shared_world: World, encoding: str) -> None:
    text = TEXT.replace("石渡镇", "石渡𠮷镇")
    data = f"{TITLE}🚰\n\n{text}".encode(encoding)
    item_id = shared_world.draft(data, given={"formed_on": "2026-11-20"})
    [row] = shared_world.rows("SELECT content FROM drafts WHERE item_id = ?", item_id)
    content = json.loads(row["content"])
    assert content["title"] == f"{TITLE}🚰"
    assert "石渡𠮷镇有关用水户" in content["body"]
    assert "\ufeff" not in content["body"] + content["title"]


def test_rare_characters_and_emoji_in_titles_and_file_names_arrive(world: World) -> None:
    title, name = "关于𠮷水路🚰停水的通告", "停水𠮷范围🗺️.pdf"
    data = item_file(
        title, lists=attached(name), channels=["bureau-portal", "city-portal", "wechat", "weibo"]
    )
    item_id, _ = world.out_everywhere(data, files={name: PDF})
    urls = world.urls(item_id)
    page = fetch(urls["bureau-portal"])
    assert title in page.text
    assert "停水𠮷范围🗺️" in page.text
    base = urls["bureau-portal"].rpartition("/")[0]
    links = [link for link in page.links if link.endswith(".pdf")]
    assert {fetch(f"{base}/{link}").raw for link in links} == {PDF}
    assert title in fetch(urls["wechat"]).text
    assert "𠮷水路🚰" in fetch(urls["weibo"]).text


def test_a_title_of_120_characters_is_accepted_as_a_draft(shared_world: World) -> None:
    shared_world.draft(item_file(title="水" * 120, short_title="停水"))


# ---------------------------------------------------------------- settings

SECRET = "S3CRET-0123456789abcdef"
SETTINGS: dict[str, tuple[str, Callable[[str], str]]] = {
    "an unknown table": ("colour", lambda text: text + '\n[colour]\nred = "1"\n'),
    "an unknown key": (
        "bureau.colour",
        lambda text: text.replace("[bureau]", f'[bureau]\ncolour = "{SECRET}"'),
    ),
    "an unknown key of a channel": (
        "channels.wechat.app_secret",
        lambda text: text.replace("[channels.wechat]", f'[channels.wechat]\napp_secret = "{SECRET}"'),
    ),
    "no secret": (
        "channels.wechat.secret",
        lambda text: text.replace('secret_file = "secrets/wechat.secret"\n', ""),
    ),
    "a secret file that is not there": (
        "channels.wechat.secret_file",
        lambda text: text.replace("secrets/wechat.secret", "secrets/none"),
    ),
    "an empty secret file": (
        "channels.wechat.secret",
        lambda text: text.replace("secrets/wechat.secret", "secrets/empty"),
    ),
    "a secret of a wrong type": (
        "channels.weibo.app_secret",
        lambda text: text.replace('app_secret_file = "secrets/weibo.secret"', f'app_secret = ["{SECRET}"]'),
    ),
    "one folder for two channels": (
        "channels.archive.folder",
        lambda text: (
            text
            + """
[channels.archive]
kind = "dropfolder"
label = "档案目录"
practice = true
folder = "sites/city-portal"
"""
        ),
    ),
    "one account for two channels": (
        "channels.second.uid",
        lambda text: (
            text + text[text.index("[channels.weibo]") :].split("\n[", 1)[0].replace("weibo]", "second]")
        ),
    ),
    "a text where a number is wanted": (
        "bureau.summary_limit_chars",
        lambda text: text.replace("[bureau]", f'[bureau]\nsummary_limit_chars = "{SECRET}"'),
    ),
    "a text where yes or no is wanted": (
        "channels.weibo.practice",
        lambda text: text.replace(
            '[channels.weibo]\nkind = "weibo"\nlabel = "微博"\npractice = true',
            f'[channels.weibo]\nkind = "weibo"\nlabel = "微博"\npractice = "{SECRET}"',
        ),
    ),
    "an unknown kind of channel": (
        "channels.weibo.kind",
        lambda text: text.replace('kind = "weibo"', 'kind = "douyin"'),
    ),
    "a default column that does not exist": (
        "bureau.default_column",
        lambda text: text.replace('default_column = "tzgg"', 'default_column = "nowhere"'),
    ),
    "what is no TOML": ("gongkai.toml", lambda text: text + "\n= ="),
}


@pytest.mark.parametrize("wrong", SETTINGS)
def test_settings_with(wrong: str, quiet_world: World) -> None:
    world = quiet_world
    field, change = SETTINGS[wrong]
    (world.home / "secrets" / "empty").write_text("", "utf-8")
    path = world.home / "gongkai.toml"
    before = path.read_text("utf-8")
    path.write_text(change(before), "utf-8")
    assert path.read_text("utf-8") != before
    kept, entries = world.counts(), world.kinds()
    with pytest.raises(SettingsRefused) as caught:
        open_office(world.home, clock=world.clock)
    plain_words(caught.value, field)
    secrets = [file.read_text("utf-8").strip() for file in (world.home / "secrets").iterdir()]
    for said in (str(caught.value), repr(caught.value), repr(caught.value.problems)):
        assert not any(secret and secret in said for secret in (SECRET, *secrets))
    assert (world.counts(), world.kinds()) == (kept, entries)


# ---------------------------------------------------------------- disk and database


def still_works(world: World) -> None:
    item_id, _ = world.approved(item_file("磁盘恢复之后的通告"))
    assert world.where(item_id).state == "approved"
    with world.office.store.read() as reading:
        assert verify_log(reading, public_key=world.office.public_key, anchor=world.home / ANCHOR).ok


def test_a_full_disk_is_said_and_nothing_is_half_written(quiet_world: World) -> None:
    world, engine = quiet_world, quiet_world.office.store.engine
    pages = world.rows("PRAGMA page_count")[0][0]

    def full(dbapi: Any, _record: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count={pages}")

    before, entries = world.counts(), world.kinds()
    engine.dispose()
    sa.event.listen(engine, "connect", full)
    data = item_file(text="一句很长的话。\n" * 20_000, lists=attached("甲.pdf"))
    with pytest.raises(StoreUnavailable, match="磁盘已满"):
        world.draft(data, files={"甲.pdf": PDF})
    assert (world.counts(), world.kinds()) == (before, entries)
    sa.event.remove(engine, "connect", full)
    engine.dispose()
    still_works(world)


FILE_LIMIT = """
import resource, sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from publisher.store.engine import StoreUnavailable
from tests.world import attachment_world
world, data, files = attachment_world(Path(sys.argv[1]), sys.argv[2])
before = world.counts()
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    world.draft(data, files=files)
except StoreUnavailable as why:
    print(why.words, world.counts() == before, sorted(p.name for p in (world.home / "blobs").rglob("*")))
world.close()
"""


def test_a_disk_that_takes_no_more_of_a_file_leaves_nothing_of_it(quiet_world: World) -> None:
    ran = child(FILE_LIMIT, str(quiet_world.home), token_for(quiet_world), str(ROOT))
    assert ran.stdout.strip() == "附件写不进去，什么都没有保存 True []", ran.stderr


def token_for(world: World) -> str:
    """The child proves itself with a token of its own."""
    return str(world.do("admin", add_user, AddUserRequest("zi", "子某", ("drafter", "editor"))))


def child(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_a_read_only_database_is_said_and_nothing_is_half_written(quiet_world: World) -> None:
    world, store = quiet_world, quiet_world.office.store
    before, entries, engine = world.counts(), world.kinds(), store.engine
    store.engine = open_engine(f"sqlite:///file:{world.home / DATABASE}?mode=ro&uri=true")
    with pytest.raises(StoreUnavailable, match="只读"):
        world.draft(item_file(lists=attached("甲.pdf")), files={"甲.pdf": PDF})
    store.engine.dispose()
    store.engine = engine
    assert (world.counts(), world.kinds()) == (before, entries)
    still_works(world)


def test_a_file_that_is_no_database_is_said(quiet_world: World, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "gongkai.toml").write_text((quiet_world.home / "gongkai.toml").read_text("utf-8"), "utf-8")
    (broken / "secrets").symlink_to(quiet_world.home / "secrets")
    (broken / DATABASE).write_bytes(b"not a database, certainly" * 100)
    with pytest.raises(StoreUnavailable, match="文件不是数据库"):
        open_office(broken)


# ---------------------------------------------------------------- a second daemon

# ---------------------------------------------------------------- clocks and zones


def test_a_clock_set_back_an_hour_lets_no_time_fall_and_work_goes_on(world: World) -> None:
    first, _ = world.released()
    world.turn("city-portal", "bureau-portal")
    world.clock.now -= timedelta(hours=1)
    world.turn()
    second, _ = world.released(item_file("时钟回拨之后的通告"))
    world.until(lambda: set(world.states(second).values()) == {"verified"})
    assert world.clock.now < START, "within the hour that is lived twice"
    world.until(lambda: set(world.states(first).values()) == {"verified"}, step_s=300)
    times = [row["at"] for row in world.rows("SELECT at FROM log_entries ORDER BY seq")]
    assert times == sorted(times)
    assert len(times) == len(world.kinds())
    with world.office.store.read() as reading:
        assert verify_log(reading, public_key=world.office.public_key, anchor=world.home / ANCHOR).ok


ZONE = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.world import zone_report
print(json.dumps(zone_report(Path(sys.argv[1]))))
"""


def test_the_hosts_time_zone_changes_nothing(tmp_path: Path) -> None:
    running = {
        zone: subprocess.Popen(
            [sys.executable, "-c", ZONE, str(tmp_path / zone.replace("/", "-")), str(ROOT)],
            stdout=subprocess.PIPE,
            env={**os.environ, "TZ": zone},
        )
        for zone in ("UTC", "America/New_York")
    }
    told = {zone: json.loads(process.communicate(timeout=120)[0]) for zone, process in running.items()}
    assert told["UTC"] == told["America/New_York"]
    assert told["UTC"] == {
        "today is the 25th in Beijing": "accepted",
        "tomorrow is the 26th": "formed_on",
        "release_at": "2026-11-25T01:30:00+00:00",
        "shown": "2026-11-25 09:30",
        "index": "99000123-4/2026-00001",
        "due": "2026-12-23",
        "posted_at": "2026-11-25 09:30",
    }
