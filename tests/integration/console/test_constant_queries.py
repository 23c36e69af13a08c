"""A page asks the database as often with many items as with few."""

from __future__ import annotations

from bench.console import PAGES, console_figures


def test_no_page_asks_more_where_there_is_more() -> None:
    figures = console_figures(16, 60, tries=1)
    assert len(figures) == len(PAGES)
    more = {one.path: (one.asked_few, one.asked_many) for one in figures if one.asked_many > one.asked_few}
    assert more == {}
