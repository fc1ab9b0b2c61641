"""The reads that everybody makes walk indexes, and speak what both databases understand."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.circle import audience, queries
from kizuna.store.open import Stores

GIVEN: dict[str, object] = {
    "viewer_id": 1,
    "face_id": 1,
    "author_id": 1,
    "room_id": 1,
    "voice_id": 1,
    "below": 9,
    "above": 0,
    "after": 0,
    "limit": 20,
    "ids": [1, 2],
    "audience": "fof",
    "people": [1],
    "groups": [1],
    "not_people": [1],
    "not_groups": [1],
}
READS: dict[str, sa.Select[Any]] = {
    "timeline": vars(queries)["_TIMELINE"][True],
    "profile": vars(queries)["_PROFILE"][True],
    "load": vars(queries)["_LOAD"],
    "replies": vars(queries)["_REPLIES"],
    "why": vars(queries)["_WHY"],
    "readers": vars(audience)["_READERS"],
    "readers further": vars(audience)["_READERS_FURTHER"],
    "preview": vars(audience)["_PREVIEW"],
    "preview further": vars(audience)["_PREVIEW_FURTHER"],
}


def spoken(statement: sa.Select[Any], dialect: sa.Dialect) -> tuple[str, dict[str, object]]:
    """A statement with its values, lists written out."""
    compiled = statement.compile(dialect=dialect)
    values = {name: GIVEN.get(name, kept) for name, kept in compiled.params.items()}
    state = compiled.construct_expanded_state(values)
    return state.statement, dict(state.parameters)


@pytest.mark.sqlite("reads its plans")
@pytest.mark.parametrize("name", READS)
def test_no_read_walks_a_whole_table(name: str, stores: Stores, tmp_path: Path) -> None:
    assert stores.circle.name == "circle"
    asked, values = spoken(READS[name], sqlite.dialect(paramstyle="named"))
    with closing(sqlite3.connect(tmp_path / "data" / "circle.db")) as db:
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {asked}", values)]
    assert any(step.startswith("SEARCH") for step in plan)
    assert [step for step in plan if step.startswith("SCAN") and "CONSTANT ROW" not in step] == []
    if name == "timeline":
        assert any("ix_voice_author_id_parent_id_id" in step for step in plan)


@pytest.mark.parametrize("name", READS)
def test_postgresql_understands_every_read(name: str) -> None:
    assert "SELECT" in spoken(READS[name], postgresql.dialect())[0]
