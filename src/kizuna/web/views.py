"""What the pages are made of: one frozen struct per page, filled by the handlers, taken by the templates.

`Presenter.render(view)` (present.py) chooses the template by the view's class. Views carry facts, never sentences:
titles, labels and dates are made in the templates, in the language of `Page.locale`. The exceptions are texts that
were already translated by whoever knew the reason: `Notice.text`, `Form.errors`, `ErrorView.message`. Names ending in
`_ms` are Unix milliseconds, `html` is already sanitised, ids are decimal strings, every `href` is a path of this server
unless the item comes from a tied partner.

Pieces   (pieces.py) Site Viewer Page Notice Form Face Audience Readers Item Timeline Composer CopyRow TieRow …
Pages    LandingView SignUpView SignInView HomeView ComposeView ReadersView PostView VoiceView CopyNewView BothView
         AccountView FaceView FriendsView InvitesView InviteView SettingsView ProfileView SessionsView TiesView TieView
         UnlinkView CopiesView ConfirmView AuthorizeView CodeView SquareView TagView AboutView ErrorView

The forms of the templates, all POST, all with `csrf` and most with `back` (a path of this server to return to by 303):

    /sign-up  handle name password email locale invite reason        /sign-in  handle password next        /sign-out
    /language  locale                                         (sets the cookie, and the person's setting)
    /keys  keys (on or off)                                   (sets a cookie)
    /compose  text audience person[]* key do                   audience: public unlisted me friends people;
                                                              do: send | preview (preview answers ComposeView)
    /compose/both  the same, said link[]*                      do: send | preview (both answer BothView unless sent)
    /readers  audience person[]*                              answers ReadersView; fragment=1: ReadersPart
    /@{handle}/follow  undo        /@{handle}/{id}/{favourite,boost}  undo       undo=1 takes it back
    /@{handle}/{id}/reply  text audience key                  /v/{id}/reply  text key
    /@{handle}/{id}/delete         /v/{id}/delete             (GET: ConfirmView)
    /v/{id}/copy  link[]* update[]* text key                  (GET: CopyNewView)
    /copies/{id}/recall   /copies/recall   /settings/ties/{id}/recall                    (GET: ConfirmView)
    /c/{handle}/request  note      /c/{handle}/{accept,decline,withdraw}
    /c/{handle}/remove                                        (GET: ConfirmView)
    /c/{handle}/not-this-one       /settings/suggestions  want (1 or nothing)
    /invites  uses days            /invites/{id}/end          /invite/{code}  (become friends)
    /settings/profile  plane name note
    /settings/sessions/{id}/end    /settings/sessions/end-others
    /settings/ties  address out in                            /settings/ties/{id}/consent  direction give (1 or 0)
    /settings/ties/{id}/unlink  copies (keep or recall)       (GET: UnlinkView)
    /oauth/authorize  the hidden fields, face[]* decision (allow or deny)

and one GET, which changes nothing:  /friends  handle
"""

from typing import ClassVar, Literal

import msgspec

from kizuna.doors.unsent import Unsent
from kizuna.web.pieces import (
    AudienceKind,
    ChoiceEvent,
    Composer,
    ConsentEvent,
    CopyRow,
    CopyTarget,
    CopyUpdate,
    Face,
    FaceOption,
    Form,
    FriendRow,
    GroupChoice,
    InviteLink,
    InviteRow,
    Item,
    Page,
    ProfileForm,
    Readers,
    RequestRow,
    ResponderRow,
    SessionRow,
    StagedPicture,
    SuggestionRow,
    TieRow,
    Timeline,
)


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """A whole page. `template` is the file under templates/ that shows it."""

    template: ClassVar[str] = ""
    page: Page


class Fragment(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a page, for a script that puts it into an open one."""

    template: ClassVar[str] = ""
    page: Page


class ItemPart(Fragment, frozen=True, kw_only=True):
    """`/@{handle}/{id}/item` and `/v/{id}/item`: one item as lists show it, or (`main`) as its own page does."""

    template: ClassVar[str] = "components/item_part.html"
    item: Item
    main: bool = False


class ReadersPart(Fragment, frozen=True, kw_only=True):
    """`/readers` with fragment=1."""

    template: ClassVar[str] = "components/readers_fragment.html"
    readers: Readers


class LandingView(PageView, frozen=True, kw_only=True):
    """`/` without sign-in: what this place is, and the newest public posts where there is a square."""

    template: ClassVar[str] = "landing.html"
    items: tuple[Item, ...] = ()


class SignUpView(PageView, frozen=True, kw_only=True):
    """`/sign-up`. `allowed` is False where sign-up is closed, or needs an invite and `invite` is not a valid one."""

    template: ClassVar[str] = "sign_up.html"
    form: Form
    allowed: bool
    invite: str = ""
    needs_email: bool = False


class SignInView(PageView, frozen=True, kw_only=True):
    """`/sign-in`. `next` is the path to go to afterwards; `asked` is True when a page sent the visitor here."""

    template: ClassVar[str] = "sign_in.html"
    form: Form
    next: str = "/"
    asked: bool = False
    suspended: bool = False


class HomeView(PageView, frozen=True, kw_only=True):
    """`/` signed in. `shows` are the tabs that make sense here, `show` the current one; one tab is no tab."""

    template: ClassVar[str] = "home.html"
    show: Literal["all", "square", "circle"]
    shows: tuple[Literal["all", "square", "circle"], ...]
    timeline: Timeline
    composer: Composer | None = None
    requests: tuple[RequestRow, ...] = ()
    ties: tuple[TieRow, ...] = ()


class ComposeView(PageView, frozen=True, kw_only=True):
    """`/compose`: the composer with room, its readers named."""

    template: ClassVar[str] = "compose.html"
    composer: Composer


class ReadersView(PageView, frozen=True, kw_only=True):
    """`/readers`: who would read it, as a page of its own."""

    template: ClassVar[str] = "readers.html"
    readers: Readers


class PostView(PageView, frozen=True, kw_only=True):
    """`/@{handle}/{id}`: a post in its thread, oldest first."""

    template: ClassVar[str] = "post.html"
    item: Item
    before: tuple[Item, ...] = ()
    after: tuple[Item, ...] = ()
    reply: Composer | None = None
    indexable: bool = True


class VoiceView(PageView, frozen=True, kw_only=True):
    """`/v/{id}`: a room, that is a voice with its replies, oldest first.

    `why` says why the viewer may read it. `readers` names people to the author only; to others it holds the kind alone.
    """

    template: ClassVar[str] = "voice.html"
    item: Item
    replies: tuple[Item, ...]
    why: Literal["author", "friend", "chosen", "further"]
    readers: Readers
    reply: Composer | None = None
    groups: tuple[GroupChoice, ...] = ()
    """To whom it was said, and below from whom it is kept: known to its author alone."""
    except_groups: tuple[GroupChoice, ...] = ()
    except_faces: tuple[Face, ...] = ()
    responders: tuple[ResponderRow, ...] = ()
    can_copy: bool = False
    can_update: bool = False
    copies: tuple[CopyRow, ...] = ()


class CopyNewView(PageView, frozen=True, kw_only=True):
    """`/v/{id}/copy`: what would stand in public, and where. `text` is the author's wording, changeable."""

    template: ClassVar[str] = "copy_new.html"
    item: Item
    text: str
    key: str
    targets: tuple[CopyTarget, ...]
    updates: tuple[CopyUpdate, ...] = ()
    error: str = ""


class BothView(PageView, frozen=True, kw_only=True):
    """`/compose/both`: one text, said to friends and copied to the public, each with its preview and its own tick.

    `hidden` are the fields to send back as they are; `said` whether the friends' side is ticked.
    """

    template: ClassVar[str] = "both.html"
    text: str
    kind: AudienceKind
    readers: Readers
    said: bool
    hidden: tuple[tuple[str, str], ...]
    pictures: tuple[StagedPicture, ...] = ()
    targets: tuple[CopyTarget, ...]
    error: str = ""


class FaceView(PageView, frozen=True, kw_only=True):
    """`/c/{handle}`: a circle face as the viewer may see it. `note` and `since_ms` belong to `state`."""

    template: ClassVar[str] = "face.html"
    face: Face
    bio_html: str
    state: Literal["self", "friend", "stranger", "asked", "asks", "blocked"]
    note: str = ""
    since_ms: int | None = None
    form: Form = Form()
    timeline: Timeline = Timeline(items=())


class FriendsView(PageView, frozen=True, kw_only=True):
    """`/friends`: friends, requests both ways, and suggestions, which a viewer without an account here cannot have.

    `search` holds the handle that was looked for in vain.
    """

    template: ClassVar[str] = "friends.html"
    friends: tuple[FriendRow, ...]
    incoming: tuple[RequestRow, ...] = ()
    outgoing: tuple[RequestRow, ...] = ()
    suggestions: tuple[SuggestionRow, ...] = ()
    suggesting: Literal["", "off", "on"] = ""
    asked: int = 0
    """Shared groups that wait for an answer."""
    search: Form = Form()


class InvitesView(PageView, frozen=True, kw_only=True):
    """`/invites`: the person's invite links; `fresh` just after one was made."""

    template: ClassVar[str] = "invites.html"
    invites: tuple[InviteRow, ...]
    form: Form = Form()
    fresh: InviteLink | None = None


class InviteView(PageView, frozen=True, kw_only=True):
    """`/invite/{code}`. Signed out, `face` is None and `state` is unknown or gone: nothing tells who invited."""

    template: ClassVar[str] = "invite.html"
    code: str
    state: Literal["unknown", "open", "own", "friends", "gone"]
    face: Face | None = None


class SettingsView(PageView, frozen=True, kw_only=True):
    """`/settings`: the index. `ties` and `sessions` are counts."""

    template: ClassVar[str] = "settings.html"
    ties: int
    sessions: int
    staff: bool = False


class ProfileView(PageView, frozen=True, kw_only=True):
    """`/settings/profile`: one form per face."""

    template: ClassVar[str] = "settings_profile.html"
    forms: tuple[ProfileForm, ...]


class SessionsView(PageView, frozen=True, kw_only=True):
    """`/settings/sessions`: where the person is signed in, the present session first."""

    template: ClassVar[str] = "settings_sessions.html"
    sessions: tuple[SessionRow, ...]


class SuggestionsView(PageView, frozen=True, kw_only=True):
    """`/settings/suggestions`: since when the viewer wants suggestions, if so, and each change, newest first."""

    template: ClassVar[str] = "settings_suggestions.html"
    since_ms: int | None = None
    history: tuple[ChoiceEvent, ...] = ()
    form: Form = Form()


class TiesView(PageView, frozen=True, kw_only=True):
    """`/settings/ties`: ties and the form for a new one (`form.values`: address, out, in)."""

    template: ClassVar[str] = "settings_ties.html"
    ties: tuple[TieRow, ...]
    square: Face | None = None
    form: Form = Form()


class TieView(PageView, frozen=True, kw_only=True):
    """`/settings/ties/{id}`: one tie, its consents and their history, newest first. `standing` counts copies there."""

    template: ClassVar[str] = "tie.html"
    tie: TieRow
    history: tuple[ConsentEvent, ...]
    standing: int


class UnlinkView(PageView, frozen=True, kw_only=True):
    """`/settings/ties/{id}/unlink`: keep the copies or recall them."""

    template: ClassVar[str] = "unlink.html"
    tie: TieRow
    standing: int


class CopiesView(PageView, frozen=True, kw_only=True):
    """`/copies`: the ledger, newest first."""

    template: ClassVar[str] = "copies.html"
    rows: tuple[CopyRow, ...]
    older: str = ""
    recallable: int = 0


class ConfirmView(PageView, frozen=True, kw_only=True):
    """Asks before a deed that cannot be undone. `action` receives the POST, `back` is the way out."""

    template: ClassVar[str] = "confirm.html"
    deed: Literal["delete_post", "delete_voice", "remove_friend", "recall_copy", "recall_all"]
    action: str
    back: str
    item: Item | None = None
    face: Face | None = None
    copy: CopyRow | None = None
    tie: TieRow | None = None
    count: int = 0


class AuthorizeView(PageView, frozen=True, kw_only=True):
    """`/oauth/authorize`: an app asks. `scopes` as requested; `hidden` are the fields to send back as they are."""

    template: ClassVar[str] = "authorize.html"
    app_name: str
    app_site: str
    scopes: tuple[str, ...]
    faces: tuple[FaceOption, ...]
    hidden: tuple[tuple[str, str], ...]
    error: str = ""


class CodeView(PageView, frozen=True, kw_only=True):
    """The out-of-band answer of the authorise page: a code to type into the app."""

    template: ClassVar[str] = "code.html"
    app_name: str
    code: str


class KeysView(PageView, frozen=True, kw_only=True):
    """`/keys`: the keys, and switching them off."""

    template: ClassVar[str] = "keys.html"


class SquareView(PageView, frozen=True, kw_only=True):
    """`/square`: the public timeline."""

    template: ClassVar[str] = "square.html"
    timeline: Timeline
    composer: Composer | None = None


class AboutView(PageView, frozen=True, kw_only=True):
    """`/about`: what this server is, who may come, what is promised. `version` of the program."""

    template: ClassVar[str] = "about.html"
    version: str


class ErrorView(PageView, frozen=True, kw_only=True):
    """Any refusal: 401 (sign in first), 403, 404, 410, 413, 422, 429, 500, 503. `message` is translated, or empty.

    `again` is what the refused form had to say.
    """

    template: ClassVar[str] = "error.html"
    status: int
    message: str = ""
    retry_after: int | None = None
    again: Unsent | None = None
