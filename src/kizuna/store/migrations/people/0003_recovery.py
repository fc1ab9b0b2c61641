"""Ways back in, second factors, the history of sign-ins, leaving and taking everything along.

Who is there already was let in when they came.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, _ID, autoincrement=False, nullable=False)


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id"))


def upgrade() -> None:
    """Add the tables and columns."""
    _person_columns()
    _links_and_steps()
    _passkeys()
    _codes()
    _leaving()


def _person_columns() -> None:
    op.add_column("person", sa.Column("confirmed_at", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("approved_at", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("person", sa.Column("new_email", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("bounced_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "person", sa.Column("sign_in_mails", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column("session", sa.Column("proved_at", sa.BigInteger(), server_default="0", nullable=False))
    person = sa.table("person", sa.column("approved_at"), sa.column("created_at"))
    op.execute(sa.update(person).values(approved_at=person.c.created_at))


def _links_and_steps() -> None:
    op.create_table(
        "mail_link",
        _id(),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        _person("mail_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_link")),
        sa.UniqueConstraint("person_id", "purpose", name=op.f("uq_mail_link_person_id_purpose")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mail_link_token_hash")),
    )
    op.create_table(
        "sign_in_step",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("argon2", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        _person("sign_in_step"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_step")),
    )
    op.create_index(op.f("ix_sign_in_step_expires_at"), "sign_in_step", ["expires_at"])
    op.create_index(op.f("ix_sign_in_step_person_id"), "sign_in_step", ["person_id"])
    op.create_table(
        "sign_in",
        _id(),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("hour_at", sa.BigInteger(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        _person("sign_in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_hour_at"), "sign_in", ["hour_at"])
    op.create_index(op.f("ix_sign_in_person_id_id"), "sign_in", ["person_id", "id"])


def _passkeys() -> None:
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge", sa.LargeBinary(length=32), nullable=False),
        sa.Column("bound_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_passkey_challenge")),
    )
    op.create_index(op.f("ix_passkey_challenge_expires_at"), "passkey_challenge", ["expires_at"])
    op.create_table(
        "passkey",
        _id(),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=2048), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("doubted_at", sa.BigInteger(), nullable=True),
        _person("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_person_id"), "passkey", ["person_id"])


def _codes() -> None:
    op.create_table(
        "totp",
        _id("person_id"),
        sa.Column("key", sa.LargeBinary(length=20), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        _person("totp"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_totp")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        _person("recovery_code"),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"])


def _leaving() -> None:
    op.create_table(
        "leaving",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "store", name=op.f("pk_leaving")),
    )
    op.create_table(
        "kept_handle",
        sa.Column("plane", sa.Text(), nullable=False),
        sa.Column("skeleton", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plane", "skeleton", name=op.f("pk_kept_handle")),
    )
    op.create_index(op.f("ix_kept_handle_until_at"), "kept_handle", ["until_at"])
    op.create_table(
        "archive",
        _id(),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        _person("archive"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive")),
        sa.UniqueConstraint("person_id", name=op.f("uq_archive_person_id")),
    )
