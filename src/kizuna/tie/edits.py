"""Giving a copy another text at its place: one step at a time, as `delivery` does for the rest of its life."""

from kizuna.circle import friend_queries
from kizuna.fetch.port import FetchError, FetchUnanswered, Response
from kizuna.store.store import Row, Tx
from kizuna.tie import copy_queries, queries
from kizuna.tie.partners import mastodon, wire
from kizuna.tie.place import AccessRefused
from kizuna.tie.ports import Tie
from kizuna.tie.states import (
    SUSPENDED,
    SUSPENDED_MS,
    TOO_LATE_MS,
    Absent,
    Deleted,
    EditBegan,
    Edited,
    Happening,
    Lost,
    NotSent,
    Postponed,
    Refused,
    State,
)

_NO_EDITS = "This server cannot change what stands there."
_GONE = (404, 410)


async def edit(tie: Tie, link: Row, row: Row) -> None:
    """Send the new text, unless it must not leave any more. Raises AccessRefused."""
    if not await tie.store.write(lambda tx: _begin(tx, link, row)):
        return
    request = mastodon.edit(link.origin, link.token, row.remote_id, row.new_text)
    try:
        answer = await tie.fetch.send(request)
    except FetchUnanswered as error:
        await _happen(tie, row, Lost(error.reason))
        return
    except FetchError as error:
        await _happen(tie, row, NotSent(error.reason))
        return
    found = edited(answer)
    # Not there: the status, or the operation. What stands there says which.
    await _happen(tie, row, found or await _what_stands(tie, link, row, otherwise=Refused(_NO_EDITS)))
    if answer.status == 401:
        raise AccessRefused


async def look(tie: Tie, link: Row, row: Row) -> None:
    """An update had no answer: see what stands there before it is tried again. Raises AccessRefused."""
    await _happen(tie, row, await _what_stands(tie, link, row, otherwise=Absent()))


def edited(answer: Response) -> Happening | None:
    """What the answer to an update means (pure); None when it leaves open what is not there."""
    if answer.status in (401, 425, 429):
        return NotSent(mastodon.reason(answer), mastodon.wait_ms(answer))
    if answer.status in (*_GONE, 405, 501):
        return None
    if answer.status == 408 or answer.status >= 500:
        return Lost(mastodon.reason(answer))
    return Refused(mastodon.reason(answer)) if answer.status >= 300 else Edited()


async def _what_stands(tie: Tie, link: Row, row: Row, *, otherwise: Happening) -> Happening:
    """Edited when the new text stands there, Deleted when nothing does, `otherwise` when the old one does."""
    try:
        answer = await tie.fetch.send(mastodon.status(link.origin, link.token, row.remote_id))
    except FetchError as error:
        return Postponed(error.reason)
    if answer.status == 401:
        raise AccessRefused
    if answer.status in _GONE:
        return Deleted()
    if answer.status != 200:
        return Postponed(mastodon.reason(answer), mastodon.wait_ms(answer))
    try:
        shown = mastodon.read(answer, wire.Status)
    except mastodon.Malformed:
        return Postponed("The status could not be read.")
    return Edited() if mastodon.same_text(shown.content or "", row.new_text) else otherwise


async def _begin(tx: Tx, link: Row, row: Row) -> bool:
    """Write down that the attempt begins, unless it must not any more, or not now."""
    if await friend_queries.is_suspended(tx, link.face_id):
        await copy_queries.happen(tx, row.id, Postponed(SUSPENDED, SUSPENDED_MS))
    elif await queries.open_consent(tx, link.id, "out") is None:
        await copy_queries.happen(tx, row.id, Refused("Copies to this place are no longer allowed."))
    elif tx.now_ms - row.changed_at > TOO_LATE_MS:
        await copy_queries.happen(tx, row.id, Refused(row.reason or "It could not be sent in time."))
    else:
        # The wording that is sent is the one that was read; a newer one is another look away.
        now = await copy_queries.copy_row(tx, row.id)
        if now.new_text != row.new_text:
            return False
        await copy_queries.happen(tx, row.id, EditBegan())
        return True
    return False


async def _happen(tie: Tie, row: Row, happening: Happening) -> None:
    """Write down what came of an update, unless a recall came between: that answer is not to the recall."""

    async def apply(tx: Tx) -> None:
        if (await copy_queries.copy_row(tx, row.id)).state == State.EDIT_WANTED.value:
            await copy_queries.happen(tx, row.id, happening)

    await tie.store.write(apply)
