"""The page of failure cases: every row is there, and every test that it names exists."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.docs.pages import ROOT, rows, text_of

PAGE = "docs/failure-cases.md"
EXPECTED = (
    *(f"A{n}" for n in range(1, 18)),
    *(f"B{n}" for n in range(1, 29)),
    *(f"D{n}" for n in range(1, 18)),
    *(f"H-{n}" for n in range(1, 9)),
    *(f"J{n}" for n in range(1, 9)),
)
NOT_HELD = "not held yet: "


def held_by(row: str) -> list[str]:
    """Node ids in the last cell of one row; empty when it says that nothing holds it."""
    cell = rows(text_of(PAGE))[row][-1]
    return [] if cell.startswith(NOT_HELD) else [part.strip("`") for part in cell.split("<br>")]


def test_the_page_has_every_case_once_and_no_other() -> None:
    lines = [line.split("`")[1] for line in text_of(PAGE).splitlines() if line.startswith("| `")]
    assert lines == list(EXPECTED)


@pytest.mark.parametrize("row", EXPECTED)
def test_every_test_that_a_case_names_exists(row: str) -> None:
    assert held_by(row) or rows(text_of(PAGE))[row][-1].removeprefix(NOT_HELD).strip()
    assert [node for node in held_by(row) if not exists(node)] == []


def test_what_nothing_holds_yet_is_counted(record_property: Callable[[str, object], None]) -> None:
    open_rows = [row for row in EXPECTED if not held_by(row)]
    record_property("not held yet", ", ".join(open_rows))
    assert open_rows == [], f"{len(open_rows)} of {len(EXPECTED)} cases are held by no test"


def test_a_name_that_is_gone_would_be_noticed() -> None:
    assert exists("tests/docs/test_failure_cases.py::test_a_name_that_is_gone_would_be_noticed")
    assert not exists("tests/docs/test_failure_cases.py::test_that_nobody_wrote")
    assert not exists("tests/docs/test_no_such_file.py::test_that_nobody_wrote")


def exists(node: str) -> bool:
    """Whether pytest would collect it: a function of a test file, or of a class there or inherited by one."""
    file, *names = node.split("::")
    path = ROOT / file
    if not path.exists() or not names[-1].startswith("test_"):
        return False
    if not path.name.startswith("test_") and not (len(names) == 2 and names[0] in inherited()):
        return False
    within: ast.AST = tree_of(file)
    for name in names:
        found = [one for one in ast.iter_child_nodes(within) if getattr(one, "name", None) == name]
        if not found:
            return False
        within = found[0]
    return isinstance(within, ast.FunctionDef)


@cache
def tree_of(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


@cache
def inherited() -> frozenset[str]:
    """Classes that a class of a test file has as its base, over any number of generations."""
    known = {cls.name: bases(cls) for path in ROOT.joinpath("tests").rglob("*.py") for cls in classes(path)}
    wanted = [
        base
        for path in ROOT.joinpath("tests").rglob("test_*.py")
        for cls in classes(path)
        if cls.name.startswith("Test")
        for base in bases(cls)
    ]
    found: set[str] = set()
    while wanted:
        name = wanted.pop()
        found.add(name)
        wanted += [base for base in known.get(name, []) if base not in found]
    return frozenset(found)


def classes(path: object) -> Iterator[ast.ClassDef]:
    tree = tree_of(str(path))
    yield from (node for node in tree.body if isinstance(node, ast.ClassDef))


def bases(cls: ast.ClassDef) -> list[str]:
    return [base.id for base in cls.bases if isinstance(base, ast.Name)]
