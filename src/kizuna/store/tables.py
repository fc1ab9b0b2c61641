"""What a store keeps for itself: the outbox, and the processes that share it."""

from typing import Final

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.schema import table

# What happened, written with the change itself, until everybody concerned has acted.
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
        sa.Column("lease_until", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("holder", sa.Text),
    )
    for name in STORE_NAMES
}
# The processes that have opened the store (on SQLite none: there is only one). The name is drawn at random, and is
# the channel on which a process hears the others: who cannot read this table cannot listen.
PROCESS: Final[dict[StoreName, sa.Table]] = {
    name: table(
        name,
        "process",
        "secret",
        sa.Column("node", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    for name in STORE_NAMES
}
