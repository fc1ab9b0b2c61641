"""Groups that their owner shares with their members."""

# ruff: noqa: E501 - drafted from the tables

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ROOM = "(parent_id IS NULL AND room_id = id AND audience IN ({})) OR (parent_id IS NOT NULL AND room_id <> id AND audience IS NULL)"
BEFORE = sa.Table(
    "voice",
    sa.MetaData(),
    sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
    ),
    sa.Column("author_id", sa.BigInteger(), nullable=False),
    sa.Column("room_id", sa.BigInteger(), nullable=False),
    sa.Column("parent_id", sa.BigInteger(), nullable=True),
    sa.Column("audience", sa.Text(), nullable=True),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("html", sa.Text(), nullable=False),
    sa.Column("created_at", sa.BigInteger(), nullable=False),
    sa.Column("deleted_at", sa.BigInteger(), nullable=True),
    sa.Column("edited_at", sa.BigInteger(), nullable=True),
    sa.CheckConstraint(ROOM.format("'me', 'people', 'groups', 'friends', 'fof'"), name="ck_voice_room"),
    sa.ForeignKeyConstraint(["author_id"], ["face.id"], name="fk_voice_author_id"),
    sa.PrimaryKeyConstraint("id", name="pk_voice"),
    sa.Index("ix_voice_author_id_parent_id_id", "author_id", "parent_id", "id"),
    sa.Index("ix_voice_room_id_id", "room_id", "id"),
)


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("voice", copy_from=BEFORE) as voice:
        voice.drop_constraint(op.f("ck_voice_room"), type_="check")
        voice.create_check_constraint(
            op.f("ck_voice_room"), ROOM.format("'me', 'people', 'groups', 'friends', 'fof', 'shared'")
        )
    op.add_column("friend_group", sa.Column("shared_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "group_participant",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_group_participant_face_id")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["friend_group.id"], name=op.f("fk_group_participant_group_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "face_id", name=op.f("pk_group_participant")),
    )
    op.create_index(op.f("ix_group_participant_face_id"), "group_participant", ["face_id"], unique=False)
