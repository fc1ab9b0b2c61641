"""Whether a store answers: one read, bounded in time."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from kizuna.ground.errors import Unavailable
from kizuna.store.store import Store
from kizuna.store.tables import OUTBOX

PATIENCE_S: Final = 2.0
_READS: Final = {name: sa.select(table.c.id).limit(1) for name, table in OUTBOX.items()}


async def all_answer(stores: Sequence[Store]) -> bool:
    """Whether each of these stores answers a read within two seconds."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            for store in stores:
                await store.reads.first(_READS[store.name])
    except (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError, Unavailable):
        return False
    return True
