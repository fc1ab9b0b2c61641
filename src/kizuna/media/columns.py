"""The columns that a picture has wherever it stands: here while it is staged, then in a table of its plane."""

from typing import Final

import sqlalchemy as sa

from kizuna.media.models import Picture, Words

PICTURE_FIELDS: Final = Picture.__struct_fields__


def picture_columns() -> list[sa.Column[object]]:
    """New columns for a table whose rows are pictures; ``models.Picture`` but for the id."""
    return [
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("small_width", sa.Integer, nullable=False),
        sa.Column("small_height", sa.Integer, nullable=False),
        sa.Column("blurhash", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("focus_x", sa.Float, nullable=False),
        sa.Column("focus_y", sa.Float, nullable=False),
    ]


def picture_row(picture: Picture) -> dict[str, object]:
    """A picture as the columns of ``tables.picture_columns``, with its id."""
    return {name: getattr(picture, name) for name in PICTURE_FIELDS}


def words_row(words: Words) -> dict[str, object]:
    """The columns that words change."""
    row: dict[str, object] = {}
    if words.description is not None:
        row["description"] = words.description
    if words.focus is not None:
        row["focus_x"], row["focus_y"] = words.focus
    return row
