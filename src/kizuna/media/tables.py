"""The table of staged uploads."""

from typing import Final

import sqlalchemy as sa

from kizuna.media.columns import picture_columns
from kizuna.store.schema import table

# ``claim`` is set, once, by the write that attaches it. A row never tells where to.
UPLOAD: Final = table(
    "people",
    "upload",
    "own",
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, nullable=False, index=True),
    *picture_columns(),
    sa.Column("created_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("claim", sa.Text),
)
