"""The tables of the four stores, each declared with who may ever see its rows."""

from typing import Final, Literal

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES, StoreName

Mark = Literal["public", "own", "machine", "secret"]
METADATA: Final[dict[StoreName, sa.MetaData]] = {
    name: sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    for name in STORE_NAMES
}


def table(store: StoreName, name: str, mark: Mark, *columns: sa.schema.SchemaItem) -> sa.Table:
    """Declare a table.

    ``mark`` is one of *public* (publishable), *own* (shown only to entitled persons), *machine* (operation) and
    *secret* (credentials, keys). Only the square has public tables (ARCHITECTURE.md, Stores).
    """
    if mark == "public" and store != "square":
        raise ValueError(f"{store}.{name}: only the square has public tables")
    made = sa.Table(name, METADATA[store], *columns, info={"mark": mark, "store": store})
    keys = list(made.primary_key.columns)
    if len(keys) == 1 and isinstance(keys[0].type, sa.BigInteger):
        # SQLite keeps a table in the order of its INTEGER PRIMARY KEY; a BIGINT one would be a second tree beside it.
        keys[0].type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return made
