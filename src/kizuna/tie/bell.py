"""What waits for the end of somebody's quiet hours, to be told once then: the newest of it stands for all.

In memory only: it rings for pages and apps that are open, and whoever opens one sees the whole list anyhow.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from kizuna.ground.clock import Clock
from kizuna.ground.config import Plane

Place = tuple[Plane, int]
"""A plane and a face of it."""
LONGEST_S: Final = 600.0
"""A clock that is put right meanwhile is noticed after this."""


class Bell:
    """Rings once for each face when its quiet hours have ended."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest: dict[Place, int] = {}
        self._waiting: dict[Place, asyncio.Task[None]] = {}

    def hold(self, place: Place, notification_id: int, until_ms: int, ring: Callable[[int], None]) -> None:
        """Keep a notification back until then; ``ring`` is called with the newest that was held."""
        self._newest[place] = max(notification_id, self._newest.get(place, 0))
        if place not in self._waiting:
            waiting = self._wait(place, until_ms, ring)
            self._waiting[place] = asyncio.get_running_loop().create_task(waiting)

    async def _wait(self, place: Place, until_ms: int, ring: Callable[[int], None]) -> None:
        while (left_ms := until_ms - self._clock.now_ms()) > 0:
            await self._clock.sleep(min(left_ms / 1000, LONGEST_S))
        self._waiting.pop(place, None)  # what rings may find quiet hours again, and be held anew
        ring(self._newest.pop(place))

    async def stop(self) -> None:
        """Ring no more."""
        waiting = list(self._waiting.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
