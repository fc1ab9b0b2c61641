"""Every table has a mark, an owner and a store; only the square has public ones."""

import importlib
from typing import get_args

import pytest
import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES
from kizuna.store.schema import METADATA, Mark, table
from tests.house.source import read_house

# Where the tables of a package live. `store` and `jobs` keep their own rows in each store.
HOMES = {
    "people": {"people"},
    "square": {"square"},
    "circle": {"circle"},
    "tie": {"circle"},
    "store": set(STORE_NAMES),
    "jobs": set(STORE_NAMES),
}


def declared() -> dict[str, list[sa.Table]]:
    """Every table, under the package whose ``tables`` module declares it."""
    owned: dict[str, list[sa.Table]] = {}
    for source in read_house():
        if source.name != "tables":
            continue
        module = importlib.import_module(source.module)
        found = [*vars(module).values(), *(each for value in vars(module).values() for each in _values(value))]
        owned.setdefault(source.package, []).extend(value for value in found if isinstance(value, sa.Table))
    return owned


def _values(value: object) -> list[object]:
    return list(value.values()) if isinstance(value, dict) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # any dict will do


def test_every_table_is_marked() -> None:
    tables = [each for metadata in METADATA.values() for each in metadata.tables.values()]
    declared()
    assert tables
    for each in tables:
        assert each.info["mark"] in get_args(Mark), each.name


def test_only_the_square_has_public_tables() -> None:
    owned = declared()
    public = {each.name for tables in owned.values() for each in tables if each.info["mark"] == "public"}
    assert {"post", "account"} <= public
    assert public == {each.name for each in owned["square"] if each.info["mark"] == "public"}


def test_tables_live_in_the_store_of_their_package() -> None:
    for package, tables in declared().items():
        for each in tables:
            assert each.info["store"] in HOMES[package], f"{package} declares {each.name} in {each.info['store']}"


def test_every_table_is_declared_in_a_tables_module() -> None:
    found = {id(each) for tables in declared().values() for each in tables}
    for name, metadata in METADATA.items():
        for each in metadata.tables.values():
            assert id(each) in found, f"{name}.{each.name}"


@pytest.mark.parametrize("store", ["people", "circle", "letters"])
def test_a_public_table_elsewhere_cannot_be_declared(store: str) -> None:
    with pytest.raises(ValueError, match="only the square"):
        table(store, "leak", "public", sa.Column("id", sa.BigInteger))  # pyright: ignore[reportArgumentType]  # one of three names


def test_names_are_singular_and_times_are_called_at() -> None:
    for tables in declared().values():
        for each in tables:
            assert not each.name.endswith("s") or each.name.endswith("ss"), f"{each.name} is not singular"
            for column in each.columns:
                assert not isinstance(column.type, sa.DateTime), f"{each.name}.{column.name}: times are Unix ms"
