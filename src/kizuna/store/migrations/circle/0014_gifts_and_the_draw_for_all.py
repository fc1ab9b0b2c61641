"""Gifts under way, and who took part in the draw for all."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "season_chance",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("coupon", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_chance_run_id")),
        sa.PrimaryKeyConstraint("run_id", "face_id", name=op.f("pk_season_chance")),
    )
    op.create_table(
        "season_gift",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=True),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("thanked", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('given', 'opened', 'revoked', 'expired', 'declined')",
            name=op.f("ck_season_gift_state"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_gift_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_gift")),
    )
    op.create_index(op.f("ix_season_gift_from_id_id"), "season_gift", ["from_id", "id"], unique=False)
    op.create_index(
        op.f("ix_season_gift_state_expires_at"), "season_gift", ["state", "expires_at"], unique=False
    )
    op.create_index(op.f("ix_season_gift_to_id_id"), "season_gift", ["to_id", "id"], unique=False)
