"""Computing every draw anew from what is written: for hosts, and for whoever they let look."""

from collections.abc import Mapping, Sequence
from datetime import date

from kizuna.apps.season import book, queries
from kizuna.apps.season.actions import EVE
from kizuna.apps.season.draws import Checker, commitment, day_seed, eve_seed, wrong_days
from kizuna.apps.season.eve import wrong_eve
from kizuna.apps.season.models import Season
from kizuna.apps.season.run import Run, make_run
from kizuna.ledger import queries as ledger
from kizuna.store.store import Db, Row

PAGE = 1000


async def verify(db: Db, seasons: Mapping[str, Season]) -> tuple[list[str], list[str]]:
    """What was looked at, and what is wrong, one line each."""
    looked: list[str] = []
    wrong: list[str] = []
    for made in await queries.all_runs(db):
        where = f"{made.season} {made.year}"
        if made.season not in seasons:
            wrong.append(f"{where}: the settings do not name this season, so its rules are not known")
            continue
        count, found = await _verify(db, make_run(seasons[made.season], made.year), made)
        looked.append(f"{where}: {count:,} draws")
        wrong += [f"{where}: {line}" for line in found]
    return looked, wrong


async def _verify(db: Db, run: Run, made: Row) -> tuple[int, list[str]]:
    root, promised = await queries.root(db, made.id), await queries.commitments(db, made.id)
    wrong: list[str] = []
    if run.season.eve and promised.pop(EVE, "") != commitment(eve_seed(root, run)):
        wrong.append("eve: the seed is not the one that was committed to")
    seeds = {day: day_seed(root, run, day) for day in run.days()}
    wrong += wrong_days(run, seeds, {date.fromisoformat(day): said for day, said in promised.items()})
    checker, unbooked = Checker(run, seeds), list[str]()
    count, last = 0, 0
    while page := await queries.acts(db, made.id, last, PAGE):
        count, last = count + len(page), page[-1].id
        wrong += [line for row in page for line in checker.wrong(queries.drawn(row))]
        unbooked += await _unbooked(db, run, page)
    wrong += await wrong_eve(db, run, made, eve_seed(root, run))
    return count, wrong + unbooked


async def _unbooked(db: Db, run: Run, rows: Sequence[Row]) -> list[str]:
    """Draws that the book knows nothing of, or something else."""
    wrong: list[str] = []
    for row in rows:
        drawn = queries.drawn(row)
        for key, expected in (
            (book.act_key(run, row.id), book.of_act(run, row.id, drawn)),
            (book.share_key(run, row.id), book.shared_by_act(run, row.id, drawn)),
        ):
            written = await ledger.find(db, key)
            if row.ringer_id > 0 and written != expected:
                wrong.append(f"act {row.id}: the book says {_said(written)}, the draw {_said(expected)}")
    return wrong


def _said(movement: book.Movement | None) -> str:
    return "nothing" if movement is None else f"{movement.amount} of {movement.target.asset}"
