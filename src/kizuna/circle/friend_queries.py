"""Reading and writing faces, friendships, requests and invites.

A face's handle and name may be seen by every member; everything else here is asked for by the one it belongs to.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kizuna.circle import render
from kizuna.circle.audience import between, lives
from kizuna.circle.models import Face, FriendRequest, Friendship, Invitation, Invite, Profile
from kizuna.circle.tables import BLOCK, FACE, FRIEND_INVITE, FRIEND_INVITE_USE, FRIEND_REQUEST, FRIENDSHIP
from kizuna.ground.ids import MAX_ID
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_FACE: Final = (FACE.c.id.label("face_id"), FACE.c.handle, FACE.c.display_name, FACE.c.avatar)


def _friends() -> sa.ColumnElement[bool]:
    return sa.exists().where(FRIENDSHIP.c.a_id == _VIEWER, FRIENDSHIP.c.b_id == FACE.c.id).correlate(FACE)


def _asked() -> sa.ColumnElement[bool]:
    request = FRIEND_REQUEST.alias()
    return (
        sa.exists()
        .where(request.c.from_id == FACE.c.id, request.c.to_id == _VIEWER)
        .where(request.c.withdrawn_at.is_(None), request.c.declined_at.is_(None))
        .correlate(FACE)
    )


def _requested() -> sa.ColumnElement[bool]:
    request = FRIEND_REQUEST.alias()
    return (
        sa.exists()
        .where(request.c.from_id == _VIEWER, request.c.to_id == FACE.c.id, request.c.withdrawn_at.is_(None))
        .correlate(FACE)
    )


def _blocks(by: sa.ColumnElement[int], other: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    block = BLOCK.alias()
    return sa.exists().where(block.c.by_id == by, block.c.face_id == other).correlate_except(block)


_BLOCKED: Final = _blocks(_VIEWER, FACE.c.id)
# Who is blocked sees nobody there. Who has blocked sees whom, whether or not it is mutual.
_SEEN: Final = sa.and_(lives(FACE), sa.or_(_BLOCKED, sa.not_(_blocks(FACE.c.id, _VIEWER))))
_STATE: Final = (
    _BLOCKED.label("blocked"),
    _friends().label("friends"),
    _asked().label("asked"),
    _requested().label("requested"),
)
_PROFILES: Final = sa.select(*_FACE, FACE.c.bio, FACE.c.bio_html, FACE.c.created_at, *_STATE).where(_SEEN)
_PROFILE_BY_HANDLE: Final = _PROFILES.where(FACE.c.handle == sa.bindparam("handle"))
_PROFILE_BY_ID: Final = _PROFILES.where(FACE.c.id == sa.bindparam("face_id"))
_PROFILES_BY_ID: Final = _PROFILES.where(FACE.c.id.in_(sa.bindparam("face_ids", expanding=True)))
_DECLINED: Final = sa.select(FRIEND_REQUEST.c.from_id).where(
    FRIEND_REQUEST.c.to_id == _VIEWER,
    FRIEND_REQUEST.c.from_id.in_(sa.bindparam("face_ids", expanding=True)),
    FRIEND_REQUEST.c.declined_at.is_not(None),
)
_HOW_MANY: Final = (
    sa.select(FRIENDSHIP.c.a_id, sa.func.count().label("friends"))
    .where(FRIENDSHIP.c.a_id.in_(sa.bindparam("face_ids", expanding=True)))
    .group_by(FRIENDSHIP.c.a_id)
)
_WITH_FRIENDS_BEFORE: Final = (
    sa.select(FRIENDSHIP.c.a_id)
    .where(FRIENDSHIP.c.a_id.in_(sa.bindparam("face_ids", expanding=True)))
    .where(FRIENDSHIP.c.b_id < sa.bindparam("before_id"), FRIENDSHIP.c.b_id != sa.bindparam("but_id"))
    .distinct()
)
_FIRST: Final = sa.select(sa.func.min(FACE.c.id))
_SINCE: Final = sa.select(FRIENDSHIP.c.b_id, FRIENDSHIP.c.since_at).where(FRIENDSHIP.c.a_id == _VIEWER)
_FRIENDS: Final = (
    sa.select(*_FACE)
    .join_from(FRIENDSHIP, FACE, FACE.c.id == FRIENDSHIP.c.b_id)
    .where(FRIENDSHIP.c.a_id == _VIEWER, lives(FACE), FACE.c.handle > sa.bindparam("after"))
    .order_by(FACE.c.handle)
    .limit(sa.bindparam("limit"))
)


async def profile(db: Db, viewer_id: int, handle: str) -> Profile | None:
    """The face with this handle, as the viewer sees it."""
    row = await db.first(_PROFILE_BY_HANDLE, {"viewer_id": viewer_id, "handle": handle.lower()})
    return None if row is None else render.profile(row, viewer_id)


async def profile_by_id(db: Db, viewer_id: int, face_id: int) -> Profile | None:
    """The face with this id, as the viewer sees it."""
    row = await db.first(_PROFILE_BY_ID, {"viewer_id": viewer_id, "face_id": face_id})
    return None if row is None else render.profile(row, viewer_id)


async def profiles_by_id(db: Db, viewer_id: int, face_ids: Collection[int]) -> dict[int, Profile]:
    """Those of these faces that are there, as the viewer sees them."""
    if not face_ids:
        return {}
    rows = await db.all(_PROFILES_BY_ID, {"viewer_id": viewer_id, "face_ids": list(face_ids)})
    return {row.face_id: render.profile(row, viewer_id) for row in rows}


async def declined(db: Db, viewer_id: int, face_ids: Collection[int]) -> set[int]:
    """Those of these whose request the viewer has declined. Only the viewer may be told."""
    if not face_ids:
        return set()
    rows = await db.all(_DECLINED, {"viewer_id": viewer_id, "face_ids": list(face_ids)})
    return {row.from_id for row in rows}


async def friendship_state(db: Db, viewer_id: int, other_id: int) -> Friendship:
    """How another stands to the viewer; NONE too when there is no such face."""
    row = await db.first(_PROFILE_BY_ID, {"viewer_id": viewer_id, "face_id": other_id})
    return Friendship.NONE if row is None else render.friendship(row, viewer_id)


async def friends(db: Db, viewer_id: int, *, after: str = "", limit: int = 1000) -> list[Face]:
    """The viewer's friends by handle; ``after`` is the last handle of the page before."""
    rows = await db.all(_FRIENDS, {"viewer_id": viewer_id, "after": after, "limit": limit})
    return [render.face(row) for row in rows]


def _requests(
    mine: sa.Column[int], other: sa.Column[int], *more: sa.ColumnElement[bool]
) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(FRIEND_REQUEST.c.id, FRIEND_REQUEST.c.note, FRIEND_REQUEST.c.created_at, *_FACE)
        .join_from(FRIEND_REQUEST, FACE, FACE.c.id == other)
        .where(mine == _VIEWER, FRIEND_REQUEST.c.withdrawn_at.is_(None), lives(FACE), *more)
        .where(FRIEND_REQUEST.c.id < sa.bindparam("below"))
        .order_by(FRIEND_REQUEST.c.id.desc())
        .limit(sa.bindparam("limit"))
    )


_REQUESTS_IN: Final = _requests(
    FRIEND_REQUEST.c.to_id, FRIEND_REQUEST.c.from_id, FRIEND_REQUEST.c.declined_at.is_(None)
)
_REQUESTS_OUT: Final = _requests(FRIEND_REQUEST.c.from_id, FRIEND_REQUEST.c.to_id)


async def requests_in(
    db: Db, viewer_id: int, *, max_id: int = MAX_ID, limit: int = 100
) -> list[FriendRequest]:
    """Who asks the viewer, newest first."""
    rows = await db.all(_REQUESTS_IN, {"viewer_id": viewer_id, "below": max_id, "limit": limit})
    return [render.friend_request(row) for row in rows]


async def requests_out(
    db: Db, viewer_id: int, *, max_id: int = MAX_ID, limit: int = 100
) -> list[FriendRequest]:
    """Whom the viewer has asked, newest first. A silent decline changes nothing here."""
    rows = await db.all(_REQUESTS_OUT, {"viewer_id": viewer_id, "below": max_id, "limit": limit})
    return [render.friend_request(row) for row in rows]


_INVITE: Final = FRIEND_INVITE.c
_INVITES: Final = (
    sa.select(
        _INVITE.id, _INVITE.uses, _INVITE.max_uses, _INVITE.created_at, _INVITE.expires_at, _INVITE.ended_at
    )
    .where(_INVITE.face_id == _VIEWER, _INVITE.ended_at.is_(None), _INVITE.expires_at > sa.bindparam("now"))
    .order_by(_INVITE.id.desc())
    .limit(sa.bindparam("limit"))
)
_OPEN_INVITE: Final = sa.and_(
    _INVITE.code_hash == sa.bindparam("code_hash"),
    _INVITE.ended_at.is_(None),
    _INVITE.expires_at > sa.bindparam("now"),
    lives(FACE),
)
_USED: Final = (
    sa.exists()
    .where(FRIEND_INVITE_USE.c.invite_id == _INVITE.id, FRIEND_INVITE_USE.c.face_id == _VIEWER)
    .correlate(FRIEND_INVITE)
)
_INVITATION: Final = (
    sa.select(_INVITE.id.label("invite_id"), *_FACE, *_STATE)
    .join_from(FRIEND_INVITE, FACE, FACE.c.id == _INVITE.face_id)
    .where(
        _OPEN_INVITE,
        sa.not_(between(FACE.c.id, _VIEWER)),
        sa.or_(FACE.c.id == _VIEWER, _friends(), sa.and_(_INVITE.uses < _INVITE.max_uses, sa.not_(_USED))),
    )
)


async def since(db: Db, viewer_id: int) -> dict[int, int]:
    """Since when the viewer's friends are friends: face id → Unix milliseconds."""
    rows = await db.all(_SINCE, {"viewer_id": viewer_id})
    return {row.b_id: row.since_at for row in rows}


async def invites(db: Db, viewer_id: int, now_ms: int, *, limit: int = 50) -> list[Invite]:
    """The viewer's invite links that are neither ended nor expired, newest first."""
    rows = await db.all(_INVITES, {"viewer_id": viewer_id, "now": now_ms, "limit": limit})
    return [render.invite(row) for row in rows]


async def invitation(db: Db, viewer_id: int, code_hash: str, now_ms: int) -> tuple[int, Invitation] | None:
    """(invite id, what its holder sees), or None unless he could take it, has become a friend, or made it himself."""
    row = await db.first(_INVITATION, {"viewer_id": viewer_id, "code_hash": code_hash, "now": now_ms})
    if row is None:
        return None
    return row.invite_id, Invitation(face=render.face(row), state=render.friendship(row, viewer_id))


# Writing. The verbs of ``actions.py`` and ``friend_actions.py`` decide; these run inside their transaction.

_MADE: Final = sa.select(FACE.c.id).where(FACE.c.id == sa.bindparam("face_id"))
_LIVE_BY_ID: Final = _MADE.where(lives(FACE))
_SUSPENDED_BY_ID: Final = _MADE.where(FACE.c.suspended.is_(True))
_REQUEST: Final = sa.select(FRIEND_REQUEST)
_REQUEST_BY_PAIR: Final = _REQUEST.where(
    FRIEND_REQUEST.c.from_id == sa.bindparam("from_id"), FRIEND_REQUEST.c.to_id == sa.bindparam("to_id")
)
_REQUEST_TO: Final = _REQUEST.where(
    FRIEND_REQUEST.c.id == sa.bindparam("id"), FRIEND_REQUEST.c.to_id == _VIEWER
)
_REQUEST_FROM: Final = _REQUEST.where(
    FRIEND_REQUEST.c.id == sa.bindparam("id"), FRIEND_REQUEST.c.from_id == _VIEWER
)


async def how_many_friends(db: Db, face_ids: Collection[int]) -> dict[int, int]:
    """How many friends each of these faces has, for verbs that look at the shape of things; never shown to anybody."""
    if not face_ids:
        return {}
    counted = {row.a_id: row.friends for row in await db.all(_HOW_MANY, {"face_ids": list(face_ids)})}
    return {face_id: counted.get(face_id, 0) for face_id in face_ids}


async def with_friends_before(
    db: Db, face_ids: Collection[int], before_id: int, but_id: int
) -> frozenset[int]:
    """Those of these faces that have a friend who was here before there was an id, one face apart; for verbs that look
    at the shape of things."""
    asked = {"face_ids": list(face_ids), "before_id": before_id, "but_id": but_id}
    return (
        frozenset(row.a_id for row in await db.all(_WITH_FRIENDS_BEFORE, asked)) if face_ids else frozenset()
    )


async def first_face(db: Db) -> int:
    """The oldest face that was ever made here; nought where there is none."""
    return int(await db.scalar(_FIRST) or 0)


async def is_live(db: Db, face_id: int) -> bool:
    """Whether this face exists and is neither deleted nor suspended."""
    return await db.first(_LIVE_BY_ID, {"face_id": face_id}) is not None


async def is_made(db: Db, face_id: int) -> bool:
    """Whether this face was ever made."""
    return await db.first(_MADE, {"face_id": face_id}) is not None


async def is_suspended(db: Db, face_id: int) -> bool:
    """Whether the staff has suspended this face, as far as the circle knows. For decisions."""
    return await db.first(_SUSPENDED_BY_ID, {"face_id": face_id}) is not None


async def request_between(db: Db, from_id: int, to_id: int) -> Row | None:
    """The row of FRIEND_REQUEST in this direction, whatever became of it."""
    return await db.first(_REQUEST_BY_PAIR, {"from_id": from_id, "to_id": to_id})


async def request_to(db: Db, viewer_id: int, request_id: int) -> Row | None:
    """The row with this id, if it was sent to the viewer."""
    return await db.first(_REQUEST_TO, {"viewer_id": viewer_id, "id": request_id})


async def request_from(db: Db, viewer_id: int, request_id: int) -> Row | None:
    """The row with this id, if the viewer sent it."""
    return await db.first(_REQUEST_FROM, {"viewer_id": viewer_id, "id": request_id})


async def add_request(tx: Tx, row: dict[str, object]) -> None:
    """A new request."""
    await tx.run(sa.insert(FRIEND_REQUEST).values(row))


async def change_request(tx: Tx, request_id: int, **values: int) -> None:
    """Note that it was declined or withdrawn."""
    await tx.run(sa.update(FRIEND_REQUEST).where(FRIEND_REQUEST.c.id == request_id).values(values))


async def drop_request(tx: Tx, request_id: int) -> None:
    """Forget it."""
    await tx.run(sa.delete(FRIEND_REQUEST).where(FRIEND_REQUEST.c.id == request_id))


async def tie_friends(tx: Tx, a_id: int, b_id: int) -> bool:
    """Make two faces friends, in both directions, and forget their requests; answers whether they were not before."""
    rows = [
        {"a_id": a_id, "b_id": b_id, "since_at": tx.now_ms},
        {"a_id": b_id, "b_id": a_id, "since_at": tx.now_ms},
    ]
    made = await tx.run(insert_ignore(FRIENDSHIP).values(rows))
    await drop_requests(tx, a_id, b_id)
    return made > 0


async def untie_friends(tx: Tx, a_id: int, b_id: int) -> bool:
    """End a friendship in both directions; answers whether there was one."""
    return (
        await tx.run(sa.delete(FRIENDSHIP).where(_between(FRIENDSHIP.c.a_id, FRIENDSHIP.c.b_id, a_id, b_id)))
        > 0
    )


def _between(left: sa.Column[int], right: sa.Column[int], a_id: int, b_id: int) -> sa.ColumnElement[bool]:
    return sa.or_(sa.and_(left == a_id, right == b_id), sa.and_(left == b_id, right == a_id))


async def add_invite(tx: Tx, row: dict[str, object]) -> None:
    """A new invite link."""
    await tx.run(sa.insert(FRIEND_INVITE).values(row))


async def end_invite(tx: Tx, face_id: int, invite_id: int) -> bool:
    """End an invite link of this face; answers whether there is one."""
    ended = sa.func.coalesce(_INVITE.ended_at, tx.now_ms)
    own = sa.and_(_INVITE.id == invite_id, _INVITE.face_id == face_id)
    return await tx.run(sa.update(FRIEND_INVITE).where(own).values(ended_at=ended)) > 0


async def use_invite(tx: Tx, invite_id: int, face_id: int) -> bool:
    """Count one use; answers False when it is used up, or this face has used it before."""
    counted = sa.update(FRIEND_INVITE).where(_INVITE.id == invite_id, _INVITE.uses < _INVITE.max_uses)
    use = insert_ignore(FRIEND_INVITE_USE).values(invite_id=invite_id, face_id=face_id, used_at=tx.now_ms)
    return await tx.run(use) > 0 and await tx.run(counted.values(uses=_INVITE.uses + 1)) > 0


async def add_face(tx: Tx, row: dict[str, object]) -> None:
    """A new face."""
    await tx.run(sa.insert(FACE).values(row))


async def change_face(tx: Tx, face_id: int, **values: object) -> bool:
    """Change columns of a face that is not deleted; answers whether there is one."""
    kept = sa.and_(FACE.c.id == face_id, FACE.c.deleted_at.is_(None))
    return await tx.run(sa.update(FACE).where(kept).values(values)) > 0


async def drop_requests(tx: Tx, a_id: int, b_id: int) -> None:
    """Forget what was asked between two faces, whatever became of it."""
    await tx.run(
        sa.delete(FRIEND_REQUEST).where(
            _between(FRIEND_REQUEST.c.from_id, FRIEND_REQUEST.c.to_id, a_id, b_id)
        )
    )


async def drop_relations(tx: Tx, face_id: int) -> None:
    """Forget a face's friendships, requests and blocks, and end its invites."""
    pairs: Sequence[tuple[sa.Table, str, str]] = (
        (FRIENDSHIP, "a_id", "b_id"),
        (FRIEND_REQUEST, "from_id", "to_id"),
        (BLOCK, "by_id", "face_id"),
    )
    for relation, one, other in pairs:
        await tx.run(
            sa.delete(relation).where(sa.or_(relation.c[one] == face_id, relation.c[other] == face_id))
        )
    await tx.run(
        sa.update(FRIEND_INVITE)
        .where(_INVITE.face_id == face_id, _INVITE.ended_at.is_(None))
        .values(ended_at=tx.now_ms)
    )
