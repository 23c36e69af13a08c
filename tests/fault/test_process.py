"""What can happen to the process itself: a second one, a frozen one, a full disk, the real command killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from channels.http import Http
from channels.sandbox.call import Do, Fault
from publisher.domain.posting import PostingState
from tests.fault import victim
from tests.fault.death import Death
from tests.fault.house import build_house, reopen
from tests.fault.killing import SIGKILLED, Scene, all_verified, log_verifies, only_one, public_things, settle
from tests.fault.moments import Ahead
from tests.fault.rest import serve_round, serve_to_rest
from tests.fault.steps import PUBLISHING, WEIBO, Point, Step
from tests.fault.theatre import Theatre

PROJECT = Path(__file__).parents[2]
COMMAND = "import sys; from publisher.cli import main; sys.exit(main(sys.argv[1:]))"
ONCE_ONLY = [step for step in PUBLISHING if step.name in ("submit", "share")]
SHARE = ONCE_ONLY[1]
PATIENCE_S = 60


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_frozen_process_keeps_what_it_claimed_and_posts_once_when_it_wakes(at: Scene) -> None:
    mark = at.home.parent / "mark"
    death = Death(SHARE, Point.AFTER_INTENT, mark, signal.SIGSTOP)
    child, go = victim.start(at.home, at.home.parent / "clock", death, "")
    go.send("go")
    stat = Path(f"/proc/{child.pid}/stat")
    eventually(lambda: mark.exists() and stat.read_text().rpartition(")")[2].split()[0] == "T")
    for _ in range(3):
        serve_round(at.office)  # another worker on the same file leaves it alone, however long it takes
        at.clock.set(at.clock() + timedelta(hours=1))
    assert [p.state for p in at.postings() if p.channel == WEIBO] == [PostingState.SENDING]
    assert public_things(at)[WEIBO] == 0
    os.kill(child.pid or 0, signal.SIGCONT)
    child.join(victim.WAIT_S)
    go.close()
    assert child.exitcode == 0
    all_verified(at)
    log_verifies(at)


@pytest.mark.parametrize("point", [Point.BEFORE_INTENT, Point.AFTER_INTENT, Point.ANSWERED], ids=str)
@pytest.mark.parametrize("step", ONCE_ONLY, ids=str)
def test_when_the_disk_is_full_nothing_is_lost_or_sent_twice_and_it_goes_on_by_itself(
    at: Scene, step: Step, point: Point
) -> None:
    mark = at.home.parent / "mark"
    death = Death(step, point, mark, signal.SIGXFSZ)
    child, go = victim.start(at.home, at.home.parent / "clock", death, "")
    go.send("go")
    child.join(victim.WAIT_S)
    go.close()
    assert (child.exitcode, mark.exists()) == (0, True)
    assert PostingState.SENDING not in [posting.state for posting in at.postings()]
    only_one(at)
    settle(at, step, point)
    serve_to_rest(at.office, at.clock)
    all_verified(at)
    log_verifies(at)


def test_the_real_command_killed_after_weibo_executed_leaves_one_post(
    theatre: Theatre, tmp_path: Path
) -> None:
    clock = Ahead()
    house = build_house(tmp_path / "home", theatre.ports, clock)
    http = Http(theatre.client)
    office = reopen(house.home, clock, http=http)
    practice = theatre.play(office.settings, office.options, clock)
    at = Scene(house, house.home, clock, office, practice, http)
    environment = {**os.environ, "GONGKAI_HOME": str(house.home)}
    arguments = [sys.executable, "-c", COMMAND, "daemon"]
    with subprocess.Popen(arguments, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL) as process:
        practice.stages[WEIBO].victim = process.pid
        practice.stages[WEIBO].script(Fault(SHARE.request, Do.KILL_EXECUTED))
        assert process.wait(PATIENCE_S) == SIGKILLED
    only_one(at)
    assert public_things(at)[WEIBO] == 1
    serve_to_rest(office, clock)
    all_verified(at)
    log_verifies(at)
    office.close()
