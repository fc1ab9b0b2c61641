"""How people stand: roles, silenced, suspended. Moderation decides and calls these inside its transactions."""

import msgspec

from kizuna.ground.errors import Conflict, Forbidden, NotFound
from kizuna.people import oauth_queries, queries, standing_queries
from kizuna.people.endings import tokens_changed
from kizuna.people.events import StandingChanged
from kizuna.people.models import Role, Standing, Viewer
from kizuna.people.ports import People
from kizuna.store.store import Db, Tx


async def staff(db: Db, viewer: Viewer, least: Role = Role.MODERATOR) -> Standing:
    """The viewer's standing, who acts as staff. Raises NotFound for others: such rooms are not there for them."""
    found = await standing_queries.standing(db, viewer.person_id)
    if not found.staff or (least is Role.ADMINISTRATOR and found.role is not Role.ADMINISTRATOR):
        raise NotFound
    return found


async def check_not_suspended(db: Db, person_id: int) -> None:
    """Raises Forbidden for somebody who is suspended."""
    if (await standing_queries.standing(db, person_id)).suspended_at is not None:
        raise Forbidden("This account is suspended. You can ask the moderators to look at it again.")


async def change(tx: Tx, person_id: int, now: Standing) -> None:
    """Write a new standing, end what a suspension ends, and tell the planes.

    Raises Conflict when nobody would be left who may appoint others.
    """
    before = await standing_queries.standing(tx, person_id)
    await standing_queries.set_standing(tx, person_id, now)
    lost = before.role is Role.ADMINISTRATOR and (now.role is not Role.ADMINISTRATOR or now.suspended_at)
    if lost and await standing_queries.staff_count(tx, Role.ADMINISTRATOR) == 0:
        raise Conflict("This is the last administrator.")
    if now.suspended_at is not None and before.suspended_at is None:
        await oauth_queries.void_codes(tx, person_id)
        ended = await queries.drop_sessions(tx, person_id)
        ended += await oauth_queries.revoke_tokens(tx, person_id=person_id)
        tokens_changed(tx, ended)
    if (now.silenced_at, now.suspended_at) != (before.silenced_at, before.suspended_at):
        faces = await standing_queries.faces(tx, person_id)
        tx.emit(StandingChanged(faces, now.silenced_at is not None, now.suspended_at is not None))


async def appoint(people: People, person_id: int, role: Role) -> None:
    """Give somebody a role, from the command line. Raises Conflict as ``change`` does."""

    async def apply(tx: Tx) -> None:
        before = await standing_queries.standing(tx, person_id)
        await change(tx, person_id, msgspec.structs.replace(before, role=role))

    await people.store.write(apply)
