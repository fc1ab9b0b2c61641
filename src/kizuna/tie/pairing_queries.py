"""All SQL on who wants to be suggested, on suggestions, and on the rounds in which they are made."""

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.store.dialect import insert_ignore, upsert
from kizuna.store.store import Db, Row, Tx
from kizuna.tie.tables import PAIRING, PAIRING_ROUND, SUGGESTION

ROUND_ID: Final = 1
_MINE: Final = PAIRING.alias("mine")
_THEIRS: Final = PAIRING.alias("theirs")
_FACE: Final = sa.bindparam("face_id", type_=sa.BigInteger)
_BEFORE: Final = sa.bindparam("before", type_=sa.BigInteger)
_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_IDS: Final[sa.BindParameter[list[int]]] = sa.bindparam("ids", expanding=True)
_OPEN: Final = PAIRING.c.ended_at.is_(None)
_CHOICE: Final = (PAIRING.c.face_id, PAIRING.c.account_id, PAIRING.c.given_at)

SINCE: Final = sa.select(PAIRING.c.given_at).where(PAIRING.c.face_id == _FACE, _OPEN)
SUGGESTED: Final = (
    sa.select(SUGGESTION.c.other_id, _MINE.c.account_id, _THEIRS.c.account_id.label("other_account_id"))
    .join_from(
        SUGGESTION, _MINE, sa.and_(_MINE.c.face_id == SUGGESTION.c.face_id, _MINE.c.ended_at.is_(None))
    )
    .join(_THEIRS, sa.and_(_THEIRS.c.face_id == SUGGESTION.c.other_id, _THEIRS.c.ended_at.is_(None)))
    .where(SUGGESTION.c.face_id == _FACE, SUGGESTION.c.dismissed_at.is_(None))
    .order_by(SUGGESTION.c.rank, SUGGESTION.c.other_id)
    .limit(_LIMIT)
)
CHOSEN_AFTER: Final = (
    sa.select(*_CHOICE)
    .where(
        PAIRING.c.face_id > sa.bindparam("after", type_=sa.BigInteger), _OPEN, PAIRING.c.given_at < _BEFORE
    )
    .order_by(PAIRING.c.face_id)
    .limit(_LIMIT)
)
CHOSEN_ACCOUNTS: Final = sa.select(*_CHOICE).where(
    PAIRING.c.account_id.in_(_IDS), _OPEN, PAIRING.c.given_at < _BEFORE
)
CHOSEN_FACES: Final = sa.select(PAIRING.c.face_id).where(
    PAIRING.c.face_id.in_(_IDS), _OPEN, PAIRING.c.given_at < _BEFORE
)
OF_FACE: Final = sa.select(SUGGESTION.c.other_id, SUGGESTION.c.dismissed_at).where(
    SUGGESTION.c.face_id == _FACE
)
_WITH: Final = sa.or_(SUGGESTION.c.face_id == _FACE, SUGGESTION.c.other_id == _FACE)
FORGET: Final = sa.delete(SUGGESTION).where(_WITH, SUGGESTION.c.dismissed_at.is_(None))
FORGET_ALL: Final = sa.delete(SUGGESTION).where(_WITH)


async def since(db: Db, viewer_id: int) -> int | None:
    """Since when a face wants suggestions (Unix milliseconds); None when it does not."""
    found: int | None = await db.scalar(SINCE, {"face_id": viewer_id})
    return found


async def history(db: Db, viewer_id: int) -> Sequence[Row]:
    """``id, given_at, ended_at`` of each time that a face chose it, the oldest first."""
    columns = (PAIRING.c.id, PAIRING.c.given_at, PAIRING.c.ended_at)
    return await db.all(sa.select(*columns).where(PAIRING.c.face_id == viewer_id).order_by(PAIRING.c.id))


async def give(tx: Tx, face_id: int, account_id: int) -> None:
    """A face wants suggestions from now on."""
    row = {"id": tx.new_id(), "face_id": face_id, "account_id": account_id, "given_at": tx.now_ms}
    await tx.run(sa.insert(PAIRING).values(row))


async def end(tx: Tx, face_id: int) -> None:
    """A face wants no suggestions any more: those that wait are gone on both sides."""
    await tx.run(sa.update(PAIRING).where(PAIRING.c.face_id == face_id, _OPEN).values(ended_at=tx.now_ms))
    await tx.run(FORGET, {"face_id": face_id})


async def drop_all(tx: Tx, face_id: int) -> None:
    """Forget what a face ever chose, and every suggestion of it and to it."""
    await tx.run(sa.delete(PAIRING).where(PAIRING.c.face_id == face_id))
    await tx.run(FORGET_ALL, {"face_id": face_id})


async def suggested(db: Db, viewer_id: int, limit: int) -> Sequence[Row]:
    """``other_id, account_id, other_account_id``: whom a round found for the viewer, while both still want it."""
    return await db.all(SUGGESTED, {"face_id": viewer_id, "limit": limit})


async def put_away(tx: Tx, face_id: int, other_id: int) -> None:
    """Never suggest another to a face, whether or not that was done before."""
    row = {"face_id": face_id, "other_id": other_id, "rank": 0, "dismissed_at": tx.now_ms}
    await tx.run(upsert(SUGGESTION, ["face_id", "other_id"], ["dismissed_at"]).values(row))


async def put_away_after(db: Db, viewer_id: int, after: int, most: int) -> Sequence[Row]:
    """``other_id, dismissed_at`` of what the viewer has put away, by id."""
    mine = sa.and_(SUGGESTION.c.face_id == viewer_id, SUGGESTION.c.dismissed_at.is_not(None))
    rows = sa.select(SUGGESTION.c.other_id, SUGGESTION.c.dismissed_at).where(
        mine, SUGGESTION.c.other_id > after
    )
    return await db.all(rows.order_by(SUGGESTION.c.other_id).limit(most))


# For rounds.


async def held(db: Db) -> Row | None:
    """``key, began_at, before_at, reached`` of the newest round."""
    return await db.first(sa.select(PAIRING_ROUND).where(PAIRING_ROUND.c.id == ROUND_ID))


async def make_key(tx: Tx, key: bytes) -> None:
    """Keep the key of this server, if it has none yet. No round is older than it."""
    await tx.run(insert_ignore(PAIRING_ROUND).values(id=ROUND_ID, key=key, began_at=tx.now_ms))


async def change_round(tx: Tx, **values: int | None) -> None:
    """Write columns of the round."""
    await tx.run(sa.update(PAIRING_ROUND).where(PAIRING_ROUND.c.id == ROUND_ID).values(values))


async def chosen_after(db: Db, after: int, before: int, limit: int) -> Sequence[Row]:
    """``face_id, account_id, given_at`` of the next faces that wanted it before that moment."""
    return await db.all(CHOSEN_AFTER, {"after": after, "before": before, "limit": limit})


async def chosen_accounts(db: Db, account_ids: Collection[int], before: int) -> Sequence[Row]:
    """``face_id, account_id, given_at`` of those of these accounts that wanted it before that moment."""
    return await db.all(CHOSEN_ACCOUNTS, {"ids": list(account_ids), "before": before})


async def chosen_faces(db: Db, face_ids: Collection[int], before: int) -> set[int]:
    """Which of these faces want it, and wanted it before that moment."""
    return {row.face_id for row in await db.all(CHOSEN_FACES, {"ids": list(face_ids), "before": before})}


async def of_face(db: Db, face_id: int) -> dict[int, bool]:
    """Whom a face has a suggestion of, and whether it was put away."""
    return {row.other_id: row.dismissed_at is not None for row in await db.all(OF_FACE, {"face_id": face_id})}


async def suggest(tx: Tx, face_id: int, ranks: dict[int, int]) -> None:
    """New suggestions to a face: other face → place in the list."""
    if ranks:
        rows = [{"face_id": face_id, "other_id": other, "rank": place} for other, place in ranks.items()]
        await tx.run(insert_ignore(SUGGESTION).values(rows))


async def withdraw(tx: Tx, face_id: int, other_ids: Collection[int]) -> None:
    """Forget suggestions to a face that it has not put away."""
    if other_ids:
        those = (SUGGESTION.c.face_id == face_id, SUGGESTION.c.other_id.in_(list(other_ids)))
        await tx.run(sa.delete(SUGGESTION).where(*those, SUGGESTION.c.dismissed_at.is_(None)))
