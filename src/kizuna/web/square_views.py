"""The pages of the square beyond reading and writing: edits, lists of one's own, mutes and blocks. As views.py: facts.

/@{handle}/{id}/edit  text warning language do             (GET: PostEditView); do: send | preview
/@{handle}/{id}/{favourite,boost,bookmark,pin}  undo       undo=1 takes it back
/@{handle}/mute  duration notifications undo               (GET: MuteView)
/@{handle}/block  undo                                     (GET: SquareBlockView)
/tags/{tag}/follow  undo
"""

from typing import ClassVar, Literal

from kizuna.web.changes import Change
from kizuna.web.pieces import Face, Item, Piece, Timeline
from kizuna.web.views import PageView


class Rewording(Piece, frozen=True, kw_only=True):
    """A post as it was from ``at_ms`` on. `text`, `warning` show what changed against the version before.

    `language` is its code, `was_language` the one before; they differ where it changed.
    """

    at_ms: int
    text: tuple[Change, ...]
    warning: tuple[Change, ...]
    language: str
    was_language: str

    @property
    def same(self) -> bool:
        """Nothing changed."""
        parts = (*self.text, *self.warning)
        return self.language == self.was_language and all(part.kind == "same" for part in parts)


class PostEditView(PageView, frozen=True, kw_only=True):
    """`/@{handle}/{id}/edit`. `preview` shows what would change."""

    template: ClassVar[str] = "post_edit.html"
    item: Item
    text: str
    warning: str
    language: str
    limit: int
    preview: Rewording | None = None
    error: str = ""


class PostHistoryView(PageView, frozen=True, kw_only=True):
    """`/@{handle}/{id}/history`: every wording, newest first, ten at once."""

    template: ClassVar[str] = "post_history.html"
    item: Item
    wordings: tuple[Rewording, ...]
    newest: bool = True
    older: str = ""


class MarkedByView(PageView, frozen=True, kw_only=True):
    """`/@{handle}/{id}/boosts` and `…/favourites`: who did it, the last first."""

    template: ClassVar[str] = "marked_by.html"
    item: Item
    mark: Literal["boosts", "favourites"]
    faces: tuple[Face, ...]
    older: str = ""


class KeptView(PageView, frozen=True, kw_only=True):
    """`/bookmarks` and `/favourites`: posts that one has marked, the last marked first."""

    template: ClassVar[str] = "kept.html"
    mark: Literal["bookmarks", "favourites"]
    timeline: Timeline


class TagView(PageView, frozen=True, kw_only=True):
    """`/tags/{tag}`; `tag` without #. `following` is None for whom it is no question."""

    template: ClassVar[str] = "tag.html"
    tag: str
    path: str
    timeline: Timeline
    following: bool | None = None


class TagsView(PageView, frozen=True, kw_only=True):
    """`/tags`: hashtags that one follows, with their addresses."""

    template: ClassVar[str] = "tags.html"
    tags: tuple[tuple[str, str], ...]


class AccountView(PageView, frozen=True, kw_only=True):
    """`/@{handle}`: a square account. `fields` are lines of (name, value as HTML); `indexable`: it may be found."""

    template: ClassVar[str] = "account.html"
    face: Face
    note_html: str
    joined_ms: int
    posts: int
    following: int
    followers: int
    relation: Literal["self", "following", "stranger", "blocked", "anonymous"]
    follows_you: bool
    muting: bool = False
    bot: bool = False
    header: str = ""
    indexable: bool = True
    fields: tuple[tuple[str, str], ...] = ()
    show: Literal["posts", "replies"] = "posts"
    pinned: tuple[Item, ...] = ()
    timeline: Timeline


class FollowsView(PageView, frozen=True, kw_only=True):
    """`/@{handle}/followers` and `…/following`."""

    template: ClassVar[str] = "follows.html"
    face: Face
    which: Literal["followers", "following"]
    faces: tuple[Face, ...]
    older: str = ""


class MuteView(PageView, frozen=True, kw_only=True):
    """`/@{handle}/mute`: for how long. `durations` are 0 (for good), 1h, 1d …"""

    template: ClassVar[str] = "mute.html"
    face: Face
    durations: tuple[str, ...]


class AccountBlockView(PageView, frozen=True, kw_only=True):
    """`/@{handle}/block`: asks first, and says what it does."""

    template: ClassVar[str] = "account_block.html"
    face: Face


class MuteRow(Piece, frozen=True, kw_only=True):
    """Somebody who is muted: until when (None for good), and whether their notifications are held back too."""

    face: Face
    until_ms: int | None
    notifications: bool


class MutesView(PageView, frozen=True, kw_only=True):
    """`/settings/mutes`: whom one mutes, the last muted first."""

    template: ClassVar[str] = "settings_mutes.html"
    rows: tuple[MuteRow, ...]
    older: str = ""


class AccountBlocksView(PageView, frozen=True, kw_only=True):
    """`/settings/blocks/square`: whom one has blocked on the square."""

    template: ClassVar[str] = "settings_account_blocks.html"
    faces: tuple[Face, ...]
    older: str = ""
