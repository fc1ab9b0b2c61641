"""The tables of the store people, as far as this package owns them. None is publishable."""

from typing import Final

import sqlalchemy as sa

from kizuna.store.schema import table

_UNFINISHED: Final = sa.text("activated_at IS NULL")

# Between reservation and activation the name waits here for the planes; then it is theirs alone, and empty here.
# Somebody who has to be let in, or to confirm an address, has no faces until ``approved_at`` and ``confirmed_at`` allow
# it; ``reason`` is what they wrote to be let in, kept until that is decided. ``new_email`` waits to be confirmed, and a
# mail server said for good that ``email`` does not exist at ``bounced_at``.
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
    sa.Column("confirmed_at", sa.BigInteger),
    sa.Column("approved_at", sa.BigInteger),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("new_email", sa.Text),
    sa.Column("bounced_at", sa.BigInteger),
    sa.Column("sign_in_mails", sa.Boolean, nullable=False, server_default=sa.true()),
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

# An ended session has no row. ``proved_at`` is when its person last showed who they are.
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
    sa.Column("proved_at", sa.BigInteger, nullable=False, server_default="0"),
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

# Links that were sent by mail. A used one, and one that a newer replaced, has no row.
MAIL_LINK: Final = table(
    "people",
    "mail_link",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("person_id", "purpose"),
)

# A sign-in that still needs its second factor, known to one browser. ``argon2`` is the password it began with.
SIGN_IN_STEP: Final = table(
    "people",
    "sign_in_step",
    "secret",
    sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("argon2", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)

# What a passkey has to sign: for one browser, one purpose, one time. ``bound_hash`` is of that browser's secret.
PASSKEY_CHALLENGE: Final = table(
    "people",
    "passkey_challenge",
    "secret",
    sa.Column("challenge", sa.LargeBinary(32), primary_key=True),
    sa.Column("bound_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)

PASSKEY: Final = table(
    "people",
    "passkey",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("credential_id", sa.LargeBinary(1024), nullable=False, unique=True),
    sa.Column("public_key", sa.LargeBinary(2048), nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
    sa.Column("doubted_at", sa.BigInteger),
)

# A key counts from ``confirmed_at`` on. ``last_step`` is the half minute of the last code taken (RFC 6238, 5.2).
TOTP: Final = table(
    "people",
    "totp",
    "secret",
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("key", sa.LargeBinary(20), nullable=False),
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("confirmed_at", sa.BigInteger),
)

# A used code has no row.
RECOVERY_CODE: Final = table(
    "people",
    "recovery_code",
    "secret",
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, index=True),
)

# Coarse on purpose: the hour, the family of browser, the network and not the address. Kept for 90 days.
SIGN_IN: Final = table(
    "people",
    "sign_in",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("hour_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("browser", sa.Text, nullable=False),
    sa.Column("network", sa.Text, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Index(None, "person_id", "id"),
)

# Somebody who leaves: the stores that have not yet told that nothing of theirs is left there.
LEAVING: Final = table(
    "people",
    "leaving",
    "machine",
    sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("since_at", sa.BigInteger, nullable=False),
)

# Handles of those who left. Nobody may take one for a while, so that nobody is taken for them.
KEPT_HANDLE: Final = table(
    "people",
    "kept_handle",
    "machine",
    sa.Column("plane", sa.Text, primary_key=True),
    sa.Column("skeleton", sa.Text, primary_key=True),
    sa.Column("until_at", sa.BigInteger, nullable=False, index=True),
)

# An archive of everything that is a person's, made on disk. ``file`` is its name there.
ARCHIVE: Final = table(
    "people",
    "archive",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, unique=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("made_at", sa.BigInteger),
    sa.Column("expires_at", sa.BigInteger),
)

# Whoever has no row is an ordinary member. Decided by moderation, kept here, where everything can read it.
STANDING: Final = table(
    "people",
    "standing",
    "own",
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("silenced_at", sa.BigInteger),
    sa.Column("suspended_at", sa.BigInteger),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
)
