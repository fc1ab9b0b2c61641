"""Gifts under way, codes of coupons and who takes them, and who took part in the draw for all."""

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
        sa.Column("act_id", sa.BigInteger(), nullable=True),
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
    op.create_index(op.f("ix_season_gift_act_id"), "season_gift", ["act_id"], unique=False)
    op.create_index(op.f("ix_season_gift_from_id_id"), "season_gift", ["from_id", "id"], unique=False)
    op.create_index(
        op.f("ix_season_gift_state_expires_at"), "season_gift", ["state", "expires_at"], unique=False
    )
    op.create_index(op.f("ix_season_gift_to_id_id"), "season_gift", ["to_id", "id"], unique=False)
    op.add_column(
        "season_stage", sa.Column("after_friend", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("season_act", sa.Column("shares", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "season_code",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("face_id", sa.BigInteger(), nullable=False),
        sa.Column("coupon", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("redeemed_at", sa.BigInteger(), nullable=True),
        sa.Column("shop_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_code_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_season_code_digest")),
    )
    op.create_index(op.f("ix_season_code_face_id_run_id"), "season_code", ["face_id", "run_id"], unique=False)
    op.create_index(
        op.f("ix_season_code_shop_id_redeemed_at"), "season_code", ["shop_id", "redeemed_at"], unique=False
    )
    op.create_table(
        "season_shop",
        sa.Column("season", sa.Text(), nullable=False),
        sa.Column("sponsor", sa.Text(), nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("season", "sponsor", "face_id", name=op.f("pk_season_shop")),
    )
    op.create_index(op.f("ix_season_shop_face_id"), "season_shop", ["face_id"], unique=False)
    op.create_table(
        "season_review",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_review_run_id")),
        sa.PrimaryKeyConstraint("run_id", "face_id", name=op.f("pk_season_review")),
    )
