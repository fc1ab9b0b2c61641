"""What a partner's stream brings, put beside what polling brings: the same rows, so nothing comes twice.

A stream only adds to polling, which goes on by its schedule: what was missed between two connections is taken by the
next look, and what both bring is one row by its id over there. A look that began before an edit or a deletion was told
brings what is not true any more, so what the stream told last is remembered for it (`Told`). Nothing is kept unless the
very consent under which the stream was opened stands.
"""

from typing import Final

import msgspec

from kizuna.store.store import Row, Tx
from kizuna.tie import copy_queries, events, queries
from kizuna.tie.inbound import readable, row_of, worth_keeping
from kizuna.tie.models import LinkState
from kizuna.tie.partners import wire
from kizuna.tie.partners.sse import ServerEvent
from kizuna.tie.ports import Tie
from kizuna.tie.states import Deleted, State

_LONGEST_ID: Final = 100
#: What a later version of an item may change; who wrote it, and when, stays.
_CHANGEABLE: Final = ("warning", "html", "attachments")


async def take(tie: Tie, link: Row, consent_id: int, event: ServerEvent) -> None:
    """Keep, change or forget what an event of the user stream is about. What cannot be read is passed over."""
    if event.name == "delete" and 0 < len(event.data) <= _LONGEST_ID:
        await tie.store.write(lambda tx: _forget(tie, tx, link, consent_id, event.data.strip()))
    elif event.name in ("update", "status.update"):
        status = _status(event.data)
        if status is not None and event.name == "update":
            await _keep(tie, link, consent_id, status)
        elif status is not None:
            await _change(tie, link, consent_id, status)


def _status(data: str) -> wire.Status | None:
    try:
        return msgspec.json.decode(data, type=wire.Status)
    except (msgspec.DecodeError, RecursionError):
        return None


async def _keep(tie: Tie, link: Row, consent_id: int, status: wire.Status) -> None:
    kept = await worth_keeping(tie, link, [status])
    rows = [row_of(one, link.origin, tie.clock.now_ms()) for one in kept]

    async def apply(tx: Tx) -> None:
        if not await _stands(tx, link.id, consent_id):
            return
        for row in rows:
            item_id = tx.new_id()
            fixed = {"id": item_id, "link_id": link.id, "face_id": link.face_id}
            if await queries.add_inbound(tx, {**fixed, **row}):
                tx.emit(events.Arrived(link.id, link.face_id, item_id, 1))

    if rows:
        await tie.store.write(apply)


async def _change(tie: Tie, link: Row, consent_id: int, status: wire.Status) -> None:
    """A later version; one that not everybody may read any more is forgotten."""
    row = row_of(status, link.origin, tie.clock.now_ms())
    changes = {name: row[name] for name in _CHANGEABLE}

    async def apply(tx: Tx) -> None:
        if not await _stands(tx, link.id, consent_id):
            return
        if readable(status):
            tie.told.keep(link.id, str(status.id), changes)
            await queries.change_inbound(tx, link.id, str(status.id), **changes)
        else:
            tie.told.keep(link.id, str(status.id), None)
            await queries.drop_inbound(tx, link.id, str(status.id))

    await tie.store.write(apply)


async def _forget(tie: Tie, tx: Tx, link: Row, consent_id: int, remote_id: str) -> None:
    """Something is gone over there: an item, or a copy of one's own, which the ledger then says."""
    if not await _stands(tx, link.id, consent_id):
        return
    tie.told.keep(link.id, remote_id, None)
    await queries.drop_inbound(tx, link.id, remote_id)
    copy = await copy_queries.copy_there(tx, link.face_id, link.origin, remote_id)
    if copy is not None and copy.state in (State.STANDING.value, State.EDIT_WANTED.value):
        await copy_queries.happen(tx, copy.id, Deleted())


async def _stands(tx: Tx, link_id: int, consent_id: int) -> bool:
    link = await queries.link_row(tx, link_id)
    current = await queries.open_consent(tx, link_id, "in")
    return current == consent_id and link is not None and link.state == LinkState.LIVE.value
