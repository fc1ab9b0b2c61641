"""The processes that share a store on PostgreSQL: each has a node number of its own, and a name that is its channel.

A number is lent for a while, by the clock of the database, and renewed. Who let it lapse may find it given away.
"""

import time
from typing import Final

from kizuna.ground.clock import Clock
from kizuna.ground.config import ConfigError
from kizuna.ground.errors import Unavailable
from kizuna.ground.ids import Ids, StoreName
from kizuna.store.postgres_link import Raw

NODES: Final = 16
LENT_S: Final = 20.0
RENEW_S: Final = 5.0
_FREE: Final = """
SELECT n FROM generate_series(0, 15) AS n
WHERE NOT EXISTS (SELECT FROM process WHERE node = n AND until > (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
ORDER BY n LIMIT 1
"""
_TAKE: Final = """
INSERT INTO process (node, name, until)
VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $3)
ON CONFLICT (node) DO UPDATE SET name = excluded.name, until = excluded.until
"""
_RENEW: Final = """
UPDATE process SET until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + $3 WHERE name = $1 AND node = $2
"""
_LEAVE: Final = "DELETE FROM process WHERE name = $1"
_TELL: Final = "SELECT pg_notify(name, $2) FROM process WHERE name <> $1"
_LENT_MS: Final = round(LENT_S * 1000)


class Seat:
    """The node number of this process, alike in every store. The store people lends it: every process has that."""

    def __init__(self) -> None:
        self.node = 0
        self.taken = 0
        """How often a number was taken: the other stores see by it that it is another one now."""
        self._ids: list[Ids] = []

    def make_ids(self, clock: Clock, store: StoreName) -> Ids:
        """What makes the ids of a store in this process."""
        ids = Ids(clock, store, self.node)
        self._ids.append(ids)
        return ids

    def move(self, node: int) -> None:
        """Another number was taken."""
        self.node = node
        self.taken += 1
        for ids in self._ids:
            ids.move(node)


class Place:
    """The row of this process in one store, and until when it can be sure of it."""

    def __init__(self, store: StoreName, name: str, seat: Seat) -> None:
        self.name = name
        """Who we are in this store, and in no other: whoever knows it can listen."""
        self._lends = store == "people"
        self._seat = seat
        self._held = 0
        self._sure_until = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether it is time to renew."""
        return self._held != self._seat.taken or time.monotonic() > self._sure_until - LENT_S + RENEW_S

    async def hold(self, driver: Raw) -> None:
        """Renew the row, or make it. For a transaction that holds the writer's lock.

        Raises ConfigError when no number is free, Unavailable when ours is lost and the store people lends none yet.
        """
        if await self.renew(driver):
            return
        begun = time.monotonic()
        await driver.execute(_LEAVE, self.name)
        if self._lends:
            node = await driver.fetchval(_FREE)
            if node is None:
                raise ConfigError(f"{NODES} processes have opened this database already; wait, or stop one")
            self._seat.move(node)
        elif self._held == self._seat.taken:
            raise Unavailable("This process was away for too long; it begins again in a moment")
        await driver.execute(_TAKE, self._seat.node, self.name, _LENT_MS)
        self._held, self._sure_until = self._seat.taken, begun + LENT_S

    async def renew(self, driver: Raw) -> bool:
        """Hold the row for longer; false when it is not ours (any more)."""
        begun = time.monotonic()
        if await driver.execute(_RENEW, self.name, self._seat.node, _LENT_MS) != "UPDATE 1":
            return False
        self._held, self._sure_until = self._seat.taken, begun + LENT_S
        return True

    async def leave(self, driver: Raw) -> None:
        """Give the row back."""
        await driver.execute(_LEAVE, self.name)

    async def tell(self, driver: Raw, message: str) -> None:
        """Let every other process hear a message when this transaction is committed."""
        await driver.execute(_TELL, self.name, message)
