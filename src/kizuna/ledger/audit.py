"""Whether a book is whole: what ``move`` promises, computed anew from what is written."""

from collections import defaultdict
from collections.abc import Sequence

from kizuna.ledger import queries
from kizuna.ledger.models import Total
from kizuna.store.store import Db


async def audit(db: Db) -> Sequence[str]:
    """What is wrong, one line each; nothing in a book that is whole."""
    return [
        *uneven(await queries.totals(db)),
        *(
            f"{account.asset}: {account.kind} {account.owner_id} has {has}, and its movements make {moved}"
            for account, has, moved in await queries.unlike(db)
        ),
    ]


def uneven(totals: Sequence[Total]) -> Sequence[str]:
    """Assets of which more or less is there than was issued. Pure."""
    sums: dict[str, int] = defaultdict(int)
    for total in totals:
        sums[total.asset] += total.balance
    return [f"{asset}: {by:+} of it came from nowhere" for asset, by in sorted(sums.items()) if by]
