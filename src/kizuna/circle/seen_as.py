"""How one's own voices look to somebody else: through the very same gate, with that viewer, and nothing of theirs.

What only the other knows (their own reaction, whom they have blocked) and what only they may do is left out.
"""

from typing import Final

import msgspec

from kizuna.circle import friend_queries, queries
from kizuna.circle.audience import facts, may_read
from kizuna.circle.models import Friendship, Voice
from kizuna.ground.errors import NotFound
from kizuna.store.store import Db

NOBODY: Final = 0
"""The id of no face: stands for any member who is no friend."""
MOST_ASKED: Final = 100


class Seen(msgspec.Struct, frozen=True):
    """A page of one's own voices as another sees them, newest first; ``next_max_id`` begins the next one."""

    voices: list[Voice]
    next_max_id: int | None


async def as_friend(
    db: Db, viewer_id: int, friend_id: int, *, max_id: int | None = None, limit: int = 20
) -> Seen:
    """As this friend of the viewer's sees them. Raises NotFound for who is no friend of his."""
    if await friend_queries.friendship_state(db, viewer_id, friend_id) is not Friendship.FRIENDS:
        raise NotFound
    ids = await queries.profile_ids(db, friend_id, viewer_id, max_id=max_id, limit=limit)
    voices = [_bare(voice) for voice in await queries.load(db, friend_id, ids)]
    return Seen(voices, ids[-1] if len(ids) == limit else None)


async def as_member(
    db: Db, viewer_id: int, *, further: bool, max_id: int | None = None, limit: int = 20
) -> Seen:
    """As any member who is no friend sees them: with ``further`` a friend of some friend, else nobody's friend.

    Looks through 100 voices at a time, so that a page may be shorter and yet not the last.
    """
    kept: list[int] = []
    asked = 0
    while asked < MOST_ASKED:
        page = await queries.profile_ids(db, viewer_id, viewer_id, max_id=max_id, limit=limit)
        for number, one in enumerate(page):
            if await _reads(db, one, further=further):
                kept.append(one)
                if len(kept) == limit:
                    more = number + 1 < len(page) or len(page) == limit
                    return Seen(await _own(db, viewer_id, kept), one if more else None)
        asked += len(page)
        if len(page) < limit:
            return Seen(await _own(db, viewer_id, kept), None)
        max_id = page[-1]
    return Seen(await _own(db, viewer_id, kept), max_id)


async def _reads(db: Db, voice_id: int, *, further: bool) -> bool:
    known = await facts(db, voice_id)
    assert known is not None, "a row that was just read"
    more = known.further | {NOBODY} if further else known.further
    return may_read(NOBODY, msgspec.structs.replace(known, further=more))


async def _own(db: Db, viewer_id: int, ids: list[int]) -> list[Voice]:
    return [_bare(voice) for voice in await queries.load(db, viewer_id, ids)]


def _bare(voice: Voice) -> Voice:
    return msgspec.structs.replace(voice, own=False, removable=False, folded=False, mood=None)
