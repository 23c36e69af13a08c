"""The list of all kill cases and storms, and how each ended, at the end of the test run."""

from __future__ import annotations

import pytest

KILLED = "killed at"
"""Name of the property by which a case hands its line to the list."""

STORM = "storm"
"""The same for what came in a storm of faults and how it ended, several lines each."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line a case, in the order of their names, then the storms."""
    for told, title in ((KILLED, "kill cases"), (STORM, "storms")):
        lines = _told(terminalreporter, told)
        if lines:
            terminalreporter.section(f"{len(lines)} {title}")
            for line in lines:
                terminalreporter.write_line(line)


def _told(terminalreporter: pytest.TerminalReporter, told: str) -> list[str]:
    return sorted(
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == told
    )
