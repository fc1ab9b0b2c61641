"""Rows of the circle's queries to its things. Pure."""

from kizuna.circle.models import (
    Audience,
    Face,
    FriendRequest,
    Friendship,
    Invite,
    Profile,
    Reason,
    Voice,
    Why,
)
from kizuna.store.store import Row


def face(row: Row) -> Face:
    """From ``face_id, handle, display_name``."""
    return Face(row.face_id, row.handle, row.display_name)


def friendship(row: Row, viewer_id: int) -> Friendship:
    """From ``face_id`` and the flags ``friends, asked, requested``."""
    if row.face_id == viewer_id:
        return Friendship.SELF
    if row.friends:
        return Friendship.FRIENDS
    if row.asked:
        return Friendship.ASKED
    return Friendship.REQUESTED if row.requested else Friendship.NONE


def profile(row: Row, viewer_id: int) -> Profile:
    """A face with the flags of ``friendship``; only the face itself and its friends see the bio."""
    state = friendship(row, viewer_id)
    near = state in (Friendship.SELF, Friendship.FRIENDS)
    return Profile(
        face=face(row),
        state=state,
        bio=row.bio if near else "",
        bio_html=row.bio_html if near else "",
        created_at=row.created_at,
    )


def voice(row: Row, viewer_id: int) -> Voice:
    """A voice with its author, and ``owner_id`` and ``room_audience`` of its room."""
    own = row.author_id == viewer_id
    return Voice(
        id=row.id,
        room_id=row.room_id,
        parent_id=row.parent_id,
        author=face(row),
        owner_id=row.owner_id,
        audience=Audience(row.room_audience),
        text=row.text,
        html=row.html,
        created_at=row.created_at,
        replies=row.replies,
        own=own,
        removable=own or row.owner_id == viewer_id,
    )


def why(row: Row, viewer_id: int) -> Why:
    """From ``room_audience`` and the face of the room's author."""
    if row.face_id == viewer_id:
        reason = Reason.OWN
    elif row.room_audience == Audience.PEOPLE:
        reason = Reason.NAMED
    else:
        reason = Reason.FRIEND
    return Why(reason=reason, owner=face(row))


def friend_request(row: Row) -> FriendRequest:
    """A request with the face of the other side."""
    return FriendRequest(id=row.id, face=face(row), note=row.note, created_at=row.created_at)


def invite(row: Row) -> Invite:
    """A row of FRIEND_INVITE, without the hash."""
    return Invite(
        id=row.id,
        uses=row.uses,
        max_uses=row.max_uses,
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )
