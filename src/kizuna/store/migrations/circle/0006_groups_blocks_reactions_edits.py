"""Groups, close friends, blocks, reactions, edits."""

# ruff: noqa: E501 - drafted from the tables

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


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
    sa.CheckConstraint(ROOM.format("'me', 'friends', 'people'"), name="ck_voice_room"),
    sa.ForeignKeyConstraint(["author_id"], ["face.id"], name="fk_voice_author_id"),
    sa.PrimaryKeyConstraint("id", name="pk_voice"),
    sa.Index("ix_voice_author_id_parent_id_id", "author_id", "parent_id", "id"),
    sa.Index("ix_voice_room_id_id", "room_id", "id"),
)


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("voice", copy_from=BEFORE) as voice:
        voice.add_column(sa.Column("edited_at", sa.BigInteger(), nullable=True))
        voice.drop_constraint(op.f("ck_voice_room"), type_="check")
        voice.create_check_constraint(
            op.f("ck_voice_room"), ROOM.format("'me', 'people', 'groups', 'friends', 'fof'")
        )
    op.create_table(
        "block",
        sa.Column("by_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("blocked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["face.id"], name=op.f("fk_block_by_id")),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_block_face_id")),
        sa.PrimaryKeyConstraint("by_id", "face_id", name=op.f("pk_block")),
    )
    op.create_index(op.f("ix_block_face_id"), "block", ["face_id"], unique=False)
    op.create_table(
        "friend_group",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["face.id"], name=op.f("fk_friend_group_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_friend_group")),
    )
    op.create_index(op.f("ix_friend_group_owner_id_id"), "friend_group", ["owner_id", "id"], unique=False)
    op.create_table(
        "last_audience",
        sa.Column(
            "face_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_last_audience_face_id")),
        sa.PrimaryKeyConstraint("face_id", name=op.f("pk_last_audience")),
    )
    op.create_table(
        "friend_group_member",
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_friend_group_member_face_id")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["friend_group.id"], name=op.f("fk_friend_group_member_group_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "face_id", name=op.f("pk_friend_group_member")),
    )
    op.create_index(op.f("ix_friend_group_member_face_id"), "friend_group_member", ["face_id"], unique=False)
    op.create_table(
        "reaction",
        sa.Column("voice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reacted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_reaction_face_id")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_reaction_voice_id")),
        sa.PrimaryKeyConstraint("voice_id", "face_id", name=op.f("pk_reaction")),
    )
    op.create_index(op.f("ix_reaction_face_id"), "reaction", ["face_id"], unique=False)
    op.create_table(
        "voice_group",
        sa.Column("voice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["friend_group.id"], name=op.f("fk_voice_group_group_id")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_group_voice_id")),
        sa.PrimaryKeyConstraint("voice_id", "group_id", name=op.f("pk_voice_group")),
    )
    op.create_index(op.f("ix_voice_group_group_id"), "voice_group", ["group_id"], unique=False)
    op.create_table(
        "voice_not_group",
        sa.Column("voice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["friend_group.id"], name=op.f("fk_voice_not_group_group_id")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_not_group_voice_id")),
        sa.PrimaryKeyConstraint("voice_id", "group_id", name=op.f("pk_voice_not_group")),
    )
    op.create_index(op.f("ix_voice_not_group_group_id"), "voice_not_group", ["group_id"], unique=False)
    op.create_table(
        "voice_not_person",
        sa.Column("voice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_voice_not_person_face_id")),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_not_person_voice_id")),
        sa.PrimaryKeyConstraint("voice_id", "face_id", name=op.f("pk_voice_not_person")),
    )
    op.create_table(
        "voice_version",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("voice_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["voice_id"], ["voice.id"], name=op.f("fk_voice_version_voice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_version")),
    )
    op.create_index(op.f("ix_voice_version_voice_id_id"), "voice_version", ["voice_id", "id"], unique=False)
    # Each face has its close friends from the start, under its own id.
    op.execute(
        "INSERT INTO friend_group (id, owner_id, name, created_at)"
        " SELECT id, id, '', created_at FROM face WHERE deleted_at IS NULL"
    )
