"""The things of the square, as doors and the tie see them. Times are Unix milliseconds."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from kizuna.ground.ids import MAX_ID
from kizuna.media.models import Picture

Visibility = Literal["public", "unlisted"]
VISIBILITIES: Final[tuple[Visibility, ...]] = ("public", "unlisted")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list: at most ``limit`` ids, newest first.

    ``max_id`` and ``since_id`` bound it (exclusive); with ``min_id`` it is the part just above that id.
    """

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def below(self) -> int:
        """Ids are smaller than this."""
        return MAX_ID if self.max_id is None else self.max_id

    @property
    def above(self) -> int:
        """Ids are greater than this."""
        return max(self.since_id or 0, self.min_id or 0)


class Application(msgspec.Struct, frozen=True):
    """The registered application something was posted with."""

    name: str
    website: str | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A post as its author sends it, unchecked."""

    text: str
    spoiler_text: str = ""
    sensitive: bool = False
    visibility: str = "public"
    language: str | None = None
    in_reply_to_id: int | None = None
    application: Application | None = None


class Account(msgspec.Struct, frozen=True):
    """A face on the square."""

    id: int
    handle: str
    display_name: str
    note: str
    note_html: str
    created_at: int
    statuses_count: int
    followers_count: int
    following_count: int
    last_status_at: int | None
    fields: str = "[]"
    bot: bool = False
    discoverable: bool = True
    indexable: bool = True
    avatar: str | None = None
    header: str | None = None

    @property
    def name(self) -> str:
        """What to call them."""
        return self.display_name or self.handle


class Mention(msgspec.Struct, frozen=True):
    """An account that a post names."""

    account_id: int
    handle: str


class Post(msgspec.Struct, frozen=True):
    """A row of a post or a boost that is not deleted."""

    id: int
    account_id: int
    text: str
    html: str
    spoiler_text: str
    sensitive: bool
    visibility: str
    language: str | None
    in_reply_to_id: int | None
    in_reply_to_account_id: int | None
    root_id: int | None
    boost_of_id: int | None
    application_name: str | None
    application_website: str | None
    created_at: int
    replies_count: int
    boosts_count: int
    favourites_count: int
    edited_at: int | None = None


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What a post shall be instead, unchecked. What is None stays as it is."""

    text: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: str | None = None


class Version(msgspec.Struct, frozen=True):
    """A post as it was from ``created_at`` on."""

    text: str
    html: str
    spoiler_text: str
    sensitive: bool
    language: str | None
    created_at: int
    pictures: str = "[]"
    """JSON: [id, description] of each picture that it had, in order. One that was taken out since is really gone."""


class Status(msgspec.Struct, frozen=True):
    """A post with all it takes to show it. A boost has the original in ``original`` and nothing else of its own."""

    post: Post
    author: Account
    mentions: tuple[Mention, ...] = ()
    tags: tuple[str, ...] = ()
    original: "Status | None" = None
    pictures: tuple[Picture, ...] = ()

    @property
    def proper(self) -> "Status":
        """What is read: the original of a boost, else itself."""
        return self.original or self

    def is_by(self, accounts: frozenset[int]) -> bool:
        """Whether one of these wrote or boosted it."""
        return self.author.id in accounts or self.proper.author.id in accounts


class Flags(msgspec.Struct, frozen=True):
    """What a viewer has done with the posts asked about. ``muted`` are posts of threads that he wants no word of."""

    favourited: frozenset[int] = frozenset()
    boosted: frozenset[int] = frozenset()
    muted: frozenset[int] = frozenset()
    bookmarked: frozenset[int] = frozenset()
    pinned: frozenset[int] = frozenset()

    @property
    def any(self) -> frozenset[int]:
        """The posts with at least one flag."""
        return self.favourited | self.boosted | self.muted | self.bookmarked | self.pinned


NO_FLAGS: Final = Flags()


class Relationship(msgspec.Struct, frozen=True):
    """How a viewer stands to another account."""

    account_id: int
    following: bool = False
    followed_by: bool = False
    boosts: bool = True
    notify: bool = False
    blocking: bool = False
    muting: bool = False
    muting_notifications: bool = False
    note: str = ""


class Edge(msgspec.Struct, frozen=True):
    """A line of a list of accounts. Its cursor is the id of the follow, favourite or boost, not that of the account."""

    id: int
    account_id: int


class Thread(msgspec.Struct, frozen=True):
    """What stands around a post: ids from the root down to its parent, and of its replies, depth first."""

    ancestors: tuple[int, ...]
    descendants: tuple[int, ...]


class Mute(msgspec.Struct, frozen=True):
    """A mute as its owner sees it; ``expires_at`` is None for good."""

    id: int
    target_id: int
    notifications: bool
    expires_at: int | None


class Marker(msgspec.Struct, frozen=True):
    """How far somebody has read a timeline."""

    last_read_id: int
    version: int
    updated_at: int


class Posting(msgspec.Struct, frozen=True):
    """How somebody posts unless they say otherwise. ``language`` is None for that of the interface."""

    visibility: str = "public"
    sensitive: bool = False
    language: str | None = None


class ProfileMore(msgspec.Struct, frozen=True, kw_only=True):
    """What shall change of a profile besides name and note, unchecked. What is None stays as it is.

    ``portraits`` sets ``avatar``, ``header`` or both to files that ``media.actions.keep_portrait`` made, or to none.
    """

    fields: tuple[tuple[str, str], ...] | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    portraits: Mapping[str, str | None] = msgspec.field(default_factory=dict[str, str | None])
