"""Keep closed reports."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "closed_report",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_report")),
    )
    op.create_index(
        "ix_closed_report_open",
        "closed_report",
        ["id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(op.f("ix_closed_report_target_id"), "closed_report", ["target_id"], unique=False)
    op.create_table(
        "closed_reading",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["closed_report.id"], name=op.f("fk_closed_reading_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_reading")),
        sa.UniqueConstraint(
            "report_id", "item_id", "staff_id", name=op.f("uq_closed_reading_report_id_item_id_staff_id")
        ),
    )
    op.create_index(op.f("ix_closed_reading_author_id"), "closed_reading", ["author_id"], unique=False)
    op.create_table(
        "closed_report_item",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["closed_report.id"], name=op.f("fk_closed_report_item_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "item_id", name=op.f("pk_closed_report_item")),
    )
