"""Portal first, by the platforms' own request log: while readers don't find the approved page, nothing follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from channels.http import Http, open_client
from channels.sandbox.call import Do, Fault, Logged
from publisher.bootstrap import Office
from tests.fault.house import SENTENCE, reopen
from tests.fault.killing import Scene, all_verified, log_verifies
from tests.fault.rest import serve_on, serve_portals, serve_round
from tests.fault.steps import BUREAU, WECHAT, WEIBO

FOLLOWERS = (WECHAT, WEIBO)
OTHER_PAGE = "<!DOCTYPE html><html lang='zh-CN'><title>维护</title><p>网站维护中</html>"


def _down(at: Scene) -> None:
    at.practice.stages[BUREAU].reader_open = False


def _slow(at: Scene) -> None:
    at.practice.stages[BUREAU].script(Fault("/tzgg/", Do.DELAY_BEFORE, times=1000, seconds=0.3))


def _another_page(at: Scene) -> None:
    at.practice.stages[BUREAU].script(Fault("/tzgg/", Do.ANSWER, times=1000, body=OTHER_PAGE))


def _another_text(at: Scene) -> None:
    """The approved page with one word changed, as a careless editor or a stranger would leave it."""
    stage = at.practice.stages[BUREAU]
    inner = stage.play

    def changed(call: object) -> object:
        reply = inner(call)  # type: ignore[arg-type]
        object.__setattr__(reply, "body", reply.body.replace("石渡镇".encode(), "石桥镇".encode()))
        return reply

    stage.play = changed  # type: ignore[assignment]


BROKEN = {"down": _down, "slow": _slow, "another page": _another_page, "another text": _another_text}


def mend(at: Scene) -> None:
    stage = at.practice.stages[BUREAU]
    stage.reader_open, stage.play = True, at.practice.simulators[BUREAU].play
    stage.faults.clear()


def sent(at: Scene) -> list[Logged]:
    return [line for line in at.practice.log.lines if line.platform in FOLLOWERS and line.creates]


def serve_minutes(office: Office, at: Scene, minutes: int) -> None:
    for _ in range(minutes):
        serve_round(office)
        at.clock.advance(60)


@pytest.fixture
def hasty(at: Scene) -> Iterator[Office]:
    """An office that waits 0.1 s for an answer."""
    client = open_client(timeout_s=0.1)
    office = reopen(at.home, at.clock, http=Http(client, wait=lambda _seconds: None))
    yield office
    office.close()
    client.close()


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN)
def test_nothing_follows_a_portal_that_readers_cannot_read(
    at: Scene, hasty: Office, spoil: Callable[[Scene], None]
) -> None:
    spoil(at)
    serve_minutes(hasty, at, 6)
    assert sent(at) == []
    mend(at)
    serve_on(at.office, at.clock)
    all_verified(at)
    each_creation_follows_a_look_at_the_approved_page(at)
    log_verifies(at)


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN)
def test_nothing_follows_a_portal_that_breaks_after_it_was_verified(
    at: Scene, hasty: Office, spoil: Callable[[Scene], None]
) -> None:
    serve_portals(at.office)
    spoil(at)
    serve_minutes(hasty, at, 6)
    assert sent(at) == []
    mend(at)
    serve_on(at.office, at.clock)
    all_verified(at)
    each_creation_follows_a_look_at_the_approved_page(at)


def each_creation_follows_a_look_at_the_approved_page(at: Scene) -> None:
    lines, bodies = at.practice.log.lines, at.practice.log.bodies
    assert sent(at)
    for line in sent(at):
        looks = [
            before
            for before in lines[: line.number - 1]
            if (before.platform, before.method, before.status) == (BUREAU, "GET", 200)
            and SENTENCE in bodies[before.digest].decode("utf-8", "replace")
        ]
        assert looks, f"{line.platform} {line.path} was sent before the page could be read"
