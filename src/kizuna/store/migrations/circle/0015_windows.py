"""Windows of shared groups, their sources with what they show, and talk about it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _words() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_acct", sa.Text(), nullable=False),
        sa.Column("author_url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
    ]


def upgrade() -> None:
    """Forwards."""
    _sources()
    _windows()


def _sources() -> None:
    op.create_table(
        "window_source",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("modified", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("unused_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_source")),
        sa.UniqueConstraint("kind", "origin", "name", name=op.f("uq_window_source_kind_origin_name")),
    )
    op.create_index(op.f("ix_window_source_asked_by"), "window_source", ["asked_by"], unique=False)
    op.create_table(
        "window_item",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("vouched", sa.Boolean(), nullable=False),
        *_words(),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["window_source.id"], name=op.f("fk_window_item_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_item")),
        sa.UniqueConstraint("source_id", "remote_id", name=op.f("uq_window_item_source_id_remote_id")),
    )
    op.create_index(op.f("ix_window_item_address"), "window_item", ["address"], unique=False)
    op.create_index(op.f("ix_window_item_source_id_id"), "window_item", ["source_id", "id"], unique=False)


def _windows() -> None:
    op.create_table(
        "group_window",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["window_source.id"], name=op.f("fk_group_window_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_window")),
        sa.UniqueConstraint("group_id", "source_id", name=op.f("uq_group_window_group_id_source_id")),
    )
    op.create_index(op.f("ix_group_window_opened_by"), "group_window", ["opened_by"], unique=False)
    op.create_index(op.f("ix_group_window_source_id"), "group_window", ["source_id"], unique=False)
    op.create_table(
        "window_mute",
        sa.Column("window_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["window_id"], ["group_window.id"], name=op.f("fk_window_mute_window_id")),
        sa.PrimaryKeyConstraint("window_id", "face_id", name=op.f("pk_window_mute")),
    )
    op.create_index(op.f("ix_window_mute_face_id"), "window_mute", ["face_id"], unique=False)
    op.create_table(
        "window_talk",
        sa.Column("voice_id", ID, autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        *_words(),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("voice_id", name=op.f("pk_window_talk")),
    )
    op.create_index(op.f("ix_window_talk_face_id"), "window_talk", ["face_id"], unique=False)
    op.create_index(
        op.f("ix_window_talk_source_id_remote_id"), "window_talk", ["source_id", "remote_id"], unique=False
    )
