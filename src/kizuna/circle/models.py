"""The things of the circle, as the doors and the tie see them. Times are Unix milliseconds."""

from enum import StrEnum

import msgspec

from kizuna.media.models import Picture


class Audience(StrEnum):
    """Who may read a room, always by the relations of this moment."""

    ME = "me"
    PEOPLE = "people"
    """Those named by the author, as long as they are friends."""
    GROUPS = "groups"
    """The members of groups of the author, as long as they are friends."""
    FRIENDS = "friends"
    FOF = "fof"
    """Friends, and whoever is a friend of a friend."""
    SHARED = "shared"
    """Those who take part in a group that its owner shares with its members, friends of the author or not."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What the author chose: who may read, and who may not whatever the rest says. Ids of faces and groups."""

    audience: Audience
    people: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    not_people: frozenset[int] = frozenset()
    not_groups: frozenset[int] = frozenset()


class SharedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group that its owner shares, as somebody sees it who takes part in it or was asked to."""

    id: int
    name: str
    owner: "Face"
    participants: int
    """How many take part now, the owner with them."""
    joined: bool
    """Whether the viewer takes part; otherwise he was asked and has not answered."""


class Reading(msgspec.Struct, frozen=True):
    """Who reads besides the author: friends by name, friends of friends only by their number."""

    friends: list["Face"]
    further: int

    @property
    def count(self) -> int:
        """How many they are together."""
        return len(self.friends) + self.further


class Mood(StrEnum):
    """The reactions there are."""

    LOVE = "love"
    SMILE = "smile"
    WOW = "wow"
    CHEER = "cheer"
    THANKS = "thanks"
    HUG = "hug"


class Friendship(StrEnum):
    """How somebody stands to a viewer."""

    SELF = "self"
    FRIENDS = "friends"
    REQUESTED = "requested"
    """The viewer has asked. It stays so when the other has silently declined."""
    ASKED = "asked"
    """The other has asked, and the viewer has not answered."""
    BLOCKED = "blocked"
    """The viewer has blocked the other. Whoever is blocked by the other sees nobody at all."""
    NONE = "none"


class Face(msgspec.Struct, frozen=True):
    """What every member may see of a face."""

    id: int
    handle: str
    display_name: str
    avatar: str | None = None
    """The name of a file, which never leaves the server."""

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
    """Of the room; a reply has none of its own. To readers *groups* look like *people*, and exceptions like none."""
    text: str
    html: str
    created_at: int
    edited_at: int | None
    replies: int
    """Replies in the room, 0 on a reply itself. All who read the room read them all, so the count tells nothing."""
    own: bool
    """The viewer wrote it."""
    removable: bool
    """The viewer wrote it, or owns the room."""
    folded: bool = False
    """The viewer has blocked who wrote it: it is there to be opened, for nobody else is it any different."""
    moods: tuple[tuple[Mood, int], ...] = ()
    """How often each reaction was given, the most frequent first. All who read the room count the same."""
    mood: Mood | None = None
    """The viewer's own reaction."""
    pictures: tuple[Picture, ...] = ()


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
    CHOSEN = "chosen"
    """He is among the friends whom the author chose: whether by name or by a group is not told."""
    FURTHER = "further"
    """He is a friend of a friend of the author. Of which one is not told."""


class Why(msgspec.Struct, frozen=True):
    """The answer to "why do I see this?". ``owner`` is the author of the room."""

    reason: Reason
    owner: Face


class Who(msgspec.Struct, frozen=True):
    """The answer to "who sees this?".

    The author of the room gets the rule he chose and the names of the friends who may read it at this moment, with
    the number of others. Everybody else gets the kind of the audience only, as in ``Voice``: neither names nor a
    number.
    """

    audience: Audience
    owner: Face
    readers: Reading | None
    rule: Rule | None


class Version(msgspec.Struct, frozen=True):
    """One wording of a voice, and when it was written."""

    text: str
    html: str
    written_at: int


class Group(msgspec.Struct, frozen=True):
    """A group of friends, as its owner sees it. The close friends have no name of their own."""

    id: int
    name: str
    close: bool
    members: int
    """Those who are friends now."""


class Responder(msgspec.Struct, frozen=True):
    """Who reacted, and how."""

    face: Face
    mood: Mood
    folded: bool
    """The viewer has blocked them."""
