"""Statements that each delivery runs, compiled once a database and run on the driver itself.

`Connection.execute` looks a statement up, asks every listener and wraps the result anew each time, which takes several
times as long as what the database does. Here the library still compiles, its types turn values and rows, and errors
are told as everywhere (`publisher.store.engine`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

from publisher.store.engine import driver_error

Turn = Callable[[Any], Any] | None
"""What turns a value for the driver, or back; None where it goes as it is."""


class Prepared:
    """One statement with named parameters; `names` are the columns that an insert or an update sets by name."""

    def __init__(self, statement: sa.Select[Any] | sa.UpdateBase, names: Sequence[str] = ()) -> None:
        """Compiles nothing yet."""
        self._statement, self._names = statement, names
        self._ready: dict[str, _Ready] = {}
        self._columns: dict[str, list[Turn]] = {}

    def rows(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[list[Any]]:
        """Run it: all rows, each in the order of the columns."""
        found, description = self._run(connection, values, lambda c: (c.fetchall(), c.description))
        turns = self._columns.get(connection.dialect.name)
        if turns is None:
            turns = self._columns[connection.dialect.name] = self._turns(connection.dialect, description)
        return [
            [value if turn is None else turn(value) for turn, value in zip(turns, row, strict=True)]
            for row in found
        ]

    def changed(self, connection: sa.Connection, values: Mapping[str, Any]) -> int:
        """Run it: how many rows it changed or made."""
        count: int = self._run(connection, values, lambda cursor: cursor.rowcount)
        return count

    def _turns(self, dialect: sa.Dialect, description: Sequence[Sequence[Any]]) -> list[Turn]:
        """What turns each column; the driver's own word for its type (the second of its description) may matter."""
        columns = zip(self._statement.exported_columns, description, strict=True)
        return [
            column.type.dialect_impl(dialect).result_processor(dialect, told[1]) for column, told in columns
        ]

    def _run(self, connection: sa.Connection, values: Mapping[str, Any], take: Callable[[Any], Any]) -> Any:
        """What `take` has of the driver's cursor."""
        ready = self._ready.get(connection.dialect.name)
        if ready is None:
            ready = _compiled(self._statement, self._names, connection.dialect)
            self._ready[connection.dialect.name] = ready
        given = ready.given(values)
        driver: Any = connection.connection.driver_connection
        try:
            return take(driver.execute(ready.text, given))
        except Exception as why:
            raise driver_error(connection, ready.text, why) from why


@dataclass(frozen=True, slots=True)
class _Ready:
    """One statement for one driver. `binds` are (name, turn) for what is given, in order; `fixed` is the rest."""

    text: str
    binds: tuple[tuple[str, Turn], ...]
    fixed: Mapping[str, Any]
    places: tuple[str, ...] | None

    def given(self, values: Mapping[str, Any]) -> Mapping[str, Any] | list[Any]:
        """What the driver takes: by place where it knows no names."""
        named = dict(self.fixed)
        for name, turn in self.binds:
            named[name] = values[name] if turn is None else turn(values[name])
        return named if self.places is None else [named[name] for name in self.places]


def _compiled(statement: sa.Select[Any] | sa.UpdateBase, names: Sequence[str], dialect: sa.Dialect) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(names) or None)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(statement)
    binds = {name: compiled.binds[name] for name in compiled.bind_names.values()}
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    usual = {column.key: column.default.arg for column in compiled.insert_prefetch}  # type: ignore[union-attr]
    fixed = {
        name: usual.get(name, bind.value)
        for name, bind in binds.items()
        if name in usual or not bind.required
    }
    places = compiled.positiontup
    return _Ready(
        compiled.string,
        tuple((name, turn) for name, turn in turns.items() if name not in fixed),
        {name: value if (turn := turns[name]) is None else turn(value) for name, value in fixed.items()},
        None if places is None else tuple(places),
    )
