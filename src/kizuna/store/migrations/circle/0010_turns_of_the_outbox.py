"""Which process delivers events of the outbox, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Forwards."""
    op.add_column("outbox", sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("holder", sa.Text(), nullable=True))
