"""The list of all kill cases and how each ended, at the end of the test run."""

from __future__ import annotations

import pytest

KILLED = "killed at"
"""Name of the property by which a case hands its line to the list."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line a case, in the order of their names."""
    lines = sorted(
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == KILLED
    )
    if lines:
        terminalreporter.section(f"{len(lines)} kill cases")
        for line in lines:
            terminalreporter.write_line(line)
