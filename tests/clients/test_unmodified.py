"""The clients are the ones that their authors published: archives by hash, files byte for byte."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zipfile
from collections.abc import Iterator

import pytest

from tests.clients.stand import ARCHIVE_OF, ARCHIVES, LOCK, SITE, SOURCES

ADDED_BY_PIP = re.compile(r"[^/]+\.dist-info/(RECORD|INSTALLER|REQUESTED|WHEEL|direct_url\.json)")
each_client = pytest.mark.parametrize("name", ARCHIVE_OF)


def pinned(name: str) -> set[str]:
    """The hashes that the lock allows for a client."""
    block = re.search(rf"^{name}==.*(?:\n .*)*", LOCK.read_text("utf-8"), re.MULTILINE)
    assert block
    return set(re.findall(r"sha256:([0-9a-f]{64})", block[0]))


def published(name: str) -> Iterator[tuple[str, bytes]]:
    """The files of a client's archive."""
    path = ARCHIVES / ARCHIVE_OF[name]
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            yield from ((one, wheel.read(one)) for one in wheel.namelist() if not one.endswith("/"))
        return
    with tarfile.open(path) as tar:
        for member in tar.getmembers():
            content = tar.extractfile(member) if member.isfile() else None
            if content:
                yield member.name, content.read()


@each_client
def test_the_archive_is_the_one_that_the_lock_pins(name: str) -> None:
    assert hashlib.sha256((ARCHIVES / ARCHIVE_OF[name]).read_bytes()).hexdigest() in pinned(name)


@each_client
def test_every_file_that_runs_is_the_archives_file(name: str) -> None:
    home = SITE if ARCHIVE_OF[name].endswith(".whl") else SOURCES
    files = dict(published(name))
    differing = [
        path
        for path, content in files.items()
        if not ADDED_BY_PIP.fullmatch(path) and (home / path).read_bytes() != content
    ]
    assert files
    assert differing == []


@each_client
def test_nothing_was_added_to_a_package(name: str) -> None:
    home = SITE if ARCHIVE_OF[name].endswith(".whl") else SOURCES
    files = {path for path, _ in published(name)}
    there = {
        path.relative_to(home).as_posix()
        for top in {path.partition("/")[0] for path in files}
        for path in (home / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path for path in there - files if not ADDED_BY_PIP.fullmatch(path)} == set()


def test_the_lock_names_no_registry() -> None:
    assert "://" not in LOCK.read_text("utf-8")
