"""Public copies of one's own voices: made by an act of the author, kept in a ledger, and taken back.

Only a voice that opens a room can be copied. A reply belongs where its parent is, and would show half of a talk among
friends. What came in from a partner is no voice, so a copy is never copied again.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from kizuna.circle import queries as circle_queries
from kizuna.circle.events import VoiceDeleted
from kizuna.circle.models import Voice
from kizuna.ground.errors import Conflict, Forbidden, Invalid, NotFound
from kizuna.jobs.idempotency import Key, once
from kizuna.store.store import Db, Row, Tx
from kizuna.tie import copy_queries, inside, queries, recalls
from kizuna.tie.duties import want_delivery
from kizuna.tie.fit import fit
from kizuna.tie.models import INSIDE, CopyEvent, LedgerLine, Link, LinkState, Target, Update
from kizuna.tie.ports import Tie
from kizuna.tie.states import NEVER_MS, Abandoned, EditAsked, Impossible, State

_TIE_ENDED = "The tie had ended before the voice was deleted."
#: Code points of a rewording: more than the longest voice has, and few enough to be fitted between two requests.
_MOST_TEXT = 5000


async def targets(tie: Tie, viewer_id: int, voice_id: int, text: str | None = None) -> list[Target]:
    """Where this voice can be copied to, and how it would stand there; `text` is the author's rewording.

    Raises NotFound unless the viewer wrote the voice; Invalid for a reply, or a text that cannot be stored.
    """
    voice = await _own_voice(tie.store.reads, viewer_id, voice_id)
    return [
        msgspec.structs.replace(
            place, copy_state=await copy_queries.copy_at(tie.store.reads, voice_id, place.link.id)
        )
        for place in await places(tie, viewer_id, voice.text if text is None else text)
    ]


async def places(tie: Tie, viewer_id: int, text: str) -> list[Target]:
    """Where the viewer may make copies now, and how this text would stand there. Raises Invalid."""
    _check_length(text)
    found: list[Target] = []
    for link in await queries.links_of(tie.store.reads, viewer_id):
        if link.state is LinkState.LIVE and link.allows("out"):
            fitted = fit(text, link.limit)
            found.append(Target(link, fitted.text, fitted.cut, fitted.names, None))
    return found


async def make_copy(
    tie: Tie, viewer_id: int, voice_id: int, link_id: int, text: str, key: Key | None = None
) -> int:
    """Want a public copy of one's own voice at the place of a link; answers the copy's id.

    `text` is what the author wants to be read there; it is fitted exactly as `targets` shows it. Raises NotFound for a
    voice or link that is not the viewer's; Forbidden without the consent "out"; Conflict when a copy is there already,
    on its way or in doubt, or access has ended; Invalid when nothing of the text fits.
    """
    _check_length(text)

    async def apply(tx: Tx) -> int:
        return (await once(tx, key, lambda: write(tx)))[0]

    async def write(tx: Tx) -> int:
        await _own_voice(tx, viewer_id, voice_id)
        link = await _open_link(tx, viewer_id, link_id)
        if await copy_queries.copy_at(tx, voice_id, link_id) is not None:
            raise Conflict("There is a copy of this at {acct} already.", acct=link.acct)
        fitted = fit(text, queries.limit_of(link))
        if not fitted.text.strip():
            raise Invalid("Nothing of this text fits there.", field="text")
        copy_id = tx.new_id()
        row = await _row(tie, tx, copy_id, link, voice_id, fitted.text)
        await copy_queries.add_copy(tx, row)
        if link.origin == INSIDE:
            await inside.ask(tx, copy_id)
        else:
            await want_delivery(tx, link_id)
        return copy_id

    return await tie.store.write(apply)


async def updates(tie: Tie, viewer_id: int, voice_id: int, text: str | None = None) -> list[Update]:
    """The copies of this voice that could be brought up to date, and how they would stand then; `text` as in `targets`.

    Raises NotFound unless the viewer wrote the voice; Invalid for a reply, or a text that cannot be stored.
    """
    _check_length(text or "")
    voice = await _own_voice(tie.store.reads, viewer_id, voice_id)
    links = {link.id: link for link in await queries.links_of(tie.store.reads, viewer_id)}
    found: list[Update] = []
    for line in await copy_queries.ledger_of_voices(tie.store.reads, viewer_id, [voice_id]):
        link = links.get(line.link_id)
        if line.state is not State.STANDING or link is None or not _may_edit(link):
            continue
        fitted = fit(voice.text if text is None else text, link.limit)
        if fitted.text != line.text:
            found.append(Update(line.id, link, fitted.text, fitted.cut, fitted.names))
    return found


def _may_edit(link: Link) -> bool:
    return link.state is LinkState.LIVE and link.allows("out")


async def update_copy(tie: Tie, viewer_id: int, copy_id: int, text: str) -> None:
    """Want a standing copy to say something else; nothing happens when it says so already.

    `text` is fitted exactly as `updates` shows it. Raises NotFound for a copy that is not the viewer's; Forbidden
    without the consent "out"; Conflict when it does not stand, or an earlier update is not over; Invalid when nothing
    fits.
    """
    _check_length(text)

    async def apply(tx: Tx) -> None:
        line = await copy_queries.own_copy(tx, viewer_id, copy_id)
        if line is None:
            raise NotFound
        link = await _open_link(tx, viewer_id, line.link_id)
        fitted = fit(text, queries.limit_of(link))
        if not fitted.text.strip():
            raise Invalid("Nothing of this text fits there.", field="text")
        if line.state is State.STANDING and fitted.text == line.text:
            return
        try:
            await copy_queries.happen(tx, copy_id, EditAsked(fitted.text))
        except Impossible as error:
            raise Conflict("This copy cannot be updated now. Please look at it again later.") from error
        if link.origin == INSIDE:
            await inside.ask_edit(tx, copy_id)
        else:
            await want_delivery(tx, link.id)

    await tie.store.write(apply)


async def recall_all(tie: Tie, viewer_id: int, link_id: int | None = None) -> int:
    """Want all copies of the viewer back, or those of one link; answers how many. Raises NotFound for a link.

    Copies at places that were untied are out of reach and stay as they are.
    """

    async def apply(tx: Tx) -> int:
        links = {link.id for link in await queries.links_of(tx, viewer_id) if link_id in (None, link.id)}
        if link_id is not None and link_id not in links:
            raise NotFound
        chosen = [row for row in await copy_queries.recallable(tx, viewer_id) if row.link_id in links]
        for row in chosen:
            await recalls.want(tx, row.id)
        return len(chosen)

    return await tie.store.write(apply)


async def recallable_count(tie: Tie, viewer_id: int, link_id: int | None = None) -> int:
    """How many copies `recall_all` would take back."""
    links = {link.id for link in await queries.links_of(tie.store.reads, viewer_id)}
    rows = await copy_queries.recallable(tie.store.reads, viewer_id)
    return len([row for row in rows if row.link_id in links and link_id in (None, row.link_id)])


async def recall_copy(tie: Tie, viewer_id: int, copy_id: int) -> None:
    """Want a copy of one's own to be gone; nothing happens when it is. Raises NotFound.

    Conflict when the tie has ended, since nothing can be removed over there without it.
    """

    async def apply(tx: Tx) -> None:
        copy = await copy_queries.own_copy(tx, viewer_id, copy_id)
        if copy is None:
            raise NotFound
        link = await queries.link_row(tx, copy.link_id)
        if link is None or _out_of_reach(link):
            raise Conflict(
                "The tie has ended. Remove it at {host}, or tie the account again.", host=copy.host
            )
        await recalls.want(tx, copy_id)

    await tie.store.write(apply)


async def on_voice_deleted(event: VoiceDeleted, tx: Tx) -> None:
    """Consumer in the circle's store: the copies of a voice that is gone are recalled.

    Where the tie has ended nobody can: the ledger keeps saying that the copy stands, and why it was not taken back.
    """
    for row in await copy_queries.of_voice(tx, event.voice_id):
        copy = await recalls.want(tx, row.id)
        link = await queries.link_row(tx, row.link_id)
        if copy.state is State.RECALL_WANTED and (link is None or _out_of_reach(link)):
            await copy_queries.happen(tx, row.id, Abandoned(_TIE_ENDED))


async def ledger(tie: Tie, viewer_id: int, *, below: int | None = None, limit: int = 40) -> list[LedgerLine]:
    """A page of the viewer's copies, newest first."""
    return await copy_queries.ledger(tie.store.reads, viewer_id, below=below, limit=limit)


async def copy_of(tie: Tie, viewer_id: int, copy_id: int) -> LedgerLine:
    """One of the viewer's copies. Raises NotFound."""
    line = await copy_queries.own_copy(tie.store.reads, viewer_id, copy_id)
    if line is None:
        raise NotFound
    return line


async def copies_of_voices(tie: Tie, viewer_id: int, voice_ids: Sequence[int]) -> dict[int, list[LedgerLine]]:
    """The viewer's copies of each of these voices, oldest first. Others see no copies."""
    found: dict[int, list[LedgerLine]] = {voice_id: [] for voice_id in voice_ids}
    for line in await copy_queries.ledger_of_voices(tie.store.reads, viewer_id, voice_ids):
        found[line.voice_id].append(line)
    return found


async def receipts(tie: Tie, lines: Sequence[LedgerLine]) -> dict[int, list[CopyEvent]]:
    """The receipts of copies that the viewer got from this module, by copy id, oldest first."""
    return await copy_queries.receipts(tie.store.reads, [line.id for line in lines])


async def standing_count(tie: Tie, viewer_id: int, link_id: int) -> int:
    """How many copies stand at the place of the viewer's link; 0 for a link of somebody else."""
    if await queries.own_link_row(tie.store.reads, viewer_id, link_id) is None:
        return 0
    return await copy_queries.standing_count(tie.store.reads, link_id)


def _check_length(text: str) -> None:
    if len(text) > _MOST_TEXT:
        raise Invalid("Please use at most {most} characters.", field="text", most=_MOST_TEXT)


async def _own_voice(db: Db, viewer_id: int, voice_id: int) -> Voice:
    voices = await circle_queries.load(db, viewer_id, [voice_id])
    if not voices or not voices[0].own:
        raise NotFound
    if voices[0].parent_id is not None:
        raise Invalid("A reply cannot be copied: it belongs where its conversation is.")
    return voices[0]


async def _open_link(tx: Tx, viewer_id: int, link_id: int) -> Row:
    link = await queries.own_link_row(tx, viewer_id, link_id)
    if link is None or link.state == LinkState.ENDING.value:
        raise NotFound
    if link.state == LinkState.RENEWAL.value:
        raise Conflict("{acct} must be tied again first.", acct=link.acct)
    if await queries.open_consent(tx, link_id, "out") is None:
        raise Forbidden("You have not allowed copies to {acct}.", acct=link.acct)
    return link


async def _row(tie: Tie, tx: Tx, copy_id: int, link: Row, voice_id: int, text: str) -> dict[str, object]:
    nth = await copy_queries.copies_so_far(tx, link.origin, link.account_id)
    # The key goes to the partner, so it is made of what the partner may know: an id of ours would tell, by its sequence
    # number, how busy the circle is at this moment (ARCHITECTURE.md, invariant 2).
    known = f"{tie.config.domain} {link.origin} {link.account_id} {tx.now_ms} {nth}"
    return {
        "id": copy_id,
        "link_id": link.id,
        "face_id": link.face_id,
        "voice_id": voice_id,
        "origin": link.origin,
        "account_id": link.account_id,
        "acct": link.acct,
        "text": text,
        "key": f"kizuna-{hashlib.sha256(known.encode()).hexdigest()[:32]}",
        "state": State.WANTED.value,
        "sends": 0,
        "failures": 0,
        "due_at": NEVER_MS if link.origin == INSIDE else tx.now_ms,
        "made_at": tx.now_ms,
        "changed_at": tx.now_ms,
    }


def _out_of_reach(link: Row) -> bool:
    """Whether nothing can be removed at the place of a link any more. Our own square is always in reach."""
    return link.state == LinkState.ENDED.value and link.origin != INSIDE
