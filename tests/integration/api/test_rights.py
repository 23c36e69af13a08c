"""A token does what its person may and its scopes open, sees what its person sees, and signs nothing."""

from __future__ import annotations

from typing import Any, cast

import pytest

from publisher.bootstrap import Office
from publisher.domain.scopes import SCOPES
from publisher.web.api.app import api_app
from tests.integration.api.program import draft, programs
from tests.integration.api.test_door import problem
from tests.world import World

PATHS = api_app(cast("Office", None)).openapi()["paths"]
OPERATIONS = [(method, path) for path, found in PATHS.items() for method in found]


def asked(world: World, method: str, path: str) -> dict[str, Any]:
    """A request that could be done, but for the rights."""
    item_id = world.draft()
    digest = world.submit(world.draft()).revision_id
    values = {"item_id": item_id, "digest": digest, "posting_id": "none", "part_id": "none:0", "seq": "1"}
    bodies: dict[str, Any] = {
        "/items": draft(),
        "/items/{item_id}/draft": draft(),
        "/items/{item_id}/withdraw": {"reason": "理由"},
    }
    if path.endswith("/files"):
        given: dict[str, Any] = {"files": {"file": ("甲.pdf", b"%PDF-1.4")}}
        return {"method": "POST", "url": f"/api/v1{path.format(**values)}", **given}
    body = bodies.get(path, {"reason": "理由"} if path.startswith("/postings") or "hold" in path else {})
    return {
        "method": method.upper(),
        "url": f"/api/v1{path.format(**values)}",
        **({"json": body} if method in ("post", "put") else {}),
    }


@pytest.mark.parametrize(("method", "path"), [one for one in OPERATIONS if one[1] != "/health"])
def test_without_its_scope_nothing_is_done_or_shown(quiet_world: World, method: str, path: str) -> None:
    wanted = PATHS[path][method]["security"][0]["token"]
    others = [scope.value for scope in SCOPES if scope.value not in wanted]
    world = quiet_world
    world.tamper(
        "UPDATE people SET roles = ? WHERE name = 'lu'",
        '["drafter","editor","content_reviewer","secrecy_reviewer","approver"]',
    )
    with world.office.store.read() as reading:
        person = reading.people.get("lu")
    assert person is not None
    world.staff["lu"] = type(world.staff["lu"])(person)
    with programs(world, lu=" ".join(others)) as them:
        before = world.counts()
        request = asked(world, method, path)
        after = world.counts()
        assert before != after
        document = problem(them["lu"].client.request(**request), 403, "scope-missing")
        assert [document["problems"][0]["allowed"]] == wanted
        assert world.counts() == after
    assert world.last_refusal()["actor"] == "lu"


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("shen", "/revisions/{digest}/hold", {"reason": "核对"}),
        ("lu", "/revisions/{digest}/hold", {"reason": "核对"}),
    ],
)
def test_with_scope_and_role_it_is_done(quiet_world: World, who: str, path: str, body: Any) -> None:
    digest = quiet_world.submit(quiet_world.draft()).revision_id
    with programs(quiet_world, **{who: ""}) as them:
        assert them[who].post(path.format(digest=digest), body)["done"] == "hold"
    assert quiet_world.revision(digest).held


def test_a_role_that_was_taken_away_is_missing_at_once(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        them["lu"].post("/items", draft(), 201)
        quiet_world.tamper("UPDATE people SET roles = ? WHERE name = 'lu'", '["auditor"]')
        problem(them["lu"].client.post("/api/v1/items", json=draft()), 403, "not-permitted")
    assert quiet_world.last_refusal()["actor"] == "lu"


def test_an_administrator_sees_no_draft_through_the_log_either(quiet_world: World) -> None:
    world = quiet_world
    world.draft()
    with programs(world, admin="", an="") as them:
        problem(
            them["admin"].client.get("/api/v1/items"), 403, "scope-missing"
        )  # no such scope is offered to them
        told = {"limit": 200, "kind": "person:draft:saved"}
        admin = them["admin"].get("/log", params=told)["entries"]
        auditor = them["an"].get("/log", params=told)["entries"]
    assert [entry["notes"] for entry in admin] == [{}]
    assert auditor[0]["notes"]["title"]
    assert admin[0]["canonical"] == auditor[0]["canonical"]


def test_a_unit_finds_nothing_of_the_others(quiet_world: World) -> None:
    world = quiet_world
    item_id, digest = world.released()
    posting = world.postings(item_id)["weibo"].id
    world.tamper("UPDATE people SET unit = 'station' WHERE name = 'lu'")
    with programs(world, lu="") as them:
        lu = them["lu"]
        assert lu.get("/items")["items"] == []
        assert lu.get("/postings")["postings"] == []
        assert lu.get("/reports/ledger")["lines"] == []
        assert all(entry["notes"] == {} for entry in lu.get("/log")["entries"])
        for method, path, body in (
            ("GET", f"/items/{item_id}", None),
            ("GET", f"/revisions/{digest}", None),
            ("GET", f"/postings/{posting}", None),
            ("POST", f"/items/{item_id}/submit", {}),
            ("POST", f"/items/{item_id}/discard", None),
            ("POST", f"/items/{item_id}/withdraw", {"reason": "理由", "leak": True}),
            ("POST", f"/revisions/{digest}/hold", {"reason": "理由"}),
            ("POST", f"/postings/{posting}/cancel", {"reason": "理由"}),
        ):
            given = {} if body is None else {"json": body}
            problem(lu.client.request(method, f"/api/v1{path}", **given), 404, "not-found")
        own = lu.post("/items", draft(), 201)["item"]
        assert [line["item_id"] for line in lu.get("/items")["items"]] == [own]


def test_no_address_signs_and_none_takes_an_address_to_fetch() -> None:
    words = ("pass", "clear", "sign", "approve", "confirm", "attest", "deny", "accept")
    assert [path for path in PATHS if any(word in path.split("/") for word in words)] == []
    schemas = api_app(cast("Office", None)).openapi()["components"]["schemas"]
    taken = {
        content["schema"]["$ref"].rpartition("/")[2]
        for found in PATHS.values()
        for operation in found.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
    }
    fields = {name for model in taken for name in schemas[model]["properties"]}
    assert not {name for name in fields if "url" in name or "address" in name or "uri" in name}


def test_every_scope_opens_an_address_and_every_address_names_its_scope() -> None:
    named = {
        scope
        for found in PATHS.values()
        for operation in found.values()
        for scope in operation.get("security", [{"token": []}])[0]["token"]
    }
    assert named == {scope.value for scope in SCOPES}


def test_lists_are_walked_page_by_page_without_a_gap(quiet_world: World) -> None:
    made = [quiet_world.draft() for _ in range(5)]
    with programs(quiet_world, lu="") as them:
        seen: list[str] = []
        after = ""
        for _ in range(10):
            page = them["lu"].get("/items", params={"limit": 2, "cursor": after})
            seen += [line["item_id"] for line in page["items"]]
            after = page["next"] or ""
            if not after:
                break
        assert sorted(seen) == sorted(made)
        for strange in ("x", "====", "bm9wZQ", "文"):
            answer = them["lu"].client.get("/api/v1/items", params={"cursor": strange})
            problem(answer, 422, "bad-input")
