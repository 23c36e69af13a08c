"""The wheel works when installed alone: templates and migrations inside, nothing from the checkout.

Its libraries are borrowed from the running environment by one `.pth` line; a `.pth` found through a `.pth` is
not read, so the checkout itself cannot be imported.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = "publisher/_shipped/templates"
MARK = re.compile(r"<<(iso|cn|md|year):([+-]\d+)>>")


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel, and an empty folder to stand in."""

    python: Path
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command of this environment, with nothing set that could lead to the checkout."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GONGKAI_", "PYTHON", "PYTEST"))}
        return subprocess.run(
            [self.python.with_name(command[0]), *command[1:]],
            cwd=self.folder,
            env=kept | {"COLUMNS": "100", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def publisher(self, *arguments: str) -> str:
        """Output of a `publisher` command that must end with 0."""
        done = self.run("publisher", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def pip(*arguments: str | Path) -> None:
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", *quiet, *map(str, arguments)], check=True, timeout=300)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, ROOT)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=120)
    python = folder / "venv" / "bin" / "python"
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    (site,) = (folder / "venv").glob("lib/python3*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    (folder / "elsewhere").mkdir()
    return Installed(python, folder / "elsewhere")


@pytest.fixture(scope="module")
def home(installed: Installed) -> dict[str, str]:
    """A new home made by the installed command, with its people's token files."""
    token = json.loads(
        installed.publisher("init", "--admin", "admin", "--body-name", "临澜市水利局", "--json")
    )["token"]
    files = {"admin": token}
    installed.folder.joinpath("admin").write_text(token, encoding="utf-8")
    for name, display, role in (
        ("lu.yuan", "陆予安", "drafter,editor"),
        ("shen.qing", "沈青禾", "content_reviewer"),
    ):
        added = installed.publisher(
            "user", "add", name, "--display", display, "--role", role, *acting("admin"), "--json"
        )
        files[name] = json.loads(added)["token"]
        installed.folder.joinpath(name).write_text(files[name], encoding="utf-8")
    return files


def acting(name: str) -> list[str]:
    return ["--as", name, "--token-file", name]


def inside(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if not name.endswith("/")]


def below(folder: str, suffix: str = "") -> set[str]:
    """Files of the checkout as they are named there."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob(f"*{suffix}")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_module_once_and_no_tests(wheel: Path) -> None:
    names = [name for name in inside(wheel) if not name.startswith("publisher/_shipped/")]
    modules = Counter(name for name in names if name.endswith(".py"))
    assert set(modules) == below("publisher", ".py") | below("channels", ".py")
    assert [name for name, times in modules.items() if times > 1] == []


@pytest.mark.parametrize("folder", ["channels", "portal", "demo", "inspector"])
def test_the_wheel_holds_every_template_once(wheel: Path, folder: str) -> None:
    shipped = Counter(name for name in inside(wheel) if name.startswith(f"{SHIPPED}/{folder}/"))
    expected = {name.replace("templates/", f"{SHIPPED}/", 1) for name in below(f"templates/{folder}")}
    assert set(shipped) == expected
    assert set(shipped.values()) == {1}


def test_the_wheel_holds_the_verifier_that_goes_to_inspectors(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = archive.read("publisher/_shipped/auditor/verify_gongkai_log.py")
    assert shipped == (ROOT / "deploy" / "auditor" / "verify_gongkai_log.py").read_bytes()


def test_the_wheel_holds_the_migrations_and_the_pages_of_the_practice_platforms(wheel: Path) -> None:
    names = set(inside(wheel))
    assert below("publisher/store/migrations") <= names
    assert below("channels/sandbox/pages") <= names


def test_the_installed_product_is_the_wheels_and_not_the_checkout(installed: Installed) -> None:
    done = installed.run(
        "python", "-c", "import publisher, channels; print(publisher.__file__, channels.__file__, sep='\\n')"
    )
    assert done.returncode == 0, done.stderr
    places = [Path(line) for line in done.stdout.splitlines()]
    assert [place for place in places if not place.is_relative_to(installed.python.parents[1])] == []


def test_the_installed_product_sets_up_a_home_and_finds_it_well(
    installed: Installed, home: dict[str, str]
) -> None:
    assert len(home["admin"]) == 48
    assert json.loads(installed.publisher("doctor", "--json"))["ok"] is True


def test_the_installed_product_finds_the_verifier(installed: Installed) -> None:
    found = "from publisher.resources import resource; print(resource('auditor', 'verify_gongkai_log.py'))"
    done = installed.run("python", "-c", found)
    assert "_shipped" in done.stdout, done.stderr


def dated(text: str) -> str:
    """The demo's marks for days, counted from today in Beijing, written as the demo writes them."""
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    forms = {
        "iso": "{0:%Y-%m-%d}",
        "cn": "{0.year}年{0.month}月{0.day}日",
        "md": "{0.month}月{0.day}日",
        "year": "{0.year}",
    }
    return MARK.sub(lambda m: forms[m[1]].format(today + timedelta(days=int(m[2]))), text)


@pytest.mark.parametrize("name", ["1-年报", "2-工程公告", "3-洪水预警", "4-工作动态"])
def test_the_installed_product_renders_the_demos_items_for_every_channel(
    installed: Installed, home: dict[str, str], name: str
) -> None:
    (shipped,) = installed.python.parents[1].glob(f"lib/python3*/site-packages/{SHIPPED}/demo")
    shutil.copytree(shipped / "files", installed.folder / "files", dirs_exist_ok=True)
    text = dated((shipped / f"{name}.txt").read_text(encoding="utf-8"))
    installed.folder.joinpath(f"{name}.txt").write_text(text, encoding="utf-8")
    kept = json.loads(installed.publisher("item", "import", f"{name}.txt", *acting("lu.yuan"), "--json"))
    item = kept["drafts"][0]["item"]
    installed.publisher("item", "submit", item, *acting("lu.yuan"))
    page = installed.publisher("review", "show", item)
    for label in ("市政府门户网站", "局门户网站", "微信公众号", "微博"):
        assert f"将发到 {label}（练习）" in page
