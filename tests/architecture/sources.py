"""The product's own source files, parsed once, as the architecture tests look at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def sources(*rooms: str) -> list[Path]:
    """All Python files of the rooms, each a folder or a file below the project's root, in order."""
    found: set[Path] = set()
    for room in rooms:
        place = ROOT / room
        found |= set(place.rglob("*.py")) if place.is_dir() else {place}
    return sorted(found)


def shown(path: Path) -> str:
    """A path as it reads in a failure: below the project's root."""
    return path.relative_to(ROOT).as_posix()


def docstrings(tree: ast.Module) -> set[int]:
    """Identities of the constants that are documentation: a string that stands alone, where nothing reads it."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def words(path: Path) -> Iterator[tuple[int, str]]:
    """Every string and every identifier of the code with its line; comments and documentation are left out."""
    tree = parsed(path)
    documentation = docstrings(tree)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in documentation:
                yield line, node.value
        elif isinstance(node, ast.Name):
            yield line, node.id
        elif isinstance(node, ast.Attribute):
            yield line, node.attr
        elif isinstance(node, ast.arg | ast.keyword):
            yield line, node.arg or ""
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield line, node.name
        elif isinstance(node, ast.ImportFrom):
            yield line, node.module or ""
        elif isinstance(node, ast.alias):
            yield line, f"{node.name} {node.asname or ''}"


def dotted(path: Path) -> Iterator[tuple[int, str]]:
    """Every dotted expression (`os.environ`, `datetime.now`) and every imported name, as `module.name`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
