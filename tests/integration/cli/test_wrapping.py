"""How Chinese text wraps in lists and panels."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from publisher.cli.tables import grouped, table
from publisher.cli.wrapping import wrapped


def shown(what: object, width: int = 40) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(what, soft_wrap=bool(getattr(what, "uncut", False)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_line_ends_between_characters_and_keeps_words_and_numbers_whole() -> None:
    assert wrapped("编号 2026-00001 的公告", 12) == ["编号", "2026-00001", "的公告"]


def test_no_line_begins_with_a_full_stop_or_ends_with_an_opening_bracket() -> None:
    assert wrapped("一二三四五。六七（八）", 10) == ["一二三四", "五。六七", "（八）"]


def test_a_word_longer_than_the_line_is_cut_and_nothing_is_lost() -> None:
    lines = wrapped("见 " + "a" * 25, 10)
    assert "".join(lines).replace(" ", "") == "见" + "a" * 25
    assert max(map(cell_len, lines)) <= 10


def test_what_wraps_goes_on_where_it_hangs() -> None:
    assert wrapped("  请核对：标题很长", 12, 4) == ["  请核对：标", "    题很长"]


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_list_is_never_wider_than_the_terminal(width: int) -> None:
    rows = [("a1b2c3d4e5f6", "很长的标题" * 8, "已发出"), ("b", "短", "失败")]
    lines = shown(table(("编号", "标题", "状态"), rows, whole=("编号", "状态")), width)
    assert max(map(cell_len, lines)) <= width


def test_an_address_below_a_line_stays_in_one_piece() -> None:
    url = "http://127.0.0.1/" + "x" * 60
    lines = shown(grouped(("编号",), [("2026-11-25", [(("7",), url)])]))
    assert any(line.strip() == url for line in lines)


def test_nothing_in_a_title_steers_the_terminal() -> None:
    assert "\x1b" not in "".join(shown(table(("标题",), [("\x1b[2J题",)])))
