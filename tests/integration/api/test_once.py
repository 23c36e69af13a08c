"""A request with a key is done once, however often it comes, and never guessed about."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from publisher.store.engine import CommitUnsure, StoreUnavailable
from publisher.workflow.replies import AT_WORK, KEPT, Known, begin_reply
from tests.integration.api.program import draft, programs
from tests.integration.api.test_door import problem
from tests.world import World

KEY = {"Idempotency-Key": "import-2026-11-24-0001"}
ITEMS = "/api/v1/items"


def test_the_same_key_and_request_give_the_kept_answer_and_make_nothing_again(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        first = them["lu"].client.post(ITEMS, json=draft(), headers=KEY)
        again = them["lu"].client.post(ITEMS, json=draft(), headers=KEY)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert first.headers["etag"] == again.headers["etag"]
        assert first.headers["location"] == again.headers["location"]
        assert "idempotent-replayed" not in first.headers
        assert again.headers["idempotent-replayed"] == "true"
    assert quiet_world.counts()["items"] == 1


def test_without_a_key_each_request_is_a_new_one(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        for _ in range(2):
            them["lu"].post("/items", draft(), 201)
    assert quiet_world.counts()["items"] == 2


def test_a_key_is_not_taken_for_another_request(quiet_world: World) -> None:
    with programs(quiet_world, lu="") as them:
        client = them["lu"].client
        item = client.post(ITEMS, json=draft(), headers=KEY).json()["item"]
        problem(client.post(ITEMS, json=draft("另一个标题"), headers=KEY), 422, "key-reused")
        problem(client.post(f"{ITEMS}/{item}/discard", headers=KEY), 422, "key-reused")
    assert quiet_world.counts()["items"] == 1


def test_keys_of_different_people_have_nothing_to_do_with_each_other(quiet_world: World) -> None:
    world = quiet_world
    with programs(world, lu="", qin="") as them:
        first = world.submit(world.draft()).revision_id
        hold = f"/api/v1/revisions/{first}/hold"
        assert them["lu"].client.post(ITEMS, json=draft(), headers=KEY).status_code == 201
        assert them["qin"].client.post(hold, json={"reason": "核对"}, headers=KEY).status_code == 200


def test_a_refused_request_did_nothing_and_leaves_its_key_free(quiet_world: World) -> None:
    world = quiet_world
    item_id, digest = world.draft(), ""
    with programs(world, lu="") as them:
        digest = world.submit(item_id).revision_id
        at = f"/api/v1/revisions/{digest}/schedule"
        problem(them["lu"].client.post(at, json={}, headers=KEY), 409, "wrong-state")
        world.sign(digest)
        assert them["lu"].client.post(at, json={}, headers=KEY).status_code == 200


def test_while_the_first_is_worked_on_the_second_is_told_to_wait(quiet_world: World) -> None:
    """The first stands in a slow place with nothing of the store open, as an act that asks a platform does."""
    inside, go_on = threading.Event(), threading.Event()
    render = quiet_world.office.templates

    def slow() -> Any:
        inside.set()
        assert go_on.wait(20)
        return render()

    item_id = quiet_world.draft()
    quiet_world.office.templates = slow
    found: list[int] = []
    with programs(quiet_world, lu="") as them:
        path = f"{ITEMS}/{item_id}/submit"

        def first() -> None:
            found.append(them["lu"].client.post(path, json={}, headers=KEY).status_code)

        thread = threading.Thread(target=first)
        thread.start()
        assert inside.wait(20)
        answer = them["lu"].client.post(path, json={}, headers=KEY)
        problem(answer, 409, "at-work")
        assert answer.headers["retry-after"] == "2"
        go_on.set()
        thread.join()
        assert found == [200]
        assert them["lu"].client.post(path, json={}, headers=KEY).headers["idempotent-replayed"] == "true"
    assert quiet_world.counts()["revisions"] == 1


def test_of_many_that_come_at_once_one_takes_the_key(quiet_world: World) -> None:
    store, now = quiet_world.office.store, quiet_world.clock.now
    start, known = threading.Barrier(6), list[Known]()

    def come() -> None:
        start.wait()
        known.append(begin_reply(store, now, "lu", "key", "digest").known)

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(known) == [*(Known.AT_WORK for _ in range(5)), Known.NEW]


def test_a_request_that_was_broken_off_is_answered_honestly(quiet_world: World) -> None:
    world = quiet_world
    with programs(world, lu="") as them:
        client = them["lu"].client
        made = client.post(ITEMS, json=draft(), headers=KEY).json()
        world.tamper(
            "UPDATE replies SET status = 0, body = ''"
        )  # as it stands when the process died before the end
        problem(client.post(ITEMS, json=draft(), headers=KEY), 409, "at-work")
        world.clock.forward(AT_WORK.total_seconds() + 1)
        document = problem(client.post(ITEMS, json=draft(), headers=KEY), 409, "outcome-unclear")
        assert "不能断定" in document["detail"]
        assert client.get(f"{ITEMS}/{made['item']}").status_code == 200
    assert world.counts()["items"] == 1


@pytest.mark.parametrize(
    ("error", "status", "kind", "then"),
    [
        (RuntimeError("x"), 500, "fault", (409, "outcome-unclear")),
        (CommitUnsure("提交时断开", "broke off"), 409, "outcome-unclear", (409, "outcome-unclear")),
        (StoreUnavailable("数据库正忙", "busy"), 503, "busy", (201, "")),
    ],
)
def test_what_a_fault_leaves_behind_is_known_only_where_it_is_known(
    quiet_world: World,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    kind: str,
    then: tuple[int, str],
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    with programs(quiet_world, lu="") as them:
        client = them["lu"].client
        with monkeypatch.context() as patched:
            patched.setattr("publisher.web.api.drafts.save_draft", broken)
            problem(client.post(ITEMS, json=draft(), headers=KEY), status, kind)
        again = client.post(ITEMS, json=draft(), headers=KEY)
        assert again.status_code == then[0]
        if then[1]:
            problem(again, *then)


def test_a_key_is_kept_for_a_week(quiet_world: World) -> None:
    world = quiet_world
    with programs(world, lu="") as them:
        client = them["lu"].client
        first = client.post(ITEMS, json=draft(), headers=KEY).json()
        world.clock.now += KEPT - timedelta(minutes=1)
        assert client.post(ITEMS, json=draft(), headers=KEY).json() == first
        world.clock.now += timedelta(minutes=2)
        assert client.post(ITEMS, json=draft(), headers=KEY).json() != first


@pytest.mark.parametrize("key", ["", "a b", "k" * 201, "有空"])
def test_a_key_that_is_none_is_refused(quiet_world: World, key: str) -> None:
    with programs(quiet_world, lu="") as them:
        headers = {"Idempotency-Key": key.encode()}
        problem(them["lu"].client.post(ITEMS, json=draft(), headers=headers), 422, "bad-input")


def test_no_title_and_no_text_is_kept_beside_a_key(quiet_world: World) -> None:
    """What is erased later must not stand here still."""
    with programs(quiet_world, lu="") as them:
        item = them["lu"].client.post(ITEMS, json=draft(), headers=KEY).json()["item"]
        them["lu"].client.post(f"{ITEMS}/{item}/submit", json={}, headers={"Idempotency-Key": "2"})
    bodies = "".join(row["body"] for row in quiet_world.rows("SELECT body FROM replies"))
    assert draft()["title"] not in bodies
    assert "石渡" not in bodies
