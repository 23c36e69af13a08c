"""Signing in with an account elsewhere, against a real OpenID Connect server that the tests start."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from publisher.bootstrap.home import _free_ports
from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.seats import HERE, employ, seat
from tests.world import World
from tests.worlds import MakeWorld

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("GONGKAI_TEST_OIDC", ROOT / ".clients" / "oidc"))
NODE = shutil.which("node")
"""`make test` installs Node, and `make .clients/ok` fetches the server; without them these tests fail."""
SETTINGS = """[console.oidc]
issuer = "http://127.0.0.1:{issuer}"
client_id = "gongkai"
client_secret_file = "secrets/oidc.secret"
label = "市政务统一身份"

[audit]"""


@pytest.fixture
def town(make_world: MakeWorld) -> Iterator[tuple[World, str, str]]:
    """The console and the identity server, each knowing the other: world, base, issuer."""
    here, there = _free_ports("here", "there").values()
    world = make_world(practising=False, settings={"[audit]": SETTINGS.format(issuer=there)})
    (world.home / "secrets" / "oidc.secret").write_text("a-secret-of-the-tests-alone\n", "utf-8")
    app = console_app(world.office, https=False)
    back = f"http://127.0.0.1:{here}/oidc/callback"
    with identity(there, back) as issuer, served(app, "127.0.0.1", here) as base:
        yield world, base, issuer


@contextmanager
def identity(port: int, back: str) -> Iterator[str]:
    command = [str(NODE), str(Path(__file__).with_name("server.mjs")), str(FOLDER), str(port), back]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().strip() == "ready"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def until_back(client: httpx.Client, base: str, name: str) -> str:
    """A person's way: to the issuer, signing in and agreeing there; the address that leads back."""
    address = client.get(f"{base}/oidc/login").headers["location"]
    for _ in range(12):
        if address.startswith(f"{base}/oidc/callback"):
            return address
        answer = client.get(address)
        if answer.is_redirect:
            address = urljoin(address, answer.headers["location"])
            continue
        form = re.search(r'action="([^"]+)"', answer.text)
        assert form, answer.text
        prompt = "login" if 'value="login"' in answer.text else "consent"
        fields = {"prompt": prompt, "login": name, "password": "x"}
        answer = client.post(urljoin(address, form[1]), data=fields)
        address = urljoin(address, answer.headers["location"])
    raise AssertionError(address)


def bind(world: World, base: str, name: str, subject: str) -> None:
    with seat(world, base, "guan", "administrator") as officer:
        assert "已绑定" in officer.done(f"/people/{name}/bind", {"subject": subject})


def test_a_bound_person_comes_in_and_nobody_is_made_an_account(town: tuple[World, str, str]) -> None:
    world, base, _ = town
    employ(world)
    bind(world, base, "zhou", "zhou-at-the-city")
    before = world.rows("SELECT name FROM people ORDER BY name")
    with httpx.Client(headers=HERE) as client:
        assert "市政务统一身份" in client.get(f"{base}/login").text
        back = until_back(client, base, "zhou-at-the-city")
        answer = client.get(back)
        assert answer.status_code == 200
        assert client.get(f"{base}/").status_code == 200
        assert "周编辑" in client.get(f"{base}/").text
        assert client.get(back).status_code == 403, "the way back serves once"
    with httpx.Client(headers=HERE) as client:
        answer = client.get(until_back(client, base, "somebody-else"))
        assert answer.status_code == 403
        assert "没有绑定账号" in answer.text
        assert client.get(f"{base}/").status_code == 303
    assert world.rows("SELECT name FROM people ORDER BY name") == before
    log = "".join(row["canonical"] for row in world.rows("SELECT canonical FROM log_entries"))
    assert parse_qs(urlsplit(back).query)["code"][0] not in log


def test_an_answer_for_another_browser_or_with_another_state_opens_nothing(
    town: tuple[World, str, str],
) -> None:
    world, base, _ = town
    employ(world)
    bind(world, base, "zhou", "zhou-at-the-city")
    with httpx.Client(headers=HERE) as attacker, httpx.Client(headers=HERE) as victim:
        back = until_back(attacker, base, "zhou-at-the-city")
        assert victim.get(back).status_code == 403
        assert victim.get(f"{base}/").status_code == 303
        assert attacker.get(back).status_code == 403, "used up by the try"
        forged = re.sub(r"state=[^&]+", "state=forged", until_back(attacker, base, "zhou-at-the-city"))
        assert attacker.get(forged).status_code == 403
        stolen = re.sub(r"code=[^&]+", "code=stolen", until_back(attacker, base, "zhou-at-the-city"))
        assert attacker.get(stolen).status_code == 403


def test_who_has_left_does_not_come_in_by_it(town: tuple[World, str, str]) -> None:
    world, base, _ = town
    employ(world)
    bind(world, base, "zhou", "zhou-at-the-city")
    with seat(world, base, "guan", "administrator") as officer:
        officer.done("/people/zhou/leave", {"reason": "调离"})
    with httpx.Client(headers=HERE) as client:
        assert client.get(until_back(client, base, "zhou-at-the-city")).status_code == 403


def test_an_issuer_that_does_not_answer_leaves_the_ordinary_sign_in(make_world: MakeWorld) -> None:
    (there,) = _free_ports("there").values()
    world = make_world(practising=False, settings={"[audit]": SETTINGS.format(issuer=there)})
    (world.home / "secrets" / "oidc.secret").write_text("x\n", "utf-8")
    with served(console_app(world.office, https=False), "127.0.0.1", 0) as base:
        answer = httpx.get(f"{base}/oidc/login", headers=HERE)
    assert answer.status_code == 403
    assert "没有办成" in answer.text
    assert 'name="password"' in answer.text
