"""What the Mastodon client API calls these things (docs.joinmastodon.org/entities). Names and types are the field's.

Every field that a known client requires is there, and null only where the documentation allows it: Tusky gives up a
whole page for one missing field, and for null where it has a default.
"""

import msgspec


class Field(msgspec.Struct, frozen=True):
    """A line of a profile."""

    name: str
    value: str
    verified_at: str | None = None


class Account(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Account/"""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool = False
    bot: bool = False
    discoverable: bool = True
    indexable: bool = True
    group: bool = False
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    header: str
    header_static: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool = False
    noindex: bool = False
    emojis: tuple[()] = ()
    roles: tuple[()] = ()
    fields: tuple[Field, ...] = ()


class Source(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Account/#CredentialAccount, source: what a profile form is filled with."""

    privacy: str = "public"
    sensitive: bool = False
    language: str | None = None
    note: str
    fields: tuple[Field, ...] = ()
    follow_requests_count: int = 0


class CredentialAccount(Account, kw_only=True):
    """https://docs.joinmastodon.org/entities/Account/#CredentialAccount"""

    source: Source
    role: None = None


class Mention(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Status/#Mention"""

    id: str
    username: str
    url: str
    acct: str


class Tag(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Status/#Tag"""

    name: str
    url: str


class Application(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Status/#application"""

    name: str
    website: str | None


class Status(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Status/

    The five flags are always there, false for whoever is not signed in: clients read them without asking.
    """

    id: str
    created_at: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    uri: str
    url: str
    replies_count: int
    reblogs_count: int
    favourites_count: int
    edited_at: str | None = None
    favourited: bool
    reblogged: bool
    muted: bool = False
    bookmarked: bool = False
    pinned: bool = False
    content: str
    text: str | msgspec.UnsetType = msgspec.UNSET
    filtered: tuple[()] = ()
    reblog: "Status | None"
    application: Application | None
    account: Account
    media_attachments: tuple["MediaAttachment", ...] = ()
    mentions: tuple[Mention, ...]
    tags: tuple[Tag, ...]
    emojis: tuple[()] = ()
    card: None = None
    poll: None = None


class MediaSize(msgspec.Struct):
    """A size of a picture; ``size`` as text, ``aspect`` the width by the height."""

    width: int
    height: int
    size: str
    aspect: float


class Focus(msgspec.Struct):
    """Where to look, from -1 to 1 on both axes, upwards and to the right."""

    x: float
    y: float


class MediaMeta(msgspec.Struct):
    """Sizes and focus."""

    original: MediaSize
    small: MediaSize
    focus: Focus


class MediaAttachment(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/MediaAttachment/"""

    id: str
    type: str = "image"
    url: str
    preview_url: str
    remote_url: None = None
    preview_remote_url: None = None
    text_url: None = None
    meta: MediaMeta
    description: str | None
    blurhash: str


class StatusEdit(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/StatusEdit/"""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: Account
    media_attachments: tuple[MediaAttachment, ...] = ()
    emojis: tuple[()] = ()


class MutedAccount(Account, kw_only=True):
    """https://docs.joinmastodon.org/entities/Account/#MutedAccount"""

    mute_expires_at: str | None


class FoundTag(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Tag/ for somebody who may follow it. No history is counted yet."""

    name: str
    url: str
    id: str
    history: tuple[()] = ()
    following: bool = False
    featuring: bool = False


class Context(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/Context/"""

    ancestors: list[Status]
    descendants: list[Status]


class Relationship(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Relationship/

    ``blocked_by`` is always false: who is blocked is not told (docs/decisions/021).
    """

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool = False
    languages: None = None
    followed_by: bool
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    requested: bool = False
    requested_by: bool = False
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""
