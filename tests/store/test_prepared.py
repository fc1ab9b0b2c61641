"""A prepared statement answers what SQLAlchemy would, the first time and every time after."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import insert

from kizuna.store.connection import Connection
from kizuna.store.store import Row

TABLES = sa.MetaData()
THING = sa.Table(
    "thing",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False, server_default="7"),
    sa.Column("good", sa.Boolean),
    sa.Column("data", sa.LargeBinary),
    sa.Column("text", sa.Text),
)
IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
SOME = sa.select(THING).where(THING.c.id.in_(IDS)).order_by(THING.c.id)
TWICE = (
    sa.select(THING.c.id)
    .where(sa.or_(THING.c.id.in_(IDS), THING.c.count.in_(IDS)), THING.c.id < sa.bindparam("below"))
    .order_by(THING.c.id)
)
GOOD = sa.select(THING.c.id, (THING.c.count > 6).label("many")).where(
    THING.c.good == sa.bindparam(None, value=True, literal_execute=True)
)
COUNT = sa.select(sa.func.count()).select_from(THING)
_other = THING.alias("other")
PAIRS = (
    sa.select(THING.c.id, _other.c.id)
    .join_from(THING, _other, _other.c.id < 9)
    .order_by(THING.c.id, _other.c.id)
)
MAKE = insert(THING).on_conflict_do_nothing()
MORE = sa.update(THING).where(THING.c.id == sa.bindparam("one")).values(count=THING.c.count + 1)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A file with three rows."""
    file = tmp_path / "file.db"
    TABLES.create_all(sa.create_engine(f"sqlite:///{file}", poolclass=sa.pool.NullPool))
    opened = Connection(file)
    rows: list[dict[str, Any]] = [
        {"id": 1, "good": True, "data": b"\0x", "text": "あ"},
        {"id": 2, "good": False, "data": None, "text": "it's"},
        {"id": 3, "good": None, "data": b"", "text": None},
    ]
    opened.change_many(sa.insert(THING), rows)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("statement", "params", "expected"),
    [
        (
            SOME,
            {"ids": [1, 2, 3]},
            [(1, 7, True, b"\0x", "あ"), (2, 7, False, None, "it's"), (3, 7, None, b"", None)],
        ),
        (SOME, {"ids": [3]}, [(3, 7, None, b"", None)]),
        (SOME, {"ids": []}, []),
        (TWICE, {"ids": [2, 7], "below": 3}, [(1,), (2,)]),
        (TWICE, {"ids": {1}, "below": 9}, [(1,)]),
        (GOOD, {}, [(1, True)]),
        (COUNT, {}, [(3,)]),
        (PAIRS, {}, [(a, b) for a in (1, 2, 3) for b in (1, 2, 3)]),
    ],
)
def test_every_time_is_like_the_first(
    connection: Connection,
    statement: sa.Executable,
    params: dict[str, Any],
    expected: list[tuple[object, ...]],
) -> None:
    for _ in range(3):
        rows = connection.all(statement, params)
        assert list(rows) == expected
        assert connection.first(statement, params) == (expected[0] if expected else None)
        assert all(
            type(value) is type(wanted)
            for row, line in zip(rows, expected, strict=True)
            for value, wanted in zip(row, line, strict=True)
        )


def test_values_have_the_names_of_their_columns(connection: Connection) -> None:
    def names(row: Row | None) -> list[str]:
        return [name for name in dir(row) if not name.startswith("_") and name not in dir(Row)]

    for _ in range(3):
        found = connection.first(GOOD, {})
        assert found is not None
        assert (found.id, found.many) == (1, True)
        assert names(connection.first(PAIRS, {})) == ["id", "id_1"]
        assert names(connection.first(COUNT, {})) == ["count_1"]


def test_a_change_says_how_many_rows(connection: Connection) -> None:
    for number in range(3):
        assert connection.change(MORE, {"one": 1}) == 1
        assert connection.change(MORE, {"one": 99}) == 0
        assert connection.change(MAKE, {"id": 10 + number, "text": "a"}) == 1
        assert connection.change(MAKE, {"id": 10 + number, "text": "b"}) == 0
    assert [row.count for row in connection.all(SOME, {"ids": [1]})] == [10]


def test_one_insert_may_name_other_columns_each_time(connection: Connection) -> None:
    statement = sa.insert(THING)
    for number, more in enumerate([{}, {"count": 1}, {"good": True}, {"count": 2}, {}]):
        connection.change_many(statement, [{"id": 20 + number, **more}, {"id": 30 + number, **more}])
    found = connection.all(SOME, {"ids": [20, 21, 22, 33, 34]})
    assert [(row.count, row.good) for row in found] == [(7, None), (1, None), (7, True), (2, None), (7, None)]


def test_a_missing_value_is_an_error(connection: Connection) -> None:
    connection.all(TWICE, {"ids": [1], "below": 2})
    with pytest.raises(KeyError, match="below"):
        connection.all(TWICE, {"ids": [1]})


def test_reading_one_row_lets_go_of_the_rest(connection: Connection, tmp_path: Path) -> None:
    """Whoever writes meanwhile is seen by the next read."""
    other = Connection(tmp_path / "file.db")
    for number in range(3):
        assert connection.first(PAIRS, {}) == (1, 1)
        other.change(MAKE, {"id": 40 + number})
        assert connection.first(COUNT, {}) == (4 + number,)
    other.close()


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50), min_size=1, max_size=5))
def test_lists_of_any_length(lists: list[list[int]]) -> None:
    connection = Connection(Path(":memory:"))
    one = sa.select(sa.literal(1).label("one"), sa.literal(2).in_(IDS).label("inside"))
    for ids in lists:
        found = connection.first(one, {"ids": ids})
        assert found is not None
        assert (found.one, bool(found.inside)) == (1, 2 in ids)
    connection.close()
