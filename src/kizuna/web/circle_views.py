"""The pages of groups, blocks, wordings and audiences. As views.py: facts, never sentences.

    /groups  name                    /groups/{id}  name           /groups/{id}/members  person[]*
    /groups/{id}/delete              (GET: GroupEndView)
    /c/{handle}/block  /v/{id}/block (GET: BlockView)             /settings/blocks/{id}/end
    /v/{id}/react  mood              mood empty takes it back
    /v/{id}/edit  text               (GET: EditView)
    /v/{id}/audience  audience person[]* group[]* not_person[]* not_group[]* agreed  (GET: AudienceView)

and one GET, which changes nothing:  /see-as  friend (a handle) or who (further, member)
"""

from typing import ClassVar, Literal

from kizuna.web.pieces import Composer, Face, Form, FriendChoice, GroupChoice, Item, Piece, Readers, Timeline
from kizuna.web.views import PageView


class GroupsView(PageView, frozen=True, kw_only=True):
    """`/groups`: the viewer's groups, and the form for a new one."""

    template: ClassVar[str] = "groups.html"
    groups: tuple[GroupChoice, ...]
    form: Form = Form()


class GroupView(PageView, frozen=True, kw_only=True):
    """`/groups/{id}`: its name and who is in it. `said_to` and `kept_from` count the viewer's voices."""

    template: ClassVar[str] = "group.html"
    group: GroupChoice
    friends: tuple[FriendChoice, ...]
    said_to: int
    kept_from: int
    shared: bool = False
    joined: tuple[str, ...] = ()
    """Ids of those who take part, the owner with them."""
    asked: tuple[str, ...] = ()
    """Ids of those who were asked and have not answered, or said no."""
    form: Form = Form()


class GroupEndView(PageView, frozen=True, kw_only=True):
    """`/groups/{id}/delete`: says beforehand what becomes of the voices."""

    template: ClassVar[str] = "group_end.html"
    group: GroupChoice
    said_to: int
    kept_from: int


class BlocksView(PageView, frozen=True, kw_only=True):
    """`/settings/blocks`: whom the viewer has blocked."""

    template: ClassVar[str] = "settings_blocks.html"
    faces: tuple[Face, ...]


class BlockView(PageView, frozen=True, kw_only=True):
    """Asks before a block, and says what it does."""

    template: ClassVar[str] = "block.html"
    face: Face
    action: str
    back: str


class EditView(PageView, frozen=True, kw_only=True):
    """`/v/{id}/edit`: another wording."""

    template: ClassVar[str] = "voice_edit.html"
    item: Item
    text: str
    limit: int
    error: str = ""


class Wording(Piece, frozen=True, kw_only=True):
    """What a voice said, and since when."""

    html: str
    at_ms: int


class HistoryView(PageView, frozen=True, kw_only=True):
    """`/v/{id}/history`: every wording, newest first."""

    template: ClassVar[str] = "voice_history.html"
    item: Item
    wordings: tuple[Wording, ...]


class AudienceView(PageView, frozen=True, kw_only=True):
    """`/v/{id}/audience`. `added` is set when the choice would let somebody in: it has to be agreed to."""

    template: ClassVar[str] = "voice_audience.html"
    item: Item
    box: Composer
    added: Readers | None = None
    hidden: tuple[tuple[str, str], ...] = ()
    error: str = ""


class SeeAsView(PageView, frozen=True, kw_only=True):
    """`/see-as`: one's own profile and voices as another sees them; nothing on it can be pressed."""

    template: ClassVar[str] = "see_as.html"
    face: Face
    seen_by: Literal["friend", "further", "member"]
    friend: Face | None
    friends: tuple[Face, ...]
    bio_html: str
    timeline: Timeline
