"""The tables of the square, in two stores.

What everybody may read is *public* in the store "square", publishable as it is. Beside it lie, as *own*, the two
relations that decide together with public rows who may do what (docs/decisions/021). What somebody keeps for himself is
in the store "people".
"""

from typing import Final

import sqlalchemy as sa

from kizuna.media.columns import picture_columns
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
    # Lines of the profile as JSON: a list of [name, value, value as HTML].
    sa.Column("fields", sa.Text, nullable=False, server_default="[]"),
    sa.Column("bot", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("discoverable", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("indexable", sa.Boolean, nullable=False, server_default=sa.true()),
    # What the staff decided: a silenced account's posts reach followers only, a suspended one's are not shown.
    sa.Column("silenced", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("suspended", sa.Boolean, nullable=False, server_default=sa.false()),
    # Names of files, "key.extension".
    sa.Column("avatar", sa.Text),
    sa.Column("header", sa.Text),
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
    sa.Column("edited_at", sa.BigInteger),
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

# What a post was before each of its edits; what it is now is in the post itself. ``created_at`` is when that version
# was written.
POST_EDIT: Final = table(
    "square",
    "post_edit",
    "public",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("spoiler_text", sa.Text, nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("pictures", sa.Text, nullable=False, server_default="[]"),
    sa.Index(None, "post_id", "id"),
)

PIN: Final = table(
    "square",
    "pin",
    "public",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("post_id", sa.BigInteger, nullable=False, unique=True),
    sa.Index(None, "account_id", "id"),
)

BLOCK: Final = table(
    "square",
    "block",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("target_id", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("account_id", "target_id"),
    sa.Index(None, "account_id", "id"),
    sa.Index(None, "target_id"),
)

# How somebody follows, where it is not the usual way (with boosts, without word of each post). Ends with the follow.
FOLLOW_OPTION: Final = table(
    "square",
    "follow_option",
    "own",
    sa.Column("follower_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("followee_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("boosts", sa.Boolean, nullable=False),
    sa.Column("notify", sa.Boolean, nullable=False),
    sa.Index(None, "followee_id"),
)

BOOKMARK: Final = table(
    "people",
    "bookmark",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("account_id", "post_id"),
    sa.Index(None, "account_id", "id"),
    sa.Index(None, "post_id"),
)

# ``expires_at`` is None for good.
MUTE: Final = table(
    "people",
    "mute",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("target_id", sa.BigInteger, nullable=False),
    sa.Column("notifications", sa.Boolean, nullable=False),
    sa.Column("expires_at", sa.BigInteger),
    sa.UniqueConstraint("account_id", "target_id"),
    sa.Index(None, "account_id", "id"),
)

# Threads of which somebody wants no notifications, by their first post.
THREAD_MUTE: Final = table(
    "people",
    "thread_mute",
    "own",
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root_id", sa.BigInteger, primary_key=True, autoincrement=False),
)

ACCOUNT_NOTE: Final = table(
    "people",
    "account_note",
    "own",
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("target_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("comment", sa.Text, nullable=False),
)

FOLLOWED_TAG: Final = table(
    "people",
    "followed_tag",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("tag", sa.Text, nullable=False),
    sa.UniqueConstraint("account_id", "tag"),
    sa.Index(None, "account_id", "id"),
)

# How far somebody has read a timeline.
MARKER: Final = table(
    "people",
    "marker",
    "own",
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("timeline", sa.Text, primary_key=True),
    sa.Column("last_read_id", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)

# How somebody posts unless they say otherwise; no row means the usual way.
POSTING: Final = table(
    "people",
    "posting",
    "own",
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("language", sa.Text),
)

# The first picture of a post has position 0, so that a list of what has pictures has a row for each post.
ATTACHMENT: Final = table(
    "square",
    "attachment",
    "public",
    sa.Column("id", _ID, primary_key=True, autoincrement=False),
    sa.Column("post_id", sa.BigInteger, nullable=False),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    *picture_columns(),
    sa.UniqueConstraint("post_id", "position"),
    sa.Index(None, "account_id", "post_id"),
    sa.Index(None, "position", "post_id"),
)
