"""The outbox of each store: what happened, written with the change itself, until everybody concerned has acted."""

from typing import Final

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.schema import table

OUTBOX: Final[dict[StoreName, sa.Table]] = {
    name: table(
        name,
        "outbox",
        "machine",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("run_at", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("error", sa.Text),
    )
    for name in STORE_NAMES
}
