"""The sign-up invites of this server, whoever made them: administrators make, see and end them."""

from kizuna.ground.errors import NotFound
from kizuna.moderation import queries
from kizuna.moderation.models import Deed, MadeInvite
from kizuna.moderation.ports import Moderation
from kizuna.people import invite_queries, standing_queries
from kizuna.people import invites as people_invites
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.store.store import Tx


async def make(moderation: Moderation, viewer: Viewer, uses: int, days: int) -> str:
    """Make an invite in the name of the staff; answers its code, which is told this once. Raises NotFound, Invalid."""
    await staff(moderation.people.store.reads, viewer, Role.ADMINISTRATOR)

    async def log(tx: Tx) -> None:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        await queries.add_decision(tx, viewer.person_id, Deed.MAKE_INVITE, reason=f"{uses}, {days}")

    _, code = await people_invites.create_invite(moderation.people, viewer, uses, days, log=log)
    return code


async def end(moderation: Moderation, viewer: Viewer, invite_id: int) -> None:
    """Let an invite be taken no more, whoever made it. Raises NotFound."""

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        if not await invite_queries.end_any(tx, invite_id):
            raise NotFound
        await queries.add_decision(tx, viewer.person_id, Deed.END_INVITE, reason=str(invite_id))

    await moderation.people.store.write(apply)


async def listed(
    moderation: Moderation, viewer: Viewer, *, below: int | None = None, limit: int = 40
) -> list[MadeInvite]:
    """Invites, newest first, with the handle of who made each. Raises NotFound for who is no administrator."""
    db = moderation.people.store.reads
    await staff(db, viewer, Role.ADMINISTRATOR)
    found: list[MadeInvite] = []
    for row in await invite_queries.listed(db, below, limit):
        handles = await standing_queries.handles(db, row.person_id)
        made_by = handles.get("square") or handles.get("circle") or ""
        found.append(
            MadeInvite(row.id, made_by, row.uses, row.max_uses, row.created_at, row.expires_at, row.ended_at)
        )
    return found
