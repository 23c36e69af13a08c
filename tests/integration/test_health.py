"""Ready or not: by the age of what is due, with or without a process; and a service that waits for its database."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from publisher.bootstrap import create_home, diagnose, health_of, run_service
from publisher.bootstrap.health import health_in
from publisher.bootstrap.office import DATABASE
from publisher.cli import main
from publisher.web.health import health_app
from publisher.web.serving import served
from publisher.workflow import schedule
from publisher.workflow.health import Health
from tests.world import World
from tests.worlds import MakeWorld


def told(world: World) -> Health:
    return health_in(world.office)


def due(world: World) -> None:
    _, revision_id = world.approved()
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))


def test_health_goes_red_on_the_age_of_what_is_due_and_green_when_it_is_out(world: World) -> None:
    due(world)
    assert told(world).ready
    world.clock.forward(299)
    assert told(world).ready
    world.clock.forward(62)
    assert told(world).reasons == ("最早一条应发未发已 6 分钟",)
    assert told(world).oldest_due_age_s == 361
    world.turn()
    assert told(world).ready


def test_a_living_service_that_does_nothing_is_red_all_the_same(quiet_world: World) -> None:
    due(quiet_world)
    quiet_world.clock.forward(600)
    assert told(quiet_world).services == 1
    assert not told(quiet_world).ready


def test_no_service_and_nothing_due_is_not_red_but_said(quiet_world: World) -> None:
    quiet_world.joined.close()  # the world's own worker signs off
    assert told(quiet_world).ready
    assert told(quiet_world).services == 0
    assert ("服务", "warn") in [(check.name, check.level) for check in diagnose(quiet_world.office)]


def test_a_look_that_nobody_makes_is_red(world: World) -> None:
    item_id, _ = world.released()
    posting = world.postings(item_id)["bureau-portal"]
    when = world.clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    world.tamper("UPDATE postings SET state = 'cancelled' WHERE id <> ?", posting.id)
    world.tamper("UPDATE postings SET state = 'unknown', next_look_at = ? WHERE id = ?", when, posting.id)
    world.clock.forward(1800)
    assert told(world).ready
    world.clock.forward(60)
    assert told(world).reasons == ("最早一次该查看、该撤下而没有做的已 31 分钟",)


def test_doctor_says_which_target_cannot_be_used(make_world: MakeWorld) -> None:
    from publisher.bootstrap import open_office

    world = make_world(practising=False)
    (world.home / "secrets" / "zu.url").write_text("nonsense://geheim", "utf-8")
    settings = world.home / "gongkai.toml"
    text = settings.read_text("utf-8") + '\n[[alerts.targets]]\nname = "zu"\nurl_file = "secrets/zu.url"\n'
    settings.write_text(text, "utf-8")
    office = open_office(world.home, clock=world.clock)
    [check] = [check for check in diagnose(office) if check.name == "告警送达"]
    office.close()
    assert check.level == "bad"
    assert check.words.startswith("zu：")
    assert "geheim" not in check.words


def test_readyz_answers_200_or_503_with_the_reasons(world: World) -> None:
    due(world)

    def get(base: str) -> tuple[int, dict[str, object]]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{base}/readyz", timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as why:
            with why:
                return why.code, json.load(why)

    with served(health_app(lambda: told(world)), "127.0.0.1", 0) as base:
        assert get(base)[0] == 200
        world.clock.forward(600)
        code, document = get(base)
    assert code == 503
    assert document["ready"] is False
    assert document["reasons"] == ["最早一条应发未发已 10 分钟"]


def test_the_service_waits_for_a_database_that_is_not_there_yet_and_health_is_red_meanwhile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    create_home(home, admin="guanli", admin_display="管理员甲", practice=True)
    database = home / DATABASE
    kept = database.read_bytes()
    for beside in home.glob(f"{DATABASE}-*"):
        beside.unlink()
    database.write_bytes(b"the disk with the database is not there yet" * 100)
    ready, stop = threading.Event(), threading.Event()
    codes: list[int] = []

    def serve() -> None:
        codes.append(
            run_service(home, with_sandbox=False, until=stop.is_set, on_ready=lambda _places: ready.set())
        )

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert not ready.wait(1.5)
        assert not health_of(home).ready
        assert main(["health", "--json", "--home", str(home)]) == 7
        assert json.loads(capsys.readouterr().out)["ready"] is False
        database.write_bytes(kept)
        assert ready.wait(30)
        assert main(["health", "--home", str(home)]) == 0
    finally:
        stop.set()
        thread.join()
    assert codes == [0]


def test_a_service_that_waits_for_its_database_still_ends_when_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    create_home(home, admin="guanli", admin_display="管理员甲", practice=True)
    (home / DATABASE).write_bytes(b"not a database" * 100)
    asked = iter([False, False, True])
    assert run_service(home, with_sandbox=False, until=lambda: next(asked)) == 0
