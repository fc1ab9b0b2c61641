"""What the connection says when a statement fails goes into logs and receipts."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.store.connection import Connection, DatabaseErrors


def test_an_error_does_not_quote_what_was_to_be_written(tmp_path: Path) -> None:
    connection = Connection(tmp_path / "x.db")
    connection.control("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT NOT NULL)")
    note = sa.table("note", sa.column("id"), sa.column("words"))
    for _ in range(2):
        with pytest.raises(DatabaseErrors) as raised:
            connection.change_many(
                sa.insert(note), [{"id": 1, "words": "closed words"}, {"id": 1, "words": "closed words"}]
            )
        assert "closed" not in str(raised.value)
    with pytest.raises(DatabaseErrors) as raised:
        connection.change(sa.insert(note).values(id=1, words="closed words"), None)
    assert "closed" not in str(raised.value)
    connection.close()
