"""A forgotten password: a link by mail, good for an hour and one use.

Asking does the same work and gets the same answer for every address: one duty is written, and only the duty looks who
that is. Several people may share an address; each then gets a mail, and the page behind the link names the handle.
"""

import functools
import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.people import factor_queries, mail_queries, oauth_queries, queries
from kizuna.people.emails import check_email, used_up
from kizuna.people.endings import tokens_changed
from kizuna.people.limits import ASK_RESET, ASK_RESET_FOR, address_subject
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.passwords import check_password
from kizuna.people.ports import People
from kizuna.people.tokens import token_hash
from kizuna.store.store import Row, Tx

RESET: Final = "people.reset"


class Forgotten(msgspec.Struct, frozen=True):
    """Somebody typed this address; perhaps nobody has it."""

    email: str


async def ask_reset(people: People, raw: str, address: str) -> None:
    """Ask for links to choose a new password. Raises Invalid for what is no address, TooMany (by who asks, never by
    whom it is for: an address asked for too often silently gets no more mails)."""
    email = check_email(raw) or ""
    people.limiter.check(None, ASK_RESET, address_subject(address))
    wanted = email.lower()
    if not people.limiter.take(None, ASK_RESET_FOR, wanted).allowed:
        return
    key = hashlib.sha256(wanted.encode()).hexdigest()

    async def apply(tx: Tx) -> None:
        await duties.add(tx, RESET, Forgotten(email), key=key)

    await people.store.write(apply)


async def look_up(people: People, duty: Duty) -> Effect | None:
    """The duty: ask for a mail to each person with this address."""
    forgotten = msgspec.json.decode(duty.payload, type=Forgotten)
    persons = await mail_queries.persons_of(people.store.reads, forgotten.email)
    return functools.partial(_ask_mails, people, persons) if persons else None


async def _ask_mails(people: People, persons: Sequence[int], tx: Tx) -> None:
    for person_id in persons:
        await ask_mail(people, tx, Wanted("reset", person_id))


async def find_reset(people: People, token: str) -> Row:
    """The link behind a token, with the handle of its person. Raises Gone."""
    row = await mail_queries.link(people.store.reads, token_hash("mail link", token), people.clock.now_ms())
    if row is None or row.purpose != "reset":
        raise used_up()
    return row


async def reset_password(people: People, token: str, new: str, *, end_apps: bool) -> None:
    """Set a new password by a link. All sessions end, and with ``end_apps`` every app's token is revoked.

    A second factor stays what it was. Raises Gone, Invalid.
    """
    password = check_password(new)
    await find_reset(people, token)  # before the costly hash
    argon2 = await people.hasher.hash(password)
    digest = token_hash("mail link", token)

    async def apply(tx: Tx) -> None:
        row = await mail_queries.link(tx, digest, tx.now_ms)
        if row is None or row.purpose != "reset" or not await mail_queries.take_link(tx, row.id):
            raise used_up()
        await queries.set_credential(tx, row.person_id, argon2)
        ended = await queries.drop_sessions(tx, row.person_id)
        await factor_queries.drop_steps(tx, row.person_id)
        await oauth_queries.void_codes(tx, row.person_id)
        if end_apps:
            ended += await oauth_queries.revoke_tokens(tx, person_id=row.person_id)
        await ask_mail(people, tx, Wanted("password", row.person_id))
        tokens_changed(tx, ended)

    await people.store.write(apply)
