"""What follows in the seasons from what happened in the circle: event → who acts on it.

A part of the table in wiring. The names of consumers are kept in the inbox and must never change.
"""

from kizuna.apps.season import gift_actions
from kizuna.apps.season.ports import Seasons
from kizuna.circle import events as circle
from kizuna.ground.events import Event
from kizuna.jobs.outbox import Consumer
from kizuna.store.store import Tx


def following(seasons: Seasons) -> list[tuple[type[Event], list[Consumer]]]:
    """What the seasons do when something has happened, each exactly once, in the store of the circle."""
    store = seasons.store
    return [(circle.Blocked, [Consumer("season.blocked", store, on_blocked)])]


async def on_blocked(event: circle.Blocked, tx: Tx) -> None:
    """What was under way between the two arrives no more."""
    await gift_actions.part(tx, event.by_id, event.face_id)
