"""Asking for a copy back, in whichever place it stands."""

from kizuna.store.store import Tx
from kizuna.tie import copy_queries, inside
from kizuna.tie.duties import want_delivery
from kizuna.tie.models import INSIDE
from kizuna.tie.states import Copy, RecallAsked


async def want(tx: Tx, copy_id: int) -> Copy:
    """Want a copy to be gone; nothing happens when it is."""
    copy = await copy_queries.happen(tx, copy_id, RecallAsked())
    row = await copy_queries.copy_row(tx, copy_id)
    if row.origin == INSIDE:
        inside.go_on(tx, row)
    else:
        await want_delivery(tx, row.link_id)
    return copy
