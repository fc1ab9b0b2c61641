"""The second factor of a sign-in by password: a code by time, a recovery code, or a passkey (passkeys.py).

Whoever has one gets no session for the password, but a step: a token for this browser alone, good for ten minutes and
five tries. Tries also count for the person, over all browsers, so that codes cannot be guessed by beginning again.
"""

from typing import Final

from kizuna.ground.errors import Conflict, Invalid, NotFound, Unauthorized
from kizuna.people import factor_queries, queries
from kizuna.people.limits import SECOND_FACTOR
from kizuna.people.mails import Wanted, ask_mail
from kizuna.people.models import Factors, NewSession, TotpKey, Viewer
from kizuna.people.ports import People
from kizuna.people.recovery import code_hash, make_codes
from kizuna.people.sessions import Proof, check_proof, open_session
from kizuna.people.sudo import check_recent
from kizuna.people.tokens import token_hash
from kizuna.people.totp import KEY_BYTES, key_text, key_uri, matching_step, typed_code
from kizuna.store.store import Row, Tx

TRIES: Final = 5


async def my_factors(people: People, viewer: Viewer) -> Factors:
    """What the viewer has besides the password."""
    row = await factor_queries.counts(people.store.reads, viewer.person_id)
    return Factors(totp=row.totp > 0, passkeys=row.passkeys, codes=row.codes)


# Signing in


async def step_factors(people: People, step: str) -> Factors:
    """What can finish a sign-in that has begun. Raises Unauthorized when it has not, or too long ago."""
    digest = token_hash("step", step)
    row = await factor_queries.step(people.store.reads, digest, people.clock.now_ms(), TRIES)
    if row is None:
        raise again()
    found = await factor_queries.counts(people.store.reads, row.person_id)
    return Factors(totp=found.totp > 0, passkeys=found.passkeys, codes=found.codes)


async def finish_with_code(people: People, step: str, raw: str, address: str, user_agent: str) -> NewSession:
    """Finish a sign-in with a code of the authenticator app, or a recovery code. Raises Unauthorized, TooMany."""
    digest = token_hash("step", step)
    begun = await factor_queries.step(people.store.reads, digest, people.clock.now_ms(), TRIES)
    if begun is None:
        raise again()
    people.limiter.check(None, SECOND_FACTOR, str(begun.person_id))
    token = people.randomness.token()

    async def apply(tx: Tx) -> NewSession | None:
        row = await step_of(tx, step)
        how = await _use_code(tx, row.person_id, raw)
        if how is None:
            await factor_queries.count_try(tx, digest)
            return None  # not raised here: that would undo the count
        await finish_step(tx, row)
        return await open_session(people, tx, row.person_id, token, user_agent, address, how)

    session = await people.store.write(apply)
    if session is None:
        raise Unauthorized("The code is wrong, or was used already.", field="code")
    people.limiter.forgive(None, SECOND_FACTOR, str(begun.person_id))
    return session


async def step_of(tx: Tx, step: str) -> Row:
    """The sign-in behind a step that still counts. Raises Unauthorized."""
    row = await factor_queries.step(tx, token_hash("step", step), tx.now_ms, TRIES)
    if row is None:
        raise again()
    return row


async def finish_step(tx: Tx, row: Row) -> None:
    """Use a step up; its password must still be the person's. Raises Unauthorized."""
    await check_proof(tx, Proof(row.person_id, row.argon2))
    if not await factor_queries.take_step(tx, row.token_hash):
        raise again()


async def _use_code(tx: Tx, person_id: int, raw: str) -> str | None:
    """Use a code up; answers how the person signed in, None for a wrong code."""
    code = typed_code(raw)
    if code is None:
        used = await factor_queries.use_code(tx, person_id, code_hash(raw, person_id))
        return "password, recovery code" if used else None
    row = await factor_queries.totp(tx, person_id)
    if row is None or row.confirmed_at is None:
        return None
    step = matching_step(row.key, code, tx.now_ms, row.last_step)
    if step is None or not await factor_queries.use_totp(tx, person_id, step):
        return None
    return "password, code"


# Setting it up


async def begin_totp(people: People, viewer: Viewer) -> TotpKey:
    """A key for the viewer's authenticator app. It counts once a code of it was shown. Raises ProveAgain, Conflict."""
    key = people.randomness.bytes(KEY_BYTES)

    async def apply(tx: Tx) -> str:
        await check_recent(tx, viewer)
        row = await factor_queries.totp(tx, viewer.person_id)
        if row is not None and row.confirmed_at is not None:
            raise Conflict("An authenticator app is set up already. Remove it first.")
        await factor_queries.set_totp(tx, viewer.person_id, key)
        return await queries.a_handle(tx, viewer.person_id)

    handle = await people.store.write(apply)
    return TotpKey(key_text(key), key_uri(key, people.config.title, handle))


async def pending_totp(people: People, viewer: Viewer) -> TotpKey | None:
    """The key that waits for its first code, to show it once more."""
    row = await factor_queries.totp(people.store.reads, viewer.person_id)
    if row is None or row.confirmed_at is not None:
        return None
    handle = await queries.a_handle(people.store.reads, viewer.person_id)
    return TotpKey(key_text(row.key), key_uri(row.key, people.config.title, handle))


async def confirm_totp(people: People, viewer: Viewer, raw: str) -> list[str]:
    """The first code of a new key; answers recovery codes when it is the first second factor.

    Raises ProveAgain, Invalid (code), NotFound (no key waits), TooMany.
    """
    people.limiter.check(None, SECOND_FACTOR, str(viewer.person_id))

    async def apply(tx: Tx) -> list[str]:
        await check_recent(tx, viewer)
        row = await factor_queries.totp(tx, viewer.person_id)
        if row is None or row.confirmed_at is not None:
            raise NotFound
        step = matching_step(row.key, typed_code(raw) or "", tx.now_ms, row.last_step)
        if step is None:
            raise Invalid("The code is wrong. Check the clock of the device with the app.", field="code")
        codes = await codes_if_first(people, tx, viewer.person_id)
        await factor_queries.use_totp(tx, viewer.person_id, step)
        await ask_mail(people, tx, Wanted("factor", viewer.person_id))
        return codes

    codes = await people.store.write(apply)
    people.limiter.forgive(None, SECOND_FACTOR, str(viewer.person_id))
    return codes


async def remove_totp(people: People, viewer: Viewer) -> None:
    """Ask for codes no more. Raises ProveAgain; doing it twice is fine."""

    async def apply(tx: Tx) -> None:
        await check_recent(tx, viewer)
        if not await factor_queries.drop_totp(tx, viewer.person_id):
            return
        left = await factor_queries.counts(tx, viewer.person_id)
        if not left.passkeys:
            await factor_queries.set_codes(tx, viewer.person_id, [])
        await ask_mail(people, tx, Wanted("factor", viewer.person_id))

    await people.store.write(apply)


async def new_codes(people: People, viewer: Viewer) -> list[str]:
    """Other recovery codes; the earlier ones are worthless. Raises ProveAgain, Conflict (no second factor)."""

    async def apply(tx: Tx) -> list[str]:
        await check_recent(tx, viewer)
        left = await factor_queries.counts(tx, viewer.person_id)
        if not left.totp and not left.passkeys:
            raise Conflict("Recovery codes come with a passkey or an authenticator app.")
        await ask_mail(people, tx, Wanted("factor", viewer.person_id))
        return await _set_codes(people, tx, viewer.person_id)

    return await people.store.write(apply)


async def codes_if_first(people: People, tx: Tx, person_id: int) -> list[str]:
    """Recovery codes for somebody who gets the first second factor now; none for anybody else."""
    left = await factor_queries.counts(tx, person_id)
    return [] if left.totp or left.passkeys else await _set_codes(people, tx, person_id)


async def _set_codes(people: People, tx: Tx, person_id: int) -> list[str]:
    codes = make_codes(people.randomness)
    await factor_queries.set_codes(tx, person_id, [code_hash(code, person_id) for code in codes])
    return codes


def again() -> Unauthorized:
    """The sign-in has to begin again."""
    return Unauthorized("This took too long, or too many tries. Please sign in again.")
