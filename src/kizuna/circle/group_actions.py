"""The verbs for groups of friends. A group is its owner's alone: who is in it is not told, nor that there is one."""

from collections.abc import Collection
from typing import Final

from kizuna.circle import events, friend_queries, group_queries, queries
from kizuna.circle.models import Group
from kizuna.circle.ports import Circle
from kizuna.ground import text as texts
from kizuna.ground.errors import Invalid, NotFound
from kizuna.store.store import Tx

GROUP_NAME_LENGTH: Final = 40
MOST_GROUPS: Final = 100


def _check_name(written: str) -> str:
    name = texts.clean_line(written, "name")
    if texts.is_blank(name):
        raise Invalid("Please give the group a name.", field="name")
    texts.check_length(name, GROUP_NAME_LENGTH, "name")
    return name


async def make_group(circle: Circle, owner_id: int, name: str) -> int:
    """A new group without members; answers its id. Raises Invalid for a name that cannot be, or over 100 groups."""
    said = _check_name(name)

    async def apply(tx: Tx) -> int:
        if not await friend_queries.is_live(tx, owner_id):
            raise NotFound
        if len(await group_queries.groups(tx, owner_id)) > MOST_GROUPS:
            raise Invalid("You have {most} groups already.", field="name", most=MOST_GROUPS)
        group_id = tx.new_id()
        await group_queries.add_group(tx, group_id, owner_id, said)
        tx.emit(events.GroupChanged(owner_id, group_id))
        return group_id

    return await circle.store.write(apply)


async def _own(tx: Tx, owner_id: int, group_id: int) -> Group:
    found = await group_queries.group(tx, owner_id, group_id)
    if found is None:
        raise NotFound
    return found


async def rename_group(circle: Circle, owner_id: int, group_id: int, name: str) -> None:
    """Give a group of one's own another name. Raises NotFound for another's, Invalid for the close friends."""
    said = _check_name(name)

    async def apply(tx: Tx) -> None:
        if (await _own(tx, owner_id, group_id)).close:
            raise Invalid("The close friends keep their name.", field="name")
        if await group_queries.rename(tx, group_id, said):
            tx.emit(events.GroupChanged(owner_id, group_id))

    await circle.store.write(apply)


async def change_members(
    circle: Circle, owner_id: int, group_id: int, add: Collection[int] = (), drop: Collection[int] = ()
) -> None:
    """Put friends into a group of one's own and take others out. Whoever joins reads from now on what was said to the
    group and not what is kept from it; for whoever leaves it is the other way round. Nobody is told.

    Raises NotFound for another's group, Invalid when somebody to add is no friend at this moment.
    """
    joining = set(add)

    async def apply(tx: Tx) -> None:
        await _own(tx, owner_id, group_id)
        if joining and not joining <= await queries.friends_among(tx, owner_id, joining):
            raise Invalid("You can only name your friends.", field="people")
        added = [await group_queries.add_member(tx, group_id, one) for one in sorted(joining)]
        dropped = [await group_queries.drop_member(tx, group_id, one) for one in sorted(set(drop) - joining)]
        if any(added) or any(dropped):
            tx.emit(events.GroupChanged(owner_id, group_id))

    await circle.store.write(apply)


async def delete_group(circle: Circle, owner_id: int, group_id: int) -> None:
    """Delete a group of one's own. What was said to it alone, nobody but its author reads any more; whom something was
    kept from as a member, it is kept from by name. Raises NotFound for another's, Invalid for the close friends.
    """

    async def apply(tx: Tx) -> None:
        if (await _own(tx, owner_id, group_id)).close:
            raise Invalid("The close friends cannot be deleted.")
        await group_queries.end_group(tx, group_id)
        tx.emit(events.GroupChanged(owner_id, group_id))

    await circle.store.write(apply)
