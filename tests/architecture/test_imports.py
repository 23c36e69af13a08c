"""Imports go down, libraries have one home each, and the core needs nothing but Python."""

from __future__ import annotations

import sys
import tomllib

import grimp
import pytest
from importlinter.cli import lint_imports

from tests.architecture.sources import ROOT

Graph = grimp.ImportGraph

CONTRACTS = {
    "publisher: imports go down",
    "channels: imports go down",
    "channels never import publisher",
    "only bootstrap picks adapters",
    "adapters only through the registry",
    "practice platforms are started by bootstrap or the demo",
    "requests and files are the adapters' business",
    "the channel contract is spoken by render, workflow and bootstrap",
    "httpx lives in channels.http and the practice stage",
    "tenacity lives in channels.http",
    "SQLAlchemy and Alembic live in the store",
    "APScheduler lives in the scheduler",
    "nh3 lives in render",
    "Jinja2 lives in render and in the console's pages",
    "FastAPI, Starlette and uvicorn live in web and the practice stage",
    "apprise lives in notices, and only bootstrap hands it on",
    "messengers are plugged in by bootstrap",
    "no circles",
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Who imports whom, other people's packages included."""
    return grimp.build_graph("publisher", "channels", include_external_packages=True, cache_dir=None)


def outside(graph: Graph, room: str, *allowed: str) -> list[str]:
    """Imports of a room (with all that is inside it) that are neither Python's nor among `allowed`."""
    modules = {room} | graph.find_descendants(room)
    return sorted(
        f"{module} → {imported}"
        for module in modules
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.partition(".")[0] not in sys.stdlib_module_names
        and not any(imported == name or imported.startswith(f"{name}.") for name in allowed)
    )


def test_every_import_contract_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filenames=(str(ROOT / "pyproject.toml"),), no_cache=True, no_logo=True)
    printed = capfd.readouterr()
    assert code == 0, printed.out + printed.err


def test_no_import_contract_was_quietly_taken_away() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert {contract["name"] for contract in settings["contracts"]} >= CONTRACTS
    assert [c["name"] for c in settings["contracts"] if "ignore_imports" in c] == []


def test_the_domain_needs_nothing_but_python(graph: Graph) -> None:
    assert outside(graph, "publisher.domain", "publisher.domain") == []


def test_the_channel_contract_needs_nothing_but_python(graph: Graph) -> None:
    assert outside(graph, "channels.contract", "channels.contract") == []


def test_reading_pages_needs_nothing_but_python_and_the_contract(graph: Graph) -> None:
    assert outside(graph, "channels.reading", "channels.contract") == []


IMPURE = {
    "asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket",
    "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib", "uuid", "zoneinfo",
}  # fmt: skip


def test_the_domain_has_no_clock_no_chance_no_log_and_touches_nothing_outside(graph: Graph) -> None:
    modules = {"publisher.domain"} | graph.find_descendants("publisher.domain")
    touched = {
        f"{module} → {imported}"
        for module in modules
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.partition(".")[0] in IMPURE
    }
    assert sorted(touched) == []


def test_nobody_opens_sqlite_beside_the_store(graph: Graph) -> None:
    importers = graph.find_modules_that_directly_import("sqlite3") if "sqlite3" in graph.modules else set()
    assert [name for name in sorted(importers) if not name.startswith("publisher.store")] == []
