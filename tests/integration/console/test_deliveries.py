"""The board and the page of one posting: what they show, to whom, and every act through the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from tests.seats import Seat, seats
from tests.world import World, item_file

S = PostingState
FOUR = {"zhou": "editor", "shen2": "content_reviewer secrecy_reviewer", "qin2": "approver", "lu2": "drafter"}


def put(world: World, posting_id: str, **values: Any) -> None:
    with world.office.store.write() as uow:
        uow.postings.change(posting_id, **values)
        uow.commit()


def state_of(world: World, posting_id: str) -> PostingState:
    with world.office.store.read() as reading:
        found = reading.postings.get(posting_id)
    assert found is not None
    return found.state


def released(world: World, **header: Any) -> dict[str, str]:
    """Channel → key of the posting of one item."""
    item_id, _ = world.released(item_file(**header))
    return {name: posting.id for name, posting in world.postings(item_id).items()}


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, text: str, *_more: Any) -> None:
        asked.append(text)

    engines = (world.office.store.reader, world.office.store.engine)
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)


# ------------------------------------------------------------------------------- the board


def test_the_board_shows_each_channel_for_itself_and_who_is_needed(quiet_world: World) -> None:
    keys = released(quiet_world)
    put(
        quiet_world,
        keys["wechat"],
        state=S.UNKNOWN,
        person_needed="请到后台看一眼",
        unknown_since=quiet_world.clock.now,
    )
    put(quiet_world, keys["weibo"], state=S.FAILED, error={"words": "微博说链接域名没有登记"})
    with seats(quiet_world, **FOUR, an2="auditor") as at:
        for who in at:
            page = at[who].get("/postings")
            assert page.count('class="pcard') == 4
            assert "请到后台看一眼" in page
            assert "微博说链接域名没有登记" in page
            assert f'href="/postings/{keys["wechat"]}"' in page


def test_administrators_see_no_postings(quiet_world: World) -> None:
    keys = released(quiet_world)
    with seats(quiet_world, wang="administrator") as at:
        at["wang"].get("/postings", 403)
        at["wang"].get(f"/postings/{keys['weibo']}", 403)


def test_a_full_cell_leads_to_a_list_of_pages(quiet_world: World) -> None:
    for number in range(9):
        released(quiet_world, title=f"关于第{number}片区停水的通告", channels=["bureau-portal"])
    with seats(quiet_world, zhou="editor") as at:
        page = at["zhou"].get("/postings")
        assert page.count('class="pcard') == 6
        assert "还有 3 条" in page
        listed = at["zhou"].get("/postings?channel=bureau-portal&state=waiting")
        assert listed.count('class="pcard') == 9
        assert at["zhou"].get("/postings?state=waiting&page=2").count('class="pcard') == 0
        for odd in ("state=x&page=-3", "window=x&channel=../x", "state=waiting&page=99999999999999999999"):
            at["zhou"].get(f"/postings?{odd}")


def test_the_board_asks_the_same_number_of_questions_for_ten_and_for_three_hundred(
    quiet_world: World,
) -> None:
    def asked(seat: Seat, path: str) -> int:
        with statements(quiet_world) as found:
            seat.get(path)
        return len(found)

    with seats(quiet_world, zhou="editor") as at:
        key = released(quiet_world)["bureau-portal"]
        paths = ("/postings", "/postings?window=all", "/postings?state=all", "/postings/board")
        few = [asked(at["zhou"], path) for path in paths]
        copies(quiet_world, key, 300)
        many = [asked(at["zhou"], path) for path in paths]
        assert "还有 " in at["zhou"].get("/postings")
    assert few == many


def copies(world: World, key: str, count: int) -> None:
    """As many postings more, of as many items, each like this one; a third of them out."""
    with world.office.store.write() as uow:
        first = uow.postings.get(key)
        assert first is not None
        item, revision = uow.items.item(first.item_id), uow.items.revision(first.revision_id)
        assert item is not None
        assert revision is not None
        for number in range(count):
            name = f"copy{number:04}"
            uow.items.add_item(
                id=name, body=item.body, index_no=None, created_at=item.created_at, created_by="lu"
            )
            values = {f: getattr(first, f) for f in first.__dataclass_fields__ if f != "slots"}
            state = S.OUT if number % 3 == 0 else S.QUEUED
            out_at = world.clock.now if state is S.OUT else None
            values |= {"id": name, "item_id": name, "state": state, "out_at": out_at}
            uow.postings.add(articles=[(name, first.revision_id)], **values)
            if state is S.OUT:
                uow.parts.add(
                    id=f"{name}:0",
                    posting_id=name,
                    position=0,
                    item_id=name,
                    revision_id=first.revision_id,
                    channel=first.channel,
                    state=PartState.VERIFIED,
                    remote_id=name,
                    url="",
                    level="public",
                    out_at=world.clock.now,
                    next_look_at=None,
                )
        uow.commit()


def test_a_board_that_looks_again_by_itself_keeps_no_session_open(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at:
        for _ in range(4):
            quiet_world.clock.forward(240)
            answer = at["zhou"].client.get("/postings/board")
        assert answer.status_code == 200
        assert answer.headers["hx-redirect"] == "/login"
        assert at["zhou"].client.get("/postings").status_code == 303


# ------------------------------------------------------------------------------- acts by hand

ACTS: dict[str, tuple[PostingState, str, PostingState]] = {  # act → from, who, to
    "retry": (S.FAILED, "zhou", S.QUEUED),
    "hold": (S.QUEUED, "lu2", S.HELD),
    "resume": (S.HELD, "qin2", S.WAITING),
    "cancel": (S.HELD, "zhou", S.CANCELLED),
}
MAY = {
    "retry": {"zhou"},
    "hold": {"zhou", "shen2", "qin2", "lu2"},
    "resume": {"qin2"},
    "cancel": {"zhou"},
    "open-gate": {"qin2"},
}


def shown(page: str) -> str:
    return page.partition('name="shown" value="')[2].partition('"')[0]


@pytest.mark.parametrize("name", ACTS)
def test_an_act_by_hand_is_done_by_those_who_may_and_refused_to_others(quiet_world: World, name: str) -> None:
    key = released(quiet_world)["weibo"]
    before, _, after = ACTS[name]
    with seats(quiet_world, **FOUR) as at:
        for who, seat in at.items():
            put(quiet_world, key, state=before)
            page = seat.get(f"/postings/{key}")
            offered = f'action="/postings/{key}/{name}"' in page
            assert offered is (who in MAY[name]), who
            fields = {"reason": "供水计划有变", "shown": shown(page) or f"{before}.0.0."}
            if offered:
                seat.done(f"/postings/{key}/{name}", fields)
                assert state_of(quiet_world, key) is after
            else:
                assert "没有办理" in seat.refused(f"/postings/{key}/{name}", fields, 403)
                assert state_of(quiet_world, key) is before
                assert quiet_world.last_refusal()["actor"] == who


def test_what_is_resumed_after_its_limit_may_be_resumed_by_the_editor_too(quiet_world: World) -> None:
    key = released(quiet_world)["weibo"]
    put(quiet_world, key, state=S.HELD, late_at=quiet_world.clock.now)
    quiet_world.clock.forward(60)
    with seats(quiet_world, zhou="editor") as at:
        page = at["zhou"].get(f"/postings/{key}")
        at["zhou"].done(f"/postings/{key}/resume", {"shown": shown(page)})
    assert state_of(quiet_world, key) is S.WAITING


def test_the_gate_is_opened_only_past_its_limit_and_with_a_reason(quiet_world: World) -> None:
    key = released(quiet_world)["weibo"]
    with seats(quiet_world, **FOUR) as at:
        page = at["qin2"].get(f"/postings/{key}")
        assert "放行" not in page
        at["qin2"].refused(f"/postings/{key}/open-gate", {"shown": shown(page), "reason": "急"}, 409)
        put(quiet_world, key, gate_limit_at=quiet_world.clock.now)
        quiet_world.clock.forward(1)
        page = at["qin2"].get(f"/postings/{key}")
        at["qin2"].refused(f"/postings/{key}/open-gate", {"shown": shown(page), "reason": " "}, 422)
        at["zhou"].refused(f"/postings/{key}/open-gate", {"shown": shown(page), "reason": "急"}, 403)
        assert "已放行" in at["qin2"].done(
            f"/postings/{key}/open-gate", {"shown": shown(page), "reason": "门户维护"}
        )


def test_a_form_of_a_state_that_has_passed_is_refused_in_plain_words(quiet_world: World) -> None:
    key = released(quiet_world)["weibo"]
    put(quiet_world, key, state=S.FAILED)
    with seats(quiet_world, zhou="editor") as at:
        old = shown(at["zhou"].get(f"/postings/{key}"))
        at["zhou"].done(f"/postings/{key}/retry", {"shown": old})
        put(quiet_world, key, state=S.FAILED, attempts=7)
        page = at["zhou"].refused(f"/postings/{key}/retry", {"shown": old}, 409)
        assert "您打开这一页以后，情况变了" in page
        put(quiet_world, key, state=S.SENDING)
        now = shown(at["zhou"].get(f"/postings/{key}")) or "sending.0.7."
        page = at["zhou"].refused(f"/postings/{key}/cancel", {"shown": now, "reason": "不发了"}, 409)
        assert "推送中" in page
        at["zhou"].get("/postings/none", 404)
        at["zhou"].refused(f"/postings/{key}/explode", {}, 404)
        at["zhou"].refused("/postings/none/cancel", {"reason": "x"}, 404)


def test_a_form_from_elsewhere_does_nothing(quiet_world: World) -> None:
    key = released(quiet_world)["weibo"]
    with seats(quiet_world, zhou="editor") as at:
        page = at["zhou"].get(f"/postings/{key}")
        fields = {"form": "0" * 64, "reason": "不发了", "shown": shown(page)}
        assert at["zhou"].client.post(f"/postings/{key}/cancel", data=fields).status_code == 403
    assert state_of(quiet_world, key) is S.WAITING


def test_the_page_of_a_posting_asks_the_same_however_much_stands_on_record(quiet_world: World) -> None:
    key = released(quiet_world)["weibo"]

    def asked() -> int:
        with statements(quiet_world) as found:
            at["zhou"].get(f"/postings/{key}")
        return len(found)

    with seats(quiet_world, zhou="editor") as at:
        few = asked()
        with quiet_world.office.store.write() as uow:
            for number in range(300):
                facts = {"channel": "weibo"}
                notes = {"words": f"第 {number} 次没有查到"}
                uow.record(
                    quiet_world.clock.now,
                    "system:posting:looked",
                    "system",
                    f"posting:{key}",
                    facts=facts,
                    notes=notes,
                )
            uow.commit()
        assert asked() == few
        assert "第 299 次没有查到" in at["zhou"].get(f"/postings/{key}")
