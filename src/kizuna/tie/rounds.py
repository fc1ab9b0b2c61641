"""The rounds in which suggestions are made: one a day, in steps, so that nobody else waits for them.

A step looks at some of those who want suggestions and writes, with its own end, what came of it; whatever is cut off
is done again. Suggestions that have lost their reason go in the next round; nobody is shown them until then either.
"""

from collections.abc import Mapping
from functools import partial
from heapq import nsmallest
from typing import Final

import msgspec

from kizuna.ground.ids import first_id_at
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.jobs.schedules import HOUR_MS, Schedule
from kizuna.square import mutual_queries
from kizuna.square.ports import Square
from kizuna.store.store import Row, Tx
from kizuna.tie import pairing_queries
from kizuna.tie.pairing import KEY_BYTES, Side, is_ripe, last_start, rank
from kizuna.tie.ports import Tie
from kizuna.tie.suggestions import askable, meetable

SUGGEST: Final = "tie.suggest"
STEP: Final = "tie.suggest_step"
AT_ONCE: Final = 50
"""Faces of one step."""
MOST_READ: Final = 20_000
"""Follows after which a step ends with the face that it is at."""
PAGE: Final = 1000
MOST_KEPT: Final = 1000
"""Suggestions that a face has at once."""


class Step(msgspec.Struct, frozen=True):
    """Go on with the round that is held; how far it has come is in the store."""


def schedule(tie: Tie) -> Schedule:
    """Each hour: see whether it is the hour of this server."""
    return Schedule(SUGGEST, HOUR_MS, partial(hold, tie))


async def hold(tie: Tie, _duty: Duty | None = None) -> Effect | None:
    """The duty: begin a round when its time has come. The first makes the key only, since there was none before it."""
    known = await pairing_queries.held(tie.store.reads)
    if known is None:
        key = tie.randomness.bytes(KEY_BYTES)
        return lambda tx: pairing_queries.make_key(tx, key)
    if known.began_at >= last_start(known.key, tie.clock.now_ms()):
        return None

    async def effect(tx: Tx) -> None:
        await pairing_queries.change_round(tx, began_at=tx.now_ms, before_at=known.began_at, reached=0)
        await duties.add(tx, STEP, Step(), key="round")

    return effect


async def step(tie: Tie, square: Square, _duty: Duty | None = None) -> Effect | None:
    """The duty: the next faces of the round that is held."""
    held = await pairing_queries.held(tie.store.reads)
    if held is None or held.reached is None:
        return None
    found: dict[int, dict[int, int]] = {}
    read = 0
    for choice in await pairing_queries.chosen_after(tie.store.reads, held.reached, held.before_at, AT_ONCE):
        found[choice.face_id], more = await _partners(tie, square, held, choice)
        read += more
        if read >= MOST_READ:
            break
    return partial(_keep, held, found)


async def _partners(tie: Tie, square: Square, held: Row, choice: Row) -> tuple[dict[int, int], int]:
    """Whom one face may be suggested in this round, with their places, and how many follows were read for it."""
    reads, below = square.store.reads, first_id_at(held.before_at)
    ripe: dict[int, int] = {}
    read = after = 0
    while page := await mutual_queries.follows(
        reads, choice.account_id, after=after, below=below, limit=PAGE
    ):
        read, after = read + len(page), page[-1].id
        followed = {row.followee_id: row.id for row in page}
        chosen = await pairing_queries.chosen_accounts(tie.store.reads, followed, held.before_at)
        back = await mutual_queries.follows_back(
            reads, choice.account_id, [one.account_id for one in chosen], below=below
        )
        for one in chosen:
            if (follow_id := back.get(one.account_id)) is not None:
                mine = Side(choice.face_id, choice.given_at, followed[one.account_id])
                theirs = Side(one.face_id, one.given_at, follow_id)
                if is_ripe(held.key, mine, theirs, held.before_at):
                    ripe[one.account_id] = one.face_id
        await tie.clock.sleep(0)  # reads on SQLite never suspend, and others want to be answered
    met = await _met(square, choice.account_id, ripe)
    placed = {ripe[one]: rank(held.key, choice.face_id, ripe[one]) for one in met}
    return dict(nsmallest(MOST_KEPT, placed.items(), key=lambda item: item[1])), read


async def _met(square: Square, account_id: int, ripe: Mapping[int, int]) -> list[int]:
    if not ripe or account_id not in await meetable(square, account_id, [account_id]):
        return []
    ids, met = list(ripe), list[int]()
    for start in range(0, len(ids), PAGE):
        met += await meetable(square, account_id, ids[start : start + PAGE])
    return met


async def _keep(held: Row, found: Mapping[int, Mapping[int, int]], tx: Tx) -> None:
    """Write down what a step found, unless another round has begun, and ask for the next step."""
    now = await pairing_queries.held(tx)
    if now is None or (now.began_at, now.reached) != (held.began_at, held.reached):
        return
    for face_id, places in found.items():
        wanting = await pairing_queries.chosen_faces(tx, [face_id, *places], held.before_at)
        if face_id not in wanting:  # ended meanwhile, and with it all suggestions
            continue
        allowed = await askable(tx, face_id, [other for other in places if other in wanting])
        there = await pairing_queries.of_face(tx, face_id)
        fresh = {other: places[other] for other in allowed if other not in there}
        await pairing_queries.suggest(tx, face_id, fresh)
        stale = [other for other, away in there.items() if not away and other not in allowed]
        await pairing_queries.withdraw(tx, face_id, stale)
    reached = max(found, default=None)
    await pairing_queries.change_round(tx, reached=reached)
    if reached is not None:
        await duties.add(tx, STEP, Step(), key="round")
