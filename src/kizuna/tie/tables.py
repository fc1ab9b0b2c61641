"""The tables of the tie. They are the circle's: that a face has an account elsewhere is closed information."""

from typing import Final

import sqlalchemy as sa

from kizuna.store.schema import table

# One registration per server and set of scopes, for everybody here: the partner sees one app, not one per person.
PARTNER_APP: Final = table(
    "circle",
    "partner_app",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("client_id", sa.Text, nullable=False),
    sa.Column("client_secret", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("origin", "redirect_uri", "scopes"),
)

LINK_ATTEMPT: Final = table(
    "circle",
    "link_attempt",
    "secret",
    sa.Column("state_hash", sa.Text, primary_key=True),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("app_id", sa.BigInteger, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
    sa.Column("copies_out", sa.Boolean, nullable=False),
    sa.Column("home_in", sa.Boolean, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)

# A face and an account elsewhere. The row outlives an unlinking, without its token, since the ledger names it; linking
# the same account again revives it.
LINK: Final = table(
    "circle",
    "link",
    "secret",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("app_id", sa.BigInteger, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text, nullable=False),
    sa.Column("acct", sa.Text, nullable=False),
    sa.Column("account_url", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("most_characters", sa.Integer, nullable=False),
    sa.Column("url_characters", sa.Integer),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("linked_at", sa.BigInteger, nullable=False),
    sa.Column("ending_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("home_fence", sa.Text),
    sa.Column("poll_failures", sa.Integer, nullable=False),
    sa.UniqueConstraint("face_id", "origin", "account_id"),
)

_CONSENT_ENDED = sa.Column("ended_at", sa.BigInteger)
CONSENT: Final = table(
    "circle",
    "consent",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("link_id", sa.BigInteger, sa.ForeignKey("link.id"), nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("given_at", sa.BigInteger, nullable=False),
    _CONSENT_ENDED,
    sa.Index(
        "uq_consent_open",
        "link_id",
        "direction",
        unique=True,
        sqlite_where=_CONSENT_ENDED.is_(None),
        postgresql_where=_CONSENT_ENDED.is_(None),
    ),
    sa.Index(None, "link_id", "id"),
)

# The ledger. Origin, account and acct are repeated from the link, so that a line can be read for itself.
_COPY_STATE = sa.Column("state", sa.Text, nullable=False)
_COPY_REMOTE = sa.Column("remote_id", sa.Text)
_COPY_COUNTS = _COPY_STATE.not_in(["failed", "recalled"])
COPY: Final = table(
    "circle",
    "copy",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("link_id", sa.BigInteger, sa.ForeignKey("link.id"), nullable=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("voice_id", sa.BigInteger, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text, nullable=False),
    sa.Column("acct", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    _COPY_STATE,
    sa.Column("fence", sa.Text),
    sa.Column("sends", sa.Integer, nullable=False),
    sa.Column("sent_at", sa.BigInteger),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    _COPY_REMOTE,
    sa.Column("remote_url", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False),
    # What is to stand there instead, while that is not known to stand; and attempts whose end is not known.
    sa.Column("new_text", sa.Text),
    sa.Column("edits", sa.Integer, nullable=False, server_default="0"),
    # One copy per voice and place, for as long as one is there, on its way or in doubt.
    sa.Index(
        "uq_copy_place",
        "voice_id",
        "link_id",
        unique=True,
        sqlite_where=_COPY_COUNTS,
        postgresql_where=_COPY_COUNTS,
    ),
    # Nothing over there is two copies at once.
    sa.Index(
        "uq_copy_remote",
        "origin",
        "remote_id",
        unique=True,
        sqlite_where=_COPY_REMOTE.is_not(None),
        postgresql_where=_COPY_REMOTE.is_not(None),
    ),
    sa.Index(None, "link_id", "state"),
    sa.Index(None, "face_id", "id"),
    sa.Index(None, "key"),
)

COPY_EVENT: Final = table(
    "circle",
    "copy_event",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("copy_id", sa.BigInteger, sa.ForeignKey("copy.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("detail", sa.Text),
    sa.Column("happened_at", sa.BigInteger, nullable=False),
    sa.Index(None, "copy_id", "id"),
)

INBOUND: Final = table(
    "circle",
    "inbound",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("link_id", sa.BigInteger, sa.ForeignKey("link.id"), nullable=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("remote_id", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("author_name", sa.Text, nullable=False),
    sa.Column("author_acct", sa.Text, nullable=False),
    sa.Column("author_url", sa.Text, nullable=False),
    sa.Column("boosted_by", sa.Text),
    sa.Column("warning", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("attachments", sa.Integer, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("link_id", "remote_id"),
    sa.Index(None, "face_id", "id"),
)

# Who wants to be suggested to those they follow on the square, and who follow them; ended ones are the history.
_PAIRING_ENDED = sa.Column("ended_at", sa.BigInteger)
PAIRING: Final = table(
    "circle",
    "pairing",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("given_at", sa.BigInteger, nullable=False),
    _PAIRING_ENDED,
    sa.Index(
        "uq_pairing_open",
        "face_id",
        unique=True,
        sqlite_where=_PAIRING_ENDED.is_(None),
        postgresql_where=_PAIRING_ENDED.is_(None),
    ),
    sa.Index(
        "uq_pairing_account",
        "account_id",
        unique=True,
        sqlite_where=_PAIRING_ENDED.is_(None),
        postgresql_where=_PAIRING_ENDED.is_(None),
    ),
    sa.Index(None, "face_id", "id"),
)

# One row for each of the two, shown to ``face_id`` alone and judged anew at every read. One that was put away stays, so
# that it never comes again; the row of the other side knows nothing of it.
SUGGESTION: Final = table(
    "circle",
    "suggestion",
    "own",
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("other_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("rank", sa.BigInteger, nullable=False),
    sa.Column("dismissed_at", sa.BigInteger),
    sa.Index(None, "other_id"),
)

# The round that is held or was held last; the only row has the id 1. ``reached`` is the face up to which it has come,
# None when it is over.
PAIRING_ROUND: Final = table(
    "circle",
    "pairing_round",
    "secret",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("began_at", sa.BigInteger, nullable=False),
    sa.Column("before_at", sa.BigInteger),
    sa.Column("reached", sa.BigInteger),
)
