"""Edits, pins, blocks, wishes of follows, more of a profile."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "block",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("account_id", "target_id", name=op.f("uq_block_account_id_target_id")),
    )
    op.create_index(op.f("ix_block_account_id_id"), "block", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_block_target_id"), "block", ["target_id"], unique=False)
    op.create_table(
        "follow_option",
        sa.Column("follower_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("followee_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("boosts", sa.Boolean(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name=op.f("pk_follow_option")),
    )
    op.create_index(op.f("ix_follow_option_followee_id"), "follow_option", ["followee_id"], unique=False)
    op.create_table(
        "pin",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin")),
        sa.UniqueConstraint("post_id", name=op.f("uq_pin_post_id")),
    )
    op.create_index(op.f("ix_pin_account_id_id"), "pin", ["account_id", "id"], unique=False)
    op.create_table(
        "post_edit",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("spoiler_text", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_edit")),
    )
    op.create_index(op.f("ix_post_edit_post_id_id"), "post_edit", ["post_id", "id"], unique=False)
    op.add_column("account", sa.Column("fields", sa.Text(), server_default="[]", nullable=False))
    op.add_column("account", sa.Column("bot", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column(
        "account", sa.Column("discoverable", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column("account", sa.Column("indexable", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("post", sa.Column("edited_at", sa.BigInteger(), nullable=True))
