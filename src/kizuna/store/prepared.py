"""Statements compiled once and run on the raw connection, at a fifth of what SQLAlchemy takes for each execution.

Only what is executed again is worth compiling: the statements that modules declare. One that a function builds for
itself is new each time and goes through SQLAlchemy, which knows the shapes it has seen.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

from kizuna.store.store import Params, Row

_LIST: Final = re.compile(r"__\[POSTCOMPILE_\w+\]")
Process = Callable[[Any], object]


class _Bind(NamedTuple):
    """One place of a statement that takes a value, or for ``expanding`` a list of values."""

    name: str
    usual: object
    required: bool
    process: Process | None
    expanding: bool


class Prepared:
    """One statement as SQLite takes it."""

    def __init__(self, statement: sa.Executable, dialect: sa.Dialect, keys: list[str] | None) -> None:
        compiled = cast(sa.ClauseElement, statement).compile(dialect=dialect, column_keys=keys)
        assert isinstance(compiled, SQLCompiler)
        text = compiled.string
        self._binds: list[_Bind] = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            kind = bind.type.dialect_impl(dialect)
            if bind in compiled.literal_execute_params:
                literal = kind.literal_processor(dialect)
                assert literal is not None
                text = text.replace(f"__[POSTCOMPILE_{name}]", literal(bind.effective_value))
            else:
                expanding = bind in compiled.post_compile_params
                process = kind.bind_processor(dialect)
                self._binds.append(_Bind(name, bind.effective_value, bind.required, process, expanding))
        self._text = text
        self._between = _LIST.split(text)
        self._readers = list(_readers(statement, dialect))

    def bound(self, params: Params) -> tuple[str, list[object]]:
        """Text and values for one execution. Raises KeyError when a value is missing."""
        values: list[object] = []
        counts: list[int] = []
        for name, usual, required, process, expanding in self._binds:
            value = params[name] if required else params.get(name, usual)
            if expanding:
                several = cast(Iterable[object], value)
                before = len(values)
                values += several if process is None else map(process, several)
                counts.append(len(values) - before)
            else:
                values.append(value if process is None else process(value))
        return (self._with_lists(counts) if counts else self._text), values

    def _with_lists(self, counts: Sequence[int]) -> str:
        """The text with as many places as there are values in each list; SQLite takes an empty one too."""
        parts = [self._between[0]]
        for count, following in zip(counts, self._between[1:], strict=True):
            parts += (_places(count), following)
        return "".join(parts)

    def rows(self, cursor: sqlite3.Cursor, found: Iterable[tuple[Any, ...]]) -> list[Row]:
        """Rows as the house sees them."""
        kind = row_kind(tuple(column[0] for column in cursor.description))
        if not self._readers:
            return list(map(kind, found))
        return [kind(self._read(row)) for row in found]

    def _read(self, row: tuple[Any, ...]) -> list[object]:
        values: list[object] = list(row)
        for place, process in self._readers:
            values[place] = process(values[place])
        return values


class Statements:
    """What was executed on the connections of one store, and how to execute it again."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self._dialect = dialect
        self._known: WeakKeyDictionary[sa.Executable, dict[tuple[str, ...], Prepared]] = WeakKeyDictionary()

    def find(self, statement: sa.Executable, params: Params) -> Prepared | None:
        """The prepared statement from the second execution on; None for the first, and for what cannot be prepared."""
        known = self._known.get(statement)
        if known is None:
            if isinstance(statement, sa.Select | sa.Insert | sa.Update | sa.Delete):
                self._known[statement] = {}
            return None
        # Which columns an insert or update sets depends on what it is given.
        keys = () if statement.is_select else tuple(params)
        prepared = known.get(keys)
        if prepared is None:
            prepared = known[keys] = Prepared(statement, self._dialect, list(keys) or None)
        return prepared


@cache
def row_kind(names: tuple[str, ...]) -> type[Row]:
    """The class of rows with these columns."""
    columns: dict[str, object] = {name: property(itemgetter(place)) for place, name in enumerate(names)}
    return cast(type[Row], type("Row", (Row,), {"__slots__": (), **columns}))


@cache
def _places(count: int) -> str:
    return ", ".join("?" * count)


def _readers(statement: sa.Executable, dialect: sa.Dialect) -> Iterator[tuple[int, Process]]:
    """Which columns of a select SQLite stores as something else, and how they are read."""
    if not isinstance(statement, sa.Select):
        return
    for place, column in enumerate(statement.selected_columns):
        process = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if process is not None:
            yield place, process
