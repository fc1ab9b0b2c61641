"""All SQL on taking a face's things along, and away."""

from collections.abc import Sequence

import sqlalchemy as sa

from kizuna.circle.tables import (
    BLOCK,
    FACE,
    FRIEND_GROUP,
    FRIEND_GROUP_MEMBER,
    FRIEND_INVITE,
    FRIEND_INVITE_USE,
    FRIENDSHIP,
    REACTION,
    VOICE,
    VOICE_GROUP,
    VOICE_NOT_GROUP,
    VOICE_NOT_PERSON,
    VOICE_PERSON,
    VOICE_VERSION,
)
from kizuna.store.store import Db, Row, Tx


async def drop_traces(tx: Tx, face_id: int) -> None:
    """Forget invites of a face, whose invites it took, and where it was named as a reader."""
    mine = sa.select(FRIEND_INVITE.c.id).where(FRIEND_INVITE.c.face_id == face_id)
    used = sa.or_(FRIEND_INVITE_USE.c.invite_id.in_(mine), FRIEND_INVITE_USE.c.face_id == face_id)
    await tx.run(sa.delete(FRIEND_INVITE_USE).where(used))
    await tx.run(sa.delete(FRIEND_INVITE).where(FRIEND_INVITE.c.face_id == face_id))
    await tx.run(sa.delete(VOICE_PERSON).where(VOICE_PERSON.c.face_id == face_id))


async def own_face(db: Db, viewer_id: int) -> Row | None:
    """The viewer's own face."""
    return await db.first(sa.select(FACE).where(FACE.c.id == viewer_id))


async def own_voices_after(db: Db, viewer_id: int, after: int, most: int) -> Sequence[Row]:
    """What the viewer said, in rooms of their own and of others, the oldest first."""
    mine = sa.and_(VOICE.c.author_id == viewer_id, VOICE.c.deleted_at.is_(None), VOICE.c.id > after)
    return await db.all(sa.select(VOICE).where(mine).order_by(VOICE.c.id).limit(most))


async def readers_named(db: Db, viewer_id: int, voice_id: int) -> list[str]:
    """The handles of those whom the viewer named as readers of a voice of their own."""
    return await _named(db, VOICE_PERSON, viewer_id, voice_id)


async def excepted(db: Db, viewer_id: int, voice_id: int) -> list[str]:
    """The handles of those whom the viewer excepted by name."""
    return await _named(db, VOICE_NOT_PERSON, viewer_id, voice_id)


async def groups_named(db: Db, viewer_id: int, voice_id: int) -> list[str]:
    """The ids of the viewer's groups to whom a voice of their own was said."""
    return await _groups(db, VOICE_GROUP, viewer_id, voice_id)


async def groups_excepted(db: Db, viewer_id: int, voice_id: int) -> list[str]:
    """The ids of the viewer's groups that were excepted."""
    return await _groups(db, VOICE_NOT_GROUP, viewer_id, voice_id)


async def _named(db: Db, chosen: sa.Table, viewer_id: int, voice_id: int) -> list[str]:
    named = (
        sa.select(FACE.c.handle)
        .join(chosen, chosen.c.face_id == FACE.c.id)
        .join(VOICE, VOICE.c.id == chosen.c.voice_id)
        .where(VOICE.c.id == voice_id, VOICE.c.author_id == viewer_id)
    )
    return [row.handle for row in await db.all(named.order_by(FACE.c.handle))]


async def _groups(db: Db, chosen: sa.Table, viewer_id: int, voice_id: int) -> list[str]:
    named = (
        sa.select(chosen.c.group_id)
        .join(VOICE, VOICE.c.id == chosen.c.voice_id)
        .where(VOICE.c.id == voice_id, VOICE.c.author_id == viewer_id)
    )
    return [str(row.group_id) for row in await db.all(named.order_by(chosen.c.group_id))]


async def versions(db: Db, viewer_id: int, voice_id: int) -> Sequence[Row]:
    """What a voice of the viewer's said before: (text, written_at), the oldest first."""
    mine = sa.and_(VOICE.c.id == voice_id, VOICE.c.author_id == viewer_id)
    columns = sa.select(VOICE_VERSION.c.text, VOICE_VERSION.c.written_at)
    joined = columns.join(VOICE, VOICE.c.id == VOICE_VERSION.c.voice_id).where(mine)
    return await db.all(joined.order_by(VOICE_VERSION.c.id))


async def own_groups(db: Db, viewer_id: int) -> Sequence[Row]:
    """The viewer's groups: (id, name, created_at). The close friends have no name."""
    mine = sa.and_(FRIEND_GROUP.c.owner_id == viewer_id, FRIEND_GROUP.c.deleted_at.is_(None))
    return await db.all(sa.select(FRIEND_GROUP).where(mine).order_by(FRIEND_GROUP.c.id))


async def members_of(db: Db, viewer_id: int, group_id: int) -> list[str]:
    """The handles of the members of a group of the viewer's."""
    joined = (
        sa.select(FACE.c.handle)
        .join(FRIEND_GROUP_MEMBER, FRIEND_GROUP_MEMBER.c.face_id == FACE.c.id)
        .join(FRIEND_GROUP, FRIEND_GROUP.c.id == FRIEND_GROUP_MEMBER.c.group_id)
        .where(FRIEND_GROUP.c.id == group_id, FRIEND_GROUP.c.owner_id == viewer_id)
    )
    return [row.handle for row in await db.all(joined.order_by(FACE.c.handle))]


async def own_reactions_after(db: Db, viewer_id: int, after: int, most: int) -> Sequence[Row]:
    """The viewer's reactions: (voice_id, kind, reacted_at), by voice."""
    mine = sa.and_(REACTION.c.face_id == viewer_id, REACTION.c.voice_id > after)
    return await db.all(sa.select(REACTION).where(mine).order_by(REACTION.c.voice_id).limit(most))


async def own_blocks_after(db: Db, viewer_id: int, after: int, most: int) -> Sequence[Row]:
    """Whom the viewer blocks: (id, handle, display_name, blocked_at)."""
    mine = sa.and_(BLOCK.c.by_id == viewer_id, BLOCK.c.face_id > after)
    columns = (FACE.c.id, FACE.c.handle, FACE.c.display_name, BLOCK.c.blocked_at)
    joined = sa.select(*columns).join(BLOCK, BLOCK.c.face_id == FACE.c.id)
    return await db.all(joined.where(mine).order_by(FACE.c.id).limit(most))


async def friends_after(db: Db, viewer_id: int, after: int, most: int) -> Sequence[Row]:
    """The viewer's friends: (id, handle, display_name, since_at)."""
    mine = sa.and_(FRIENDSHIP.c.a_id == viewer_id, FRIENDSHIP.c.b_id > after)
    columns = (FACE.c.id, FACE.c.handle, FACE.c.display_name, FRIENDSHIP.c.since_at)
    joined = sa.select(*columns).join(FRIENDSHIP, FRIENDSHIP.c.b_id == FACE.c.id)
    return await db.all(joined.where(mine).order_by(FACE.c.id).limit(most))
