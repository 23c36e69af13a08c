"""What a program reads proves itself: entries with the proof to a signed checkpoint; and nothing is told twice."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from publisher.audit.chain import entry_hash
from publisher.audit.checkpoint import parse_checkpoint
from publisher.audit.tree import leaf_hash, verify_inclusion
from publisher.cli import main
from publisher.workflow.seal import sign_checkpoint
from tests.integration.api.program import draft, programs
from tests.integration.api.test_door import problem
from tests.world import World


def test_an_entry_comes_with_the_proof_that_a_checkpoint_covers_it(quiet_world: World) -> None:
    world = quiet_world
    for _ in range(3):
        world.draft()
    sign_checkpoint(world.office.store, world.clock.now, world.office.seal, force=True)
    world.draft()
    with programs(world, an="") as them:
        an = them["an"]
        entries = an.get("/log", params={"limit": 200})["entries"]
        for entry in entries:
            document = an.get(f"/log/{entry['seq']}")
            assert document["entry"] == entry
            assert entry_hash(entry["prev"], entry["canonical"].encode()) == entry["hash"]
            if not document["size"]:
                continue
            checkpoint, _ = parse_checkpoint(document["checkpoint"])
            assert checkpoint.size == document["size"]
            proof = [bytes.fromhex(one) for one in document["proof"]]
            leaf = leaf_hash(bytes.fromhex(entry["hash"]))
            assert verify_inclusion(leaf, entry["seq"] - 1, checkpoint.size, proof, checkpoint.root)
        assert an.get(f"/log/{entries[-1]['seq']}")["checkpoint"] == "", "not covered yet"
        problem(an.client.get("/api/v1/log/999999"), 404, "not-found")
        problem(an.client.get("/api/v1/log/0"), 422, "bad-input")
        problem(an.client.get(f"/api/v1/log/{10**30}"), 422, "bad-input")


def test_the_log_is_walked_in_pages_and_told_by_subject_and_kind(quiet_world: World) -> None:
    world = quiet_world
    item_id = world.draft()
    with programs(world, an="") as them:
        seen: list[int] = []
        after: int | None = 0
        while after is not None:
            page = them["an"].get("/log", params={"after": after, "limit": 2})
            seen += [entry["seq"] for entry in page["entries"]]
            after = page["next"]
        assert seen == list(range(1, len(seen) + 1))
        told = them["an"].get("/log", params={"subject": f"item:{item_id}", "kind": "person:draft:saved"})
        assert [entry["actor"] for entry in told["entries"]] == ["lu"]


def test_the_command_line_and_the_api_tell_the_same_of_one_thing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    item_id, digest = world.out_everywhere()
    posting = world.postings(item_id)["weibo"].id
    with programs(world, lu="") as them:
        for command, path in (
            (["item", "show", item_id], f"/items/{item_id}"),
            (["review", "show", digest], f"/revisions/{digest}"),
            (["posting", "show", posting], f"/postings/{posting}"),
        ):
            capsys.readouterr()
            assert main([*command, "--json", "--home", str(world.home)]) == 0
            printed = json.loads(capsys.readouterr().out)
            answered = them["lu"].get(path)
            assert set(answered) <= set(printed)
            plain = {name for name, value in answered.items() if isinstance(value, str | int | None)}
            instants = {name for name in plain if name.endswith("_at") and answered[name]}
            assert {n: answered[n] for n in plain - instants} == {n: printed[n] for n in plain - instants}


@pytest.mark.parametrize("path", ["/items", "/postings", "/log", "/channels"])
def test_a_list_asks_a_fixed_number_of_questions(quiet_world: World, path: str) -> None:
    world = quiet_world

    def questions() -> int:
        asked: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        sa.event.listen(world.office.store.reader, "before_cursor_execute", note)
        try:
            program.get(path, params={} if path == "/channels" else {"limit": 100})
        finally:
            sa.event.remove(world.office.store.reader, "before_cursor_execute", note)
        return len(asked)

    world.released()
    with programs(world, lu="") as them:
        program = them["lu"]
        program.get(path)
        few = questions()
        for _ in range(4):
            world.released()
        assert questions() == few


def test_in_english_no_chinese_is_offered_as_what_is_allowed(quiet_world: World) -> None:
    with programs(quiet_world, lu="", shen="") as them:
        english = {"Accept-Language": "en"}
        lu = them["lu"].client
        item_id = lu.post("/api/v1/items", json=draft(), headers={"Idempotency-Key": "k"}).json()["item"]
        reused = lu.post("/api/v1/items", json=draft("别的"), headers={**english, "Idempotency-Key": "k"})
        assert problem(reused, 422, "key-reused")["problems"][0]["allowed"] == "a key of its own"
        left = them["shen"].client.post(
            f"/api/v1/items/{item_id}/withdraw", json={"reason": "x", "leak": True}, headers=english
        )
        for answer in (reused, left):
            assert all(ord(char) < 0x2E80 for char in answer.text), answer.text
