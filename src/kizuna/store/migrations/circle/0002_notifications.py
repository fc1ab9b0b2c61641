"""Notifications."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "notification",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "face_id",
            "kind",
            "from_id",
            "subject_id",
            name=op.f("uq_notification_face_id_kind_from_id_subject_id"),
        ),
    )
    op.create_index(op.f("ix_notification_face_id_id"), "notification", ["face_id", "id"], unique=False)
    op.create_index(op.f("ix_notification_from_id"), "notification", ["from_id"], unique=False)
    op.create_index(op.f("ix_notification_subject_id"), "notification", ["subject_id"], unique=False)
    op.create_table(
        "notification_off",
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("face_id", "kind", name=op.f("pk_notification_off")),
    )
    op.create_table(
        "notification_seen",
        sa.Column(
            "face_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("seen_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("face_id", name=op.f("pk_notification_seen")),
    )
