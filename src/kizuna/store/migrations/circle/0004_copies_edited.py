"""Edits of copies, and copies found by their key."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forwards."""
    op.add_column("copy", sa.Column("new_text", sa.Text(), nullable=True))
    op.add_column("copy", sa.Column("edits", sa.Integer(), server_default="0", nullable=False))
    op.create_index(op.f("ix_copy_key"), "copy", ["key"], unique=False)
