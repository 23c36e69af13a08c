"""The real command in processes of its own: a plain locale, a signal, and the whole trip on practice platforms."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Bureau

START = "import sys; from publisher.cli import main; sys.exit(main())"
MOST_MB = 400
"""What the service with all its practice platforms may take of a small machine's memory."""

PATIENCE_S = 120


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", START, *words]


@pytest.mark.parametrize("extra", [{}, {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_chinese_comes_out_whole_in_the_plainest_locale(bureau: Bureau, extra: dict[str, str]) -> None:
    bureau.draft()
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    env = plain | {"LC_ALL": "C", **extra}
    done = subprocess.run(
        command("item", "list", "--home", str(bureau.home)), env=env, capture_output=True, check=True
    )
    assert "停水通告" in done.stdout.decode("utf-8")
    lost = subprocess.run(
        command("item", "show", "没有的", "--home", str(bureau.home)), env=env, capture_output=True
    )
    assert lost.returncode == 4
    assert "没有条目：没有的" in lost.stderr.decode("utf-8")


def test_eighty_columns_are_never_exceeded_but_by_what_must_be_copied(bureau: Bureau) -> None:
    item = bureau.approved(channels="bureau-portal,wechat,weibo")
    env = os.environ | {"COLUMNS": "80"}
    for words in (
        ("item", "list"),
        ("item", "show", item),
        ("audit", "list"),
        ("review", "show", item),
        ("doctor",),
    ):
        done = subprocess.run(
            command(*words, "--home", str(bureau.home)), env=env, capture_output=True, check=True
        )
        wide = [line for line in done.stdout.decode().splitlines() if columns(line) > 80]
        assert [line for line in wide if "http" not in line and "摘要" not in line] == []


def columns(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)


def move_to_free_ports(home: Path) -> None:
    """The home was copied: other tests may serve at the ports that it was made with."""
    settings = home / "gongkai.toml"
    text = settings.read_text(encoding="utf-8")
    with ExitStack() as held:
        for port in set(re.findall(r"127\.0\.0\.1:(\d+)", text)):
            taken = held.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{taken.getsockname()[1]}")
    settings.write_text(text, encoding="utf-8")


def peak_mb(pid: int) -> int:
    """The most memory that the process had at once."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1]) // 1024


@contextmanager
def running(bureau: Bureau) -> Iterator[dict[str, Any]]:
    """`publisher run` until the test is done; it must then stop by itself with 0."""
    move_to_free_ports(bureau.home)
    words = command("run", "--json", "--home", str(bureau.home))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            ready = document(process.stdout)
            assert ready, process.stderr.read().decode()
            yield json.loads(ready)
            assert peak_mb(process.pid) < MOST_MB
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0


def document(lines: Any) -> str:
    """The lines of one JSON document from a stream that stays open."""
    read = ""
    for line in lines:
        read += line.decode()
        if line == b"}\n":
            break
    return read


def apart(bureau: Bureau, *words: str, by: str = "") -> int:
    """The exit code of a command that asks a platform, in a process of its own as in life."""
    person = ["--as", by, "--token-file", str(bureau.tokens / by)] if by else []
    done = subprocess.run(command(*words, *person, "--home", str(bureau.home)), capture_output=True)
    return done.returncode


def wait_for(bureau: Bureau, item: str, state: str, channels: set[str]) -> dict[str, Any]:
    """The item once it and all its channels are in these states."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        place: dict[str, Any] = bureau.get("item", "show", item)
        if place["state"] == state and {c["state"] for c in place["channels"]} == channels:
            return place
        time.sleep(0.3)
    raise AssertionError(place["sentence"])


def test_an_item_makes_the_trip_and_comes_back_by_the_command_line_alone(
    bureau: Bureau, tmp_path: Path
) -> None:
    item = bureau.approved(channels="bureau-portal,weibo")
    with running(bureau) as ready:
        assert set(ready["places"]) == {"city-portal", "bureau-portal", "wechat", "weibo"}
        assert apart(bureau, "channel", "probe", "weibo") == 0
        bureau.get("item", "schedule", item, by="nigao")
        place = wait_for(bureau, item, "released", {"verified"})
        assert all(c["url"].startswith("http://127.0.0.1:") for c in place["channels"])
        postings = bureau.get("posting", "list", "--all")["postings"]
        assert {p["words"] for p in postings} == {"已发出"}
        assert "核验" in bureau.do("posting", "show", postings[0]["posting"]).out
        part = place["channels"][0]["part_id"]
        assert apart(bureau, "part", "gone", part, by="nigao") == 3
        assert bureau.do("item", "withdraw", item, "--reason", "内容有误", by="nigao").code == 5
        bureau.get("item", "withdraw", item, "--reason", "内容有误", by="qianfa")
        wait_for(bureau, item, "withdrawn", {"withdrawn"})
        assert "内容有误" in bureau.do("item", "show", item).out
    assert len(bureau.get("report", "ledger")["lines"]) == 2
    assert bureau.get("audit", "verify")["ok"]
