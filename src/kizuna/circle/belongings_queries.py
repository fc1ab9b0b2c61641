"""All SQL on taking a face's things along, and away."""

from collections.abc import Sequence

import sqlalchemy as sa

from kizuna.circle.tables import FACE, FRIEND_INVITE, FRIEND_INVITE_USE, FRIENDSHIP, VOICE, VOICE_PERSON
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
    named = (
        sa.select(FACE.c.handle)
        .join(VOICE_PERSON, VOICE_PERSON.c.face_id == FACE.c.id)
        .join(VOICE, VOICE.c.id == VOICE_PERSON.c.voice_id)
        .where(VOICE.c.id == voice_id, VOICE.c.author_id == viewer_id)
    )
    return [row.handle for row in await db.all(named.order_by(FACE.c.handle))]


async def friends_after(db: Db, viewer_id: int, after: int, most: int) -> Sequence[Row]:
    """The viewer's friends: (id, handle, display_name, since_at)."""
    mine = sa.and_(FRIENDSHIP.c.a_id == viewer_id, FRIENDSHIP.c.b_id > after)
    columns = (FACE.c.id, FACE.c.handle, FACE.c.display_name, FRIENDSHIP.c.since_at)
    joined = sa.select(*columns).join(FRIENDSHIP, FRIENDSHIP.c.b_id == FACE.c.id)
    return await db.all(joined.where(mine).order_by(FACE.c.id).limit(most))
