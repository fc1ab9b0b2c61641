"""An acknowledged write is never done twice (invariant 8): actor + app + key + body hash, stored with the write."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from kizuna.ground.errors import Invalid
from kizuna.jobs import queries
from kizuna.store.store import Tx

LONGEST: Final = 256


class Key(msgspec.Struct, frozen=True):
    """What makes a repeat recognisable. ``actor_id`` is the face that acts, ``app_id`` 0 for our own pages."""

    actor_id: int
    app_id: int
    key: str
    body_hash: bytes


def make_key(actor_id: int, app_id: int | None, key: str | None, body: bytes) -> Key | None:
    """A key from what a client sent; None when it sent none. Raises Invalid when it is over 256 characters."""
    if not key:
        return None
    if len(key) > LONGEST:
        raise Invalid("The Idempotency-Key is too long", field="Idempotency-Key")
    return Key(actor_id, app_id or 0, key, hashlib.sha256(body).digest())


async def forget_keys(tx: Tx, actor_id: int) -> None:
    """Forget the keys of a face that is gone."""
    await queries.drop_keys(tx, actor_id)


async def once(tx: Tx, key: Key | None, apply: Callable[[], Awaitable[int]]) -> tuple[int, bool]:
    """Run ``apply`` unless this key was seen; answers (id of what it made, whether it was made now).

    Raises Invalid when the key was used with another body.
    """
    if key is None:
        return await apply(), True
    seen = await queries.seen_key(tx, key)
    if seen is not None:
        if seen.body_hash != key.body_hash:
            raise Invalid("This Idempotency-Key was used with another request", field="Idempotency-Key")
        return seen.result_id, False
    made = await apply()
    await queries.keep_key(tx, key, made)
    return made, True
