"""Reading and writing shared groups. Every question is asked by somebody who takes part, or was asked to."""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa

from kizuna.circle import render
from kizuna.circle.audience import between, lives, readable_by, takes_part
from kizuna.circle.models import Audience, Face, SharedGroup
from kizuna.circle.tables import (
    FACE,
    FRIEND_GROUP,
    FRIEND_GROUP_MEMBER,
    FRIENDSHIP,
    GROUP_PARTICIPANT,
    VOICE,
    VOICE_GROUP,
)
from kizuna.ground.ids import MAX_ID
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_GROUP: Final = sa.bindparam("group_id", type_=sa.BigInteger)
_G, _P = FRIEND_GROUP.c, GROUP_PARTICIPANT.c
_OWNER: Final = FACE.alias("owner")
_OTHER: Final = GROUP_PARTICIPANT.alias("other")
_OTHER_FACE: Final = FACE.alias("other_face")
_V: Final = VOICE.alias("v")
_FACE: Final = (FACE.c.id.label("face_id"), FACE.c.handle, FACE.c.display_name, FACE.c.avatar)

_IS_FRIEND: Final = sa.exists().where(FRIENDSHIP.c.a_id == _VIEWER, FRIENDSHIP.c.b_id == _G.owner_id)
_MAY_JOIN: Final = sa.and_(_P.joined_at.is_(None), _P.left_at.is_(None), _IS_FRIEND.correlate(FRIEND_GROUP))
_COUNT: Final = (
    sa.select(sa.func.count())
    .select_from(_OTHER)
    .join(_OTHER_FACE, _OTHER_FACE.c.id == _OTHER.c.face_id)
    .where(_OTHER.c.group_id == _G.id, lives(_OTHER_FACE), takes_part(_OTHER.c.face_id, FRIEND_GROUP))
    .correlate(FRIEND_GROUP)
    .scalar_subquery()
    .label("participants")
)
_SHARED: Final[sa.Select[*tuple[Any, ...]]] = (
    sa.select(
        _G.id,
        _G.name,
        _OWNER.c.id.label("face_id"),
        _OWNER.c.handle,
        _OWNER.c.display_name,
        _OWNER.c.avatar,
        _P.joined_at,
        _COUNT,
    )
    .join_from(FRIEND_GROUP, GROUP_PARTICIPANT, _P.group_id == _G.id)
    .join(_OWNER, _OWNER.c.id == _G.owner_id)
    .where(
        _P.face_id == _VIEWER,
        _G.shared_at.is_not(None),
        _G.deleted_at.is_(None),
        lives(_OWNER),
        sa.or_(takes_part(_VIEWER, FRIEND_GROUP), _MAY_JOIN),
    )
)
_ALL: Final = _SHARED.order_by(_G.id)
_ONE: Final = _SHARED.where(_G.id == _GROUP)
_PARTICIPANTS: Final = (
    sa.select(*_FACE)
    .join_from(GROUP_PARTICIPANT, FACE, FACE.c.id == _P.face_id)
    .join(FRIEND_GROUP, _G.id == _P.group_id)
    .where(
        _G.id == _GROUP,
        takes_part(_VIEWER, FRIEND_GROUP),
        takes_part(FACE.c.id, FRIEND_GROUP),
        lives(FACE),
        sa.not_(between(_VIEWER, FACE.c.id)),
    )
    .order_by(FACE.c.handle)
)
_ASKED: Final = (
    sa.select(_P.face_id, _P.joined_at)
    .join_from(GROUP_PARTICIPANT, FRIEND_GROUP, _G.id == _P.group_id)
    .where(_G.id == _GROUP, _G.owner_id == _VIEWER, _G.shared_at.is_not(None))
)
_MEMBERS: Final = sa.select(FRIEND_GROUP_MEMBER.c.face_id).where(FRIEND_GROUP_MEMBER.c.group_id == _GROUP)
_NOW: Final = (
    sa.select(_P.face_id)
    .join_from(GROUP_PARTICIPANT, FACE, FACE.c.id == _P.face_id)
    .join(FRIEND_GROUP, _G.id == _P.group_id)
    .where(_G.id == _GROUP, takes_part(FACE.c.id, FRIEND_GROUP), lives(FACE))
)
_STILL: Final = sa.select(_G.id).where(
    _G.id.in_(sa.bindparam("groups", expanding=True)), _G.shared_at.is_not(None), _G.deleted_at.is_(None)
)
_OWNED: Final = sa.select(_G.id).where(_G.owner_id == _VIEWER)
_TALK: Final = (
    sa.select(_V.c.id)
    .join_from(VOICE_GROUP, _V, _V.c.id == VOICE_GROUP.c.voice_id)
    .where(
        VOICE_GROUP.c.group_id == _GROUP,
        _V.c.audience == Audience.SHARED.value,
        _V.c.id < sa.bindparam("below", type_=sa.BigInteger),
        readable_by(_VIEWER, _V),
    )
    .order_by(_V.c.id.desc())
    .limit(sa.bindparam("limit"))
)


def _shared(row: Row) -> SharedGroup:
    return SharedGroup(
        id=row.id,
        name=row.name,
        owner=render.face(row),
        participants=row.participants,
        joined=row.joined_at is not None,
    )


async def shared_groups(db: Db, viewer_id: int) -> list[SharedGroup]:
    """Those in which the viewer takes part, or was asked to, in the order they were made."""
    return [_shared(row) for row in await db.all(_ALL, {"viewer_id": viewer_id})]


async def shared_group(db: Db, viewer_id: int, group_id: int) -> SharedGroup | None:
    """One of these."""
    row = await db.first(_ONE, {"viewer_id": viewer_id, "group_id": group_id})
    return None if row is None else _shared(row)


async def takes_part_in(db: Db, viewer_id: int, group_id: int) -> bool:
    """Whether the viewer takes part in this group now."""
    found = await shared_group(db, viewer_id, group_id)
    return found is not None and found.joined


async def participants(db: Db, viewer_id: int, group_id: int) -> list[Face]:
    """Who takes part, by handle; nobody, for who does not himself. Whom a block parts see nothing of each other."""
    rows = await db.all(_PARTICIPANTS, {"viewer_id": viewer_id, "group_id": group_id})
    return [render.face(row) for row in rows]


async def asked(db: Db, owner_id: int, group_id: int) -> dict[int, bool]:
    """For the owner: whom he asked, and whether they take part. Who said no is like who never answered."""
    rows = await db.all(_ASKED, {"viewer_id": owner_id, "group_id": group_id})
    return {row.face_id: row.joined_at is not None for row in rows}


async def talk_ids(
    db: Db, viewer_id: int, group_id: int, *, max_id: int | None = None, limit: int = 20
) -> list[int]:
    """The rooms opened in a shared group that the viewer may read, newest first."""
    bounds = {"below": MAX_ID if max_id is None else max_id, "limit": limit}
    rows = await db.all(_TALK, {"viewer_id": viewer_id, "group_id": group_id, **bounds})
    return [row.id for row in rows]


async def taking_part(db: Db, group_id: int) -> frozenset[int]:
    """Who takes part at this moment. For judging what goes to many streams; shown to nobody."""
    return frozenset(row.face_id for row in await db.all(_NOW, {"group_id": group_id}))


async def still_shared(db: Db, group_ids: Collection[int]) -> set[int]:
    """Those of these groups that are shared now."""
    rows = await db.all(_STILL, {"groups": sorted(group_ids)}) if group_ids else ()
    return {row.id for row in rows}


async def owned(db: Db, owner_id: int) -> set[int]:
    """The groups that a face has or had."""
    return {row.id for row in await db.all(_OWNED, {"viewer_id": owner_id})}


# Writing. The verbs of ``sharing_actions.py`` decide; these run inside their transaction.


async def share(tx: Tx, group_id: int, owner_id: int) -> None:
    """Share a group; its owner takes part."""
    await tx.run(sa.update(FRIEND_GROUP).where(_G.id == group_id).values(shared_at=tx.now_ms))
    row = {"group_id": group_id, "face_id": owner_id, "asked_at": tx.now_ms, "joined_at": tx.now_ms}
    await tx.run(insert_ignore(GROUP_PARTICIPANT).values(row))


async def unshare(tx: Tx, group_id: int) -> None:
    """Share it no more: nobody takes part."""
    await tx.run(sa.update(FRIEND_GROUP).where(_G.id == group_id).values(shared_at=None))
    await tx.run(sa.delete(GROUP_PARTICIPANT).where(_P.group_id == group_id))


async def member_ids(tx: Tx, group_id: int) -> set[int]:
    """Whom the owner put into the group."""
    return {row.face_id for row in await tx.all(_MEMBERS, {"group_id": group_id})}


async def ask(tx: Tx, group_id: int, face_id: int) -> bool:
    """Ask somebody; answers whether it is for the first time."""
    row = {"group_id": group_id, "face_id": face_id, "asked_at": tx.now_ms, "joined_at": None}
    return await tx.run(insert_ignore(GROUP_PARTICIPANT).values(row)) > 0


async def join(tx: Tx, group_id: int, face_id: int) -> bool:
    """Take part; answers whether it was not so before. Premise: was asked."""
    here = sa.and_(_P.group_id == group_id, _P.face_id == face_id, _P.joined_at.is_(None))
    return await tx.run(sa.update(GROUP_PARTICIPANT).where(here).values(joined_at=tx.now_ms)) > 0


async def leave(tx: Tx, group_id: int, face_id: int) -> bool:
    """Take part no more, or say no; answers whether there was anything to end."""
    here = sa.and_(_P.group_id == group_id, _P.face_id == face_id, _P.left_at.is_(None))
    gone = {"joined_at": None, "left_at": tx.now_ms}
    return await tx.run(sa.update(GROUP_PARTICIPANT).where(here).values(gone)) > 0
