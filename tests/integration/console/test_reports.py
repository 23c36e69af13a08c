"""The report at the console: its figures are those of the ledger, each unit sees its own."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace
from datetime import date

import sqlalchemy as sa
from openpyxl import load_workbook

from publisher.store.figures import Scope
from publisher.workflow import review
from publisher.workflow.report import LedgerLine, ledger, ledger_places
from publisher.workflow.sheets import COLUMNS, csv_pieces, write_workbook
from publisher.workflow.statistics import Period, statistics
from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal
from tests.seats import seats
from tests.world import World, item_file

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
SCOPE = Scope(YEAR.since, YEAR.until)


def test_the_report_counts_what_is_out(world: World) -> None:
    world.out_everywhere()
    with world.office.store.read() as reading:
        found = statistics(reading, YEAR)
    assert (found.items, found.late, found.out, found.verified) == (1, 0, 4, 4)
    assert [n for _, n in found.months] == [0] * 10 + [1, 0]
    with seats(world, ye="auditor") as at:
        page = at["ye"].get("/reports")
    assert "每月公开条目" in page
    assert "11月 1" in page


def test_days_that_are_none_are_said_and_this_year_is_shown(quiet_world: World) -> None:
    with seats(quiet_world, ye="auditor") as at:
        for days in ("from=2026-13-01&to=", "from=2026-05-02&to=2026-05-01", "from=0001-01-01&to=9999-12-31"):
            assert "下面是今年的" in at["ye"].get(f"/reports?period=own&{days}")
        assert "2026-04-01 至 2026-06-30" in at["ye"].get("/reports?period=q2")
        assert "2026-01-01 至 2026-11-24" in at["ye"].get("/reports?period=nonsense&unit=x&channel=y")


def test_a_channel_narrows_the_report(world: World) -> None:
    world.released(item_file(channels=["bureau-portal", "weibo"]))
    world.turn()
    with world.office.store.read() as reading:
        found = statistics(reading, YEAR, channel="weibo")
        assert [one.name for one in found.channels] == ["weibo"]
        assert statistics(reading, YEAR, channel="wechat").items == 0
        assert statistics(reading, YEAR, unit="nobody").items == 0


def test_the_report_and_the_ledger_have_the_same_sums(world: World) -> None:
    world.out_everywhere()
    world.released(item_file(channels=["bureau-portal", "weibo"]))
    world.turn()
    with world.office.store.read() as reading:
        found = statistics(reading, YEAR)
        lines = [line for line in ledger(reading, YEAR.since, YEAR.until) if line.out_at]
        places = ledger_places(reading, SCOPE)
    assert found.out == len(lines)
    assert found.verified == sum(1 for line in lines if line.verified_at)
    assert sum(one.late for one in found.channels) == sum(1 for line in lines if line.days_late)
    assert found.items == len({line.index_no for line in lines})
    assert found.items == sum(one.items for one in found.units) == sum(one.items for one in found.kinds)
    assert [place.line for place in places if place.line.out_at] == lines


def test_the_report_asks_as_much_of_the_database_with_many_items_as_with_one(world: World) -> None:
    world.out_everywhere()
    few = asked(world)
    for _ in range(3):
        world.released(item_file(channels=["bureau-portal", "weibo"]))
    world.turn()
    assert asked(world) == few


def asked(world: World) -> int:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    sa.event.listen(world.office.store.reader, "before_cursor_execute", note)
    try:
        with world.office.store.read() as reading:
            statistics(reading, YEAR)
            ledger_places(reading, SCOPE)
    finally:
        sa.event.remove(world.office.store.reader, "before_cursor_execute", note)
    return len(said)


def test_the_lines_follow_one_another_without_gap_or_repeat(world: World) -> None:
    world.out_everywhere()
    with world.office.store.read() as reading:
        for newest in (False, True):
            whole = ledger_places(reading, SCOPE, newest=newest)
            steps, after = [], ""
            while step := ledger_places(reading, SCOPE, after=after, limit=1, newest=newest):
                steps += step
                after = step[-1].posting_id
            assert len(steps) == 4
            assert steps == whole
        assert ledger_places(reading, SCOPE, after="no such posting") == []


def test_both_files_hold_the_ledger(world: World) -> None:
    world.out_everywhere()
    with seats(world, ye="auditor") as at:
        client = at["ye"].client
        text, book = client.get("/reports/ledger.csv"), client.get("/reports/ledger.xlsx")
        page = at["ye"].get("/reports/ledger")
    assert "attachment" in text.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert rows[0] == list(COLUMNS.values())
    assert len(rows) == 5
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [[str(v or "") for v in row][:5] for row in sheet.values] == [row[:5] for row in rows]
    assert rows[1][0] in page


def test_no_cell_of_a_file_is_a_formula() -> None:
    blank = LedgerLine(**{field.name: "" for field in fields(LedgerLine)})  # type: ignore[arg-type]
    words = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1")
    lines = [replace(blank, title=text) for text in words]
    rows = list(csv.reader(io.StringIO("".join(csv_pieces(lines)), newline="")))
    assert [row[1] for row in rows[1:]] == [f"'{text}" for text in words]
    file = io.BytesIO()
    write_workbook(file, lines, "台账")
    sheet = load_workbook(file).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "n", "inlineStr"}


def test_a_unit_sees_its_own_only(world: World) -> None:
    item_id, _ = world.out_everywhere()
    title = world.where(item_id).title
    with seats(world, ye="auditor") as at:
        assert title in at["ye"].get("/reports")
        world.tamper("UPDATE people SET unit = 'station' WHERE name = 'ye'")
        for path in (
            "/reports",
            "/reports/ledger",
            "/reports/ledger.csv",
            "/reports?unit=",
            "/reports/withdrawn",
        ):
            assert title not in at["ye"].get(path), path


def test_the_registers_hold_every_decision(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.do("qin", order_withdrawal, WithdrawRequest(item_id, reason="地址写错了"))
    draft = world.draft(item_file(title="关于某户用水情况的说明"))
    digest = world.submit(draft).revision_id
    words = review.SignRequest(digest, opinion="涉及个人", reference="条例第十五条", reason="privacy")
    world.do("shen", review.withhold, words)
    with seats(world, ye="auditor") as at:
        page = at["ye"].get("/reports/withheld")
        for said in ("关于某户用水情况的说明", "个人隐私", "涉及个人", "条例第十五条"):
            assert said in page
        page = at["ye"].get("/reports/withdrawn")
        assert "地址写错了" in page
        assert "还没有撤完" in page
