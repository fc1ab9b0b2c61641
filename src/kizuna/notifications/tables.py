"""The tables of notifications: two kinds of rows that share neither table nor id stream."""

from typing import Final

import sqlalchemy as sa

from kizuna.store.schema import table

# ``post_id`` 0 is no post, so that the uniqueness covers follows too.
SQUARE_NOTIFICATION: Final = table(
    "people",
    "notification",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("from_id", sa.BigInteger, nullable=False),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("account_id", "kind", "from_id", "post_id"),
    sa.Index(None, "account_id", "id"),
    sa.Index(None, "account_id", "kind", "id"),
    sa.Index(None, "post_id"),
    sa.Index(None, "from_id"),
)

# ``subject_id`` is a voice, or 0.
CIRCLE_NOTIFICATION: Final = table(
    "circle",
    "notification",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("from_id", sa.BigInteger, nullable=False),
    sa.Column("subject_id", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("face_id", "kind", "from_id", "subject_id"),
    sa.Index(None, "face_id", "id"),
    sa.Index(None, "face_id", "kind", "id"),
    sa.Index(None, "subject_id"),
    sa.Index(None, "from_id"),
)

# The kinds that somebody does not want to be told of.
SQUARE_OFF: Final = table(
    "people",
    "notification_off",
    "own",
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, primary_key=True),
)
CIRCLE_OFF: Final = table(
    "circle",
    "notification_off",
    "own",
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, primary_key=True),
)

# How far a face has read, for whoever may see the circle. The square's markers lie with the account (square.tables).
CIRCLE_MARKER: Final = table(
    "circle",
    "marker",
    "own",
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("timeline", sa.Text, primary_key=True),
    sa.Column("last_read_id", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)

# Minutes of the day in the person's zone; from 22:00 until 7:00 goes over midnight.
QUIET_TIME: Final = table(
    "people",
    "quiet_time",
    "own",
    sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("from_minute", sa.Integer, nullable=False),
    sa.Column("until_minute", sa.Integer, nullable=False),
)
