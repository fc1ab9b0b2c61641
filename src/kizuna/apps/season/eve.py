"""The draw for all: at its instant, with a chance for each level that somebody had reached then.

It is held in parts, so that nobody else waits for long however many take part: who takes part with which level is
written down, then it is drawn, then what was won is handed out. Whatever ends in between goes on where it was, with the
same result, since levels are those of the instant. What is written down can be checked by whoever holds the seed.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from kizuna.apps.season import book, eve_queries, queries
from kizuna.apps.season.draws import Urn, eve_seed, level, winners
from kizuna.apps.season.models import Eve
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.ground.ids import first_id_at
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.models import Movement
from kizuna.store.store import Db, Row, Tx

AT_ONCE: Final = 200
"""So many faces in one write, and between two looks of the draw at anything else."""
TURN_MS: Final = 60_000
"""So long the writing down goes on at a time; the rest follows in the next minute."""


def due(run: Run, now_ms: int) -> bool:
    """Whether its instant has come."""
    return run.season.eve is not None and now_ms >= run.instant(run.season.eve.at)


async def hold(seasons: Seasons, run: Run) -> int:
    """Hold it as far as a turn goes, if it is due and was not held; answers how many have won, to whoever ends it."""
    eve, reads = run.season.eve, seasons.store.reads
    if eve is None or not due(run, seasons.calendar.now_ms()):
        return 0
    made = await queries.find_run(reads, run.season.id, run.year)
    if made is None or made.eve_at is not None or not await _write_down(seasons, run, eve, made.id):
        return 0
    urn, after = Urn(eve_seed(await queries.root(reads, made.id), run), eve), 0
    while rows := await eve_queries.page(reads, made.id, after, AT_ONCE):
        for row in rows:
            urn.add(row.face_id, row.level)
        after = rows[-1].face_id
        await seasons.calendar.clock.sleep(0)  # it is others' turn
    drawn = urn.drawn()
    for start in range(0, len(drawn), AT_ONCE):
        await seasons.store.write(partial(_hand_out, run, made.id, drawn[start : start + AT_ONCE]))
    return await seasons.store.write(partial(_end, made.id))


async def _write_down(seasons: Seasons, run: Run, eve: Eve, run_id: int) -> bool:
    """Write down who takes part, from where that was left; answers whether it is done."""
    instant = run.instant(eve.at)
    day, first_id = run.day(instant), first_id_at(instant - seasons.calendar.ahead_ms)

    async def apply(tx: Tx, after: int) -> int | None:
        points = await ledger.holders(tx, book.points(run), limit=AT_ONCE, after=after)
        since = await eve_queries.points_since(tx, run_id, day.isoformat(), first_id, points)
        had = {face_id: has - since.get(face_id, 0) for face_id, has in points.items()}
        levels = {face_id: level(run.season, count) for face_id, count in had.items() if count > 0}
        await eve_queries.write_chances(tx, run_id, levels)
        return max(points, default=None)

    clock = seasons.calendar.clock
    until_ms = clock.now_ms() + TURN_MS
    last: int | None = await eve_queries.last(seasons.store.reads, run_id)
    while last is not None and clock.now_ms() < until_ms:
        last = await seasons.store.write(partial(apply, after=last))
    return last is None


async def _hand_out(run: Run, run_id: int, drawn: Sequence[tuple[int, str]], tx: Tx) -> None:
    """Give some of the winners what they won; who has it keeps it. Never more than were set aside."""
    left: dict[str, int] = {}
    for face_id, coupon in drawn:
        source = book.stock(run, coupon, book.FOR_EVE)
        if coupon not in left:
            left[coupon] = await ledger.balance(tx, source)
        if left[coupon] > 0 and await eve_queries.win(tx, run_id, face_id, coupon):
            left[coupon] -= 1
            await move(tx, Movement(book.eve_key(run, face_id), source, book.held(source.asset, face_id), 1))


async def _end(run_id: int, tx: Tx) -> int:
    return await eve_queries.winners(tx, run_id) if await eve_queries.held(tx, run_id) else 0


async def wrong_eve(db: Db, run: Run, made: Row, seed: bytes) -> list[str]:
    """What of a draw that was held does not follow from its seed, or stands otherwise in the book."""
    if run.season.eve is None or made.eve_at is None:
        return []
    levels, won = await eve_queries.chances(db, made.id)
    if min(levels, default=1) < 0:
        return []  # somebody has left, so that it cannot be computed any more
    expected = dict(winners(seed, run.season.eve, levels))
    found = [
        f"eve, {face_id}: {won.get(face_id, 'nothing')} was given, {expected.get(face_id, 'nothing')} was drawn"
        for face_id in sorted({*won, *expected})
        if won.get(face_id) != expected.get(face_id)
    ]
    for face_id, coupon in won.items():
        moved = await ledger.find(db, book.eve_key(run, face_id))
        if moved is None or moved.target != book.held(book.coupon(run, coupon), face_id):
            found.append(f"eve, {face_id}: the book knows nothing of it")
    return found
