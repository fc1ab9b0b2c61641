"""The tables of the circle. None is publishable."""

from typing import Final

import sqlalchemy as sa

from kizuna.media.columns import picture_columns
from kizuna.store.schema import table

FACE: Final = table(
    "circle",
    "face",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("handle", sa.Text, nullable=False, unique=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("bio", sa.Text, nullable=False),
    sa.Column("bio_html", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("deleted_at", sa.BigInteger),
    # The name of a file, "key.extension".
    sa.Column("avatar", sa.Text),
    # What the staff decided: whoever is suspended is to everybody like one that never was, until that is taken back.
    sa.Column("suspended", sa.Boolean, nullable=False, server_default=sa.false()),
)

# Both directions are stored, always together, so that each question is one look-up in one index.
FRIENDSHIP: Final = table(
    "circle",
    "friendship",
    "own",
    sa.Column("a_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("b_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("since_at", sa.BigInteger, nullable=False),
)

# One row per direction. Who asked sees a row that is not withdrawn; who was asked sees one that is neither withdrawn
# nor declined. A declined row stays, also behind a withdrawal, to swallow later requests; becoming friends removes it.
FRIEND_REQUEST: Final = table(
    "circle",
    "friend_request",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("from_id", sa.BigInteger, sa.ForeignKey("face.id"), nullable=False),
    sa.Column("to_id", sa.BigInteger, sa.ForeignKey("face.id"), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("declined_at", sa.BigInteger),
    sa.Column("withdrawn_at", sa.BigInteger),
    sa.UniqueConstraint("from_id", "to_id"),
    sa.Index(None, "to_id", "id"),
)

FRIEND_INVITE: Final = table(
    "circle",
    "friend_invite",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), nullable=False, index=True),
    sa.Column("code_hash", sa.Text, nullable=False, unique=True),
    sa.Column("uses", sa.Integer, nullable=False),
    sa.Column("max_uses", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
)

FRIEND_INVITE_USE: Final = table(
    "circle",
    "friend_invite_use",
    "own",
    sa.Column(
        "invite_id", sa.BigInteger, sa.ForeignKey("friend_invite.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("used_at", sa.BigInteger, nullable=False),
)

# Who is blocked is never told, and neither is that there is a row: only ``by_id`` is shown it.
BLOCK: Final = table(
    "circle",
    "block",
    "own",
    sa.Column("by_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("blocked_at", sa.BigInteger, nullable=False),
    sa.Index(None, "face_id"),
)

# Names and members are the owner's alone. The close friends are a group that each face has from the start, under the
# face's own id and without a name of its own. A deleted group keeps its row, so that nothing else takes its place.
FRIEND_GROUP: Final = table(
    "circle",
    "friend_group",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("owner_id", sa.BigInteger, sa.ForeignKey("face.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("deleted_at", sa.BigInteger),
    sa.Column("shared_at", sa.BigInteger),
    sa.Index(None, "owner_id", "id"),
)

FRIEND_GROUP_MEMBER: Final = table(
    "circle",
    "friend_group_member",
    "own",
    sa.Column(
        "group_id", sa.BigInteger, sa.ForeignKey("friend_group.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Index(None, "face_id"),
)

# Who was asked to take part in a group that is shared, and who does. Those who take part see each other and the name;
# its owner is one of them. A member who was not asked, or said no, learns of nothing.
GROUP_PARTICIPANT: Final = table(
    "circle",
    "group_participant",
    "own",
    sa.Column(
        "group_id", sa.BigInteger, sa.ForeignKey("friend_group.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("joined_at", sa.BigInteger),
    sa.Column("left_at", sa.BigInteger),
    sa.Index(None, "face_id"),
)

# The audience that a face chose last, as JSON of a ``Rule``: what its composer begins with.
LAST_AUDIENCE: Final = table(
    "circle",
    "last_audience",
    "own",
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("rule", sa.Text, nullable=False),
)

# A room is a voice without parent and all its replies; ``room_id`` names that voice, in its own row too. Only it has an
# audience. A deleted voice keeps its row without its text, so that its id is answered like one that never was.
VOICE: Final = table(
    "circle",
    "voice",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("author_id", sa.BigInteger, sa.ForeignKey("face.id"), nullable=False),
    sa.Column("room_id", sa.BigInteger, nullable=False),
    sa.Column("parent_id", sa.BigInteger),
    sa.Column("audience", sa.Text),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("deleted_at", sa.BigInteger),
    sa.Column("edited_at", sa.BigInteger),
    sa.CheckConstraint(
        "(parent_id IS NULL AND room_id = id AND audience IN ('me', 'people', 'groups', 'friends', 'fof', 'shared'))"
        " OR (parent_id IS NOT NULL AND room_id <> id AND audience IS NULL)",
        name="room",
    ),
    sa.Index(None, "author_id", "parent_id", "id"),
    sa.Index(None, "room_id", "id"),
)

VOICE_PERSON: Final = table(
    "circle",
    "voice_person",
    "own",
    sa.Column("voice_id", sa.BigInteger, sa.ForeignKey("voice.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
)

# What else belongs to the rule of a room: the groups it is said to, and whom it is kept from. They stand apart from
# those it names, so that a statement which forgets one of these tables cannot take an exception for an invitation.
VOICE_GROUP: Final = table(
    "circle",
    "voice_group",
    "own",
    sa.Column("voice_id", sa.BigInteger, sa.ForeignKey("voice.id"), primary_key=True, autoincrement=False),
    sa.Column(
        "group_id", sa.BigInteger, sa.ForeignKey("friend_group.id"), primary_key=True, autoincrement=False
    ),
    sa.Index(None, "group_id"),
)

VOICE_NOT_PERSON: Final = table(
    "circle",
    "voice_not_person",
    "own",
    sa.Column("voice_id", sa.BigInteger, sa.ForeignKey("voice.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
)

VOICE_NOT_GROUP: Final = table(
    "circle",
    "voice_not_group",
    "own",
    sa.Column("voice_id", sa.BigInteger, sa.ForeignKey("voice.id"), primary_key=True, autoincrement=False),
    sa.Column(
        "group_id", sa.BigInteger, sa.ForeignKey("friend_group.id"), primary_key=True, autoincrement=False
    ),
    sa.Index(None, "group_id"),
)

# What a voice said before it was edited; ``written_at`` is when that wording was written.
VOICE_VERSION: Final = table(
    "circle",
    "voice_version",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("voice_id", sa.BigInteger, sa.ForeignKey("voice.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
    sa.Index(None, "voice_id", "id"),
)

REACTION: Final = table(
    "circle",
    "reaction",
    "own",
    sa.Column("voice_id", sa.BigInteger, sa.ForeignKey("voice.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, sa.ForeignKey("face.id"), primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("reacted_at", sa.BigInteger, nullable=False),
    sa.Index(None, "face_id"),
)

# Who may see a picture is who may read its voice. The key never leaves the server.
ATTACHMENT: Final = table(
    "circle",
    "attachment",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("voice_id", sa.BigInteger, sa.ForeignKey("voice.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    *picture_columns(),
    sa.UniqueConstraint("voice_id", "position"),
)
