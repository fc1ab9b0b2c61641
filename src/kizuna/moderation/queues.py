"""What the server could not do, as administrators see it: which work it was, never what was in it.

Of the circle not even the reason is shown: it may quote what was closed (decisions 039 and 041).
"""

from collections.abc import Sequence
from typing import Final

from kizuna.ground.errors import NotFound
from kizuna.ground.ids import StoreName, store_of
from kizuna.jobs import dead, depth_queries
from kizuna.jobs.dead import DeadLetter
from kizuna.media import tasks
from kizuna.moderation import queries
from kizuna.moderation.models import Deed, Waiting
from kizuna.moderation.ports import Moderation
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.store.store import Store, Tx

MEASURED: Final[tuple[StoreName, ...]] = ("people", "square")


async def waiting(moderation: Moderation, viewer: Viewer) -> list[Waiting]:
    """How much waits in the stores that are measured. Raises NotFound for who is no administrator."""
    await staff(moderation.people.store.reads, viewer, Role.ADMINISTRATOR)
    return [
        Waiting(
            store.name,
            await depth_queries.events(store.name, store.reads),
            await depth_queries.duties(store.name, store.reads, tasks.KINDS),
        )
        for store in _stores(moderation)
        if store.name in MEASURED
    ]


async def letters(moderation: Moderation, viewer: Viewer) -> list[DeadLetter]:
    """What nobody tries any more, with the kind of the last error alone. Raises NotFound."""
    await staff(moderation.people.store.reads, viewer, Role.ADMINISTRATOR)
    return [_bare(one) for one in await dead.dead_letters(_stores(moderation))]


async def letter(moderation: Moderation, viewer: Viewer, letter_id: int) -> DeadLetter:
    """One of them. Raises NotFound."""
    found = next((one for one in await letters(moderation, viewer) if one.id == letter_id), None)
    if found is None:
        raise NotFound
    return found


async def retry(moderation: Moderation, viewer: Viewer, letter_id: int) -> None:
    """Let it be tried again. Logged before, so that nothing is done unlogged. Raises NotFound."""
    await _log(moderation, viewer, letter_id, Deed.RETRY_JOB)
    await dead.retry(_stores(moderation, letter_id), letter_id)


async def drop(moderation: Moderation, viewer: Viewer, letter_id: int) -> None:
    """Forget it for good. Raises NotFound."""
    await _log(moderation, viewer, letter_id, Deed.DROP_JOB)
    await dead.discard(_stores(moderation, letter_id), letter_id)


async def _log(moderation: Moderation, viewer: Viewer, letter_id: int, deed: Deed) -> None:
    found = await letter(moderation, viewer, letter_id)

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        why = f"{found.store} {found.kind} {found.id}"
        await queries.add_decision(tx, viewer.person_id, deed, reason=why)

    await moderation.people.store.write(apply)


def _stores(moderation: Moderation, letter_id: int | None = None) -> Sequence[Store]:
    """The stores, or the one in which an id was made."""
    all_of_them = (moderation.people.store, moderation.square.store, moderation.circle.store)
    if letter_id is None:
        return all_of_them
    return [store for store in all_of_them if store.name == store_of(letter_id)]


def _bare(one: DeadLetter) -> DeadLetter:
    error = "" if one.store not in MEASURED else one.error.partition(":")[0]
    return DeadLetter(one.id, one.store, one.what, one.kind, one.attempts, error)
