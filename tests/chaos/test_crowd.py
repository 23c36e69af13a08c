"""Two daemons, the command line and a reader on one SQLite file: everybody waits a turn, nobody is turned away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.chaos.crowd import ROLES, crowd, table
from tests.fault.listing import STORM

SECONDS = 8.0


def test_four_processes_on_one_file_meet_no_lock_error(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    told = crowd(tmp_path, SECONDS)
    record_property(STORM, table(told, SECONDS))
    assert [error for one in told for error in one.errors] == []
    assert [one.role for one in told] == list(ROLES)
    assert all(one.rounds for one in told)
    assert all(one.writes for one in told if one.role != "reader")
    assert max(one.worst_wait_s for one in told) < 30
