"""Daemon killed, channel refused, disk nearly full, no anchor elsewhere, database away: the front page says so in
plain words, and no longer when it is mended.

Daemon and database are real processes; the channel is refused by the practice platform itself; only the disk's
figures are given in the place of the operating system's.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from channels.http import open_client
from publisher.bootstrap import create_home, open_office
from publisher.settings import DatabasePart
from tests.postgres import running as postgres_running
from tests.seats import Seat, seats, told
from tests.world import Clock, World, item_file
from tests.worlds import MakeWorld

COMMAND = "import sys; from publisher.cli import main; sys.exit(main())"
PATIENCE_S = 90
GB = 1024**3
NOT_RUNNING = "发布服务没有在运行，到点的内容不会发出"
AWAY = "数据库没有答复，这一次没有办。"


def comes(seat: Seat, true_of: Callable[[str], bool]) -> str:
    """The front page once it is so."""
    end = time.monotonic() + PATIENCE_S
    while not true_of(page := seat.get("/")):
        assert time.monotonic() < end, told(page)
        time.sleep(0.2)
    return page


@contextmanager
def on_the_wall_clock(home: Path, database: DatabasePart | None = None) -> Iterator[World]:
    """A new installation as in life: nobody serves it yet."""
    created = create_home(home, admin="admin", admin_display="管理员", practice=True, database=database)
    office = open_office(home)
    admin = office.prove("admin", token=created.admin_token)
    world = World(home, office, Clock(datetime.now(UTC)), {"admin": admin}, open_client(timeout_s=5))
    try:
        yield world
    finally:
        world.close()


@contextmanager
def serving(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`publisher run` in a process of its own."""
    words = [sys.executable, "-c", COMMAND, "run", "--home", str(home)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE_S)


def test_a_killed_daemon_is_said_and_no_longer_when_it_runs_again(tmp_path: Path) -> None:
    with on_the_wall_clock(tmp_path / "home") as world, seats(world, ma="editor") as at:
        assert NOT_RUNNING in at["ma"].get("/")
        with serving(world.home) as process:
            comes(at["ma"], lambda page: NOT_RUNNING not in page)
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE_S)
            page = comes(at["ma"], lambda page: NOT_RUNNING in page)
            assert "请系统管理员启动发布服务" in page
        with serving(world.home):
            comes(at["ma"], lambda page: NOT_RUNNING not in page)


def test_a_channel_that_refuses_our_credentials_is_named_with_what_to_do(world: World) -> None:
    tokens = world.practice.simulators["weibo"].world.tokens.values()
    down = "微博已暂停，那里什么都不发"
    with seats(world, ma="editor") as at:
        assert down not in at["ma"].get("/")
        for token in tokens:
            token.revoked = True
        world.released(item_file(channels=["bureau-portal", "weibo"]))
        world.turn()
        world.pass_time(300)
        page = at["ma"].get("/")
        assert down in page
        assert "打开渠道页看原因；改好以后恢复或解除" in page
        assert "门户网站已暂停" not in page
        for token in tokens:
            token.revoked = False
        world.pass_time(3600)
    with seats(world, na="editor") as at:
        assert down not in at["na"].get("/")


def test_a_disk_that_is_nearly_full_is_said_in_figures(
    quiet_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free, total=40 * GB))

    with seats(quiet_world, ma="editor") as at:
        left(20 * GB)
        assert "磁盘" not in told(at["ma"].get("/"))
        left(GB)
        page = at["ma"].get("/")
        assert "磁盘快写满了（剩 1.0 GB，共 40.0 GB）" in page
        assert "请系统管理员清理磁盘或换更大的磁盘" in page
        left(GB // 10)
        assert "磁盘已经写满，随时可能不能保存" in at["ma"].get("/")
        left(20 * GB)
        assert "磁盘" not in told(at["ma"].get("/"))


def test_real_channels_without_an_anchor_off_the_machine_are_said(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    said = "存证的检查点只存在本机"
    real = {"practice = true": "practice = false"}
    beside = make_world(practising=False, settings=real)
    with seats(beside, ma="editor") as at:
        page = at["ma"].get("/")
        assert said in page
        assert "把检查点另存到别的机器的磁盘上" in page
    mended = real | {"anchor = ": f'anchor = "{tmp_path / "another-machine.txt"}" # '}
    with seats(make_world(practising=False, settings=mended), ma="editor") as at:
        assert said not in at["ma"].get("/")


def test_a_database_that_is_away_is_said_on_every_page_and_mends_by_itself(tmp_path: Path) -> None:
    with (
        postgres_running() as server,
        on_the_wall_clock(tmp_path / "home", DatabasePart(url=server.database())) as world,
        seats(world, ma="editor") as at,
    ):
        assert AWAY not in at["ma"].get("/")
        server.stop()
        for path in ("/", "/items"):
            page = at["ma"].get(path, 503)
            assert AWAY in page
            assert "什么都没有保存" in page
            assert "请系统管理员看数据库服务是否在运行" in page
            assert "系统出了问题" not in page
        assert AWAY in at["ma"].refused("/own/sessions/end", {}, 503)
        server.start()
        assert AWAY not in at["ma"].get("/")
