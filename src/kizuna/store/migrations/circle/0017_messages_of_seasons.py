"""Which voices are messages of a season, for its totals."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "season_message",
        sa.Column(
            "voice_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_message_run_id")),
        sa.PrimaryKeyConstraint("voice_id", name=op.f("pk_season_message")),
    )
    op.create_index(op.f("ix_season_message_face_id"), "season_message", ["face_id"], unique=False)
    op.create_index(op.f("ix_season_message_run_id"), "season_message", ["run_id"], unique=False)
