"""What is nowhere in the source: platforms by name, the environment, the wall clock, and rooms without a name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import dotted, parsed, shown, sources, words

PLATFORMS = re.compile(r"wechat|weibo|dropfolder", re.IGNORECASE)
MAY_NAME_PLATFORMS = re.compile(r"publisher/(settings\.py|bootstrap(\.py|/.*)|cli/demo(\.py|/.*|_.*))")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc"}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "os.putenv"}
WALL_CLOCKS = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|strftime))$"
)

publisher_files = pytest.mark.parametrize("path", sources("publisher"), ids=shown)
all_files = pytest.mark.parametrize("path", sources("publisher", "channels"), ids=shown)


@publisher_files
def test_the_publisher_knows_no_platform_by_name(path: Path) -> None:
    named = [f"{shown(path)}:{line} {word!r}" for line, word in words(path) if PLATFORMS.search(word)]
    assert named == [] or MAY_NAME_PLATFORMS.fullmatch(shown(path)), named


@all_files
def test_every_file_and_folder_is_named_for_what_it_holds(path: Path) -> None:
    names = {part for step in path.with_suffix("").parts for part in step.split("_")}
    assert not names & NAMELESS


@all_files
def test_only_the_settings_read_the_environment(path: Path) -> None:
    reads = [f"{shown(path)}:{line} {name}" for line, name in dotted(path) if name in ENVIRONMENT]
    assert reads == [] or shown(path) == "publisher/settings.py", reads


@pytest.mark.parametrize("path", sources("publisher/domain", "publisher/workflow"), ids=shown)
def test_rules_and_steps_are_told_the_time_and_never_look(path: Path) -> None:
    looks = [f"{shown(path)}:{line} {name}" for line, name in dotted(path) if WALL_CLOCKS.search(name)]
    assert looks == []


WORK = (ast.For, ast.While, ast.With, ast.Try)


@pytest.mark.parametrize(
    "path", [p for p in sources("publisher", "channels") if p.name != "env.py"], ids=shown
)
def test_importing_a_module_does_no_work(path: Path) -> None:
    """Names are bound and nothing else; Alembic's env.py is a script that only a migration runs."""
    work = [
        f"{shown(path)}:{statement.lineno} {ast.unparse(statement)[:60]}"
        for statement in parsed(path).body
        if isinstance(statement, WORK)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call))
    ]
    assert work == []


def test_the_search_for_platform_names_finds_one_in_code_and_not_in_documentation(tmp_path: Path) -> None:
    source = tmp_path / "probe.py"
    source.write_text(
        '"""WeChat waits."""\nKIND = "weibo"\ndef wechat_send():\n    "dropfolder"\n', encoding="utf-8"
    )
    assert sorted((line, word) for line, word in words(source) if PLATFORMS.search(word)) == [
        (2, "weibo"),
        (3, "wechat_send"),
    ]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import datetime as dt\nx = dt.datetime.now()", True),
        ("from datetime import datetime\nx = datetime.now(UTC)", True),
        ("from time import time\nx = time()", True),
        ("import time\nx = time.time()", True),
        ("x = journal.now", False),
        ("import time\nx = time.monotonic()", False),
    ],
)
def test_the_search_for_wall_clocks_finds_each_way_to_ask(tmp_path: Path, code: str, found: bool) -> None:
    source = tmp_path / "probe.py"
    source.write_text(code, encoding="utf-8")
    assert any(WALL_CLOCKS.search(name) for _, name in dotted(source)) is found
