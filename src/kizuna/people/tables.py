"""The tables of the store people, as far as this package owns them. None is publishable."""

from typing import Final

import sqlalchemy as sa

from kizuna.store.schema import table

_UNFINISHED: Final = sa.text("activated_at IS NULL")

# Between reservation and activation the name waits here for the planes; then it is theirs alone, and empty here.
PERSON: Final = table(
    "people",
    "person",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("locale", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("reserved_name", sa.Text, nullable=False),
    sa.Column("invite_id", sa.BigInteger),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("activated_at", sa.BigInteger),
    sa.Index("ix_person_unfinished", "id", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
)

# ``skeleton`` is what look-alikes have in common (handles.py), so that nobody takes a name that reads like another's.
PERSON_FACE: Final = table(
    "people",
    "person_face",
    "own",
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("plane", sa.Text, nullable=False),
    sa.Column("handle", sa.Text, nullable=False),
    sa.Column("skeleton", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger),
    sa.UniqueConstraint("plane", "handle"),
    sa.UniqueConstraint("plane", "skeleton"),
    sa.UniqueConstraint("person_id", "plane"),
)

CREDENTIAL: Final = table(
    "people",
    "credential",
    "secret",
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("argon2", sa.Text, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)

# An ended session has no row.
SESSION: Final = table(
    "people",
    "session",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("user_agent", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)

INVITE: Final = table(
    "people",
    "invite",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("uses", sa.Integer, nullable=False),
    sa.Column("max_uses", sa.Integer, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
)

OAUTH_APP: Final = table(
    "people",
    "oauth_app",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("client_id", sa.Text, nullable=False, unique=True),
    sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("website", sa.Text),
    sa.Column("redirect_uris", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
)

# A used code stays: shown a second time, it takes back the token that it was exchanged for.
OAUTH_CODE: Final = table(
    "people",
    "oauth_code",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("app_id", sa.BigInteger, sa.ForeignKey("oauth_app.id"), nullable=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("square_id", sa.BigInteger),
    sa.Column("circle_id", sa.BigInteger),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("challenge", sa.Text),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
)

OAUTH_TOKEN: Final = table(
    "people",
    "oauth_token",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("app_id", sa.BigInteger, sa.ForeignKey("oauth_app.id"), nullable=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), index=True),
    sa.Column("code_id", sa.BigInteger, index=True),
    sa.Column("square_id", sa.BigInteger),
    sa.Column("circle_id", sa.BigInteger),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)
