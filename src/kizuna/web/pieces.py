"""The parts that the pages are made of (views.py): faces, items, timelines, the composer, rows of lists.

The same rules hold as for the views: facts, never sentences; `_ms` Unix milliseconds; `html` already sanitised.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from kizuna.ground.config import Plane, SignUpRule
from kizuna.ground.i18n import Locale

AudienceKind = Literal["public", "unlisted", "me", "people", "groups", "friends", "fof", "shared"]
CopyState = Literal[
    "wanted", "sending", "standing", "unknown", "failed", "edit_wanted", "recall_wanted", "recalled"
]
Direction = Literal["out", "in"]


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a page."""


class Site(Piece, frozen=True, kw_only=True):
    """This server as every page shows it; the same for all requests."""

    title: str
    domain: str
    description: str
    planes: tuple[Plane, ...]
    sign_up: SignUpRule


class Face(Piece, frozen=True, kw_only=True):
    """Somebody as one plane shows them. `handle` has no leading @; for a partner's account it is `name@host`."""

    plane: Plane
    id: str
    name: str
    handle: str
    href: str
    picture: str = ""


class Viewer(Piece, frozen=True, kw_only=True):
    """The signed-in person: their faces on this server, how many friend requests wait for an answer, and how many
    notifications of each plane were not seen (`most_news` at most; the two are never added).

    `drafts` is the name and key by which their browser keeps what they write (people/drafts.py).
    """

    square: Face | None = None
    circle: Face | None = None
    requests: int = 0
    square_news: int = 0
    circle_news: int = 0
    most_news: int = 10
    drafts: str = ""


class Notice(Piece, frozen=True, kw_only=True):
    """One translated line about what was just done (or could not be done), shown once above the page.

    `sent` is the key of the form that did it.
    """

    text: str
    sent: str = ""
    kind: Literal["done", "problem"] = "done"


class Said(Piece, frozen=True, kw_only=True):
    """An announcement of the staff that this person has not put away."""

    id: str
    html: str


class Place(Piece, frozen=True, kw_only=True):
    """Where members find an app: ``icon`` as in icons.svg, ``label`` in the language of the page."""

    href: str
    label: str
    icon: str


class Page(Piece, frozen=True, kw_only=True):
    """The shell around every page. `path` is the page's own path with its query, for `back` and for signing in."""

    site: Site
    locale: Locale
    now_ms: int
    path: str
    csrf: str
    viewer: Viewer | None = None
    notice: Notice | None = None
    announcements: tuple[Said, ...] = ()
    places: tuple[Place, ...] = ()
    """Of the apps."""
    keys: bool = True
    """Whether the keys of keys.js are on."""


class Form(Piece, frozen=True, kw_only=True):
    """What was typed and what is wrong with it, both by field name; `error` concerns the whole form."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    error: str = ""


class Audience(Piece, frozen=True, kw_only=True):
    """Who may read a voice, as its author may know it. `count` (readers besides the author) only for the author."""

    kind: AudienceKind
    count: int | None = None


class Readers(Piece, frozen=True, kw_only=True):
    """The people who may read, from the gate; without the author. For `public` and `unlisted` all is empty.

    `faces` are friends; `further` of the `count` are friends of friends, who are not named.
    """

    kind: AudienceKind
    count: int = 0
    faces: tuple[Face, ...] = ()
    further: int = 0


class ItemPicture(Piece, frozen=True, kw_only=True):
    """A picture of an item: ``src`` the small one that is shown, ``href`` the large one."""

    src: str
    href: str
    width: int
    height: int
    description: str = ""


class Item(Piece, frozen=True, kw_only=True):
    """A post, a voice, a reply of either, or an item from a tied partner (`host` set, `href` leads there).

    `host` items have no actions here. `in_reply_to` is the handle answered, `boosted_by` who brought it here by the
    boost `boost_id`.
    """

    plane: Plane
    id: str
    author: Face
    html: str
    at_ms: int
    href: str
    language: str = ""
    spoiler: str = ""
    audience: Audience
    host: str = ""
    in_reply_to: str = ""
    in_reply_to_href: str = ""
    boosted_by: Face | None = None
    boost_id: str = ""
    replies: int = 0
    boosts: int = 0
    favourites: int = 0
    boosted: bool = False
    favourited: bool = False
    bookmarked: bool = False
    pinned: bool = False
    mine: bool = False
    """The viewer may delete it."""
    written: bool = False
    """The viewer wrote it."""
    copies: int = 0
    edited_ms: int | None = None
    folded: bool = False
    """The viewer has blocked who wrote it."""
    moods: tuple[tuple[str, int], ...] = ()
    mood: str = ""
    """The viewer's own reaction."""
    pictures: tuple[ItemPicture, ...] = ()
    sensitive: bool = False
    title: str = ""
    """Of an item of a feed."""
    attached: int = 0
    """Pictures and such that are only at its origin."""
    talk: str = ""
    """Where a room about it is opened, in the group whose window shows it."""
    about: "Item | None" = None
    """What the room of this voice is about, and whether that is not at its origin any more."""
    about_gone: bool = False


class Timeline(Piece, frozen=True, kw_only=True):
    """Items, newest first. `older` is the path of the next page; empty where the timeline ends."""

    items: tuple[Item, ...]
    older: str = ""
    newer: str = ""


class FriendChoice(Piece, frozen=True, kw_only=True):
    """A friend who can be chosen as a reader (field `person[]`, value `face.id`)."""

    face: Face
    chosen: bool = False
    excepted: bool = False


class GroupChoice(Piece, frozen=True, kw_only=True):
    """A group of the viewer's that can be chosen (field `group[]`) or excepted (`not_group[]`)."""

    id: str
    name: str
    close: bool
    members: int
    chosen: bool = False
    excepted: bool = False


class ResponderRow(Piece, frozen=True, kw_only=True):
    """Who reacted, and how; `folded` when the viewer has blocked them."""

    face: Face
    mood: str
    folded: bool


class StagedPicture(Piece, frozen=True, kw_only=True):
    """A picture that waits to be sent with what is written (field `media[]`, its description `alt[id]`)."""

    id: str
    src: str
    description: str
    width: int
    height: int


class Attaching(Piece, frozen=True, kw_only=True):
    """The pictures of a composer: those that wait, and how many and how long a description may be."""

    pictures: tuple[StagedPicture, ...] = ()
    most: int = 4
    longest: int = 1500
    sensitive: bool = False


class Composer(Piece, frozen=True, kw_only=True):
    """The box to write in. `audiences` in the order shown; a single one (a reply) is shown as fact, not as choice.

    `chosen` must never be wider than the person's last deliberate choice in that place. `limit` counts characters.
    `readers` is known for the chosen audience; None leaves the preview empty. `key` is a fresh idempotency key.
    """

    action: str
    audiences: tuple[AudienceKind, ...]
    chosen: AudienceKind
    key: str
    limit: int
    text: str = ""
    friends: tuple[FriendChoice, ...] = ()
    groups: tuple[GroupChoice, ...] = ()
    readers: Readers | None = None
    can_copy: bool = False
    warning: str = ""
    language: str = ""
    """Of the text; empty where neither it nor a warning can be given."""
    error: str = ""
    back: str = "/"
    attaching: Attaching = Attaching()


class CopyEvent(Piece, frozen=True, kw_only=True):
    """One line of a copy's history."""

    state: CopyState
    at_ms: int


class CopyRow(Piece, frozen=True, kw_only=True):
    """A copy with its receipt: what stands where since when. `href` is its address over there, once known.

    `reason` is the partner's word for what went wrong, after `failures` attempts in a row; the next one is due at
    `due_ms`. `new_text` is what it is about to say.
    """

    id: str
    state: CopyState
    host: str
    acct: str
    text: str
    voice_href: str
    at_ms: int
    href: str = ""
    events: tuple[CopyEvent, ...] = ()
    can_recall: bool = False
    reason: str = ""
    failures: int = 0
    due_ms: int | None = None
    new_text: str = ""


class CopyTarget(Piece, frozen=True, kw_only=True):
    """A tied account that a copy can be sent to, with the text as it would stand there (`fitted`).

    `names` are the handles in it: they notify nobody, but are public then.
    """

    link_id: str
    host: str
    acct: str
    fitted: str
    cut: bool = False
    names: tuple[str, ...] = ()
    chosen: bool = False
    already: bool = False
    inside: bool = False


class CopyUpdate(Piece, frozen=True, kw_only=True):
    """A standing copy that says something else than its voice, with the text as it would stand there then."""

    copy_id: str
    acct: str
    fitted: str
    cut: bool = False
    names: tuple[str, ...] = ()
    chosen: bool = False


class Consent(Piece, frozen=True, kw_only=True):
    """What one direction of a tie is allowed now, since when. out: copies leave; in: the home there is shown."""

    direction: Direction
    given: bool
    at_ms: int | None = None


class TieRow(Piece, frozen=True, kw_only=True):
    """A link to an account of another server, or `inside`, to one's own on the square of this one.

    `working` is False when the account must be signed in again.
    """

    id: str
    host: str
    acct: str
    href: str
    since_ms: int
    consents: tuple[Consent, ...]
    working: bool = True
    inside: bool = False


class ConsentEvent(Piece, frozen=True, kw_only=True):
    """One line of the consent history of a tie."""

    direction: Direction
    given: bool
    at_ms: int


class ChoiceEvent(Piece, frozen=True, kw_only=True):
    """One line of the history of something that is either wanted or not."""

    given: bool
    at_ms: int


class FriendRow(Piece, frozen=True, kw_only=True):
    """A friend and since when."""

    face: Face
    since_ms: int


class RequestRow(Piece, frozen=True, kw_only=True):
    """A friend request that waits: of `face` to the viewer (incoming) or of the viewer to `face` (outgoing)."""

    face: Face
    note: str
    at_ms: int


class SuggestionRow(Piece, frozen=True, kw_only=True):
    """Somebody whom the viewer follows on the square and is followed by: `face` in the circle, `account` there."""

    face: Face
    account: Face


class InviteRow(Piece, frozen=True, kw_only=True):
    """An invite link that still works or has ended. Its address is not kept and cannot be shown again."""

    id: str
    made_at_ms: int
    expires_at_ms: int
    uses: int
    max_uses: int
    state: Literal["open", "used_up", "expired", "ended"]


class InviteLink(Piece, frozen=True, kw_only=True):
    """The address of a fresh invite, shown this once. `qr_href` is an SVG of this server."""

    url: str
    qr_href: str


class SessionRow(Piece, frozen=True, kw_only=True):
    """A place where the person is signed in: a browser, or an app with a token."""

    id: str
    kind: Literal["browser", "app"]
    name: str
    made_at_ms: int
    seen_at_ms: int
    current: bool = False


class ProfileForm(Piece, frozen=True, kw_only=True):
    """The editable profile of one face. `form.values`: name, note.

    On the square also `lines` of (name, value), and `ticks`: which of bot, discoverable, indexable are set.
    """

    face: Face
    form: Form
    header: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    ticks: tuple[str, ...] = ()


class FaceOption(Piece, frozen=True, kw_only=True):
    """A face that an app may be given (field `face[]`, value the plane)."""

    face: Face
    chosen: bool
