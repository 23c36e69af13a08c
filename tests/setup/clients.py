"""Fetches the clients of requirements-clients.lock, checks their hashes, and lays them out in one folder.

`archives/` keeps what was fetched, `site/` what was installed from it, `sources/` what exists as source only and
is unpacked, not installed. Fetching a source archive makes pip read its metadata, for which `build/` has setuptools.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements-clients.lock"
IDENTITY = Path(__file__).parent / "identity"
SOURCE_ONLY = ("weibo",)
BUILD = ("setuptools",)
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


def pip(*arguments: str | Path, **environment: str) -> None:
    """Run pip quietly; its words are shown when it fails."""
    done = subprocess.run(
        [*PIP, *map(str, arguments)], env={**os.environ, **environment}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"取不到测试用的客户端 / cannot fetch the clients for the tests:\n{done.stderr}")


def requirements(folder: Path) -> tuple[Path, Path]:
    """The lock in two files: wheels, and what has none."""
    rows = re.split(r"\n(?=\S)", LOCK.read_text("utf-8").strip())
    sources = [row for row in rows if row.partition("==")[0] in SOURCE_ONLY]
    wheels, rest = folder / "wheels.txt", folder / "sources.txt"
    wheels.write_text("\n".join(row for row in rows if row not in sources) + "\n", "utf-8")
    rest.write_text("\n".join(sources) + "\n", "utf-8")
    return wheels, rest


def unpack(archive: Path, target: Path) -> None:
    """The plain files of a source archive, each below `target`."""
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            place = target / member.name
            content = tar.extractfile(member) if member.isfile() else None
            if content and place.resolve().is_relative_to(target.resolve()):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.read())


def lay_out(folder: Path) -> None:
    """From nothing to `archives/`, `site/` and `sources/`."""
    shutil.rmtree(folder, ignore_errors=True)
    archives, build = folder / "archives", folder / "build"
    archives.mkdir(parents=True)
    wheels, rest = requirements(folder)
    fetch: tuple[str | Path, ...] = ("download", "--no-deps", "--require-hashes", "--dest", archives)
    pip(*fetch, "--only-binary", ":all:", "-r", wheels)
    near: tuple[str | Path, ...] = ("install", "--no-deps", "--no-index", "--compile", "--target")
    pip(*near, build, *(one for name in BUILD for one in archives.glob(f"{name}-*.whl")))
    pip(
        *(*fetch, "--no-binary", ":all:", "--no-build-isolation", "--use-pep517", "-r", rest),
        PYTHONPATH=str(build),
    )
    pip(*near, folder / "site", *(p for p in archives.glob("*.whl") if not p.name.startswith(BUILD)))
    for archive in archives.glob("*.tar.gz"):
        unpack(archive, folder / "sources")


def identity_server(folder: Path) -> None:
    """`oidc/`: the OpenID Connect server of tests/setup/identity, its lock holds the hashes."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("缺少 npm / npm is missing, run: sudo apt-get install -y npm")
    shutil.copytree(IDENTITY, folder / "oidc", dirs_exist_ok=True)
    done = subprocess.run(
        [npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder / "oidc",
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"取不到测试用的身份服务 / cannot fetch the identity server for the tests:\n{done.stderr}")


if __name__ == "__main__":
    print("准备测试用的客户端（只做一次）/ fetching the clients for the tests, once …", file=sys.stderr)
    lay_out(Path(sys.argv[1]).resolve())  # pip builds in a folder of its own
    identity_server(Path(sys.argv[1]).resolve())
