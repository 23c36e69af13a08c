"""The report at the console: its figures are those of the ledger, each unit sees its own."""

from __future__ import annotations

from datetime import date

from publisher.workflow.statistics import Period, statistics
from tests.seats import seats
from tests.world import World, item_file

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


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
