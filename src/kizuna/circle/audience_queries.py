"""Reading and writing the rules of rooms, and the rule that an author chose last."""

from typing import Final

import msgspec
import sqlalchemy as sa

from kizuna.circle.audience import readable_by
from kizuna.circle.models import Audience, Rule
from kizuna.circle.tables import (
    LAST_AUDIENCE,
    VOICE,
    VOICE_GROUP,
    VOICE_NOT_GROUP,
    VOICE_NOT_PERSON,
    VOICE_PERSON,
)
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Tx

_LISTS: Final = {
    "people": VOICE_PERSON.c.face_id,
    "groups": VOICE_GROUP.c.group_id,
    "not_people": VOICE_NOT_PERSON.c.face_id,
    "not_groups": VOICE_NOT_GROUP.c.group_id,
}
_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_ROOM_ID: Final = sa.bindparam("room_id", type_=sa.BigInteger)
_V: Final = VOICE.alias("v")
_OWN_ROOM: Final = sa.select(_V.c.audience).where(
    _V.c.id == _ROOM_ID, _V.c.parent_id.is_(None), _V.c.author_id == _VIEWER, readable_by(_VIEWER, _V)
)
_LISTED: Final = {
    name: sa.select(column).where(column.table.c.voice_id == _ROOM_ID) for name, column in _LISTS.items()
}
_OTHERS: Final = (
    sa.select(VOICE.c.id)
    .where(
        VOICE.c.room_id == _ROOM_ID,
        VOICE.c.parent_id.is_not(None),
        VOICE.c.deleted_at.is_(None),
        VOICE.c.author_id != _VIEWER,
    )
    .limit(1)
)
_LAST: Final = sa.select(LAST_AUDIENCE.c.rule).where(LAST_AUDIENCE.c.face_id == _VIEWER)


async def rule_of(db: Db, viewer_id: int, room_id: int) -> Rule | None:
    """The rule of a room, for its author alone."""
    asked = {"viewer_id": viewer_id, "room_id": room_id}
    row = await db.first(_OWN_ROOM, asked)
    if row is None:
        return None
    lists = {name: frozenset(one[0] for one in await db.all(query, asked)) for name, query in _LISTED.items()}
    return Rule(audience=Audience(row.audience), **lists)


async def others_replied(db: Db, viewer_id: int, room_id: int) -> bool:
    """Whether anybody but the viewer has answered in this room. For the verbs of its author."""
    return await db.first(_OTHERS, {"viewer_id": viewer_id, "room_id": room_id}) is not None


async def last_rule(db: Db, viewer_id: int) -> Rule | None:
    """The rule that the viewer chose last, as it was then."""
    kept: str | None = await db.scalar(_LAST, {"viewer_id": viewer_id})
    return None if kept is None else msgspec.json.decode(kept, type=Rule)


async def keep_last_rule(tx: Tx, face_id: int, rule: Rule) -> None:
    """Note what a face chose."""
    kept = {"face_id": face_id, "rule": msgspec.json.encode(rule).decode()}
    await tx.run(upsert(LAST_AUDIENCE, ["face_id"], ["rule"]).values(kept))


async def drop_last_rule(tx: Tx, face_id: int) -> None:
    """Forget what a face chose."""
    await tx.run(sa.delete(LAST_AUDIENCE).where(LAST_AUDIENCE.c.face_id == face_id))


async def add_lists(tx: Tx, room_id: int, rule: Rule) -> None:
    """Write down whom and which groups the rule of a new room names."""
    for name, column in _LISTS.items():
        for one in sorted(getattr(rule, name)):
            await tx.run(sa.insert(column.table).values({"voice_id": room_id, column.name: one}))


async def drop_lists(tx: Tx, chosen: sa.Select[tuple[int]]) -> None:
    """Forget whom and which groups the rules of these rooms name."""
    for column in _LISTS.values():
        await tx.run(sa.delete(column.table).where(column.table.c.voice_id.in_(chosen)))


async def set_rule(tx: Tx, room_id: int, rule: Rule) -> None:
    """Give a room another rule."""
    await drop_lists(tx, sa.select(VOICE.c.id).where(VOICE.c.id == room_id))
    await tx.run(sa.update(VOICE).where(VOICE.c.id == room_id).values(audience=rule.audience.value))
    await add_lists(tx, room_id, rule)
