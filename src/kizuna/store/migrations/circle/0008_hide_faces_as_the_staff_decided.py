"""Hide faces as the staff decided."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forwards."""
    op.add_column("face", sa.Column("suspended", sa.Boolean(), server_default=sa.false(), nullable=False))
