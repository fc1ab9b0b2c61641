"""The tables of the square. All are publishable as they are: nothing closed is ever written here."""

from typing import Final

import sqlalchemy as sa

from kizuna.store.schema import table

# SQLite keeps a table in the order of its INTEGER PRIMARY KEY; a BIGINT one would be a second tree beside it.
_ID: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ACCOUNT: Final = table(
    "square",
    "account",
    "public",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("handle", sa.Text, nullable=False, unique=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("note_html", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("statuses_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("followers_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("following_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_status_at", sa.BigInteger),
)

_visibility = sa.Column("visibility", sa.Text, nullable=False)
_in_reply_to_id = sa.Column("in_reply_to_id", sa.BigInteger)
_root_id = sa.Column("root_id", sa.BigInteger)
_boost_of_id = sa.Column("boost_of_id", sa.BigInteger)
_deleted_at = sa.Column("deleted_at", sa.BigInteger)
_on_public = sa.and_(
    _visibility == "public", _in_reply_to_id.is_(None), _boost_of_id.is_(None), _deleted_at.is_(None)
)

# A post, or a boost: a row of its own that names the original and has no text. A deleted post keeps its row without
# its text, so that the thread around it holds together; a taken back boost keeps nothing.
# ``root_id`` is the first post of the thread, on replies only. The application is the one it was posted with.
POST: Final = table(
    "square",
    "post",
    "public",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("spoiler_text", sa.Text, nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    _visibility,
    sa.Column("language", sa.Text),
    _in_reply_to_id,
    sa.Column("in_reply_to_account_id", sa.BigInteger),
    _root_id,
    _boost_of_id,
    sa.Column("application_name", sa.Text),
    sa.Column("application_website", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("replies_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("boosts_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("favourites_count", sa.Integer, nullable=False, server_default="0"),
    _deleted_at,
    # Home and account timelines. The reply's addressee is in it, so that home needs no look at the rows.
    sa.Index(
        None,
        "account_id",
        "id",
        "in_reply_to_account_id",
        sqlite_where=_deleted_at.is_(None),
        postgresql_where=_deleted_at.is_(None),
    ),
    sa.Index("ix_post_public", "id", sqlite_where=_on_public, postgresql_where=_on_public),
    sa.Index(
        None, "root_id", "id", sqlite_where=_root_id.is_not(None), postgresql_where=_root_id.is_not(None)
    ),
    # One boost per account and original.
    sa.Index(
        None,
        "boost_of_id",
        "account_id",
        unique=True,
        sqlite_where=_boost_of_id.is_not(None),
        postgresql_where=_boost_of_id.is_not(None),
    ),
)

MENTION: Final = table(
    "square",
    "mention",
    "public",
    sa.Column("post_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
)

# The folded name of a hashtag is its key: a table of tags would cost every post a look-up and a race, for nothing yet.
POST_TAG: Final = table(
    "square",
    "post_tag",
    "public",
    sa.Column("post_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tag", sa.Text, primary_key=True),
    sa.Index(None, "tag", "post_id"),
)

FOLLOW: Final = table(
    "square",
    "follow",
    "public",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("follower_id", sa.BigInteger, nullable=False),
    sa.Column("followee_id", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("follower_id", "followee_id"),
    sa.Index(None, "follower_id", "id"),
    sa.Index(None, "followee_id", "id"),
)

FAVOURITE: Final = table(
    "square",
    "favourite",
    "public",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("account_id", "post_id"),
    sa.Index(None, "account_id", "id"),
    sa.Index(None, "post_id", "id"),
)
