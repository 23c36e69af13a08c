"""Words in the cells of a spreadsheet: a program that opens it must take none of them for a formula."""

from __future__ import annotations

FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # OWASP, CSV Injection, 2026-11


def cell(value: object) -> object:
    """The value as a cell may hold it: words that would begin a formula stand behind an apostrophe.

    Numbers and None stay as they are; so do all other words, letter by letter.
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
