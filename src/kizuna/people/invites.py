"""Sign-up invites: made by members, taken by whoever holds the link."""

from collections.abc import Awaitable, Callable
from typing import Final

from kizuna.ground.errors import Gone, Invalid, NotFound
from kizuna.ground.ids import store_of
from kizuna.people import invite_queries, queries
from kizuna.people.models import Invite, Viewer
from kizuna.people.ports import People
from kizuna.people.tokens import token_hash
from kizuna.store.store import Db, Tx

MOST_USES: Final = 100
MOST_DAYS: Final = 90
DAY_MS: Final = 24 * 60 * 60 * 1000


async def create_invite(
    people: People,
    viewer: Viewer,
    uses: int,
    days: int,
    twin: tuple[int, str] | None = None,
    log: Callable[[Tx], Awaitable[None]] | None = None,
) -> tuple[int, str]:
    """Make an invite for ``uses`` people within ``days``; answers its id and code. Raises Invalid.

    ``twin`` gives it the id and code of another invite (of friends, in the circle; ids of two stores never meet), so
    that one link serves for both, and both are ended together. ``log`` runs in the same transaction.
    """
    if not 1 <= uses <= MOST_USES:
        raise Invalid("An invite is for 1 to {most} people.", field="uses", most=MOST_USES)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("An invite is open for 1 to {most} days.", field="days", most=MOST_DAYS)
    chosen = twin[1] if twin else people.randomness.token()

    async def apply(tx: Tx) -> int:
        invite_id = twin[0] if twin else tx.new_id()
        row = {
            "id": invite_id,
            "code_hash": token_hash("invite", chosen),
            "person_id": viewer.person_id,
            "max_uses": uses,
            "expires_at": tx.now_ms + days * DAY_MS,
        }
        await queries.add_invite(tx, row)
        if log is not None:
            await log(tx)
        return invite_id

    return await people.store.write(apply), chosen


async def my_invites(people: People, viewer: Viewer) -> list[Invite]:
    """The invites that the viewer made, newest first."""
    rows = await queries.invites_of(people.store.reads, viewer.person_id)
    return [
        Invite(row.id, row.uses, row.max_uses, row.created_at, row.expires_at, row.ended_at) for row in rows
    ]


async def end_invite(people: People, viewer: Viewer, invite_id: int) -> None:
    """Let an invite of the viewer be taken no more. Raises NotFound; ending it twice is fine."""

    async def apply(tx: Tx) -> None:
        if not await queries.end_invite(tx, viewer.person_id, invite_id):
            raise NotFound

    await people.store.write(apply)


async def check_invite(people: People, code: str) -> bool:
    """Whether somebody could sign up with this code now. Looked up by hash, so its time tells nothing about codes."""
    return await _open(people.store.reads, code, people.clock.now_ms()) is not None


async def makes_friends(people: People, code: str) -> bool:
    """Whether an invite link leads on to a friend in the circle: one that the staff made does not."""
    invite_id = await invite_queries.id_of(people.store.reads, token_hash("invite", code))
    return invite_id is None or store_of(invite_id) == "circle"


async def find_invite(db: Db, code: str, now_ms: int) -> int:
    """The id of the invite with this code. Raises Gone when it cannot be taken now, for whatever reason."""
    invite_id = await _open(db, code, now_ms)
    if invite_id is None:
        raise Gone("This invite is not valid, or not any more.", field="invite")
    return invite_id


async def take_invite(tx: Tx, code: str, *, needed: bool) -> int | None:
    """Count a use of an invite in the transaction of a sign-up; answers its id.

    Where none is ``needed`` a useless code is no obstacle; else raises Gone.
    """
    invite_id = await (find_invite if needed else _open)(tx, code, tx.now_ms)
    if invite_id is not None:
        await queries.use_invite(tx, invite_id, 1)
    return invite_id


async def _open(db: Db, code: str, now_ms: int) -> int | None:
    return await queries.open_invite(db, token_hash("invite", code), now_ms)
