"""Reading and writing groups of friends. Every question is asked by the owner; nobody else learns of any group."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kizuna.circle import render
from kizuna.circle.audience import lives
from kizuna.circle.models import Face, Group
from kizuna.circle.tables import (
    FACE,
    FRIEND_GROUP,
    FRIEND_GROUP_MEMBER,
    FRIENDSHIP,
    GROUP_PARTICIPANT,
    VOICE,
    VOICE_GROUP,
    VOICE_NOT_GROUP,
    VOICE_NOT_PERSON,
)
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_GROUP: Final = sa.bindparam("group_id", type_=sa.BigInteger)
_G, _M = FRIEND_GROUP.c, FRIEND_GROUP_MEMBER.c
_OWN: Final = sa.and_(_G.owner_id == _VIEWER, _G.deleted_at.is_(None))
_IS_FRIEND: Final = sa.exists().where(FRIENDSHIP.c.a_id == _G.owner_id, FRIENDSHIP.c.b_id == _M.face_id)
_COUNT: Final = (
    sa.select(sa.func.count())
    .select_from(FRIEND_GROUP_MEMBER)
    .join(FACE, FACE.c.id == _M.face_id)
    .where(_M.group_id == _G.id, lives(FACE), _IS_FRIEND.correlate(FRIEND_GROUP, FRIEND_GROUP_MEMBER))
    .correlate(FRIEND_GROUP)
    .scalar_subquery()
    .label("members")
)
_GROUPS: Final = sa.select(_G.id, _G.owner_id, _G.name, _COUNT).where(_OWN)
_ALL: Final = _GROUPS.order_by(_G.id)
_ONE: Final = _GROUPS.where(_G.id == _GROUP)
_AMONG: Final = sa.select(_G.id).where(_OWN, _G.id.in_(sa.bindparam("groups", expanding=True)))
_MEMBERS: Final = (
    sa.select(FACE.c.id.label("face_id"), FACE.c.handle, FACE.c.display_name, FACE.c.avatar)
    .join_from(FRIEND_GROUP_MEMBER, FACE, FACE.c.id == _M.face_id)
    .join(FRIEND_GROUP, _G.id == _M.group_id)
    .where(_M.group_id == _GROUP, _OWN, _IS_FRIEND, lives(FACE))
    .order_by(FACE.c.handle)
)


def _uses(chosen: sa.Table) -> sa.ScalarSelect[Any]:
    return (
        sa.select(sa.func.count())
        .select_from(chosen)
        .join(VOICE, VOICE.c.id == chosen.c.voice_id)
        .join(FRIEND_GROUP, _G.id == chosen.c.group_id)
        .where(chosen.c.group_id == _GROUP, _OWN, VOICE.c.deleted_at.is_(None))
        .scalar_subquery()
    )


_USES: Final = sa.select(_uses(VOICE_GROUP).label("said_to"), _uses(VOICE_NOT_GROUP).label("kept_from"))


async def groups(db: Db, viewer_id: int) -> list[Group]:
    """The viewer's groups, the close friends first, then in the order they were made."""
    found = [render.group(row) for row in await db.all(_ALL, {"viewer_id": viewer_id})]
    return sorted(found, key=lambda one: not one.close)


async def group(db: Db, viewer_id: int, group_id: int) -> Group | None:
    """A group of the viewer's."""
    row = await db.first(_ONE, {"viewer_id": viewer_id, "group_id": group_id})
    return None if row is None else render.group(row)


async def groups_among(db: Db, viewer_id: int, chosen: Collection[int]) -> set[int]:
    """Those of these groups that are the viewer's."""
    rows = await db.all(_AMONG, {"viewer_id": viewer_id, "groups": list(chosen)}) if chosen else ()
    return {row.id for row in rows}


async def members(db: Db, viewer_id: int, group_id: int) -> list[Face]:
    """Who is in a group of the viewer's and a friend of his, by handle."""
    rows = await db.all(_MEMBERS, {"viewer_id": viewer_id, "group_id": group_id})
    return [render.face(row) for row in rows]


async def uses(db: Db, viewer_id: int, group_id: int) -> tuple[int, int]:
    """How many of the viewer's voices are said to a group of his, and how many are kept from it."""
    row = await db.first(_USES, {"viewer_id": viewer_id, "group_id": group_id})
    return (0, 0) if row is None else (row.said_to, row.kept_from)


# Writing. The verbs of ``group_actions.py`` decide; these run inside their transaction.


async def add_group(tx: Tx, group_id: int, owner_id: int, name: str) -> None:
    """A new group, without members."""
    row = {"id": group_id, "owner_id": owner_id, "name": name, "created_at": tx.now_ms, "deleted_at": None}
    await tx.run(insert_ignore(FRIEND_GROUP).values(row))


async def rename(tx: Tx, group_id: int, name: str) -> bool:
    """Change the name; answers whether it was another."""
    change = sa.update(FRIEND_GROUP).where(_G.id == group_id, _G.name != name)
    return await tx.run(change.values(name=name)) > 0


async def add_member(tx: Tx, group_id: int, face_id: int) -> bool:
    """Put a face into a group; answers whether it was not in it."""
    row = {"group_id": group_id, "face_id": face_id, "added_at": tx.now_ms}
    return await tx.run(insert_ignore(FRIEND_GROUP_MEMBER).values(row)) > 0


async def drop_member(tx: Tx, group_id: int, face_id: int) -> bool:
    """Take a face out of a group, also where it takes part in it; answers whether it was in it."""
    here = sa.and_(GROUP_PARTICIPANT.c.group_id == group_id, GROUP_PARTICIPANT.c.face_id == face_id)
    await tx.run(sa.delete(GROUP_PARTICIPANT).where(here))
    return (
        await tx.run(sa.delete(FRIEND_GROUP_MEMBER).where(_M.group_id == group_id, _M.face_id == face_id)) > 0
    )


async def end_group(tx: Tx, group_id: int) -> None:
    """Delete a group. Whom something was kept from as one of its members, it is kept from by name."""
    await _keep_exceptions(tx, _M.group_id == group_id)
    await tx.run(sa.delete(GROUP_PARTICIPANT).where(GROUP_PARTICIPANT.c.group_id == group_id))
    await tx.run(sa.delete(FRIEND_GROUP_MEMBER).where(_M.group_id == group_id))
    ended = {"name": "", "deleted_at": tx.now_ms, "shared_at": None}
    await tx.run(sa.update(FRIEND_GROUP).where(_G.id == group_id).values(ended))


async def leave_groups(tx: Tx, owner_id: int, face_id: int) -> None:
    """Take a face out of all groups of an owner; what was kept from it as a member is kept from it by name."""
    own = _M.group_id.in_(sa.select(_G.id).where(_G.owner_id == owner_id))
    await _keep_exceptions(tx, sa.and_(own, _M.face_id == face_id))
    await tx.run(sa.delete(FRIEND_GROUP_MEMBER).where(own, _M.face_id == face_id))
    part = GROUP_PARTICIPANT.c
    owned = part.group_id.in_(sa.select(_G.id).where(_G.owner_id == owner_id))
    await tx.run(sa.delete(GROUP_PARTICIPANT).where(owned, part.face_id == face_id))


async def _keep_exceptions(tx: Tx, members: sa.ColumnElement[bool]) -> None:
    kept: sa.Select[*tuple[Any, ...]] = (
        sa.select(VOICE_NOT_GROUP.c.voice_id, _M.face_id)
        .join_from(FRIEND_GROUP_MEMBER, VOICE_NOT_GROUP, VOICE_NOT_GROUP.c.group_id == _M.group_id)
        .where(members)
        .distinct()
    )
    await tx.run(insert_ignore(VOICE_NOT_PERSON).from_select(["voice_id", "face_id"], kept))


async def drop_groups(tx: Tx, face_id: int) -> None:
    """Forget the groups of a face, and that it was in those of others."""
    own = sa.select(_G.id).where(_G.owner_id == face_id)
    part = GROUP_PARTICIPANT.c
    chosen: Sequence[tuple[sa.Table, sa.ColumnElement[bool]]] = (
        (GROUP_PARTICIPANT, sa.or_(part.group_id.in_(own), part.face_id == face_id)),
        (FRIEND_GROUP_MEMBER, sa.or_(_M.group_id.in_(own), _M.face_id == face_id)),
        (VOICE_GROUP, VOICE_GROUP.c.group_id.in_(own)),
        (VOICE_NOT_GROUP, VOICE_NOT_GROUP.c.group_id.in_(own)),
        (FRIEND_GROUP, _G.owner_id == face_id),
    )
    for table, condition in chosen:
        await tx.run(sa.delete(table).where(condition))
