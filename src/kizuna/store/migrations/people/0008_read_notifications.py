"""Lists of notifications by kind."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forwards."""
    op.create_index(
        op.f("ix_notification_account_id_kind_id"), "notification", ["account_id", "kind", "id"], unique=False
    )
