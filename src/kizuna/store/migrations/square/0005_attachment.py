"""Pictures of posts and accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "attachment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("small_width", sa.Integer(), nullable=False),
        sa.Column("small_height", sa.Integer(), nullable=False),
        sa.Column("blurhash", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("focus_x", sa.Float(), nullable=False),
        sa.Column("focus_y", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_attachment_key")),
        sa.UniqueConstraint("post_id", "position", name=op.f("uq_attachment_post_id_position")),
    )
    op.create_index(
        op.f("ix_attachment_account_id_post_id"), "attachment", ["account_id", "post_id"], unique=False
    )
    op.create_index(
        op.f("ix_attachment_position_post_id"), "attachment", ["position", "post_id"], unique=False
    )
    op.add_column("account", sa.Column("avatar", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("header", sa.Text(), nullable=True))
