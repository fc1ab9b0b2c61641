"""The tables of durable work, alike in every store."""

from typing import Final

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.schema import table


def _inbox(store: StoreName) -> sa.Table:
    return table(
        store,
        "inbox",
        "machine",
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("seen_at", sa.BigInteger, nullable=False, index=True),
    )


def _duty(store: StoreName) -> sa.Table:
    return table(
        store,
        "duty",
        "machine",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("run_at", sa.BigInteger, nullable=False),
        sa.Column("lease_until", sa.BigInteger, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("dead_at", sa.BigInteger),
        sa.Column("error", sa.Text),
        sa.Column("holder", sa.Text),
        sa.Index(None, "lane", "run_at"),
    )


def _idempotency(store: StoreName) -> sa.Table:
    return table(
        store,
        "idempotency",
        "machine",
        sa.Column("actor_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("app_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("result_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False, index=True),
    )


INBOX: Final[dict[StoreName, sa.Table]] = {name: _inbox(name) for name in STORE_NAMES}
DUTY: Final[dict[StoreName, sa.Table]] = {name: _duty(name) for name in STORE_NAMES}
IDEMPOTENCY: Final[dict[StoreName, sa.Table]] = {name: _idempotency(name) for name in STORE_NAMES}
