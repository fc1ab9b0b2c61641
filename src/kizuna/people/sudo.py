"""Showing once more who one is, before something that a borrowed browser must not do. It counts for ten minutes."""

from typing import Final

from kizuna.ground.errors import Forbidden
from kizuna.people import queries
from kizuna.people.models import Viewer
from kizuna.people.ports import People
from kizuna.people.sessions import check_proof, confirm_password
from kizuna.store.store import Db, Tx

COUNTS_MS: Final = 10 * 60 * 1000


class ProveAgain(Forbidden):
    """The person has not shown lately who they are; doors ask for it and come back."""

    def __init__(self) -> None:
        super().__init__("Please show once more that it is you.")


async def check_recent(tx: Tx, viewer: Viewer) -> None:
    """Raise ProveAgain unless this session showed within ten minutes who it is. An ended session did not."""
    if not await _is_recent(tx, viewer, tx.now_ms):
        raise ProveAgain


async def require_recent(people: People, viewer: Viewer) -> None:
    """Before a page shows a form for such a thing. Raises ProveAgain."""
    if not await is_recent(people, viewer):
        raise ProveAgain


async def is_recent(people: People, viewer: Viewer) -> bool:
    """Whether this session showed within ten minutes who it is, for a page that asks before it shows a form."""
    return await _is_recent(people.store.reads, viewer, people.clock.now_ms())


async def _is_recent(db: Db, viewer: Viewer, now_ms: int) -> bool:
    if viewer.session_id is None:
        return False
    return await queries.proved_at(db, viewer.session_id) > now_ms - COUNTS_MS


async def prove_again(people: People, viewer: Viewer, password: str) -> None:
    """Show it with the password. Raises Unauthorized, TooMany."""
    proof = await confirm_password(people, viewer, password)

    async def apply(tx: Tx) -> None:
        await check_proof(tx, proof)
        await mark_proved(tx, viewer)

    await people.store.write(apply)


async def mark_proved(tx: Tx, viewer: Viewer) -> None:
    """This session has just shown who it is."""
    if viewer.session_id is not None:
        await queries.set_proved(tx, viewer.session_id)
