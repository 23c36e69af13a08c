"""What the README and the tutorial say to type is typed, in order, and prints what they show."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Told, console, missing

PATIENCE_S = 900
TUTORIAL = console("docs/tutorial/first-item.md")
README = [told for told in console("README.md") if not told.command.startswith("make ")]
MARK = re.compile(r"^\x1e(\d+) (\d+)$", re.MULTILINE)


def script(commands: list[Told]) -> str:
    """All commands in one shell, each with its output and exit code behind a mark; `$?` is the one before."""
    lines = ["code=0"]
    for number, told in enumerate(commands):
        lines += [
            "(exit $code)",
            f"{{ {told.command}",
            "} 2>&1",
            f"code=$?; printf '\\n\\036{number} %s\\n' $code",
        ]
    return "\n".join(lines)


def environment(home: Path) -> dict[str, str]:
    """A user with the installed command, a terminal of 100 columns and nothing set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI_")}
    places = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {
        "PATH": places,
        "HOME": str(home),
        "SOURCE": str(ROOT),
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
    }


def typed(commands: list[Told], folder: Path) -> Mapping[str, tuple[str, int]]:
    """Output and exit code of each command, by its place. The whole session ends with what it started."""
    session = subprocess.Popen(
        ["bash", "-c", script(commands)],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        printed, _ = session.communicate(timeout=PATIENCE_S)
    finally:
        if session.poll() is None:
            os.killpg(session.pid, signal.SIGKILL)
            printed, _ = session.communicate()
    pieces = MARK.split(printed)
    results = zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=False)
    return {commands[int(number)].place: (text, int(code)) for text, number, code in results}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[str, int]]:
    """The tutorial, typed once."""
    return typed(TUTORIAL, tmp_path_factory.mktemp("tutorial"))


MAY_FAIL = {told.place for told, after in pairwise(TUTORIAL) if after.command == "echo $?"}


@pytest.mark.parametrize("told", TUTORIAL, ids=lambda told: told.place.rpartition("/")[2])
def test_a_command_of_the_tutorial_prints_what_the_page_shows(
    session: Mapping[str, tuple[str, int]], told: Told
) -> None:
    assert told.place in session, f"not reached: {list(session.items())[-1:]}"
    printed, code = session[told.place]
    assert missing(told.output, printed) == [], printed
    assert (code == 0) is (told.place not in MAY_FAIL), printed


def test_a_command_of_the_readme_prints_what_it_shows(tmp_path: Path) -> None:
    results = typed(README, tmp_path)
    for told in README:
        printed, code = results[told.place]
        assert missing(told.output, printed) == [], printed
        assert code == 0, printed


def test_a_line_that_did_not_come_is_noticed() -> None:
    assert missing(("已签发 …",), "已退回 x\n") == ["已签发 …"]
    assert missing(("a", "b"), "b\na\n") == ["b"]
    assert (
        missing(("已送审  索引号 …-00001", "…", "版本摘要 …"), "已送审 索引号 9/2026-00001\n版本摘要 ab\n")
        == []
    )
