"""What holds for every test: one business time, and no test that quietly does not run."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from tests.fault.listing import pytest_terminal_summary as pytest_terminal_summary

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""The many processes that tests start keep what they compiled, as a user's do; else each compiles all modules again."""


@pytest.fixture
def business_now() -> datetime:
    """Tuesday 2026-11-24, 10:00 in Beijing, as an aware UTC instant: a working day in the announced calendar."""
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A skipped or expected failure turns the run red; decided once, where the workers' reports meet."""
    if hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    quiet = reporter.stats if reporter else {}
    if exitstatus == 0 and (quiet.get("skipped") or quiet.get("xfailed")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
