"""Must show 2: done and then answered 4xx, four times our time-out, 409 to a replay: one post each.

Over every kind of channel, in the whole product on real sockets. Our time-out is scaled down to a
fraction of a second (the client's own setting); the code is the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from channels.sandbox.call import Do, Fault
from tests.world import PORTALS, World
from tests.worlds import MakeWorld
from tests.worlds import make_world as make_world
from tests.worlds import template as template

TIMEOUT_S = 0.4
HTML = "<!DOCTYPE html><title>网关</title><p>稍后再试"


@dataclass(frozen=True)
class Platform:
    """One kind of channel as a reader and its own staff see it.

    `write` is the request after which the message is public; a portal has none, its files are written by us and
    its web server is what misbehaves. `keyed` platforms are asked again under our key, the others never.
    """

    channel: str
    write: str
    public: Callable[[World], int]
    settings: Mapping[str, str]
    keyed: bool = False


def pages(world: World) -> int:
    """Pages of the item below the portal's folder."""
    return len(list((world.home / "sites" / "bureau-portal" / "tzgg").glob("20*/*/*.html")))


def articles(world: World) -> int:
    return int(world.practice.simulators["wechat"].press.public())


def posts(world: World) -> int:
    return len(world.practice.simulators["weibo"].public_posts())


MASS = {'appid = "wx0000000000000001"': 'appid = "wx0000000000000001"\npublish_mode = "mass"'}
PLATFORMS = {
    "portal": Platform("bureau-portal", "", pages, {}),
    "wechat": Platform("wechat", "freepublish/submit", articles, {}),
    "wechat to all": Platform("wechat", "message/mass/sendall", articles, MASS, keyed=True),
    "weibo": Platform("weibo", "statuses/share", posts, {}),
}


@pytest.fixture(params=PLATFORMS, ids=str)
def platform(request: pytest.FixtureRequest) -> Platform:
    return PLATFORMS[request.param]


def started(make_world: MakeWorld, platform: Platform, *faults: Fault) -> tuple[World, str]:
    """A world whose platform misbehaves, with an item on its way there: (world, item)."""
    world = make_world(timeout_s=TIMEOUT_S, settings=platform.settings)
    world.practice.stages[platform.channel].script(*faults)
    item_id, _ = world.released()
    if platform.channel not in PORTALS:
        world.until(lambda: {world.states(item_id)[p] for p in PORTALS} == {"verified"}, *PORTALS)
    return world, item_id


def writes(world: World, platform: Platform) -> int:
    return sum(platform.write in line.path for line in world.requests(platform.channel))


def settled(world: World, item_id: str, platform: Platform) -> str:
    """The state after three hours in which the platform behaves again; looks and retries have had their time."""
    world.practice.stages[platform.channel].faults.clear()
    world.pass_time(3 * 3600, platform.channel, step_s=600)
    return world.states(item_id)[platform.channel]


def assert_one(world: World, item_id: str, platform: Platform) -> None:
    """One thing is public, no write was repeated blindly, and what we say of it is true."""
    state = settled(world, item_id, platform)
    assert platform.public(world) == 1
    if platform.write:
        assert writes(world, platform) == 1 or platform.keyed
    asked = world.postings(item_id)[platform.channel].person_needed
    assert state in ("verified", "published") or (state == "unknown" and asked), state


@pytest.mark.parametrize("status", [404, pytest.param(409, marks=pytest.mark.long)])
def test_done_and_then_answered_4xx_is_one_post(
    make_world: MakeWorld, platform: Platform, status: int
) -> None:
    path = platform.write or "/tzgg/"
    times = 1 if platform.write else 40
    world, item_id = started(
        make_world, platform, Fault(path, Do.ANSWER_AFTER, status=status, body=HTML, times=times)
    )
    world.turn()
    assert_one(world, item_id, platform)


@pytest.mark.parametrize("do", [Do.DELAY_BEFORE, Do.DELAY_AFTER])
def test_four_times_our_time_out_is_one_post(make_world: MakeWorld, platform: Platform, do: Do) -> None:
    path = platform.write or "/tzgg/"
    world, item_id = started(make_world, platform, Fault(path, do, seconds=4 * TIMEOUT_S))
    world.turn(platform.channel)
    if platform.write:
        assert world.states(item_id)[platform.channel] == "unknown"
        world.clock.forward(65)
        world.turn(platform.channel)  # a look while the platform may still be at it proves nothing
        wait_for_the_platform(world, platform)
    assert_one(world, item_id, platform)


def wait_for_the_platform(world: World, platform: Platform) -> None:
    """Until the slow request has really been carried out."""
    end = time.monotonic() + 20
    while not any(platform.write in line.path and line.creates for line in world.requests(platform.channel)):
        assert time.monotonic() < end, "the platform never finished"
        time.sleep(0.05)


def test_409_to_a_replay_is_one_post(make_world: MakeWorld, platform: Platform) -> None:
    path = platform.write or "/tzgg/"
    lost = Fault(path, Do.DROP_AFTER, times=1)
    replayed = Fault(path, Do.ANSWER, status=409, body=HTML, times=20)
    world, item_id = started(make_world, platform, lost, replayed)
    world.turn(platform.channel)
    world.pass_time(2400, platform.channel, step_s=60)
    if platform.write and not platform.keyed:
        assert writes(world, platform) == 1
    assert_one(world, item_id, platform)
