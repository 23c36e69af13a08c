"""Several workers, several channels, many items, many pictures: each once, in order, none holds up another."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from PIL import Image

from channels.sandbox.call import Do, Fault
from publisher.scheduler.clock import Tick, TickClock
from publisher.scheduler.service import Service, serve_once, sweep_once
from publisher.workflow import desk, schedule, withdraw
from tests.world import PORTALS, World, fetch, item_file

SHARE = "/2/statuses/share.json"
REFUSED = '{"error":"illegal content","error_code":20021,"request":"/2/statuses/share.json"}'
PATIENCE_S = 30
CREATING = {"city-portal": "", "wechat": "/cgi-bin/freepublish/submit", "weibo": SHARE}


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_item_a_month_ahead_goes_out_once_under_four_workers(world: World) -> None:
    """A8, A12, A13, B19"""
    item_id, revision_id = world.approved()
    at = world.clock.now + timedelta(days=30)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id, at))
    for token in world.practice.simulators["weibo"].world.tokens.values():
        token.created_at = at
    with ExitStack() as joined:
        workers = [replace(world.office.outlets, worker=f"worker-{n}") for n in range(4)]
        for outlets in workers:
            joined.enter_context(world.office.store.joined(outlets.worker, world.clock()))

        def work(outlets: Any) -> None:
            for _ in range(3):
                sweep_once(world.office.store, world.clock())
                for name in outlets.channels:
                    serve_once(world.office.store, outlets, name)

        world.clock.now = at - timedelta(seconds=1)
        together(work, workers)
        assert world.postings(item_id) == {}, "not a second too early"
        world.clock.now = at
        for _ in range(4):
            together(work, workers)
            world.clock.forward(60)
    assert world.practice.simulators["wechat"].press.public() == 1
    assert len(world.practice.simulators["weibo"].world.posts) == 1
    assert set(world.states(item_id).values()) == {"verified"}
    made = [line.path for line in world.requests() if line.path in CREATING.values()]
    assert sorted(made) == sorted(filter(None, CREATING.values()))


def together(work: Callable[[Any], None], workers: list[Any]) -> None:
    """Each worker in a thread of its own; what one raised is raised here."""
    raised: list[BaseException] = []

    def guarded(worker: Any) -> None:
        try:
            work(worker)
        except BaseException as why:  # noqa: BLE001 - handed to the test
            raised.append(why)

    threads = [threading.Thread(target=guarded, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


def test_a_platform_that_hangs_holds_up_no_other_channel(world: World) -> None:
    """B27, B28"""
    office, reached, go = world.office, threading.Event(), threading.Event()
    faults: list[object] = []

    def wait(request: httpx.Request) -> None:
        if request.url.path == SHARE:
            reached.set()
            go.wait(PATIENCE_S)

    world.client.event_hooks = {"request": [wait]}
    hung, _ = world.released(item_file(channels=["city-portal", "weibo"]))
    service = Service(
        office.store, office.outlets, office.seal, lambda *why: faults.append(why), idle_s=0.02, sweep_s=0.02
    )
    service.start()
    try:
        assert reached.wait(PATIENCE_S)
        other, _ = world.released(item_file("关于石渡片区恢复供水的通告", channels=["city-portal"]))
        eventually(lambda: world.states(other)["city-portal"] == "verified")
        assert world.states(hung)["weibo"] == "sending"
    finally:
        go.set()
        service.stop()
    assert len(world.practice.simulators["weibo"].world.posts) == 1
    assert faults == []


def test_nothing_of_the_database_is_held_while_a_platform_is_asked(world: World) -> None:
    """D15"""
    store, held = world.office.store, dict[str, int]()

    def count(request: httpx.Request) -> None:
        open_now = sum(engine.pool.checkedout() for engine in (store.engine, store.reader))  # type: ignore[attr-defined]
        held[request.url.path] = held.get(request.url.path, 0) + open_now

    world.client.event_hooks = {"request": [count]}
    item_id, _ = world.out_everywhere()
    world.do("qin", withdraw.order_withdrawal, withdraw.WithdrawRequest(item_id, "内容有误"))
    world.until(lambda: world.where(item_id).state == "withdrawn")
    assert {SHARE, "/cgi-bin/freepublish/submit", "/2/statuses/destroy.json"} <= set(held)
    one_flight = {"/cgi-bin/stable_token"}  # on a server its lock is a connection, one an account
    assert {path for path, count in held.items() if count} <= one_flight


def test_after_a_refusal_only_that_channel_is_tried_again(world: World) -> None:
    """A9"""
    world.practice.stages["weibo"].script(Fault(SHARE, Do.ANSWER, status=400, body=REFUSED))
    item_id, _ = world.released()
    world.until(lambda: sorted(world.states(item_id).values()) == ["failed", *["verified"] * 3])
    since = len(world.requests())
    posting = world.postings(item_id)["weibo"]
    world.do("lu", desk.retry_posting, desk.PostingRequest(posting.id, "内容无误"))
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    again = [line.platform for line in world.requests()[since:] if line.creates]
    assert again == ["weibo"]
    assert world.practice.simulators["wechat"].press.public() == 1


def test_nine_pictures_with_chinese_names_arrive_in_their_order(world: World) -> None:
    """A14"""
    names = [f"现场照片（{n}）.png" for n in "一二三四五六七八九"]
    shades = [(20 * n, 255 - 20 * n, 90) for n in range(9)]
    files = dict(zip(names, map(picture, shades), strict=True))
    lists = "\n".join(f"[[images]]\nfile = '{name}'\nalt = '{name[:-4]}'" for name in names)
    text = "\n\n".join(["石渡镇有关用水户：", *(f"![{name[:-4]}]({name})" for name in names), "特此通告。"])
    item_id, _ = world.out_everywhere(item_file(text=text, lists=lists), files=files)
    for channel in (*PORTALS, "wechat"):
        assert shades_at(world.urls(item_id)[channel]) == shades, channel


def picture(shade: tuple[int, int, int]) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (320, 240), shade).save(kept, "PNG")
    return kept.getvalue()


def shades_at(url: str) -> list[tuple[int, ...]]:
    """The middle of each picture of the text, as a reader's browser gets it."""
    page = fetch(url).raw.decode()
    sources = re.findall(r"<img[^>]* (?:data-)?src=\"([^\"]+)\"", page)
    seen = [Image.open(io.BytesIO(fetch(urljoin(url, source)).raw)).convert("RGB") for source in sources]
    return [image.getpixel((160, 120)) for image in seen if image.size == (320, 240)]  # type: ignore[misc]


@pytest.mark.long
def test_two_hundred_items_of_one_minute_all_go_out_once(world: World) -> None:
    """B12"""
    at = world.clock.now + timedelta(hours=1)
    items = []
    for number in range(200):
        data = item_file(f"关于第{number + 1}号取水口停用的通告", channels=["city-portal"])
        item_id, revision_id = world.approved(data)
        world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id, at))
        items.append(item_id)
    world.clock.now = at
    world.sweep()
    while world.serve("city-portal"):
        pass
    assert {tuple(world.states(one).values()) for one in items} == {("verified",)}
    pages = list((world.home / "sites/city-portal/tzgg").glob("20*/*/*.html"))
    assert len(pages) == 200


def test_a_late_tick_runs_once_and_is_never_skipped() -> None:
    """B1, B2, B3"""
    clock = TickClock([Tick("one", timedelta(minutes=1), lambda _: None)], lambda: None)  # type: ignore[arg-type, return-value]
    clock.start()
    try:
        [job] = clock._scheduler.get_jobs()
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
    finally:
        clock.stop()
