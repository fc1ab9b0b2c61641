"""Rows of the circle's queries to its things. Pure."""

from collections.abc import Sequence

from kizuna.circle.models import (
    Audience,
    Face,
    FriendRequest,
    Friendship,
    Group,
    Invite,
    Mood,
    Profile,
    Reason,
    Version,
    Voice,
    Why,
)
from kizuna.media.models import Picture
from kizuna.store.store import Row


def face(row: Row) -> Face:
    """From ``face_id, handle, display_name, avatar``."""
    return Face(row.face_id, row.handle, row.display_name, row.avatar)


def friendship(row: Row, viewer_id: int) -> Friendship:
    """From ``face_id`` and the flags ``blocked, friends, asked, requested``."""
    if row.face_id == viewer_id:
        return Friendship.SELF
    if row.blocked:
        return Friendship.BLOCKED
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


def shown(audience: Audience, *, own: bool) -> Audience:
    """What a reader is told of an audience: friends were chosen, but not how."""
    return Audience.PEOPLE if audience is Audience.GROUPS and not own else audience


def voice(row: Row, viewer_id: int, moods: Sequence[Row] = (), pictures: tuple[Picture, ...] = ()) -> Voice:
    """A voice with its author, ``owner_id`` and ``room_audience`` of its room, and ``kind, given, mine`` of moods."""
    own = row.author_id == viewer_id
    counted = sorted(((Mood(one.kind), one.given) for one in moods), key=lambda one: (-one[1], one[0]))
    return Voice(
        id=row.id,
        room_id=row.room_id,
        parent_id=row.parent_id,
        author=face(row),
        owner_id=row.owner_id,
        audience=shown(Audience(row.room_audience), own=row.owner_id == viewer_id),
        text=row.text,
        html=row.html,
        created_at=row.created_at,
        edited_at=row.edited_at,
        replies=row.replies,
        own=own,
        removable=own or row.owner_id == viewer_id,
        folded=bool(row.folded),
        moods=tuple(counted),
        mood=next((Mood(one.kind) for one in moods if one.mine), None),
        pictures=pictures,
    )


def why(row: Row, viewer_id: int) -> Why:
    """From ``room_audience``, the face of the room's author, and ``near``: whether the viewer is a friend of his."""
    if row.face_id == viewer_id:
        reason = Reason.OWN
    elif row.room_audience in (Audience.PEOPLE, Audience.GROUPS):
        reason = Reason.CHOSEN
    else:
        reason = Reason.FRIEND if row.near else Reason.FURTHER
    return Why(reason=reason, owner=face(row))


def version(row: Row) -> Version:
    """From ``text, html, written_at``."""
    return Version(row.text, row.html, row.written_at)


def group(row: Row) -> Group:
    """From ``id, owner_id, name, members``."""
    return Group(id=row.id, name=row.name, close=row.id == row.owner_id, members=row.members)


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
