"""The pages of shared groups and their windows. As views.py: facts, never sentences.

/groups/{id}/share   /groups/{id}/unshare        /together/{id}/join   /together/{id}/leave
/together/{id}  text picture media[] key         /together/{id}/windows  address
/together/{id}/windows/{window}/mute  undo       /together/{id}/windows/{window}/close
/together/{id}/talk  item or post, text key      (GET: TalkView)
"""

from typing import ClassVar, Literal

from kizuna.web.pieces import Composer, Face, Form, Item, Piece, Timeline
from kizuna.web.views import PageView

SourceState = Literal[
    "new",
    "good",
    "absent",
    "refused",
    "forbidden",
    "redirected",
    "too_large",
    "unreadable",
    "unreachable",
]


class SharedRow(Piece, frozen=True, kw_only=True):
    """A shared group as somebody sees it who takes part in it, or was asked to (`joined` is false then)."""

    id: str
    name: str
    owner: Face
    participants: int
    joined: bool
    own: bool


class WindowRow(Piece, frozen=True, kw_only=True):
    """A window. `said` is its source as people write it; `title` what a feed calls itself."""

    id: str
    said: str
    title: str
    kind: Literal["tag", "account", "feed"]
    state: SourceState
    read_ms: int | None
    muted: bool
    closable: bool


class Run(Piece, frozen=True, kw_only=True):
    """Items that one window brought after each other: the newest shown, those of a long run folded."""

    said: str
    shown: tuple[Item, ...]
    folded: tuple[Item, ...] = ()


class TogetherView(PageView, frozen=True, kw_only=True):
    """`/together`: the shared groups that the viewer takes part in, or is asked to."""

    template: ClassVar[str] = "together.html"
    groups: tuple[SharedRow, ...]


class SharedGroupView(PageView, frozen=True, kw_only=True):
    """`/together/{id}`: what is said in it, who takes part, and the box to say something."""

    template: ClassVar[str] = "together_group.html"
    group: SharedRow
    members: tuple[Face, ...]
    composer: Composer | None
    timeline: Timeline


class WindowsView(PageView, frozen=True, kw_only=True):
    """`/together/{id}/windows`: what the windows show, and the form for a new one."""

    template: ClassVar[str] = "together_windows.html"
    group: SharedRow
    windows: tuple[WindowRow, ...]
    runs: tuple[Run, ...]
    older: str
    most: int
    form: Form = Form()


class TalkView(PageView, frozen=True, kw_only=True):
    """`/together/{id}/talk`: an item, and the box to open a room about it. `fields` name the item."""

    template: ClassVar[str] = "together_talk.html"
    group: SharedRow
    item: Item
    fields: tuple[tuple[str, str], ...]
    text: str
    key: str
    limit: int
    error: str = ""
