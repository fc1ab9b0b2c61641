"""Double-entry books, for what is given and won."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "ledger_account",
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind = 'issuer' OR balance >= 0", name=op.f("ck_ledger_account_covered")),
        sa.CheckConstraint(
            "kind IN ('issuer', 'stock', 'held', 'gift', 'used', 'returned', 'expired')",
            name=op.f("ck_ledger_account_kind"),
        ),
        sa.PrimaryKeyConstraint("asset", "kind", "owner_id", name=op.f("pk_ledger_account")),
    )
    op.create_index(
        op.f("ix_ledger_account_owner_id_kind_asset"),
        "ledger_account",
        ["owner_id", "kind", "asset"],
        unique=False,
    )
    op.create_table(
        "ledger_movement",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_movement_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_movement")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_movement_key")),
    )
