"""The verbs of the seasons: beginning one, hanging and decorating a stage, and the one light act with its draw."""

from typing import Final

from kizuna.apps.season import book, queries
from kizuna.apps.season.draws import Drawn, commitment, day_seed, draw, eve_seed, shares
from kizuna.apps.season.ports import Made, Seasons
from kizuna.apps.season.run import Run
from kizuna.circle import friend_queries
from kizuna.circle import queries as circle_queries
from kizuna.ground.errors import Conflict, Invalid, NotFound
from kizuna.jobs.idempotency import Key, once
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move, move_all
from kizuna.store.store import Row, Tx

ROOT_BYTES: Final = 32
PLACES: Final = 9
"""So many ornaments hang on a stage at most."""
EVE: Final = "eve"


class Ended(Conflict):
    """The season is not on at this moment."""


async def begin(seasons: Seasons, run: Run) -> None:
    """Make a run: its secret, what is promised about its draws, and its stock. Once; again, nothing happens."""
    root = seasons.randomness.bytes(ROOT_BYTES)
    promised = {day.isoformat(): commitment(day_seed(root, run, day)) for day in run.days()}
    if run.season.eve:
        promised[EVE] = commitment(eve_seed(root, run))

    async def apply(tx: Tx) -> None:
        if await queries.find_run(tx, run.season.id, run.year) is None:
            await queries.add_run(tx, run.season.id, run.year, root, promised)
            await move_all(tx, book.stocked(run))

    reads = seasons.store.reads
    if await queries.find_run(reads, run.season.id, run.year) is None:
        await seasons.store.write(apply)
    made = await queries.find_run(reads, run.season.id, run.year)
    if made is not None:
        seasons.made[run.season.id, run.year] = Made(made.id, await queries.root(reads, made.id))


async def there(seasons: Seasons) -> tuple[Run, Row]:
    """What there is to see now: what is on, else what is soon, else what was. Raises NotFound when there is nothing."""
    run = seasons.calendar.current(seasons.calendar.now_ms())
    made = run and await queries.find_run(seasons.store.reads, run.season.id, run.year)
    if run is None or made is None:
        raise NotFound
    return run, made


async def all_there(seasons: Seasons) -> dict[int, Run]:
    """Every run of the seasons of this server that was made and is around this moment, by its id, the latest last.

    What was given and won in one may be opened and used when another one is on.
    """
    reads, found = seasons.store.reads, dict[int, Run]()
    for run in sorted(seasons.calendar.runs(seasons.calendar.now_ms()), key=lambda one: one.opens_ms):
        made = await queries.find_run(reads, run.season.id, run.year)
        if made is not None:
            found[made.id] = run
    return found


async def hang(seasons: Seasons, run: Run, face_id: int) -> None:
    """Hang the viewer's stage; again, nothing happens. Raises Ended, NotFound for a face that is gone."""

    async def apply(tx: Tx) -> None:
        made = await on(tx, seasons, run)
        if not await friend_queries.is_live(tx, face_id):
            raise NotFound
        friends = {face.id for face in await friend_queries.friends(tx, face_id)}
        there_before = await queries.hung(tx, made.id, friends)
        await queries.hang(tx, made.id, face_id, after_friend=bool(there_before))

    await seasons.store.write(apply)


async def decorate(seasons: Seasons, run: Run, face_id: int, place: int | None, ornament: str) -> None:
    """Put an ornament into a place of the viewer's stage, or into the first free one; an empty name takes down what is
    in that place. Raises Ended, NotFound without a stage or such a place, Invalid for an ornament of which none is left
    to hang, or where no place is free.
    """
    if place is not None and not 0 <= place < PLACES:
        raise NotFound

    async def apply(tx: Tx) -> None:
        made = await on(tx, seasons, run)
        if not await queries.hung(tx, made.id, {face_id}):
            raise NotFound
        hanging = (await queries.decorations(tx, made.id, {face_id})).get(face_id, {})
        where = place if place is not None else next((at for at in range(PLACES) if at not in hanging), None)
        if where is None:
            raise Invalid("There is no place left; take something down first.", field="ornament")
        if not ornament:
            await queries.clear(tx, made.id, face_id, where)
            return
        elsewhere = [name for at, name in hanging.items() if at != where]
        has = await ledger.balance(tx, book.held(book.ornament(run, ornament), face_id))
        if elsewhere.count(ornament) >= has:
            raise Invalid("You have none of these left to hang.", field="ornament")
        await queries.decorate(tx, made.id, face_id, where, ornament)

    await seasons.store.write(apply)


async def ring(seasons: Seasons, run: Run, face_id: int, friend_id: int, key: Key | None = None) -> int:
    """Do the light act for a friend, and draw; answers the id of the act.

    Whoever did it for this friend on this day gets the act of then. A request that is repeated with its ``key`` is the
    same act, also after midnight. Raises Ended, NotFound for somebody who is no friend now or has no stage, and Invalid
    when so many were done today as a day has.
    """

    async def apply(tx: Tx) -> int:
        async def do() -> int:
            return await _ring(tx, seasons, run, face_id, friend_id)

        return (await once(tx, key, do))[0]

    return await seasons.store.write(apply)


async def _ring(tx: Tx, seasons: Seasons, run: Run, face_id: int, friend_id: int) -> int:
    made = await on(tx, seasons, run)
    if not await friend_queries.is_live(tx, face_id):
        raise NotFound
    if not await circle_queries.friends_among(tx, face_id, [friend_id]):
        raise NotFound
    if not await queries.hung(tx, made.id, [friend_id]):
        raise NotFound
    day = run.day(seasons.calendar.at(tx.now_ms))
    before = await queries.act_of(tx, made.id, day.isoformat(), face_id, friend_id)
    if before is not None:
        return int(before.id)
    if await queries.count_of_day(tx, made.id, face_id, day.isoformat()) >= run.season.act.most:
        raise Invalid("That was all for today. Tomorrow there are more.")
    seed = day_seed(made.root, run, day)
    won = draw(seed, run, day, face_id, friend_id)
    left = 0 if won.coupon is None else await ledger.balance(tx, book.stock(run, won.coupon))
    in_stock = won.coupon is None or left > 0
    if not in_stock:
        won = draw(seed, run, day, face_id, friend_id, in_stock=False)
    drawn = Drawn(
        day, face_id, friend_id, won, out_of_stock=not in_stock, shares=shares(run.season, won, left)
    )
    act_id = tx.new_id()
    await queries.write_act(tx, act_id, made.id, drawn)
    for movement in (book.of_act(run, act_id, drawn), book.shared_by_act(run, act_id, drawn)):
        if movement is not None:
            await move(tx, movement)
    return act_id


async def on(tx: Tx, seasons: Seasons, run: Run) -> Made:
    """A run that is on at this moment. Raises Ended."""
    if not run.is_open(seasons.calendar.at(tx.now_ms)):
        raise Ended("This season is not on now.")
    known = seasons.made.get((run.season.id, run.year))
    if known is not None:
        return known
    made = await queries.find_run(tx, run.season.id, run.year)
    if made is None:
        raise Ended("This season is not on now.")
    return Made(made.id, await queries.root(tx, made.id))
