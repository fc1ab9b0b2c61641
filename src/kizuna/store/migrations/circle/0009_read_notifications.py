"""Lists of notifications by kind, and how far somebody has read."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Forwards. Nothing was ever written to ``notification_seen``."""
    op.create_index(
        op.f("ix_notification_face_id_kind_id"), "notification", ["face_id", "kind", "id"], unique=False
    )
    op.create_table(
        "marker",
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("last_read_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("face_id", "timeline", name=op.f("pk_marker")),
    )
    op.drop_table("notification_seen")
