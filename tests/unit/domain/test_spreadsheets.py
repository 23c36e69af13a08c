"""Words in cells: none is a formula, and all others stay as they are."""

from __future__ import annotations

import pytest

from publisher.domain.spreadsheets import cell


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "\r=1"])
def test_words_that_begin_like_a_formula_stand_behind_an_apostrophe(words: str) -> None:
    assert cell(words) == f"'{words}"


@pytest.mark.parametrize("value", ["关于停水的通告", "2026-11-20", "", "1=1", 12, None, -3])
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert cell(value) == value
