"""Which pictures a post had before an edit."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forwards."""
    op.add_column("post_edit", sa.Column("pictures", sa.Text(), server_default="[]", nullable=False))
