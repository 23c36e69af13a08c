"""The page of one part: what was seen beside what was approved, and what people say about it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from publisher.domain.part import PartState
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal
from tests.integration.console.test_deliveries import FOUR, shown
from tests.seats import Seat, seats
from tests.world import World, item_file
from tests.worlds import MakeWorld

P = PartState
MASS = {'appid = "wx0000000000000001"': 'appid = "wx0000000000000001"\npublish_mode = "mass"'}
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def part_of(world: World, item_id: str, channel: str) -> str:
    return world.parts(item_id)[channel].id


def state_of(world: World, part_id: str) -> PartState:
    with world.office.store.read() as reading:
        found = reading.parts.get(part_id)
    assert found is not None
    return found.state


def put(world: World, part_id: str, **values: Any) -> None:
    with world.office.store.write() as uow:
        uow.parts.change(part_id, **values)
        uow.commit()


def differing(world: World) -> str:
    """A part whose page shows other words than were approved: its id."""
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal", "weibo"]))
    part_id = part_of(world, item_id, "weibo")
    seen = {
        "title": "",
        "text": f"别的话。{HOSTILE}",
        "links": ["javascript:alert(1)"],
        "images": [],
        "files": [],
    }
    with world.office.store.write() as uow:
        uow.parts.keep_sight(part_id, "f" * 64, seen, world.clock.now)
        words = {"differences": ["正文从第 1 字起不同"], "seen_digest": "f" * 64, "words": HOSTILE}
        uow.parts.prove(part_id, at=world.clock.now, level="public", outcome="differ", **words)
        uow.parts.change(part_id, state=P.DIFFERS, differences=["正文从第 1 字起不同", HOSTILE])
        uow.commit()
    return part_id


def test_what_was_sent_stands_beside_what_is_seen_and_the_content_reviewer_accepts_it(world: World) -> None:
    part_id = differing(world)
    with seats(world, **FOUR) as at:
        page = at["zhou"].get(f"/parts/{part_id}")
        assert "别的话。" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page
        assert "认可这个差异" in page
        assert f'action="/parts/{part_id}/accept"' not in page
        assert "别的话。" in at["zhou"].get(f"/postings/{part_id.partition(':')[0]}")
        mark = shown(at["shen2"].get(f"/parts/{part_id}"))
        for who in ("zhou", "qin2", "lu2"):
            at[who].refused(f"/parts/{part_id}/accept", {"shown": mark, "reason": "标点不同"}, 403)
        at["shen2"].refused(f"/parts/{part_id}/accept", {"shown": mark, "reason": ""}, 422)
        assert "已认可" in at["shen2"].done(f"/parts/{part_id}/accept", {"shown": mark, "reason": "标点不同"})
        at["shen2"].refused(f"/parts/{part_id}/accept", {"shown": mark, "reason": "标点不同"}, 409)
    assert state_of(world, part_id) is P.VERIFIED


def test_a_difference_that_changed_after_the_page_was_opened_is_not_accepted(world: World) -> None:
    part_id = differing(world)
    with seats(world, shen2="content_reviewer") as at:
        mark = shown(at["shen2"].get(f"/parts/{part_id}"))
        with world.office.store.write() as uow:
            words = {"differences": ["别的不同"], "seen_digest": "e" * 64, "words": ""}
            uow.parts.prove(part_id, at=world.clock.now, level="public", outcome="differ", **words)
            uow.commit()
        page = at["shen2"].refused(f"/parts/{part_id}/accept", {"shown": mark, "reason": "标点不同"}, 409)
        assert "情况变了" in page
        assert "标点不同" in page, "what was written is kept"
    assert state_of(world, part_id) is P.DIFFERS


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (320, 640), "white").save(made, "PNG")
    return made.getvalue()


def attest(
    seat: Seat, part_id: str, files: Sequence[Any], status: int = 303, reason: str = "发表记录"
) -> str:
    mark = shown(seat.get(f"/parts/{part_id}")) or "published."
    answer = seat.post(f"/parts/{part_id}/attest", {"shown": mark, "reason": reason}, files)
    assert answer.status_code == status, answer.text
    return answer.text if status != 303 else seat.get(answer.headers["location"])


def test_what_no_reader_can_open_is_attested_with_a_picture_that_is_kept(make_world: MakeWorld) -> None:
    world = make_world(settings=MASS)
    item_id, _ = world.released(item_file(channels=["bureau-portal", "wechat"]))
    world.until(lambda: bool(world.parts(item_id).get("wechat")))
    world.pass_time(600, "wechat")
    part_id = part_of(world, item_id, "wechat")
    good = [("evidence", ("记录.png", picture(), "image/png"))]
    with seats(world, **FOUR) as at:
        page = attest(at["zhou"], part_id, [("evidence", ("x.txt", "我看到了".encode(), "text/plain"))], 422)
        assert "发表记录" in page
        attest(at["zhou"], part_id, [("other", ("a.png", b"x", "image/png"))], 422)
        attest(at["zhou"], part_id, [("evidence", ("a.png", b"<script>", "image/png"))], 422)
        attest(at["zhou"], part_id, good, 422, reason=" ")
        attest(at["shen2"], part_id, good, 403)
        attest(at["zhou"], part_of(world, item_id, "bureau-portal"), good, 409)
        assert world.rows("SELECT * FROM proofs WHERE outcome = 'attest'") == []
        assert "人工证明" in attest(at["zhou"], part_id, good)
        (proof,) = world.rows("SELECT seen_digest FROM proofs WHERE outcome = 'attest'")
        kept = at["lu2"].client.get(f"/parts/{part_id}/evidence/{proof['seen_digest']}")
        assert kept.content == picture()
        assert kept.headers["content-type"] == "application/octet-stream"
        assert kept.headers["content-disposition"].startswith("attachment")
        other = part_of(world, item_id, "bureau-portal")
        at["lu2"].get(f"/parts/{other}/evidence/{proof['seen_digest']}", 404)
        at["lu2"].get(f"/parts/{part_id}/evidence/{'0' * 64}", 404)
    assert state_of(world, part_id) is P.VERIFIED


def test_gone_is_believed_only_when_the_product_finds_it_gone(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal", "weibo"]))
    part_id = part_of(world, item_id, "weibo")
    put(world, part_id, state=P.WITHDRAW_BY_HAND)
    with seats(world, **FOUR) as at:
        mark = shown(at["zhou"].get(f"/parts/{part_id}"))
        assert "读者仍能看到" in at["zhou"].refused(f"/parts/{part_id}/gone", {"shown": mark}, 409)
        for who in ("shen2", "qin2", "lu2"):
            at[who].refused(f"/parts/{part_id}/gone", {"shown": mark}, 403)
        put(world, part_id, state=P.VERIFIED)
        world.do("qin", order_withdrawal, WithdrawRequest(item_id, "停水取消"))
        world.until(lambda: state_of(world, part_id) is P.WITHDRAWN)
        put(world, part_id, state=P.WITHDRAW_BY_HAND)
        mark = shown(at["zhou"].get(f"/parts/{part_id}"))
        assert "读者已经看不到" in at["zhou"].done(f"/parts/{part_id}/gone", {"shown": mark})
    assert state_of(world, part_id) is P.WITHDRAWN


def test_the_approver_declares_with_a_reason_what_cannot_be_removed(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["bureau-portal", "weibo"]))
    part_id = part_of(world, item_id, "weibo")
    with seats(world, **FOUR, an2="auditor") as at:
        at["qin2"].refused(f"/parts/{part_id}/unremovable", {"shown": "verified.", "reason": "删不掉"}, 409)
        put(world, part_id, state=P.WITHDRAW_BY_HAND)
        mark = shown(at["qin2"].get(f"/parts/{part_id}"))
        assert 'name="shown"' not in at["an2"].get(f"/parts/{part_id}")
        for who in ("zhou", "shen2", "lu2", "an2"):
            at[who].refused(f"/parts/{part_id}/unremovable", {"shown": mark, "reason": "删不掉"}, 403)
        at["qin2"].refused(f"/parts/{part_id}/unremovable", {"shown": mark, "reason": ""}, 422)
        page = at["qin2"].done(f"/parts/{part_id}/unremovable", {"shown": mark, "reason": "账号已注销"})
        assert "请另行对外说明" in page
    assert state_of(world, part_id) is P.UNREMOVABLE


@pytest.mark.parametrize("state", PartState)
def test_every_state_of_a_part_has_its_page(world: World, state: PartState) -> None:
    item_id, _ = world.released(item_file(channels=["bureau-portal"]))
    world.until(lambda: bool(world.parts(item_id)))
    part_id = part_of(world, item_id, "bureau-portal")
    put(world, part_id, state=state)
    with seats(world, zhou="editor") as at:
        at["zhou"].get(f"/parts/{part_id}")
        at["zhou"].get("/postings")
        at["zhou"].get("/parts/none:0", 404)
        at["zhou"].refused(f"/parts/{part_id}/explode", {}, 404)
