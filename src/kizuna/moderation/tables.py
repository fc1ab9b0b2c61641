"""The tables of moderation. A report about something closed stays in the circle, with all that names it."""

from typing import Final

import sqlalchemy as sa

from kizuna.store.schema import table

_OPEN: Final = sa.text("closed_at IS NULL")


def _said(name: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("reporter_id", sa.BigInteger, nullable=False),
        sa.Column("target_id", sa.BigInteger, nullable=False, index=True),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_by", sa.BigInteger),
        sa.Index(f"ix_{name}_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    ]


# Reports about the square: faces are accounts.
REPORT: Final = table("people", "report", "own", *_said("report"))
# Reports about the circle: faces are circle faces, and the items hold what the reporter could read, and no more.
CLOSED_REPORT: Final = table("circle", "closed_report", "own", *_said("closed_report"))

REPORT_ITEM: Final = table(
    "people",
    "report_item",
    "own",
    sa.Column("report_id", sa.BigInteger, sa.ForeignKey("report.id"), primary_key=True, autoincrement=False),
    sa.Column("item_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
)
CLOSED_REPORT_ITEM: Final = table(
    "circle",
    "closed_report_item",
    "own",
    sa.Column(
        "report_id", sa.BigInteger, sa.ForeignKey("closed_report.id"), primary_key=True, autoincrement=False
    ),
    sa.Column("item_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("author_id", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("written_at", sa.BigInteger, nullable=False),
)
# Who of the staff read what of the circle because of which report; its author is shown this.
CLOSED_READING: Final = table(
    "circle",
    "closed_reading",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("report_id", sa.BigInteger, sa.ForeignKey("closed_report.id"), nullable=False),
    sa.Column("author_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("item_id", sa.BigInteger, nullable=False),
    sa.Column("staff_id", sa.BigInteger, nullable=False),
    sa.Column("read_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("report_id", "item_id", "staff_id"),
)

# Everything that staff did. It names faces of one plane each, never two of one person together.
DECISION: Final = table(
    "people",
    "decision",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("staff_id", sa.BigInteger, nullable=False),
    sa.Column("deed", sa.Text, nullable=False),
    sa.Column("plane", sa.Text, nullable=False),
    sa.Column("target_id", sa.BigInteger),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Index(None, "plane", "target_id", "id"),
)

APPEAL: Final = table(
    "people",
    "appeal",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("plane", sa.Text, nullable=False),
    sa.Column("face_id", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("closed_at", sa.BigInteger),
    sa.Column("granted", sa.Boolean),
    sa.Index("ix_appeal_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
)

BLOCKED_WORD: Final = table(
    "people",
    "blocked_word",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("word", sa.Text, nullable=False, unique=True),
    sa.Column("made_at", sa.BigInteger, nullable=False),
)
# ``kind`` is "network" (an address or a network in CIDR form) or "mail" (the domain of mail addresses).
BLOCKED_ADDRESS: Final = table(
    "people",
    "blocked_address",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("kind", "value"),
)

ANNOUNCEMENT: Final = table(
    "people",
    "announcement",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
)
ANNOUNCEMENT_READ: Final = table(
    "people",
    "announcement_read",
    "own",
    sa.Column(
        "announcement_id",
        sa.BigInteger,
        sa.ForeignKey("announcement.id"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("person_id", sa.BigInteger, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
)
