"""The tables of the seasons, all in the circle: who rang for whom is among friends."""

from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.gift_rules import STATES
from kizuna.store.schema import table

_STATES: Final = ", ".join(f"'{state}'" for state in STATES)

# One season in one year, and what was promised about it before it began.
SEASON_RUN: Final = table(
    "circle",
    "season_run",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("season", sa.Text, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    # When the draw for all was held.
    sa.Column("eve_at", sa.BigInteger),
    sa.UniqueConstraint("season", "year"),
)

SEASON_ROOT: Final = table(
    "circle",
    "season_root",
    "secret",
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), primary_key=True, autoincrement=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
)

# ``day`` is a date as in 2026-12-24, or "eve".
SEASON_COMMITMENT: Final = table(
    "circle",
    "season_commitment",
    "own",
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), primary_key=True, autoincrement=False),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("commitment", sa.Text, nullable=False),
)

SEASON_STAGE: Final = table(
    "circle",
    "season_stage",
    "own",
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hung_at", sa.BigInteger, nullable=False),
    # Whether a friend's hung there before.
    sa.Column("after_friend", sa.Boolean, nullable=False, server_default=sa.false()),
)

# What hangs where on somebody's stage. That it is theirs to hang says the book.
SEASON_DECORATION: Final = table(
    "circle",
    "season_decoration",
    "own",
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ornament", sa.Text, nullable=False),
)

# Each act with what it drew, in the order of their ids. Where somebody has left, a face is its negative id of the act,
# so that the order of the draws stays whole and nobody stands in it.
SEASON_ACT: Final = table(
    "circle",
    "season_act",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), nullable=False),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("ringer_id", sa.BigInteger, nullable=False),
    sa.Column("friend_id", sa.BigInteger, nullable=False),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("ornament", sa.Text),
    sa.Column("coupon", sa.Text),
    sa.Column("out_of_stock", sa.Boolean, nullable=False),
    sa.Column("shares", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("run_id", "ringer_id", "day", "friend_id"),
    sa.Index(None, "run_id", "friend_id", "day"),
)

# A gift under way, and what became of it (gift_rules.py). Its note is for giver and receiver alone. ``to_id`` is empty
# until somebody has claimed it; a face that has left, or blocks the giver, is its negative id. ``act_id`` names the act
# whose coupon is passed on by it. Times are those of the season.
SEASON_GIFT: Final = table(
    "circle",
    "season_gift",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), nullable=False),
    sa.Column("from_id", sa.BigInteger, nullable=False),
    sa.Column("to_id", sa.BigInteger),
    sa.Column("asset", sa.Text),
    sa.Column("act_id", sa.BigInteger),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("opens_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("thanked", sa.Boolean, nullable=False),
    sa.CheckConstraint(f"state IN ({_STATES})", name="state"),
    sa.Index(None, "from_id", "id"),
    sa.Index(None, "to_id", "id"),
    sa.Index(None, "act_id"),
    sa.Index(None, "state", "expires_at"),
)

# Who took part in the draw for all, with how many chances, and what it brought: written down so that it can be checked.
SEASON_CHANCE: Final = table(
    "circle",
    "season_chance",
    "own",
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("coupon", sa.Text),
)

# The code that somebody shows in a shop, by its digest. ``shop_id`` is the face that took it. A face that has left is
# the negative id of the code.
SEASON_CODE: Final = table(
    "circle",
    "season_code",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), nullable=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("coupon", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("redeemed_at", sa.BigInteger),
    sa.Column("shop_id", sa.BigInteger),
    sa.Index(None, "face_id", "run_id"),
    sa.Index(None, "shop_id", "redeemed_at"),
)

# Whose phone takes coupons for which sponsor of a season, in every run of it.
SEASON_SHOP: Final = table(
    "circle",
    "season_shop",
    "own",
    sa.Column("season", sa.Text, primary_key=True),
    sa.Column("sponsor", sa.Text, primary_key=True),
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Index(None, "face_id"),
)

# Who has to wait with coupons until a host has had a look: ``allowed`` is what the host said.
SEASON_REVIEW: Final = table(
    "circle",
    "season_review",
    "own",
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), primary_key=True, autoincrement=False),
    sa.Column("face_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("allowed", sa.Boolean),
)

# Which voices are messages of a season, and whether a copy of it is public. For totals alone.
SEASON_MESSAGE: Final = table(
    "circle",
    "season_message",
    "own",
    sa.Column("voice_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("run_id", sa.BigInteger, sa.ForeignKey("season_run.id"), nullable=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Index(None, "run_id"),
    sa.Index(None, "face_id"),
)
