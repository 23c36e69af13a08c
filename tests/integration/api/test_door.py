"""Who comes in, how often and with how much; and every refusal in one form."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from publisher.web.api import door
from publisher.web.api.app import api_app
from publisher.web.api.pace import Pace
from publisher.web.api.problems import KINDS, MEDIA_TYPE
from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.tokens import PREFIX
from tests.integration.api.program import draft, programs, token_of
from tests.seats import seats
from tests.world import World


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The document of a refusal, whose status and kind must be these."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    document: dict[str, Any] = answer.json()
    assert (document["type"], document["status"]) == (f"urn:gongkai:problem:{kind}", status)
    assert set(document) == {"type", "title", "status", "detail", "problems"}
    return document


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, "no-token"),
        ({"Authorization": "Basic bHU6eA=="}, "no-token"),
        ({"Authorization": "Bearer"}, "no-token"),
        ({"Authorization": "Bearer " + "x" * 201}, "no-token"),
        ({"Authorization": f"Bearer {PREFIX}{'0' * 48}"}, "token-refused"),
    ],
)
def test_without_a_good_token_nobody_comes_in(quiet_world: World, given: dict[str, str], kind: str) -> None:
    with served(api_app(quiet_world.office), "127.0.0.1", 0) as base:
        answer = httpx.get(f"{base}/items", headers=given)
        problem(answer, 401, kind)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        problem(httpx.post(f"{base}/nothing", headers=given), 401, kind)


def test_a_session_of_the_console_opens_nothing_here(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as them:
        answer = them["zhou"].client.get("/api/v1/items")
        problem(answer, 401, "no-token")


def test_the_token_of_an_account_is_none_of_the_api(quiet_world: World, template: Any) -> None:
    with programs(quiet_world, lu="") as them:
        headers = {"Authorization": f"Bearer {template[1]['lu']}"}
        problem(them["lu"].client.get("/api/v1/items", headers=headers), 401, "token-refused")


def test_no_other_site_is_let_in(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
        answer = them["lu"].client.options("/api/v1/items", headers=asked)
        problem(answer, 405, "method")
        assert not [name for name in answer.headers if name.startswith("access-control")]
        answer = them["lu"].client.get("/api/v1/items", headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "set-cookie" not in answer.headers


def test_the_description_is_open_and_names_nothing_of_this_installation(quiet_world: World) -> None:
    with served(console_app(quiet_world.office, https=False), "127.0.0.1", 0) as base:
        answer = httpx.get(f"{base}/api/v1/openapi.json")
        assert answer.status_code == 200
        assert answer.json()["servers"] == [{"url": "/api/v1"}]
        assert quiet_world.office.store.bureau.name not in answer.text
        assert httpx.get(f"{base}/api/v1/docs").status_code == 401


def test_a_token_that_asks_too_often_is_told_when_to_come_back(quiet_world: World) -> None:
    clock = [0.0]
    pace = Pace(per_minute=60, burst=3, clock=lambda: clock[0])
    headers = {"Authorization": f"Bearer {token_of(quiet_world, 'lu')}"}
    other = {"Authorization": f"Bearer {token_of(quiet_world, 'qin')}"}
    with served(api_app(quiet_world.office, pace=pace), "127.0.0.1", 0) as base:
        asked = [httpx.get(f"{base}/health", headers=headers) for _ in range(4)]
        assert [answer.status_code for answer in asked] == [200, 200, 200, 429]
        problem(asked[-1], 429, "too-many")
        assert asked[-1].headers["retry-after"] == "1"
        assert httpx.get(f"{base}/health", headers=other).status_code == 200, "others are not held up"
        clock[0] = 1.0
        assert httpx.get(f"{base}/health", headers=headers).status_code == 200


def test_what_is_too_large_is_not_read(quiet_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "JSON_BYTES", 1000)
    with programs(quiet_world, lu="") as them:
        client = them["lu"].client
        problem(client.post("/api/v1/items", json=draft(summary="长" * 400)), 413, "too-large")

        def parts() -> Any:
            yield from (b'{"title": "', b"x" * 2000, b'"}')

        headers = {"Content-Type": "application/json"}
        problem(client.post("/api/v1/items", content=parts(), headers=headers), 413, "too-large")
    assert quiet_world.counts()["items"] == 0


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "malformed", 400),
        (b'"\xff"', "malformed", 400),
        (b"[" * 100_000, "malformed", 400),
        (b"[]", "bad-input", 422),
        (b'{"title": NaN}', "bad-input", 422),
    ],
)
def test_what_cannot_be_read_is_said(quiet_world: World, content: bytes, kind: str, status: int) -> None:
    with programs(quiet_world, lu="") as them:
        headers = {"Content-Type": "application/json"}
        problem(them["lu"].client.post("/api/v1/items", content=content, headers=headers), status, kind)
        headers = {"Content-Type": "text/plain"}
        problem(them["lu"].client.post("/api/v1/items", content=content, headers=headers), 415, "media-type")


@pytest.mark.parametrize(
    "change",
    [
        {"title": "含\x00的标题"},
        {"title": "一半\ud83d"},
        {"title": 12},
        {"title": None},
        {"title": "题" * 201},
        {"formed_on": "2026-02-30"},
        {"formed_on": "0001-01-01"},
        {"formed_on": "99999-01-01"},
        {"formed_on": 20261120},
        {"formed_on": "2026-11-20T00:00:00"},
        {"expires_on": "明天"},
        {"channels": "bureau-portal"},
        {"channels": [1]},
        {"details": {"level": 10**400}},
        {"body": "文字"},
        {"body": {"format": "docx", "content": "文字"}},
        {"body": {"content": "响\x07铃"}},
        {"unknown": 1},
        {"disclosure_attribute": "不予公开"},
    ],
)
def test_odd_values_are_refused_with_their_place_and_nothing_is_kept(
    quiet_world: World, change: dict[str, Any]
) -> None:
    import json

    with programs(quiet_world, lu="") as them:
        content = json.dumps({**draft(), **change}).encode()
        headers = {"Content-Type": "application/json"}
        answer = them["lu"].client.post("/api/v1/items", content=content, headers=headers)
        found = problem(answer, 422, "bad-input")["problems"]
        assert {fault["field"].split(".")[0] for fault in found} == set(change)
    assert quiet_world.counts()["items"] == 0


def test_a_misspelt_filter_is_refused_and_does_not_show_everything(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        answer = them["lu"].client.get("/api/v1/items", params={"sate": "draft"})
        found = problem(answer, 422, "bad-input")["problems"][0]
        assert (found["field"], found["allowed"]) == ("sate", "cursor, limit, q, state")
        problem(them["lu"].client.get("/api/v1/health?x"), 422, "bad-input")


def test_a_refusal_speaks_the_language_that_is_asked_for(quiet_world: World) -> None:
    with programs(quiet_world, lu="", an="read:items") as them:
        client = them["lu"].client
        chinese = client.get("/api/v1/items/none")
        assert problem(chinese, 404, "not-found")["title"] == "没有找到"
        assert chinese.headers["content-language"] == "zh-CN"
        for wanted in ("en", "en-GB,zh;q=0.5", "zh;q=0.1, en;q=0.9"):
            answer = client.get("/api/v1/items/none", headers={"Accept-Language": wanted})
            assert problem(answer, 404, "not-found")["title"] == "Not found"
            assert answer.headers["content-language"] == "en"
        for wanted in ("zh-CN,en;q=0.9", "de", "en;q=nothing", "*"):
            answer = client.get("/api/v1/items/none", headers={"Accept-Language": wanted})
            assert answer.headers["content-language"] == "zh-CN", wanted


def test_an_address_says_which_methods_have_a_meaning_there(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        client = them["lu"].client
        problem(client.get("/api/v1/nothing"), 404, "not-found")
        problem(client.get("/api/v1/items/"), 404, "not-found")
        for method, path, allowed in (
            ("DELETE", "/items", "GET, POST"),
            ("PATCH", "/items/abc", "GET"),
            ("GET", "/items/abc/submit", "POST"),
            ("OPTIONS", "/log", "GET"),
        ):
            answer = client.request(method, f"/api/v1{path}")
            problem(answer, 405, "method")
            assert answer.headers["allow"] == allowed


def test_a_fault_of_the_system_tells_nothing_of_its_inside(
    quiet_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("password=geheim /var/lib")

    monkeypatch.setattr("publisher.web.api.record.channel_lines", broken)
    with programs(quiet_world, lu="") as them:
        answer = them["lu"].client.get("/api/v1/channels")
        problem(answer, 500, "fault")
        assert "geheim" not in answer.text
        assert "RuntimeError" not in answer.text


def test_every_kind_of_problem_has_a_status_and_both_languages() -> None:
    for kind in KINDS.values():
        assert 400 <= kind.status < 600
        assert kind.chinese
        assert kind.english.isascii()


def test_no_answer_is_kept_by_anything_between(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        answer = them["lu"].ask("GET", "/items")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
