"""The record at the console: computed, searched, one entry with its proof, one person, and what a unit sees of it."""

from __future__ import annotations

import re

import pytest

from publisher.domain.errors import Refused
from publisher.workflow import review
from publisher.workflow.seal import sign_checkpoint
from tests.seats import Seat, employ, seats
from tests.world import World, item_file

OTHER = "关于公布灌区用水计划的通知"


def sequences(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'<td[^>]*class="num"><a href="/audit/(\d+)"', page)]


def sign(world: World) -> None:
    assert sign_checkpoint(world.office.store, world.clock.now, world.office.seal, force=True)


def forge(world: World, seq: int) -> None:
    """As somebody with the database in hand would."""
    world.tamper("UPDATE log_entries SET canonical = replace(canonical, 'qin', 'lun') WHERE seq = ?", seq)


# ------------------------------------------------------------------------------- is it whole


def test_whether_the_record_is_whole_is_computed_when_somebody_asks(quiet_world: World) -> None:
    quiet_world.approved()
    sign(quiet_world)
    with seats(quiet_world, ye="auditor") as at:
        assert "还没有算过" in at["ye"].get("/audit")
        page = at["ye"].done("/audit/verify")
        entries = len(quiet_world.rows("SELECT seq FROM log_entries"))
        assert f"记录完整，到第 {entries} 条" in page
        for words in ("链条连续", "签名有效", "锚点一致", "内容对得上", "1 个送审过的版本", "用时"):
            assert words in page
        quiet_world.draft(item_file(title=OTHER))
        assert "此后新增的 1 条还没有算进去" in at["ye"].get("/audit"), "what was not computed is not claimed"


def test_a_changed_entry_is_named_and_what_not_to_touch_is_said(quiet_world: World) -> None:
    quiet_world.approved()
    seq = quiet_world.rows("SELECT seq FROM log_entries WHERE kind LIKE '%sign_off'")[0]["seq"]
    with seats(quiet_world, ye="auditor") as at:
        forge(quiet_world, seq)
        page = at["ye"].done("/audit/verify")
    assert f"记录在第 {seq} 条断开" in page
    assert f"第 1 到 {seq - 1} 条完整" in page
    assert "请不要重启、清理或恢复备份" in page
    assert "integ bad" in page


def test_a_signed_text_that_was_changed_is_found(quiet_world: World) -> None:
    _, revision = quiet_world.approved()
    quiet_world.tamper(
        "UPDATE revisions SET content = replace(content, '2026-11-20', '2026-11-21') WHERE id = ?", revision
    )
    with seats(quiet_world, ye="auditor") as at:
        page = at["ye"].done("/audit/verify")
    assert "有 1 个已签版本被改动过" in page
    assert "内容对不上" in page


def test_an_anchor_on_this_machine_is_said_to_be_none(quiet_world: World) -> None:
    with seats(quiet_world, ye="auditor") as at:
        assert "本机以外没有锚点" in at["ye"].get("/audit")


def test_what_the_record_cannot_prove_is_said(quiet_world: World) -> None:
    with seats(quiet_world, ye="auditor") as at:
        assert "不能证明：按下的是不是本人的手" in at["ye"].get("/audit")


# ------------------------------------------------------------------------------- searching


def test_the_record_is_searched_by_item_person_kind_and_refusal(quiet_world: World) -> None:
    item, revision = quiet_world.approved()
    quiet_world.approved(item_file(title=OTHER))
    with pytest.raises(Refused):
        quiet_world.do("lu", review.pass_content, review.SignRequest(revision))
    index_no = quiet_world.rows("SELECT index_no FROM items WHERE id = ?", item)[0]["index_no"]
    with seats(quiet_world, ye="auditor") as at:
        for words in (index_no, "石渡片区"):
            page = at["ye"].get(f"/audit?q={words}")
            assert "石渡片区" in page
            assert OTHER not in page
            assert "签发" in page
        signed = at["ye"].get("/audit?kind=person:revision:sign_off&who=qin")
        assert len(sequences(signed)) == 2
        refused = at["ye"].get("/audit?refused=1")
        assert "操作被拒绝：初审" in refused
        assert len(sequences(refused)) == 1
        assert "没有这样的记录" in at["ye"].get("/audit?q=没有这个条目")


def test_the_record_is_searched_by_channel_and_by_day(world: World) -> None:
    world.released(item_file(channels=["bureau-portal", "weibo"]))
    with seats(world, ye="auditor") as at:
        weibo = at["ye"].get("/audit?channel=weibo")
        assert sequences(weibo)
        about = {row["seq"] for row in world.rows("SELECT seq FROM log_entries WHERE channel = 'weibo'")}
        assert set(sequences(weibo)) == about
        assert sequences(at["ye"].get("/audit?since=2026-11-24&until=2026-11-24"))
        assert not sequences(at["ye"].get("/audit?since=2026-11-26"))
        assert not sequences(at["ye"].get("/audit?until=2026-11-23"))


def test_a_day_that_is_none_and_numbers_that_are_none_are_no_error(quiet_world: World) -> None:
    with seats(quiet_world, ye="auditor") as at:
        assert "这不是日期" in at["ye"].get("/audit?since=昨天")
        for path in ("/audit?before=x&after=-1&kind=%00&who=%27", "/audit?until=9999-12-31&since=0001-01-01"):
            at["ye"].get(path)
        for path in (
            "/audit/0",
            "/audit/99999",
            "/audit/abc",
            "/audit/9999999999999999999",
            "/audit/people/%27x",
        ):
            assert "没有找到" in at["ye"].get(path, 404)


def test_pages_of_the_record_follow_each_other_without_a_gap(quiet_world: World) -> None:
    for number in range(60):
        quiet_world.draft(item_file(title=f"第 {number} 号通知"))
    with seats(quiet_world, ye="auditor") as at:
        first = at["ye"].get("/audit")
        older = re.search(r'href="(/audit\?before=\d+)"', first)
        assert older
        second = at["ye"].get(older[1])
        both = sequences(first) + sequences(second)
        assert both == sorted(both, reverse=True)
        assert both[0] - both[-1] == len(both) - 1
        newer = re.search(r'href="(/audit\?after=\d+)"', second)
        assert newer
        assert sequences(at["ye"].get(newer[1])) == sequences(first)


def test_the_record_asks_the_database_the_same_number_of_questions_however_long_it_is(
    quiet_world: World,
) -> None:
    with seats(quiet_world, ye="auditor") as at:
        few = statements(quiet_world, at["ye"], "/audit")
        for number in range(30):
            quiet_world.draft(item_file(title=f"第 {number} 号通知"))
        quiet_world.approved()
        assert statements(quiet_world, at["ye"], "/audit") <= few + 3


def statements(world: World, seat: Seat, path: str) -> int:
    """How many statements a page makes; a kind of subject that did not exist yet costs one."""
    import sqlalchemy as sa

    count = [0]

    def counted(*_: object) -> None:
        count[0] += 1

    sa.event.listen(world.office.store.reader, "before_cursor_execute", counted)
    try:
        seat.get(path)
    finally:
        sa.event.remove(world.office.store.reader, "before_cursor_execute", counted)
    return count[0]


# ------------------------------------------------------------------------------- one entry, one person


def test_one_entry_is_shown_whole_with_a_proof_that_is_computed(quiet_world: World) -> None:
    quiet_world.approved()
    seq = quiet_world.rows("SELECT seq FROM log_entries WHERE kind LIKE '%sign_off'")[0]["seq"]
    with seats(quiet_world, ye="auditor") as at:
        assert "还没有签名盖到这一条" in at["ye"].get(f"/audit/{seq}")
        sign(quiet_world)
        page = at["ye"].get(f"/audit/{seq}")
        for words in ("正是它的摘要", "证明路径", "与 10:00:00 签名的检查点", "一致", "签名有效", "秦知远"):
            assert words in page
        forge(quiet_world, seq)
        broken = at["ye"].get(f"/audit/{seq}")
        assert "接不上" in broken
        assert "正是它的摘要" not in broken


def test_an_erased_note_says_so(quiet_world: World) -> None:
    quiet_world.draft()
    row = quiet_world.rows("SELECT seq, name, text FROM log_notes WHERE text IS NOT NULL ORDER BY seq DESC")[
        0
    ]
    with quiet_world.office.store.write() as uow:
        uow.log.erase_note(row["seq"], row["name"])
        uow.commit()
    with seats(quiet_world, ye="auditor") as at:
        page = at["ye"].get(f"/audit/{row['seq']}")
    assert "附注已经由两个人决定抹除" in page
    assert f"<dd>{row['text']}" not in page


def test_everything_one_person_did_is_on_one_page_refusals_and_sign_ins_too(quiet_world: World) -> None:
    _, revision = quiet_world.approved()
    with pytest.raises(Refused):
        quiet_world.do("lu", review.pass_content, review.SignRequest(revision))
    with seats(quiet_world, ye="auditor") as at:
        page = at["ye"].get("/audit/people/lu")
        for words in ("陆予安", "送审", "操作被拒绝：初审", "11月24日"):
            assert words in page
        assert "签发</span>" not in page
        assert "登录" in at["ye"].get("/audit/people/ye")


# ------------------------------------------------------------------------------- whose it is


def test_every_role_reads_the_record_and_a_unit_only_its_own_items(quiet_world: World) -> None:
    quiet_world.approved()
    mine = quiet_world.draft(item_file(title=OTHER))
    quiet_world.tamper("UPDATE items SET unit = '水文站' WHERE id = ?", mine)
    employ(quiet_world, "zhan", "drafter", display="站员")
    quiet_world.tamper("UPDATE people SET unit = '水文站' WHERE name = 'zhan'")
    with seats(quiet_world, zhan="drafter", ye="auditor", guan="administrator") as at:
        assert sequences(at["guan"].get("/audit"))
        page = at["zhan"].get("/audit")
        assert OTHER in page
        assert "登录" in page, "what one did oneself is there"
        assert "石渡片区" not in page
        assert "没有这样的记录" in at["zhan"].get("/audit?q=石渡片区")
        foreign = quiet_world.rows("SELECT seq FROM log_entries WHERE kind LIKE '%sign_off'")[0]["seq"]
        at["zhan"].get(f"/audit/{foreign}", 404)
        at["ye"].get(f"/audit/{foreign}")
        at["zhan"].get("/audit/people/qin", 404)


def test_the_record_stands_in_english_too(quiet_world: World) -> None:
    quiet_world.approved()
    with seats(quiet_world, ye="auditor") as at:
        at["ye"].client.cookies.set("gongkai-lang", "en")
        page = at["ye"].done("/audit/verify")
    for words in (
        "The log is whole up to entry",
        "Chain unbroken",
        "revision sign off",
        "It cannot prove whose hand",
    ):
        assert words in page
