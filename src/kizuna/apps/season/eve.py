"""The draw for all: at its instant, with a chance for each level that somebody has reached.

It is held once, in one write; what each took part with is written down, so that whoever holds the seed can check it.
"""

from kizuna.apps.season import book, eve_queries, queries
from kizuna.apps.season.draws import eve_seed, level, winners
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.models import Movement
from kizuna.store.store import Db, Row, Tx


def due(run: Run, now_ms: int) -> bool:
    """Whether its instant has come."""
    return run.season.eve is not None and now_ms >= run.instant(run.season.eve.at)


async def hold(seasons: Seasons, run: Run) -> int:
    """Hold it, if it is due and was not held; answers how many have won."""
    eve = run.season.eve
    if eve is None or not due(run, seasons.calendar.now_ms()):
        return 0

    async def apply(tx: Tx) -> int:
        made = await queries.find_run(tx, run.season.id, run.year)
        if made is None or made.eve_at is not None:
            return 0
        points = await ledger.holders(tx, book.points(run))
        levels = {face_id: level(run.season, has) for face_id, has in points.items()}
        drawn = winners(eve_seed(await queries.root(tx, made.id), run), eve, levels)
        left = {
            one.coupon: await ledger.balance(tx, book.stock(run, one.coupon, book.FOR_EVE))
            for one in eve.prizes
        }
        won: dict[int, str] = {}
        for face_id, coupon in drawn:
            if left[coupon] > 0:
                left[coupon] -= 1
                won[face_id] = coupon
        await eve_queries.write_chances(tx, made.id, levels, won)
        for face_id, coupon in won.items():  # as many as were set aside, whatever was said since
            source = book.stock(run, coupon, book.FOR_EVE)
            await move(tx, Movement(book.eve_key(run, face_id), source, book.held(source.asset, face_id), 1))
        await eve_queries.held(tx, made.id)
        return len(won)

    return await seasons.store.write(apply)


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
