"""Who is asking: from a session's or an app's token to the person, remembered (seen.py)."""

from typing import Final

from kizuna.people import oauth_queries, queries
from kizuna.people.admission import Waiting, standing
from kizuna.people.models import AppToken, Viewer
from kizuna.people.ports import People
from kizuna.people.seen import Known
from kizuna.people.tokens import token_hash
from kizuna.store.store import Tx

HOUR_MS: Final = 60 * 60 * 1000
# A session that nobody used for so long has ended. Between two writes of ``seen_at`` lies an hour at most.
IDLE_MS: Final = 60 * 24 * HOUR_MS


async def viewer_by_session(people: People, token: str) -> Viewer | None:
    """The person whose browser shows this token; None when there is no such session (any more)."""
    digest = token_hash("session", token)
    epoch = people.seen.epoch
    known = people.seen.get(digest)
    if known is None:
        found = await queries.viewer_of_session(people.store.reads, digest)
        if found is None:
            return None
        known = Known(*found)
        people.seen.keep(digest, known, epoch)
    now = people.clock.now_ms()
    if now - known.seen_at >= IDLE_MS:
        return None
    if now - known.seen_at >= HOUR_MS:
        await _touch(people, digest, known, epoch)
        if people.seen.epoch != epoch:  # some session ended meanwhile; perhaps this one
            return await viewer_by_session(people, token)
    assert isinstance(known.who, Viewer)
    return known.who


async def viewer_by_bearer(people: People, token: str) -> Viewer | AppToken | None:
    """The person for whom an app shows this token, or the app by itself; None when it is not valid (any more).

    Raises Waiting for a person who is not in yet.
    """
    digest = token_hash("bearer", token)
    known = people.seen.get(digest)
    if known is None:
        epoch = people.seen.epoch
        holder = await oauth_queries.holder_of_token(people.store.reads, digest)
        if holder is None:
            return None
        if isinstance(holder, int):
            raise Waiting(await standing(people, people.store.reads, holder))
        known = Known(holder, 0)
        people.seen.keep(digest, known, epoch)
    return known.who


def this_hour(now_ms: int) -> int:
    """The hour in which something was seen: nobody needs to know more about people's habits."""
    return now_ms - now_ms % HOUR_MS


async def _touch(people: People, digest: bytes, known: Known, epoch: int) -> None:
    seen_at = this_hour(people.clock.now_ms())

    async def apply(tx: Tx) -> None:
        await queries.touch_session(tx, digest, seen_at)

    # Remembered first, so that requests that arrive meanwhile do not write it down too.
    people.seen.keep(digest, Known(known.who, seen_at), epoch)
    await people.store.write(apply)
