"""What a person lets flow, per direction, and how it ends.

out: copies of one's own voices may be made there. in: the public part of one's home there is shown here. Each opening
and closing is kept with its date.
"""

from typing import Literal

from kizuna.circle.events import FaceRemoved
from kizuna.ground.errors import Conflict, Invalid, NotFound
from kizuna.store.store import Tx
from kizuna.tie import copy_queries, events, pairing_queries, queries, recalls
from kizuna.tie.duties import want_delivery, want_poll
from kizuna.tie.models import INSIDE, Consent, Direction, Link, LinkState
from kizuna.tie.partners import mastodon
from kizuna.tie.ports import Tie
from kizuna.tie.states import Abandoned, State

_UNLINKED = "The tie ended before it was sent."


async def links_of(tie: Tie, viewer_id: int) -> list[Link]:
    """The viewer's links that have not ended, oldest first."""
    return await queries.links_of(tie.store.reads, viewer_id)


async def link_of(tie: Tie, viewer_id: int, link_id: int) -> Link:
    """One of them. Raises NotFound."""
    for link in await queries.links_of(tie.store.reads, viewer_id):
        if link.id == link_id:
            return link
    raise NotFound


async def consent_history(tie: Tie, viewer_id: int, link_id: int) -> list[Consent]:
    """All consents of a link, newest first. Raises NotFound."""
    await link_of(tie, viewer_id, link_id)
    return await queries.consent_history(tie.store.reads, link_id)


async def set_consent(tie: Tie, viewer_id: int, link_id: int, direction: Direction, *, given: bool) -> None:
    """Open or close a direction; nothing happens when it is so already.

    Closing "in" forgets at once what came in; closing "out" stops new copies, those that stand remain. Raises NotFound;
    Conflict when the partner was not asked for what this direction needs, or access has ended: tie the account again.
    """

    async def apply(tx: Tx) -> None:
        link = await queries.own_link_row(tx, viewer_id, link_id)
        if link is None or link.state == LinkState.ENDING.value:
            raise NotFound
        if link.origin == INSIDE and direction == "in":
            raise Invalid("Your home here shows both planes anyway.")
        if not given:
            await close_direction(tx, viewer_id, link_id, direction)
            return
        needed = mastodon.scopes_for(copies_out=direction == "out", home_in=direction == "in")
        if link.state != LinkState.LIVE.value or not mastodon.covers(link.scopes, needed):
            raise Conflict("This needs a new sign-in at the other server. Tie the account again.")
        await open_direction(tx, viewer_id, link_id, direction)

    await tie.store.write(apply)


async def unlink(tie: Tie, viewer_id: int, link_id: int, copies: Literal["keep", "recall"]) -> None:
    """End a link: both consents now, what came in now, and the token when nothing needs it any more.

    With "recall" every copy is taken back first; with "keep" those that stand stay, and one in doubt is looked up
    first, so that the ledger ends true. Raises NotFound.
    """

    async def apply(tx: Tx) -> None:
        link = await queries.own_link_row(tx, viewer_id, link_id)
        if link is None:
            raise NotFound
        await end_link(tx, viewer_id, link_id, recall=copies == "recall")

    await tie.store.write(apply)


async def on_face_removed(event: FaceRemoved, tx: Tx) -> None:
    """Consumer in the circle's store: a face that is gone leaves no copies, no access and no suggestions behind."""
    for link in await queries.links_of(tx, event.face_id):
        if link.state in (LinkState.LIVE, LinkState.RENEWAL):  # whoever leaves has chosen before
            await end_link(tx, event.face_id, link.id, recall=True)
    await pairing_queries.drop_all(tx, event.face_id)


async def end_link(tx: Tx, face_id: int, link_id: int, *, recall: bool) -> None:
    """See `unlink`; inside a transaction."""
    await close_direction(tx, face_id, link_id, "out")
    await close_direction(tx, face_id, link_id, "in")
    for row in await copy_queries.unfinished(tx, link_id):
        if recall:
            await recalls.want(tx, row.id)
        elif row.state == State.WANTED.value:
            await copy_queries.happen(tx, row.id, Abandoned(_UNLINKED))
    tx.emit(events.Unlinked(link_id, face_id))
    link = await queries.link_row(tx, link_id)
    if link is not None and link.origin == INSIDE:
        # There is no token to be given back, and what is still to be recalled is carried by events.
        await queries.change_link(tx, link_id, state=LinkState.ENDED.value, ended_at=tx.now_ms)
        return
    await queries.change_link(tx, link_id, state=LinkState.ENDING.value, ending_at=tx.now_ms)
    await want_delivery(tx, link_id)


async def access_ended(tx: Tx, link_id: int) -> None:
    """The partner takes the token no more: the person must renew the link, or, when it was ending, it has ended."""
    link = await queries.link_row(tx, link_id)
    if link is not None and link.state == LinkState.LIVE.value:
        await queries.change_link(tx, link_id, state=LinkState.RENEWAL.value)
        tx.emit(events.AccessEnded(link_id, link.face_id))
    elif link is not None and link.state == LinkState.ENDING.value:
        await queries.change_link(tx, link_id, token="")


async def open_direction(tx: Tx, face_id: int, link_id: int, direction: Direction) -> None:
    """Open a direction inside a transaction; reading the home begins with what comes from now on."""
    consent_id = await queries.give_consent(tx, link_id, direction)
    if consent_id is None:
        consent_id = await queries.open_consent(tx, link_id, direction)
    else:
        if direction == "in":
            await queries.change_link(tx, link_id, home_fence=None)
        tx.emit(events.ConsentChanged(link_id, face_id, direction, given=True))
    if direction == "in" and consent_id is not None:
        await want_poll(tx, link_id, consent_id)


async def close_direction(tx: Tx, face_id: int, link_id: int, direction: Direction) -> None:
    """Close a direction inside a transaction."""
    if direction == "in":
        await queries.drop_inbound(tx, link_id)
    if await queries.end_consent(tx, link_id, direction):
        tx.emit(events.ConsentChanged(link_id, face_id, direction, given=False))
