"""Coming in: the second factor, the first administrator, and how often one may try."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest

from publisher.store.vault import Vault, VaultClosed
from publisher.web.console.limits import BURST, WRONG, Limits, TooMany
from publisher.workflow.first_run import new_first_code
from tests.seats import HERE, NAME, PASSWORD, Seat, console, employ, form_in, seats, sign_in
from tests.world import World
from tests.worlds import MakeWorld

OWN = "柳湾村口的老槐树 2003"
SECOND = "/own/second-factor"


def code(world: World, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(world.clock.now, counter_offset=steps)


def enrol(world: World, seat: Seat) -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    page = seat.post(SECOND, {"do": "begin"}).text
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    assert "<svg" in page
    done = seat.post(SECOND, {"do": "confirm", "code": code(world, found[1])})
    assert done.status_code == 200
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", done.text)
    assert len(codes) == 10
    return found[1], codes


def test_who_has_a_second_factor_comes_in_with_a_code_and_not_without(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor") as at, console(world) as client:
        secret, codes = enrol(world, at["zhou"])
        page = at["zhou"].get(SECOND)
        assert secret not in page
        assert codes[0] not in page
        world.clock.forward(60)
        answer = sign_in(client)
        assert answer.headers["location"] == "/login/code"
        half = client.cookies["gongkai"]
        assert client.get("/").headers["location"] == "/login", "half a sign-in opens nothing"
        assert client.post("/login/code", data={"code": "000000"}).status_code == 403
        assert client.post("/login/code", data={"code": code(world, secret)}).status_code == 303
        assert client.cookies["gongkai"] != half
        assert client.get("/").status_code == 200
    stored = b"".join(path.read_bytes() for path in world.home.glob("gongkai.db*"))
    assert secret.encode() not in stored
    assert codes[0].encode() not in stored


def test_a_code_that_was_used_is_worth_nothing(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor") as at, console(world) as client, console(world) as thief:
        secret, _ = enrol(world, at["zhou"])
        world.clock.forward(60)
        seen = code(world, secret)
        sign_in(client)
        assert client.post("/login/code", data={"code": seen}).status_code == 303
        sign_in(thief)
        assert thief.post("/login/code", data={"code": seen}).status_code == 403
        assert thief.post("/login/code", data={"code": code(world, secret, -1)}).status_code == 403


def test_a_recovery_code_serves_once(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor") as at, console(world) as client:
        _, codes = enrol(world, at["zhou"])
        sign_in(client)
        assert client.post("/login/code", data={"code": codes[3].upper()}).status_code == 303
        sign_in(client)
        assert client.post("/login/code", data={"code": codes[3]}).status_code == 403


def test_five_wrong_codes_end_the_sign_in_and_so_does_waiting(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor") as at, console(world) as client:
        secret, _ = enrol(world, at["zhou"])
        world.clock.forward(60)
        sign_in(client)
        for _ in range(5):
            assert client.post("/login/code", data={"code": "123"}).status_code == 403
        assert client.post("/login/code", data={"code": code(world, secret)}).status_code == 403
        sign_in(client)
        world.clock.forward(301)
        assert client.post("/login/code", data={"code": code(world, secret)}).status_code == 403


def test_the_second_factor_is_switched_off_with_the_password_or_by_an_officer(quiet_world: World) -> None:
    world = quiet_world
    with seats(world, zhou="editor", sun="approver", guan="administrator") as at, console(world) as client:
        enrol(world, at["zhou"])
        enrol(world, at["sun"])
        assert at["zhou"].post(SECOND, {"do": "stop", "old": "不对的口令 1234"}).status_code == 403
        assert "已停用" in at["zhou"].done(SECOND, {"do": "stop", "old": PASSWORD})
        at["guan"].done("/people/sun/second-factor")
        for name in ("zhou", "sun"):
            assert sign_in(client, name).headers["location"] == "/"


def test_where_it_is_required_it_comes_before_anything_else(make_world: MakeWorld) -> None:
    rule = {"[audit]": '[console]\nsecond_factor = "required"\n\n[audit]'}
    world = make_world(practising=False, settings=rule)
    employ(world)
    with console(world) as client:
        sign_in(client)
        assert client.get("/").headers["location"] == SECOND
        seat = Seat(client, form_in(client.get(SECOND).text))
        enrol(world, seat)
        assert client.get("/").status_code == 200


def test_another_key_opens_nothing(quiet_world: World) -> None:
    sealed = Vault(quiet_world.home / "one.key").seal("secret")
    assert Vault(quiet_world.home / "one.key").open(sealed) == "secret"
    assert (quiet_world.home / "one.key").stat().st_mode & 0o077 == 0
    Vault(quiet_world.home / "two.key").seal("other")
    for name in ("two.key", "none.key"):
        with pytest.raises(VaultClosed):
            Vault(quiet_world.home / name).open(sealed)


# ---------------------------------------------------------------- the first administrator


def first(given: str, **more: str) -> dict[str, str]:
    fields = {"code": given, "name": "guan", "display": "管某", "password": OWN, "again": OWN}
    return fields | more


def test_the_first_administrator_comes_in_with_a_code_once(quiet_world: World) -> None:
    world = quiet_world
    made = new_first_code(world.office.store)
    with console(world) as client, console(world) as later:
        assert client.get("/first-run").status_code == 200
        assert client.post("/first-run", data=first("aaaa-aaaa-aaaa-aaaa")).status_code == 403
        assert client.post("/first-run", data=first(made, password="短", again="短")).status_code == 422
        assert client.post("/first-run", data=first(made, name="lu")).status_code == 409
        assert client.post("/first-run", data=first(made)).status_code == 303
        assert "管某" in client.get("/").text
        assert later.get("/first-run").status_code == 404
        assert later.post("/first-run", data=first(made, name="other")).status_code == 404
    assert new_first_code(world.office.store) == ""
    assert made.encode() not in b"".join(path.read_bytes() for path in world.home.glob("gongkai.db*"))


def test_the_administrator_of_the_installation_is_given_a_password(quiet_world: World) -> None:
    made = new_first_code(quiet_world.office.store)
    with console(quiet_world) as client:
        assert client.post("/first-run", data=first(made, name="admin")).status_code == 303
        assert sign_in(client, "admin", OWN).status_code == 303


def test_a_newer_code_replaces_the_one_before(quiet_world: World) -> None:
    old, new = (new_first_code(quiet_world.office.store) for _ in range(2))
    with console(quiet_world) as client:
        assert client.post("/first-run", data=first(old)).status_code == 403
        assert client.post("/first-run", data=first(new)).status_code == 303


# ---------------------------------------------------------------- how often


def test_twenty_wrong_sign_ins_from_one_address_close_it_for_a_quarter_of_an_hour(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    with console(world) as client:
        for number in range(WRONG):
            assert sign_in(client, f"nobody{number}").status_code == 403
        answer = sign_in(client)
        assert answer.status_code == 429
        assert "15 分钟" in answer.text
        world.clock.forward(901)
        assert sign_in(client).status_code == 303


def test_forms_that_come_faster_than_a_person_sends_them_are_refused() -> None:
    at = [0.0]
    limits = Limits(seconds=lambda: at[0])
    for _ in range(BURST):
        limits.take("one")
    with pytest.raises(TooMany):
        limits.take("one")
    limits.take("another")
    at[0] = 1.0
    limits.take("one")
    limits.check_address("192.0.2.1", datetime.now(UTC))


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_no_sign_in_leads_elsewhere(quiet_world: World, elsewhere: str) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        data = {"name": NAME, "password": PASSWORD, "next": elsewhere}
        answer = client.post(f"/login?next={elsewhere}&back={elsewhere}", data=data, headers=HERE)
        assert answer.headers["location"] == "/"
