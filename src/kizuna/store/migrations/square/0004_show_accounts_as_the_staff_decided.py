"""Show accounts as the staff decided."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forwards."""
    op.add_column("account", sa.Column("silenced", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("account", sa.Column("suspended", sa.Boolean(), server_default=sa.false(), nullable=False))
