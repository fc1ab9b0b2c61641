"""Every table has a mark, an owner and a store; only the square has public ones."""

import re
from typing import get_args

import pytest
import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES
from kizuna.store.migrate import MIGRATIONS
from kizuna.store.schema import METADATA, Mark, table
from tests.house.ownership import declarations, misplaced_tables
from tests.house.source import parse, read_house

# Where the tables of a package live. `store` and `jobs` keep their own rows in each store.
HOMES: dict[str, set[str]] = {
    "people": {"people"},
    "media": {"people"},
    "square": {"square", "people"},
    "circle": {"circle"},
    "tie": {"circle"},
    "notifications": {"people", "circle"},
    "moderation": {"people", "circle"},
    "ledger": {"circle"},
    "apps": {"circle"},
    "store": set(STORE_NAMES),
    "jobs": set(STORE_NAMES),
}


def all_tables() -> list[sa.Table]:
    return [each for metadata in METADATA.values() for each in metadata.tables.values()]


def test_every_table_is_marked() -> None:
    assert {"post", "voice", "person", "copy"} <= {each.name for each in all_tables()}
    for each in all_tables():
        assert each.info["mark"] in get_args(Mark), each.name


def test_only_the_square_has_public_tables() -> None:
    public = [each for each in all_tables() if each.info["mark"] == "public"]
    assert {"post", "account"} <= {each.name for each in public}
    assert {each.info["store"] for each in public} == {"square"}
    assert {each.metadata is METADATA["square"] for each in public} == {True}


def test_tables_stand_where_they_belong() -> None:
    assert [finding for source in read_house() for finding in misplaced_tables(source, HOMES)] == []


def test_every_table_has_one_owner() -> None:
    declared = [each for source in read_house() for each in declarations(source) if source.name == "tables"]
    spread = [(store, each) for each in declared for store in ([each.store] if each.store else STORE_NAMES)]
    owners = {(store, each.name): each.package for store, each in spread}
    assert len(owners) == len(spread), "a table is declared twice"
    assert set(owners) == {(each.info["store"], each.name) for each in all_tables()}


@pytest.mark.parametrize("store", ["people", "circle", "letters"])
def test_a_public_table_elsewhere_cannot_be_declared(store: str) -> None:
    with pytest.raises(ValueError, match="only the square"):
        table(store, "leak", "public", sa.Column("id", sa.BigInteger))  # pyright: ignore[reportArgumentType] - one of three


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kizuna.square.tables", "P = table('circle', 'post', 'own')\n"),
        ("kizuna.web.tables", "P = table('people', 'page', 'own')\n"),
        ("kizuna.square.queries", "P = table('square', 'post', 'public')\n"),
        ("kizuna.square.tables", "P = sa.Table('post', metadata)\n"),
        ("kizuna.square.tables", "from sqlalchemy import Table\nP = Table('post', metadata)\n"),
    ],
)
def test_misplaced_tables_are_found(module: str, text: str) -> None:
    assert list(misplaced_tables(parse(module, text), HOMES))


def test_placed_tables_are_left_alone() -> None:
    text = "P = table('square', 'post', 'public')\n"
    assert not list(misplaced_tables(parse("kizuna.square.tables", text), HOMES))
    assert not list(misplaced_tables(parse("kizuna.web.routes", "table = Table(pages)\n"), HOMES))
    each = "P = {name: table(name, 'outbox', 'machine') for name in STORE_NAMES}\n"
    assert not list(misplaced_tables(parse("kizuna.store.tables", each), HOMES))


def test_names_are_singular_and_times_are_numbers() -> None:
    for each in all_tables():
        assert not each.name.endswith("s") or each.name.endswith("ss"), f"{each.name} is not singular"
        for column in each.columns:
            assert not isinstance(column.type, sa.DateTime), f"{each.name}.{column.name}: times are Unix ms"
            if column.name.endswith("_at"):
                assert isinstance(column.type, sa.BigInteger), f"{each.name}.{column.name}: times are Unix ms"


def test_migrations_say_what_both_databases_understand() -> None:
    """A boolean that begins as ``0`` is one on SQLite only, and a condition of an index is said for each of the two."""
    wrong: list[str] = []
    for file in sorted(MIGRATIONS.glob("*/[0-9]*.py")):
        text = file.read_text("utf-8")
        if re.search(r"sa\.Boolean\(\),[^)]*server_default=(sa\.text\(|\")", text):
            wrong.append(f"{file}: write sa.false() or sa.true()")
        if text.count("sqlite_where=") != text.count("postgresql_where="):
            wrong.append(f"{file}: a condition for one database only")
    assert wrong == []
