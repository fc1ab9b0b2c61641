"""Bringing copies to their places and back, one step at a time (what a step may lead to: `states`).

Before a copy is sent for the first time the newest thing over there is written down (the fence), then that the attempt
begins; only then does the request leave. If its end is not known, the account's statuses above the fence are read and
compared by app and text before anything is sent again. One duty per link, and nothing is sent to a place while another
copy there is in doubt: otherwise what is found could belong to either.
"""

from typing import Final

import msgspec

from kizuna.circle import friend_queries
from kizuna.fetch.port import FetchError, FetchUnanswered, Response
from kizuna.jobs.duties import Duty, Effect
from kizuna.store.store import Row, Tx
from kizuna.tie import copy_queries, edits, queries
from kizuna.tie.consents import access_ended
from kizuna.tie.duties import Deliver, want_delivery
from kizuna.tie.models import LinkState
from kizuna.tie.partners import mastodon, wire
from kizuna.tie.place import AccessRefused, Trouble, find, newest_there
from kizuna.tie.ports import Tie
from kizuna.tie.states import (
    SUSPENDED,
    SUSPENDED_MS,
    TOO_LATE_MS,
    Abandoned,
    Absent,
    Began,
    Deleted,
    Found,
    Happening,
    Impossible,
    Lost,
    NotSent,
    NotYet,
    Postponed,
    Refused,
    Step,
    Stood,
    next_step,
    settled,
)

#: One run takes no longer, so that it ends well within the lease of its duty.
_RUN_MS: Final = 45_000
#: A blocked copy is looked at again after this.
_BLOCKED_MS: Final = 2_000
_SOONEST_LOOK_MS: Final = 500
#: How long a token that cannot be given back is kept for it, and how long recalls may hold up the end of a link.
_REVOKE_MS: Final = 3600 * 1000
_ENDING_MS: Final = 7 * 24 * 3600 * 1000
_ACCESS_ENDED: Final = "The other server no longer accepts our access."


async def deliver(tie: Tie, duty: Duty) -> Effect | None:
    """Handler of `tie.deliver`: all steps of a link's copies that are due."""
    link_id = msgspec.json.decode(duty.payload, type=Deliver).link_id
    until = tie.clock.now_ms() + _RUN_MS
    while (now := tie.clock.now_ms()) < until:
        link = await queries.link_row(tie.store.reads, link_id)
        row = await copy_queries.due_copy(tie.store.reads, link_id, now)
        if link is None or row is None or not link.token or link.state == LinkState.RENEWAL.value:
            break
        await _advance(tie, link, row)
    given_back = await _give_back(tie, link_id)

    async def effect(tx: Tx) -> None:
        link = await queries.link_row(tx, link_id)
        if link is not None and link.state == LinkState.ENDING.value:
            await _end(tx, link, given_back=given_back)
        await _plan(tx, link_id)

    return effect


async def bury_cut_off(tie: Tie) -> None:
    """At start-up, before any duty runs: a send that an earlier process was waiting for is lost."""

    async def apply(tx: Tx) -> None:
        # Another process may be waiting for it. If none is, its duty comes back, and buries it as its first step.
        for copy_id in () if tie.store.shared else await copy_queries.cut_off(tx):
            await copy_queries.happen(tx, copy_id, Lost("The server stopped while it was being sent."))
        for link_id in await queries.live_link_ids(tx):
            await _plan(tx, link_id)

    await tie.store.write(apply)


async def _advance(tie: Tie, link: Row, row: Row) -> None:
    copy = copy_queries.as_copy(row)
    try:
        match next_step(copy):
            case Step.BURY:
                await _happen(tie, row.id, Lost("The server stopped while it was being sent."))
            case Step.SEND:
                await _send(tie, link, row)
            case Step.READ:
                await _read(tie, link, row)
            case Step.DELETE:
                await _delete(tie, link, row)
            case Step.EDIT:
                await edits.edit(tie, link, row)
            case Step.LOOK:
                await edits.look(tie, link, row)
            case None:
                raise Impossible(f"{copy.state} is due")
    except AccessRefused:
        await tie.store.write(lambda tx: access_ended(tx, link.id))
    except Impossible:
        return  # The author was quicker than the network; the next look sees what he wants now.


async def _send(tie: Tie, link: Row, row: Row) -> None:
    fence = row.fence
    if fence is None:
        try:
            fence = await newest_there(tie, link)
        except Trouble as trouble:
            await _happen(tie, row.id, Postponed(trouble.reason, trouble.after_ms))
            return
    if not await tie.store.write(lambda tx: _begin(tx, link, row, fence)):
        return
    try:
        answer = await tie.fetch.send(mastodon.post(link.origin, link.token, row.text, row.key))
    except FetchUnanswered as error:
        await _happen(tie, row.id, Lost(error.reason))
        return
    except FetchError as error:
        await _happen(tie, row.id, NotSent(error.reason))
        return
    await _happen(tie, row.id, posted(answer))
    if answer.status == 401:
        raise AccessRefused


async def _begin(tx: Tx, link: Row, row: Row, fence: str) -> bool:
    """Write down that the attempt begins, unless it must not any more, or not now."""
    if await friend_queries.is_suspended(tx, link.face_id):
        await copy_queries.happen(tx, row.id, Postponed(SUSPENDED, SUSPENDED_MS))
    elif await queries.open_consent(tx, link.id, "out") is None:
        await copy_queries.happen(tx, row.id, Refused("Copies to this place are no longer allowed."))
    elif tx.now_ms - row.made_at > TOO_LATE_MS:
        await copy_queries.happen(tx, row.id, Refused(row.reason or "It could not be sent in time."))
    elif not await copy_queries.is_blocked(tx, row.id):
        await copy_queries.happen(tx, row.id, Began(fence))
        return True
    return False


def posted(answer: Response) -> Happening:
    """What the answer to a send means (pure).

    A server error may come after the status was written, and so may an answer that cannot be read: both leave it open.
    """
    if answer.status in (401, 425, 429):
        return NotSent(mastodon.reason(answer), mastodon.wait_ms(answer))
    if answer.status == 408 or answer.status >= 500:
        return Lost(mastodon.reason(answer))
    if answer.status >= 300:
        return Refused(mastodon.reason(answer))
    try:
        status = mastodon.read(answer, wire.Posted)
    except mastodon.Malformed:
        return Lost("The answer could not be read.")
    return Stood(str(status.id), mastodon.web_url(status.url) or None)


async def _read(tie: Tie, link: Row, row: Row) -> None:
    copy = copy_queries.as_copy(row)
    began = tie.clock.now_ms()
    try:
        status = await find(tie, link, row)
    except Trouble as trouble:
        await _happen(tie, row.id, Postponed(trouble.reason, trouble.after_ms))
        return
    if status is not None:
        await _happen(tie, row.id, Found(str(status.id), mastodon.web_url(status.url) or None))
    elif settled(copy, began, tie.settle_ms):
        await _happen(tie, row.id, Absent())
    else:
        sent_at = copy.sent_at or began
        elapsed, left = began - sent_at, sent_at + tie.settle_ms - began
        await _happen(tie, row.id, NotYet(min(max(elapsed, _SOONEST_LOOK_MS), left)))


async def _delete(tie: Tie, link: Row, row: Row) -> None:
    try:
        answer = await tie.fetch.send(mastodon.delete(link.origin, link.token, row.remote_id))
    except FetchError as error:
        await _happen(tie, row.id, Postponed(error.reason))
        return
    if answer.status == 401:
        raise AccessRefused
    await _happen(tie, row.id, removed(answer))


def removed(answer: Response) -> Happening:
    """What the answer to a removal means (pure). Removing again is harmless, so only a clear refusal ends it."""
    if answer.status in (404, 410) or 200 <= answer.status < 300:
        return Deleted()
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Postponed(mastodon.reason(answer), mastodon.wait_ms(answer))
    return Refused(mastodon.reason(answer))


async def _happen(tie: Tie, copy_id: int, happening: Happening) -> None:
    await tie.store.write(lambda tx: copy_queries.happen(tx, copy_id, happening))


async def _give_back(tie: Tie, link_id: int) -> bool:
    """Revoke the token of a link that is ending, when nothing needs it any more; whether it is out of use."""
    link = await queries.link_row(tie.store.reads, link_id)
    if link is None or link.state != LinkState.ENDING.value or not link.token:
        return False
    if await copy_queries.with_steps(tie.store.reads, link_id):
        return False
    app = await queries.app_of(tie.store.reads, link.app_id)
    if app is None:
        return True
    credentials = mastodon.Credentials(app.client_id, app.client_secret)
    try:
        answer = await tie.fetch.send(mastodon.revoke(link.origin, credentials, link.token))
    except FetchError:
        return False
    return answer.status < 500 and answer.status != 429


async def _end(tx: Tx, link: Row, *, given_back: bool) -> None:
    """Forget the token when it was given back, was taken from us, or waiting longer makes no sense."""
    steps = await copy_queries.with_steps(tx, link.id)
    waited = tx.now_ms - link.ending_at
    if (given_back and not steps) or not link.token or waited > (_ENDING_MS if steps else _REVOKE_MS):
        for row in steps:
            await copy_queries.happen(tx, row.id, Abandoned(_ACCESS_ENDED))
        changes: dict[str, object] = {"state": LinkState.ENDED.value, "token": "", "ended_at": tx.now_ms}
        await queries.change_link(tx, link.id, **changes)


async def _plan(tx: Tx, link_id: int) -> None:
    """Ask for the next run, if there is anything to do."""
    link = await queries.link_row(tx, link_id)
    if link is None or link.state in (LinkState.RENEWAL.value, LinkState.ENDED.value):
        return
    at = await copy_queries.next_due(tx, link_id, tx.now_ms + _BLOCKED_MS)
    if at is not None:
        await want_delivery(tx, link_id, max(at, tx.now_ms))
    elif link.state == LinkState.ENDING.value:
        # The token is still to be given back: at once after an unlinking, again later when that did not work.
        waited = tx.now_ms - link.ending_at
        await want_delivery(tx, link_id, tx.now_ms + min(max(waited, 1000), 600_000))
