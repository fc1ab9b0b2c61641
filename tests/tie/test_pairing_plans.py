"""What rounds and pages read of suggestions walks indexes, however many follows there are."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kizuna.square import mutual_queries
from kizuna.store.open import Stores
from kizuna.tie import pairing_queries

READS: dict[str, tuple[sa.Executable, str]] = {
    "square follows": (mutual_queries.FOLLOWS, "ix_follow_follower_id_id (follower_id=? AND id>? AND id<?"),
    "square follows back": (
        mutual_queries.FOLLOWS_BACK,
        "sqlite_autoindex_follow_1 (follower_id=? AND followee_id=?",
    ),
    "circle since": (pairing_queries.SINCE, "uq_pairing_open (face_id=?"),
    "circle suggested": (pairing_queries.SUGGESTED, "sqlite_autoindex_suggestion_1 (face_id=?"),
    "circle chosen after": (pairing_queries.CHOSEN_AFTER, "uq_pairing_open (face_id>?"),
    "circle chosen accounts": (pairing_queries.CHOSEN_ACCOUNTS, "uq_pairing_account (account_id=?"),
    "circle chosen faces": (pairing_queries.CHOSEN_FACES, "uq_pairing_open (face_id=?"),
    "circle of a face": (pairing_queries.OF_FACE, "sqlite_autoindex_suggestion_1 (face_id=?"),
    "circle forget": (pairing_queries.FORGET, "ix_suggestion_other_id (other_id=?"),
    "circle forget all": (pairing_queries.FORGET_ALL, "ix_suggestion_other_id (other_id=?"),
}


def spoken(statement: Any, dialect: sa.Dialect) -> tuple[str, dict[str, object]]:
    compiled = statement.compile(dialect=dialect)
    values = {name: [1, 2] if name == "ids" else 1 for name in compiled.params}
    state = compiled.construct_expanded_state(values)
    return state.statement, dict(state.parameters)


@pytest.mark.sqlite("reads its plans")
@pytest.mark.parametrize("name", READS)
def test_an_index_answers(name: str, stores: Stores, tmp_path: Path) -> None:
    store = name.partition(" ")[0]
    assert store in [each.name for each in stores.each()]
    statement, index = READS[name]
    asked, values = spoken(statement, sqlite.dialect(paramstyle="named"))
    with closing(sqlite3.connect(tmp_path / "data" / f"{store}.db")) as db:
        plan = [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {asked}", values)]
    assert any(index in step for step in plan), plan
    assert [step for step in plan if step.startswith("SCAN")] == [], plan
    if name in ("square follows", "circle chosen after"):
        assert [step for step in plan if "TEMP B-TREE" in step] == [], plan


@pytest.mark.parametrize("name", READS)
def test_postgresql_understands_every_read(name: str) -> None:
    assert spoken(READS[name][0], postgresql.dialect())[0]
