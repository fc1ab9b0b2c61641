"""The things of the circle, as the doors and the tie see them. Times are Unix milliseconds."""

from enum import StrEnum

import msgspec


class Audience(StrEnum):
    """Who may read a room, always by the relations of this moment."""

    ME = "me"
    FRIENDS = "friends"
    PEOPLE = "people"
    """Those named by the author, as long as they are friends."""


class Friendship(StrEnum):
    """How somebody stands to a viewer."""

    SELF = "self"
    FRIENDS = "friends"
    REQUESTED = "requested"
    """The viewer has asked. It stays so when the other has silently declined."""
    ASKED = "asked"
    """The other has asked, and the viewer has not answered."""
    NONE = "none"


class Face(msgspec.Struct, frozen=True):
    """What every member may see of a face."""

    id: int
    handle: str
    display_name: str

    @property
    def name(self) -> str:
        """What to call them."""
        return self.display_name or self.handle


class Profile(msgspec.Struct, frozen=True):
    """A face as one viewer sees it. ``bio`` and its HTML are empty unless the viewer is a friend or the face itself."""

    face: Face
    state: Friendship
    bio: str
    bio_html: str
    created_at: int


class Voice(msgspec.Struct, frozen=True):
    """A voice or a reply, loaded for one viewer who may read it."""

    id: int
    room_id: int
    parent_id: int | None
    author: Face
    owner_id: int
    """The author of the room."""
    audience: Audience
    """Of the room; a reply has none of its own."""
    text: str
    html: str
    created_at: int
    replies: int
    """Replies in the room, 0 on a reply itself. All who read the room read them all, so the count tells nothing."""
    own: bool
    """The viewer wrote it."""
    removable: bool
    """The viewer wrote it, or owns the room."""


class Room(msgspec.Struct, frozen=True):
    """A voice and a page of its replies, oldest first."""

    root: Voice
    replies: list[Voice]
    next_after: int | None
    """The reply after which the next page begins, or None at the end."""


class FriendRequest(msgspec.Struct, frozen=True):
    """A request that waits; ``face`` is the other side."""

    id: int
    face: Face
    note: str
    created_at: int


class Invite(msgspec.Struct, frozen=True):
    """An invite link of one's own. The code itself is known only to those who hold the link."""

    id: int
    uses: int
    max_uses: int
    created_at: int
    expires_at: int
    ended_at: int | None

    def is_open(self, now_ms: int) -> bool:
        """Whether somebody could still take it."""
        return self.ended_at is None and self.expires_at > now_ms and self.uses < self.max_uses


class Invitation(msgspec.Struct, frozen=True):
    """What the holder of a code is shown before deciding."""

    face: Face
    state: Friendship


class Reason(StrEnum):
    """Why somebody may read a voice."""

    OWN = "own"
    """He is the author of the room."""
    FRIEND = "friend"
    """He is a friend of the author of the room, who wrote to all friends."""
    NAMED = "named"
    """The author of the room named him."""


class Why(msgspec.Struct, frozen=True):
    """The answer to "why do I see this?". ``owner`` is the author of the room."""

    reason: Reason
    owner: Face


class Who(msgspec.Struct, frozen=True):
    """The answer to "who sees this?".

    The author of the room gets the names of all who may read it at this moment, besides himself. Everybody else gets
    the kind of the audience only: neither names nor a number.
    """

    audience: Audience
    owner: Face
    readers: list[Face] | None
