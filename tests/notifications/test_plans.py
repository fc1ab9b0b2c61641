"""The reads of notifications walk indexes, whatever is asked for."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.notifications import belongings_queries, circle_queries, square_queries
from kizuna.square import standing_queries
from kizuna.store.open import Stores

LISTS: dict[str, sa.Executable] = {
    f"{store} {name} {way}": getattr(getattr(told, name), way)
    for store, told in (("people", square_queries.TOLD), ("circle", circle_queries.TOLD))
    for name in ("all", "of_kind", "of_kind_by")
    for way in ("down", "up")
}
READS: dict[str, sa.Executable] = LISTS | {
    "people one": square_queries.TOLD.one,
    "people span": square_queries.TOLD.in_span,
    "circle one": circle_queries.TOLD.one,
    "people leaving": belongings_queries.SOME_SQUARE,
    "circle leaving": belongings_queries.SOME_CIRCLE,
    "square favours": standing_queries.FAVOURS,
    "square boosts": standing_queries.BOOSTS,
}


def spoken(statement: Any, dialect: sa.Dialect) -> tuple[str, dict[str, object]]:
    compiled = statement.compile(dialect=dialect)
    values = {name: [1, 2] if name.endswith("_ids") else 1 for name in compiled.params}
    state = compiled.construct_expanded_state(values)
    return state.statement, dict(state.parameters)


@pytest.mark.parametrize("name", READS)
def test_no_read_walks_a_whole_table_or_sorts_a_long_list(name: str, stores: Stores, tmp_path: Path) -> None:
    store = name.partition(" ")[0]
    assert store in [each.name for each in stores.each()]
    asked, values = spoken(READS[name], sqlite.dialect(paramstyle="named"))
    with closing(sqlite3.connect(tmp_path / "data" / f"{store}.db")) as db:
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {asked}", values)]
    assert any(step.startswith("SEARCH") for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN")] == [], plan
    if " all " in name or " of_kind " in name:
        assert [step for step in plan if "TEMP B-TREE" in step] == [], plan


@pytest.mark.parametrize("name", READS)
def test_postgresql_understands_every_read(name: str) -> None:
    assert spoken(READS[name], postgresql.dialect())[0]
