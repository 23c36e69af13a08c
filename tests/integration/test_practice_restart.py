"""`publisher run` stops and starts again: the practice platforms still hold what readers saw."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from publisher.bootstrap import Practice, open_practice
from publisher.bootstrap.home import _free_ports
from tests.callback_world import called
from tests.world import PORTALS, SOCIAL, World, fetch
from tests.worlds import MakeWorld


@contextmanager
def run_once(world: World) -> Iterator[Practice]:
    """The practice platforms as `publisher run` serves them."""
    office = world.office
    with open_practice(office.settings, office.options, world.clock, home=world.home) as practice:
        world.practice = practice
        practice.simulators["wechat"].press.job_s = 0
        yield practice


def test_what_readers_saw_is_there_after_a_restart(quiet_world: World) -> None:
    world = quiet_world
    with run_once(world):
        item_id, _ = world.released()
        world.until(lambda: set(world.states(item_id).values()) == {"verified"})
        urls = world.urls(item_id)
        seen = {name: fetch(urls[name]).text for name in SOCIAL}
    with run_once(world) as practice:
        assert {name: fetch(urls[name]).text for name in SOCIAL} == seen
        assert practice.simulators["wechat"].press.public() == 1
        again, _ = world.released()
        world.until(lambda: set(world.states(again).values()) == {"verified"})
        assert practice.simulators["wechat"].press.public() == 2


def test_a_killed_run_has_kept_every_answered_request(quiet_world: World) -> None:
    world = quiet_world
    with run_once(world) as practice:
        item_id, _ = world.released()
        world.until(lambda: set(world.states(item_id).values()) == {"verified"})
        kept = {name: (world.home / "practice" / f"{name}.json").read_bytes() for name in SOCIAL}
        practice.stages["weibo"].after = practice.stages["wechat"].after = None
    for name, content in kept.items():  # as a kill would leave them: before the last save at the end
        (world.home / "practice" / f"{name}.json").write_bytes(content)
    with run_once(world) as practice:
        assert practice.simulators["wechat"].press.public() == 1
        assert len(practice.simulators["weibo"].public_posts()) == 1


def test_without_a_home_nothing_is_kept(world: World) -> None:
    world.practice.simulators["weibo"].post_by_hand("1000000001", "手工")
    assert not (world.home / "practice").exists()


def test_a_run_pushes_to_the_callback_address_of_the_settings(make_world: MakeWorld) -> None:
    with called(make_world) as here:
        sim = here.world.practice.simulators["wechat"]
        wanted = here.world.home / "secrets" / "callback.token"
        with practice_beside(here.world) as practice:
            callback = practice.simulators["wechat"].callback
            assert callback.token == wanted.read_text("utf-8").strip()
            assert (callback.mode, callback.url) == ("safe", "http://127.0.0.1:8090/callbacks/wechat")
            callback.url = here.postman.base
            assert until(lambda: callback.verified)
        assert sim.callback.url == ""


@contextmanager
def practice_beside(world: World) -> Iterator[Practice]:
    """A second set of practice platforms on the same settings, at other ports."""
    office = world.office
    names = [name for name, option in office.options.items() if hasattr(option, "base_url")]
    moved = {
        name: office.options[name].model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
        for name, port in _free_ports(*names).items()
    }
    with open_practice(office.settings, {**office.options, **moved}, world.clock, home=world.home) as made:
        yield made


def until(held, patience_s: float = 10) -> bool:  # type: ignore[no-untyped-def]
    """Whether something came true while patience lasted: a thread of the platform does it."""
    end = time.monotonic() + patience_s
    while not held() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(held())


def test_every_panel_leads_to_the_others(world: World) -> None:
    panels = world.practice.panels
    assert set(panels) == {*PORTALS, *SOCIAL}
    for name, url in panels.items():
        page = fetch(url)
        assert page.status == 200
        assert {other for other in panels.values() if other != url} <= set(page.links)
        assert f"练习平台控制面板：{world.practice.boards[name].label}" in page.text
