"""The tables of the circle's book."""

from typing import Final

import sqlalchemy as sa

from kizuna.ledger.models import KINDS
from kizuna.store.schema import table

_KINDS: Final = ", ".join(f"'{kind}'" for kind in KINDS)
ACCOUNT: Final = table(
    "circle",
    "ledger_account",
    "own",
    sa.Column("asset", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("owner_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("balance", sa.BigInteger, nullable=False),
    sa.CheckConstraint("kind = 'issuer' OR balance >= 0", name="covered"),
    sa.CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    sa.Index(None, "owner_id", "kind", "asset"),
)

MOVEMENT: Final = table(
    "circle",
    "ledger_movement",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("asset", sa.Text, nullable=False),
    sa.Column("source_kind", sa.Text, nullable=False),
    sa.Column("source_id", sa.BigInteger, nullable=False),
    sa.Column("target_kind", sa.Text, nullable=False),
    sa.Column("target_id", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.CheckConstraint("amount > 0", name="amount"),
)
