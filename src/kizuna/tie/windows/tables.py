"""The tables of windows. They are the circle's: which group looks at what is closed information."""

from typing import Final

import sqlalchemy as sa

from kizuna.store.schema import table

# One row per address, however many groups show it. ``kept`` is one that the administrator wants, even without windows.
WINDOW_SOURCE: Final = table(
    "circle",
    "window_source",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("kept", sa.Boolean, nullable=False),
    sa.Column("asked_by", sa.BigInteger),
    sa.Column("read_at", sa.BigInteger),
    sa.Column("unused_at", sa.BigInteger),
    sa.UniqueConstraint("kind", "origin", "name"),
    sa.Index(None, "asked_by"),
)

# What a source shows. ``address`` is where an item stands at its origin: the same in every source that shows it.
# ``vouched``: this source is of the server at which the item stands.
WINDOW_ITEM: Final = table(
    "circle",
    "window_item",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("source_id", sa.BigInteger, sa.ForeignKey("window_source.id"), nullable=False),
    sa.Column("remote_id", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("vouched", sa.Boolean, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("author_name", sa.Text, nullable=False),
    sa.Column("author_acct", sa.Text, nullable=False),
    sa.Column("author_url", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("warning", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("attachments", sa.Integer, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    sa.Column("edited_at", sa.BigInteger),
    sa.UniqueConstraint("source_id", "remote_id"),
    sa.Index(None, "source_id", "id"),
    sa.Index(None, "address"),
)

# Whoever opened it is forgotten when he leaves the server; the owner of the group keeps the window.
WINDOW: Final = table(
    "circle",
    "group_window",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("group_id", sa.BigInteger, nullable=False),
    sa.Column("source_id", sa.BigInteger, sa.ForeignKey("window_source.id"), nullable=False),
    sa.Column("opened_by", sa.BigInteger),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("group_id", "source_id"),
    sa.Index(None, "source_id"),
    sa.Index(None, "opened_by"),
)

WINDOW_MUTE: Final = table(
    "circle",
    "window_mute",
    "own",
    sa.Column(
        "window_id", sa.BigInteger, sa.ForeignKey("group_window.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Index(None, "face_id"),
)

# A room about an item, with what the item said when it was last seen. Of a post of the own square only its id is kept.
WINDOW_TALK: Final = table(
    "circle",
    "window_talk",
    "own",
    sa.Column("voice_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("group_id", sa.BigInteger, nullable=False),
    sa.Column("post_id", sa.BigInteger),
    sa.Column("source_id", sa.BigInteger),
    sa.Column("remote_id", sa.Text),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("author_name", sa.Text, nullable=False),
    sa.Column("author_acct", sa.Text, nullable=False),
    sa.Column("author_url", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("warning", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("attachments", sa.Integer, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
    sa.Column("edited_at", sa.BigInteger),
    sa.Column("gone_at", sa.BigInteger),
    sa.Index(None, "source_id", "remote_id"),
    sa.Index(None, "face_id"),
)
