"""The pages of notifications. As views.py: facts, never sentences.

/notifications/seen  up_to                /notifications/circle/seen  up_to
/settings/notifications  plane kind[]*    /settings/notifications/quiet  on from until zone
"""

from typing import ClassVar, Literal

from kizuna.ground.config import Plane
from kizuna.web.pieces import Face, Form, Piece
from kizuna.web.views import PageView

NoticeKind = Literal[
    "mention", "status", "reblog", "follow", "favourite", "update",
    "friend_request", "friend", "room_reply", "reply", "named", "staff_read",
]  # fmt: skip


class NoticeRow(Piece, frozen=True, kw_only=True):
    """One line: who did what; `faces` the newest first, `others` more than the first. `text` is what it is about.

    `kind` is a `NoticeKind`, or that of an app, which brings its sentence in `said`.
    """

    id: str
    kind: str
    faces: tuple[Face, ...]
    others: int
    text: str
    href: str
    at_ms: int
    unread: bool
    said: str = ""


class NoticesView(PageView, frozen=True, kw_only=True):
    """`/notifications` and `/notifications/circle`: what others did that concerns the viewer, in one plane.

    `planes` are those that the viewer has a face in. `newest` is what `seen` is sent with; empty where all was read.
    """

    template: ClassVar[str] = "notices.html"
    plane: Plane
    planes: tuple[Plane, ...]
    show: Literal["all", "mentions"]
    rows: tuple[NoticeRow, ...]
    newest: str = ""
    older: str = ""


class KindChoice(Piece, frozen=True, kw_only=True):
    """A kind that can be turned off (field `kind[]`); that of an app brings its words in `wish`."""

    kind: str
    on: bool
    wish: str = ""


class KindsForm(Piece, frozen=True, kw_only=True):
    """What one face wants to be told of."""

    face: Face
    kinds: tuple[KindChoice, ...]


class NoticeSettingsView(PageView, frozen=True, kw_only=True):
    """`/settings/notifications`: kinds by plane, and quiet hours (`quiet.values`: on from until zone)."""

    template: ClassVar[str] = "settings_notices.html"
    kinds: tuple[KindsForm, ...]
    quiet: Form
    zones: tuple[str, ...]
