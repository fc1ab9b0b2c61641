"""All SQL of messages."""

from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.messages import Message
from kizuna.apps.season.tables import SEASON_MESSAGE
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_M: Final = SEASON_MESSAGE.c
_VOICE: Final = sa.bindparam("of_voice", type_=sa.BigInteger)
_WRITE: Final = insert_ignore(SEASON_MESSAGE)
_PUBLISH: Final = sa.update(SEASON_MESSAGE).where(_M.voice_id == _VOICE).values(public=True)
_FORGET: Final = sa.delete(SEASON_MESSAGE).where(_M.voice_id == _VOICE)
_KNOWN: Final = sa.select(_M.voice_id).where(_M.voice_id == _VOICE)


async def write(tx: Tx, message: Message) -> None:
    """Write a message down; one that is known may have become public."""
    await tx.run(_WRITE, _row(message))
    if message.public:
        await tx.run(_PUBLISH, {"of_voice": message.voice_id})


def _row(message: Message) -> dict[str, object]:
    return {name: getattr(message, name) for name in Message.__struct_fields__}


async def is_known(db: Db, voice_id: int) -> bool:
    """Whether this voice was written down as a message. For decisions."""
    return await db.first(_KNOWN, {"of_voice": voice_id}) is not None


async def forget(tx: Tx, voice_id: int) -> None:
    """A voice is gone, and the message with it."""
    await tx.run(_FORGET, {"of_voice": voice_id})


async def forget_some(tx: Tx, face_id: int, limit: int) -> int:
    """Forget some messages of a face that has left; answers how many."""
    some = sa.select(_M.voice_id).where(_M.face_id == face_id).limit(limit)
    return await tx.run(sa.delete(SEASON_MESSAGE).where(_M.voice_id.in_(some)))
