"""The tie inside one server: from a circle face to the same person's account on the square here.

A copy is an event from the circle's outbox to a consumer in the square's store, which makes an ordinary post; its id
comes back by event into the ledger. Both directions happen exactly once, by the inbox. Nothing of the post tells
that it is a copy: no application, no invisible joiners, an id and a time of the square's own. Who reads the square's
tables learns of no face (ARCHITECTURE.md, invariant 1).
"""

import contextlib
from typing import Final, TypeVar

from kizuna.ground.errors import Conflict, NotFound, Refusal
from kizuna.people.models import Viewer
from kizuna.square import actions as square_actions
from kizuna.square import edit_actions, render
from kizuna.square import queries as square_queries
from kizuna.square.events import PostDeleted
from kizuna.square.ports import Square
from kizuna.square.text import LINK_CHARACTERS, MOST_CHARACTERS, account_url
from kizuna.square.usual import usual_language
from kizuna.store.store import Row, Tx
from kizuna.tie import copy_queries, events, queries
from kizuna.tie.models import INSIDE, LinkState
from kizuna.tie.ports import Tie
from kizuna.tie.states import (
    TOO_LATE_MS,
    Began,
    Deleted,
    EditBegan,
    Edited,
    Happening,
    Refused,
    State,
    Stood,
)

E = TypeVar("E")
_OVER: Final = (State.FAILED.value, State.RECALLED.value)


async def tie_square(tie: Tie, square: Square, viewer: Viewer) -> int:
    """Join both faces of a person here, with the consent that copies may go out; answers the link's id.

    Doing it again renews it, with its ledger. Raises NotFound when the viewer does not act with both faces.
    """
    face_id, account_id = viewer.circle_id, viewer.square_id
    if face_id is None or account_id is None:
        raise NotFound
    account = await square_queries.account(square.store.reads, account_id)
    if account is None:
        raise NotFound

    async def apply(tx: Tx) -> int:
        known = await queries.link_to(tx, face_id, INSIDE, str(account_id))
        if known is not None and known.state == LinkState.LIVE.value:
            raise Conflict("Your faces on this server are tied already.")
        row: dict[str, object] = {"state": LinkState.LIVE.value, "linked_at": tx.now_ms, "ended_at": None}
        if known is not None:
            link_id: int = known.id
            await queries.change_link(tx, link_id, **row)
        else:
            link_id = tx.new_id()
            url = account_url(square.origin, account.handle)
            fixed = _fixed(face_id, account_id, f"{account.handle}@{square.domain}", url)
            await queries.add_link(tx, {"id": link_id, **fixed, **row})
        await queries.give_consent(tx, link_id, "out")
        tx.emit(events.ConsentChanged(link_id, face_id, "out", given=True))
        tx.emit(events.Linked(link_id, face_id))
        return link_id

    return await tie.store.write(apply)


def _fixed(face_id: int, account_id: int, acct: str, url: str) -> dict[str, object]:
    return {
        "face_id": face_id,
        "app_id": 0,
        "origin": INSIDE,
        "account_id": str(account_id),
        "acct": acct,
        "account_url": url,
        "token": "",
        "scopes": "read write",
        "most_characters": MOST_CHARACTERS,
        "url_characters": LINK_CHARACTERS,
        "unit": "grapheme",
        "poll_failures": 0,
    }


async def ask(tx: Tx, copy_id: int) -> None:
    """Ask the square for a copy that was just written into the ledger."""
    await copy_queries.happen(tx, copy_id, Began(""))
    row = await copy_queries.copy_row(tx, copy_id)
    tx.emit(events.CopyAsked(row.key, int(row.account_id), row.text, tx.now_ms))


async def ask_edit(tx: Tx, copy_id: int) -> None:
    """Ask the square to let the post of a copy say what was just written into the ledger."""
    await copy_queries.happen(tx, copy_id, EditBegan())
    row = await copy_queries.copy_row(tx, copy_id)
    tx.emit(events.EditAsked(row.key, int(row.account_id), int(row.remote_id), row.new_text))


def go_on(tx: Tx, row: Row) -> None:
    """Ask for the next step of a copy, if there is one. A recall waits for the post's id."""
    if row.state == State.RECALL_WANTED.value and row.remote_id is not None:
        tx.emit(events.RecallAsked(row.key, int(row.account_id), int(row.remote_id)))


async def _happen(tx: Tx, row: Row | None, happening: Happening) -> None:
    """Write down what the square told of a copy, unless its life is over."""
    if row is None or row.state in _OVER:
        return
    await copy_queries.happen(tx, row.id, happening)
    go_on(tx, await copy_queries.copy_row(tx, row.id))


# Consumers in the square's store.


async def ready(square: Square, event: E) -> E:
    """Before the write: have the list of unwelcome words in memory, since a write reads no other store.

    Should the list change in between, the event is told again.
    """
    await square.check_words()
    return event


async def in_words(square: Square, event: events.CopyAsked) -> tuple[events.CopyAsked, str | None]:
    """The same for a new copy, with the language that its author's posts have: one without would tell what it is."""
    return await ready(square, event), await usual_language(square, event.account_id)


async def on_copy_asked(square: Square, asked: tuple[events.CopyAsked, str | None], tx: Tx) -> None:
    """Post it, as its author would."""
    event, language = asked
    if tx.now_ms - event.asked_at > TOO_LATE_MS:
        tx.emit(events.CopyRefused(event.key, "It could not be sent in time."))
        return
    try:
        post_id = await square_actions.post_within(tx, square, event.account_id, event.text, language)
    except Refusal as refusal:
        tx.emit(events.CopyRefused(event.key, str(refusal)))
    else:
        tx.emit(events.CopyStands(event.key, post_id))


async def on_edit_asked(square: Square, event: events.EditAsked, tx: Tx) -> None:
    """Edit the post, as its author would; what it said stays in its history."""
    try:
        await edit_actions.edit_within(tx, square, event.account_id, event.post_id, event.text)
    except NotFound:  # its author was quicker
        tx.emit(events.CopyGone(event.key))
    except Refusal as refusal:
        tx.emit(events.EditRefused(event.key, event.text, str(refusal)))
    else:
        tx.emit(events.CopyEdited(event.key, event.text))


async def on_recall_asked(event: events.RecallAsked, tx: Tx) -> None:
    """Delete the post, if it is still there."""
    with contextlib.suppress(NotFound):  # its author was quicker
        await square_actions.delete_within(tx, event.account_id, event.post_id)
    tx.emit(events.CopyGone(event.key))


# Consumers in the circle's store.


async def on_copy_stands(square: Square, event: events.CopyStands, tx: Tx) -> None:
    """Keep which post it is."""
    row = await copy_queries.inside_copy(tx, key=event.key)
    if row is not None:
        url = render.post_url(square.origin, row.acct.partition("@")[0], event.post_id)
        await _happen(tx, row, Stood(str(event.post_id), url))


async def on_copy_refused(event: events.CopyRefused, tx: Tx) -> None:
    """Keep why there is none."""
    await _happen(tx, await copy_queries.inside_copy(tx, key=event.key), Refused(event.reason))


async def on_copy_edited(event: events.CopyEdited, tx: Tx) -> None:
    """Keep what it says now."""
    await _edit_ended(tx, event.key, event.text, Edited())


async def on_edit_refused(event: events.EditRefused, tx: Tx) -> None:
    """Keep why it says what it did."""
    await _edit_ended(tx, event.key, event.text, Refused(event.reason))


async def _edit_ended(tx: Tx, key: str, text: str, happening: Happening) -> None:
    """Write down what came of an edit, unless a recall came between: then it does not matter any more."""
    row = await copy_queries.inside_copy(tx, key=key)
    if row is not None and row.state == State.EDIT_WANTED.value and row.new_text == text:
        await copy_queries.happen(tx, row.id, happening)


async def on_copy_gone(event: events.CopyGone, tx: Tx) -> None:
    """Keep that it is gone."""
    await _happen(tx, await copy_queries.inside_copy(tx, key=event.key), Deleted())


async def on_post_deleted(event: PostDeleted, tx: Tx) -> None:
    """A post of the square was deleted; if it was a copy, the ledger says so."""
    await _happen(tx, await copy_queries.inside_copy(tx, post_id=event.post_id), Deleted())
