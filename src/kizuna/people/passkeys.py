"""Passkeys: made by a signed-in person, used instead of handle and password, or after them as the second factor.

What is signed is made here for one browser, one purpose and one use within five minutes (``bound`` is a secret of that
browser). A signature is checked before the write; the challenge is used up, and the counter compared, within it.
"""

from collections.abc import Sequence
from typing import Final, Literal

from kizuna.ground import text
from kizuna.ground.errors import Conflict, Invalid, NotFound, Unauthorized
from kizuna.people import factor_queries, passkey_queries, queries
from kizuna.people.ceremony import (
    TIMEOUT_MS,
    NotSigned,
    Signed,
    challenge_in,
    check_made,
    check_signed,
    id_in,
    options_to_make,
    options_to_sign,
)
from kizuna.people.limits import SIGN_IN_FROM, address_subject
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import NewSession, Passkey, Viewer
from kizuna.people.ports import People
from kizuna.people.second import codes_if_first, finish_step, step_of
from kizuna.people.sessions import open_session
from kizuna.people.sudo import check_recent, mark_proved
from kizuna.people.tokens import token_hash
from kizuna.store.store import Row, Tx

MOST: Final = 20
LONGEST_NAME: Final = 60
Purpose = Literal["make", "sign in", "step", "prove"]


async def my_passkeys(people: People, viewer: Viewer) -> list[Passkey]:
    """The viewer's passkeys, the oldest first."""
    rows = await passkey_queries.passkeys_of(people.store.reads, viewer.person_id)
    return [
        Passkey(row.id, row.name, row.created_at, row.used_at, doubted=row.doubted_at is not None)
        for row in rows
    ]


# Making one


async def ask_to_make(people: People, viewer: Viewer, bound: str) -> str:
    """What the viewer's browser needs to make a passkey, as JSON. Raises ProveAgain."""
    challenge = people.randomness.bytes(32)

    async def apply(tx: Tx) -> Sequence[Row]:
        await check_recent(tx, viewer)
        await _keep(tx, challenge, bound, "make")
        return await passkey_queries.passkeys_of(tx, viewer.person_id)

    known = await people.store.write(apply)
    handle = await queries.a_handle(people.store.reads, viewer.person_id)
    # Stable for the person, so that an authenticator keeps one passkey for them, and not their id.
    user_id = token_hash("browser", f"passkeys of {viewer.person_id}")
    return options_to_make(people.config, challenge, user_id, handle, [row.credential_id for row in known])


async def make(people: People, viewer: Viewer, bound: str, credential: str, raw_name: str) -> list[str]:
    """Keep a passkey that the viewer made; answers recovery codes when it is their first second factor.

    Raises ProveAgain, Invalid (name, or what came is no passkey of ours), Conflict (too many).
    """
    name = _check_name(raw_name)
    try:
        challenge = challenge_in(credential)
        made = check_made(people.config, credential, challenge)
    except NotSigned as error:
        raise _no_passkey() from error

    async def apply(tx: Tx) -> list[str]:
        await check_recent(tx, viewer)
        if not await _take(tx, challenge, bound, "make"):
            raise _no_passkey()
        known = await passkey_queries.passkeys_of(tx, viewer.person_id)
        if len(known) >= MOST:
            raise Conflict("Remove a passkey first: more than {most} are too many.", most=MOST)
        if await passkey_queries.passkey(tx, made.credential_id) is not None:
            raise _no_passkey()
        codes = await codes_if_first(people, tx, viewer.person_id)
        row = {
            "person_id": viewer.person_id,
            "credential_id": made.credential_id,
            "public_key": made.public_key,
            "sign_count": made.sign_count,
            "name": name,
        }
        await passkey_queries.add_passkey(tx, row)
        await ask_mail(people, tx, Wanted("factor", viewer.person_id))
        return codes

    return await people.store.write(apply)


async def rename(people: People, viewer: Viewer, passkey_id: int, raw_name: str) -> None:
    """Call a passkey something else. Raises Invalid, NotFound."""
    name = _check_name(raw_name)

    async def apply(tx: Tx) -> None:
        if not await passkey_queries.name_passkey(tx, viewer.person_id, passkey_id, name):
            raise NotFound

    await people.store.write(apply)


async def remove(people: People, viewer: Viewer, passkey_id: int) -> None:
    """Remove a passkey. Raises ProveAgain, NotFound."""

    async def apply(tx: Tx) -> None:
        await check_recent(tx, viewer)
        if not await passkey_queries.drop_passkey(tx, viewer.person_id, passkey_id):
            raise NotFound
        left = await factor_queries.counts(tx, viewer.person_id)
        if not left.totp and not left.passkeys:
            await factor_queries.set_codes(tx, viewer.person_id, [])
        await ask_mail(people, tx, Wanted("factor", viewer.person_id))

    await people.store.write(apply)


# Signing with one


async def ask_to_sign_in(people: People, bound: str) -> str:
    """What anybody's browser needs to sign in with a passkey, as JSON; it tells nothing about who has one."""
    challenge = people.randomness.bytes(32)
    await people.store.write(lambda tx: _keep(tx, challenge, bound, "sign in"))
    return options_to_sign(people.config, challenge, [], verify=True)


async def ask_for_step(people: People, step: str) -> str:
    """What the browser of a half-finished sign-in needs, as JSON. Raises Unauthorized."""
    challenge = people.randomness.bytes(32)

    async def apply(tx: Tx) -> Sequence[Row]:
        row = await step_of(tx, step)
        await _keep(tx, challenge, step, "step")
        return await passkey_queries.passkeys_of(tx, row.person_id)

    known = await people.store.write(apply)
    return options_to_sign(people.config, challenge, [row.credential_id for row in known], verify=False)


async def sign_in(people: People, bound: str, credential: str, address: str, user_agent: str) -> NewSession:
    """Begin a session with a passkey alone: the device knew its owner. Raises Unauthorized, TooMany."""
    people.limiter.check(None, SIGN_IN_FROM, address_subject(address))
    key, challenge, signed = await _checked(people, credential)
    if not signed.verified:
        raise _unknown()
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewSession | None:
        if not await _use(tx, key, challenge, bound, "sign in", signed):
            return None
        return await open_session(people, tx, key.person_id, token, user_agent, address, "passkey")

    return _begun(await people.store.write(apply))


async def finish_with_passkey(
    people: People, step: str, credential: str, address: str, user_agent: str
) -> NewSession:
    """Finish a sign-in whose password was right. Raises Unauthorized."""
    key, challenge, signed = await _checked(people, credential)
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewSession | None:
        row = await step_of(tx, step)
        if row.person_id != key.person_id or not await _use(tx, key, challenge, step, "step", signed):
            return None
        await finish_step(tx, row)
        return await open_session(people, tx, key.person_id, token, user_agent, address, "password, passkey")

    return _begun(await people.store.write(apply))


async def ask_to_prove(people: People, viewer: Viewer, bound: str) -> str:
    """What the viewer's browser needs to show once more who it is, as JSON."""
    challenge = people.randomness.bytes(32)

    async def apply(tx: Tx) -> Sequence[Row]:
        await _keep(tx, challenge, bound, "prove")
        return await passkey_queries.passkeys_of(tx, viewer.person_id)

    known = await people.store.write(apply)
    return options_to_sign(people.config, challenge, [row.credential_id for row in known], verify=True)


async def prove(people: People, viewer: Viewer, bound: str, credential: str) -> None:
    """The viewer shows once more who they are. Raises Unauthorized."""
    key, challenge, signed = await _checked(people, credential)
    if key.person_id != viewer.person_id or not signed.verified:
        raise _unknown()

    async def apply(tx: Tx) -> bool:
        fine = await _use(tx, key, challenge, bound, "prove", signed)
        if fine:
            await mark_proved(tx, viewer)
        return fine

    if not await people.store.write(apply):
        raise _unknown()


async def _checked(people: People, credential: str) -> tuple[Row, bytes, Signed]:
    """The passkey that signed, what it signed, and how. Raises Unauthorized, the same for unknown and wrong ones."""
    try:
        challenge = challenge_in(credential)
        key = await passkey_queries.passkey(people.store.reads, id_in(credential))
        if key is None:
            raise _unknown()
        return key, challenge, check_signed(people.config, credential, challenge, key.public_key)
    except NotSigned as error:
        raise _unknown() from error


async def _use(tx: Tx, key: Row, challenge: bytes, bound: str, purpose: Purpose, signed: Signed) -> bool:
    """Use challenge and passkey up; False (not raised, which would undo the warning) when they do not count.

    A counter that does not go on means that there are two of this passkey (WebAuthn, 6.1.1). Many count nothing: 0.
    """
    if not await _take(tx, challenge, bound, purpose):
        return False
    counts = signed.sign_count > 0 or key.sign_count > 0
    if counts and signed.sign_count <= key.sign_count:
        await passkey_queries.doubt_passkey(tx, key.id)
        return False
    return await passkey_queries.use_passkey(tx, key.id, key.sign_count, signed.sign_count)


async def _keep(tx: Tx, challenge: bytes, bound: str, purpose: Purpose) -> None:
    until = tx.now_ms + TIMEOUT_MS
    await passkey_queries.add_challenge(tx, challenge, token_hash("browser", bound), purpose, until)


async def _take(tx: Tx, challenge: bytes, bound: str, purpose: Purpose) -> bool:
    return await passkey_queries.take_challenge(tx, challenge, token_hash("browser", bound), purpose)


def _begun(session: NewSession | None) -> NewSession:
    if session is None:
        raise _unknown()
    return session


def _check_name(raw: str) -> str:
    name = text.clean_line(raw, "name")
    text.check_length(name, LONGEST_NAME, "name")
    if text.is_blank(name):
        raise Invalid("Give the passkey a name.", field="name")
    return name


def _no_passkey() -> Invalid:
    return Invalid("The passkey could not be made. Please try again.")


def _unknown() -> Unauthorized:
    return Unauthorized("This passkey does not count here. Sign in another way.")
