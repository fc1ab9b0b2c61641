"""Seasons: what was promised, what hangs, what was done and drawn."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "season_run",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("season", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("eve_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_run")),
        sa.UniqueConstraint("season", "year", name=op.f("uq_season_run_season_year")),
    )
    op.create_table(
        "season_act",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("ringer_id", sa.BigInteger(), nullable=False),
        sa.Column("friend_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("ornament", sa.Text(), nullable=True),
        sa.Column("coupon", sa.Text(), nullable=True),
        sa.Column("out_of_stock", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_act_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_act")),
        sa.UniqueConstraint(
            "run_id",
            "ringer_id",
            "day",
            "friend_id",
            name=op.f("uq_season_act_run_id_ringer_id_day_friend_id"),
        ),
    )
    op.create_index(
        op.f("ix_season_act_run_id_friend_id_day"), "season_act", ["run_id", "friend_id", "day"], unique=False
    )
    op.create_table(
        "season_commitment",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_commitment_run_id")),
        sa.PrimaryKeyConstraint("run_id", "day", name=op.f("pk_season_commitment")),
    )
    op.create_table(
        "season_decoration",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ornament", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_decoration_run_id")),
        sa.PrimaryKeyConstraint("run_id", "face_id", "place", name=op.f("pk_season_decoration")),
    )
    op.create_table(
        "season_root",
        sa.Column(
            "run_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_root_run_id")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_season_root")),
    )
    op.create_table(
        "season_stage",
        sa.Column("run_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("face_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hung_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["season_run.id"], name=op.f("fk_season_stage_run_id")),
        sa.PrimaryKeyConstraint("run_id", "face_id", name=op.f("pk_season_stage")),
    )
