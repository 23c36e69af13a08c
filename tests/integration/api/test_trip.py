"""An item's whole trip as programs see it: from a draft to verified and back, with people signing between."""

from __future__ import annotations

from tests.integration.api.program import draft, programs
from tests.world import World


def test_a_program_takes_an_item_through_its_trip_and_people_sign(world: World) -> None:
    with programs(world, lu="", qin="", an="") as them:
        lu, qin, an = them["lu"], them["qin"], them["an"]
        made = lu.post("/items", draft(), 201)
        item_id = made["item"]
        document = lu.get(f"/items/{item_id}")
        assert (document["state"], document["draft"]["etag"]) == ("draft", made["etag"])
        assert [line["item_id"] for line in lu.get("/items", params={"state": "draft"})["items"]] == [item_id]
        submitted = lu.post(f"/items/{item_id}/submit", {})
        digest = submitted["revision_id"]
        assert lu.get(f"/revisions/{digest}")["messages"]
        world.sign(digest)
        assert lu.post(f"/revisions/{digest}/schedule", {})["revision"] == digest
        world.until(lambda: set(world.states(item_id).values()) == {"verified"})
        postings = lu.get("/postings", params={"item": item_id})["postings"]
        assert {one["state"] for one in postings} == {"out"}
        one = lu.get(f"/postings/{postings[0]['posting']}")
        assert one["steps"]
        part = lu.get(f"/parts/{one['parts'][0]['id']}")
        assert part["state"] == "verified"
        assert part["proofs"]
        assert lu.get(f"/items/{item_id}")["sentence"].count("已核验") == len(postings)
        assert {line["index_no"] for line in an.get("/reports/ledger")["lines"]} == {submitted["index_no"]}
        assert {line["state"] for line in an.get("/channels")["channels"]} == {"open"}
        assert an.get("/health")["ready"] is True
        order = qin.post(f"/items/{item_id}/withdraw", {"reason": "内容有误"})
        assert order["order"] == 1
        world.until(lambda: lu.get(f"/items/{item_id}")["state"] == "withdrawn")
        actors = {entry["os_user"][:4] for entry in an.get("/log", params={"limit": 200})["entries"]}
        assert "api:" in actors, "the log tells a program's acts from a person's own"
