"""Leaving: an account is deleted, and every place is emptied.

In one write people end everything that acts for the person and tell it. Each store then gets a duty of its own, which
takes away what the registered parts (belongings.py) know, a little at a time, and tells when nothing is left. With the
last of them the person is gone; only their handles stay taken for a while. Whatever crashes in between goes on after
the next start, because the duties and what is still to come are rows.
"""

import functools
from typing import Final

import msgspec

from kizuna.ground.clock import Clock
from kizuna.ground.errors import Unauthorized
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.jobs.idempotency import forget_keys
from kizuna.people import leaving_queries, mail_queries, oauth_queries, queries
from kizuna.people.belongings import Empty, Leaver, Owner, Parts, Progress
from kizuna.people.endings import tokens_changed
from kizuna.people.events import Emptied, Leaving, Left
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import Viewer
from kizuna.people.ports import People
from kizuna.people.sessions import check_proof, confirm_password
from kizuna.people.sudo import check_recent
from kizuna.store.store import Store, Tx

EMPTY: Final = "people.empty"
KEPT_DAYS: Final = 180
DAY_MS: Final = 24 * 60 * 60 * 1000
RUN_MS: Final = 60_000
LATER_MS: Final = 60_000


class Emptying(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a store has to do, naming its own owners only."""

    since_ms: int
    recall: bool
    person: int | None = None
    square: int | None = None
    circle: int | None = None

    def first(self) -> tuple[Owner, int]:
        """What the store knows somebody by when it tells that it is done."""
        named: tuple[tuple[Owner, int | None], ...] = (
            ("person", self.person),
            ("square", self.square),
            ("circle", self.circle),
        )
        return next((owner, owner_id) for owner, owner_id in named if owner_id is not None)


async def leave(people: People, viewer: Viewer, password: str, *, recall: bool) -> None:
    """Delete the viewer's account; ``recall`` takes public copies on other networks along.

    From the answer on nobody can sign in or act as them, and nothing brings them back.

    Raises ProveAgain, Unauthorized, TooMany.
    """
    proof = await confirm_password(people, viewer, password)

    async def apply(tx: Tx) -> None:
        await check_proof(tx, proof)
        await check_recent(tx, viewer)
        if viewer.session_id is None or not await queries.has_session(tx, viewer.session_id):
            raise Unauthorized("Please sign in again.")
        row = await mail_queries.addresses(tx, viewer.person_id)
        if row is not None and row.email:
            await ask_mail(people, tx, Wanted("left", viewer.person_id, to=row.email, locale=row.locale))
        await depart(tx, viewer, recall=recall)

    await people.store.write(apply)


async def depart(tx: Tx, viewer: Viewer, *, recall: bool) -> None:
    """The first step of leaving, in a transaction of the store people."""
    named: dict[StoreName, int | None] = {
        "people": viewer.person_id,
        "square": viewer.square_id,
        "circle": viewer.circle_id,
        "letters": viewer.square_id,
    }
    stores: list[StoreName] = [store for store in STORE_NAMES if named[store] is not None]
    await leaving_queries.begin(tx, viewer.person_id, stores)
    ended = await queries.drop_sessions(tx, viewer.person_id)
    ended += await oauth_queries.revoke_tokens(tx, person_id=viewer.person_id)
    await leaving_queries.drop_access(tx, viewer.person_id)
    tokens_changed(tx, ended)
    tx.emit(Leaving(viewer.person_id, viewer.square_id, viewer.circle_id, tx.now_ms, recall))


async def ask(store: StoreName, event: Leaving, tx: Tx) -> None:
    """A store hears that somebody leaves, and takes on the duty to empty itself of them."""
    match store:
        case "people":
            who = {"person": event.person_id, "square": event.square_id, "circle": event.circle_id}
        case "circle":
            who = {"circle": event.circle_id}
        case "square" | "letters":
            who = {"square": event.square_id}
    if any(who.values()):
        work = Emptying(event.since_ms, event.recall, **who)
        await duties.add(tx, EMPTY, work, key=str(work.first()[1]))


async def empty(store: Store, parts: Parts, clock: Clock, duty: Duty) -> Effect:
    """The duty: take away what the parts of this store know, a transaction at a time."""
    work = msgspec.json.decode(duty.payload, type=Emptying)
    until = clock.now_ms() + RUN_MS
    for part in parts:
        owner_id: int | None = getattr(work, part.owner)
        if part.store != store.name or owner_id is None:
            continue
        leaver = Leaver(owner_id, work.since_ms, work.recall)
        progress = Progress.MORE
        while progress is Progress.MORE and clock.now_ms() < until:
            progress = await store.write(functools.partial(_step, part.empty, leaver))
        if progress is not Progress.DONE:
            wait = LATER_MS if progress is Progress.LATER else 0
            return functools.partial(_again, work, wait)
    return functools.partial(_emptied, store.name, work)


async def _step(act: Empty, leaver: Leaver, tx: Tx) -> Progress:
    return await act(tx, leaver)


async def _again(work: Emptying, wait_ms: int, tx: Tx) -> None:
    await duties.add(tx, EMPTY, work, run_at_ms=tx.now_ms + wait_ms, key=str(work.first()[1]))


async def _emptied(store: StoreName, work: Emptying, tx: Tx) -> None:
    owner, owner_id = work.first()
    for known in (work.person, work.square, work.circle):
        if known is not None:
            await forget_keys(tx, known)
    tx.emit(Emptied(store, owner, owner_id))


async def emptied(event: Emptied, tx: Tx) -> None:
    """A store has told that nothing is left there; with the last one the person goes.

    For a transaction of the store people.
    """
    person_id = event.owner_id
    if event.owner != "person":
        found = await queries.person_of_face(tx, event.owner, event.owner_id)
        if found is None:
            return
        person_id = found
    if await leaving_queries.store_done(tx, person_id, event.store):
        await leaving_queries.drop_person(tx, person_id, kept_until=tx.now_ms + KEPT_DAYS * DAY_MS)
        tx.emit(Left(person_id))
